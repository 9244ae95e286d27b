"""A call handed to a collector at the desk: two browsers, one call, and the case on the screen before a word."""

from __future__ import annotations

import itertools
import time
import wave
from collections.abc import Callable

import pytest
from floor_for_pages import DISPUTE, Served, hold_and_hand_over
from phoning import CallsInAThread, FarEnd, pitch_of, tone
from playwright.sync_api import Browser, Page, expect

from app.handover import LiveHandover
from ledger.tables import Case, Conversation

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SPOKEN_PITCH, DEBTOR_PITCH = 600.0, 350.0
ACCOUNTS = itertools.count(100)


@pytest.fixture(scope="module")
def speaking(launch: Callable[..., Browser], tmp_path_factory: pytest.TempPathFactory) -> Browser:
    file = tmp_path_factory.mktemp("microphone") / "collector.wav"
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(48_000)
        out.writeframes(tone(SPOKEN_PITCH, 4.0, 48_000))
    return launch(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={file}",
    )


@pytest.fixture(scope="module")
def handover(served: Served) -> LiveHandover:
    assert served.floor.phones is not None
    return LiveHandover(served.floor.ledger, served.floor.phones.collectors)


@pytest.fixture
def talk(served: Served) -> str:
    """A call that has just gone to a person."""
    with served.floor.ledger.begin() as work:
        number = next(ACCOUNTS)
        conversation = Conversation(
            id=work.new_id(),
            account_id=f"account-{number}",
            debtor_id=f"debtor-{number}",
            channel="voice",
            language="en",
            stage="closed",
            verified=True,
            facts={},
            opened_at=work.now,
        )
        work.session.add(conversation)
        work.session.flush()
        hold_and_hand_over(work, conversation, DISPUTE["en"])
        return conversation.id


def at_the_desk(served: Served, browser: Browser, name: str, locale: str = "en-US") -> Page:
    page = browser.new_context(locale=locale, viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{served.url}/sign-in?next=/desk")
    page.locator("input[name=name]").fill(name)
    page.locator("form button").click()
    page.locator("#desk-phone [data-act=go_ready]").click()
    expect(page.locator("#desk-phone")).to_have_attribute("data-state", "ready")
    return page


def test_of_two_collectors_one_takes_the_call_with_its_case_in_front_of_them(
    served: Served, speaking: Browser, handover: LiveHandover, calls: CallsInAThread, talk: str
) -> None:
    anna, bo = at_the_desk(served, speaking, "Anna"), at_the_desk(served, speaking, "Bo", "zh-CN")
    fetching = calls.start(handover.collector(talk, "en", 30))
    for page in (anna, bo):
        expect(page.locator("#desk-phone")).to_have_attribute("data-state", "ringing")
    expect(anna.locator("#desk-phone .about")).to_contain_text("P1")
    expect(anna.locator("[data-act=accept]")).to_be_focused()
    # Both press; which was first is not for the pages to say.
    anna.evaluate("document.querySelector('[data-act=accept]').click()")
    bo.evaluate("document.querySelector('[data-act=accept]').click()")
    leg = fetching.result(30)
    assert leg is not None
    with served.floor.ledger.read() as work:
        case = work.session.get_one(Case, leg.call_id)
    winner, other = (anna, bo) if case.leased_by == "Anna" else (bo, anna)
    # The legs may be joined from now on, and the words of the debtor are on the screen.
    assert winner.locator(f".case-grid[data-case='{case.id}'] .words").inner_text() == DISPUTE["en"]
    expect(winner.locator("#desk-phone")).to_have_attribute("data-state", "talking")
    expect(other.locator("#desk-phone")).to_have_attribute("data-state", "ready")
    far = FarEnd(leg)
    listening = calls.start(far.listen())

    async def debtor_speaks() -> None:
        await leg.play(tone(DEBTOR_PITCH, 1.0))
        await leg.mark("heard")

    calls.run(debtor_speaks())
    until = time.monotonic() + 5
    while far.played != ["heard"] and time.monotonic() < until:
        time.sleep(0.05)
    winner.locator("[data-act=hang_up]").click()
    assert listening.result(5).over is not None
    assert far.played == ["heard"]
    assert pitch_of(bytes(far.sound)) == pytest.approx(SPOKEN_PITCH, abs=8)
    expect(winner.locator("#desk-phone")).to_have_attribute("data-state", "after")
    # Who has just spoken writes it up first: the next call does not ring there.
    assert handover.free(case.queue, "en") == (("Bo",) if winner is anna else ("Anna",))
    for page in (anna, bo):
        page.context.close()


def test_nobody_ready_is_known_at_once_and_a_decline_leaves_the_case_waiting(
    served: Served, speaking: Browser, handover: LiveHandover, calls: CallsInAThread, talk: str
) -> None:
    until = time.monotonic() + 10
    while handover.free("disputes", "en") and time.monotonic() < until:
        time.sleep(0.1)
    began = time.monotonic()
    assert calls.run(handover.collector(talk, "en", 30)) is None
    assert time.monotonic() - began < 2
    chen = at_the_desk(served, speaking, "Chen")
    fetching = calls.start(handover.collector(talk, "en", 30))
    chen.locator("[data-act=decline]").click()
    assert fetching.result(10) is None
    with served.floor.ledger.read() as work:
        assert work.session.get_one(Case, calls.run(case_of(handover, talk))).status == "waiting"
    # Whoever takes no calls in a language is not rung for one.
    chen.locator("#desk-phone label").nth(1).click()
    until = time.monotonic() + 5
    while handover.free("disputes", "en") and time.monotonic() < until:
        time.sleep(0.05)
    assert handover.free("disputes", "en") == ()
    assert handover.free("disputes", "zh") == ("Chen",)
    chen.context.close()


async def case_of(handover: LiveHandover, talk: str) -> str:
    return handover._cases(talk)[0].id


def test_a_debtor_who_hangs_up_meanwhile_stops_the_ringing(
    served: Served, speaking: Browser, handover: LiveHandover, calls: CallsInAThread, talk: str
) -> None:
    dora = at_the_desk(served, speaking, "Dora")
    fetching = calls.start(handover.collector(talk, "en", 30))
    expect(dora.locator("#desk-phone")).to_have_attribute("data-state", "ringing")
    fetching.cancel()
    expect(dora.locator("#desk-phone")).to_have_attribute("data-state", "ready")
    dora.context.close()
