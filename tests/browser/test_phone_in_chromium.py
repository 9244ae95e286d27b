"""The debtor's telephone in a real Chromium, whose microphone is a file."""

from __future__ import annotations

import asyncio
import time
import wave
from collections.abc import Callable

import pytest
from floor_for_pages import Served
from phoning import CallsInAThread, FarEnd, pitch_of, tone
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from bot.phone.legs.browser import BrowserLeg
from bot.phone.legs.browser_phone import NO_PAGE, BrowserPhone
from bot.phone.seam import Dial, NotReached
from ledger.tables import Account

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SPOKEN_PITCH, BOT_PITCH = 700.0, 440.0
PRIVATE = ("owe", "debt", "overdue", "repay", "欠", "逾期", "还款", "债")


@pytest.fixture(scope="module")
def speaking(launch: Callable[..., Browser], tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """A Chromium whose microphone hums one clear tone."""
    file = tmp_path_factory.mktemp("microphone") / "tone.wav"
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


def phone_page(served: Served, browser: Browser, number: int, locale: str = "en-US", **context: object) -> Page:
    page = browser.new_context(locale=locale, viewport={"width": 390, "height": 780}, **context).new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{served.url}/phone/{served.floor.invites[number].token}")
    page.wait_for_function("line.state === 'waiting'")
    return page


def dial(number: int, seconds: float = 20.0) -> Dial:
    return Dial(f"attempt-{time.monotonic_ns()}", f"account-{number:03d}", "+10000000000", "en", seconds)


@pytest.fixture
def carrier(served: Served) -> BrowserPhone:
    def whose(account_id: str) -> str:
        with served.floor.ledger.read() as work:
            return work.session.exec(select(Account.debtor_id).where(Account.id == account_id)).one()

    assert served.floor.phones is not None
    return BrowserPhone(served.floor.phones.debtors, whose)


def test_the_page_rings_is_answered_by_keyboard_and_both_are_heard(
    served: Served, speaking: Browser, carrier: BrowserPhone, calls: CallsInAThread
) -> None:
    page = phone_page(served, speaking, 3)
    expect(page.locator("#standing")).to_have_text("Ready for a call")
    rings = calls.start(carrier.originate(dial(3)))
    expect(page.get_by_role("alertdialog")).to_be_visible()
    expect(page.locator("#answer")).to_be_focused()
    assert not any(word in page.locator("body").inner_text() for word in PRIVATE)
    page.keyboard.press("Enter")
    expect(page.locator("#connected")).to_have_text("In a call")
    leg = rings.result(10)
    assert isinstance(leg, BrowserLeg)
    far = FarEnd(leg)
    listening = calls.start(far.listen())
    began = time.monotonic()

    async def speak() -> None:
        await leg.play(tone(BOT_PITCH, 1.0))
        await leg.mark("first")
        await leg.play(tone(BOT_PITCH, 1.0))
        await leg.mark("second")

    calls.run(speak())
    assert time.monotonic() - began > 1.3, "more than half a second lay ahead of what was heard"
    page.keyboard.press("5")
    page.locator('[data-key="#"]').click()
    until = time.monotonic() + 5
    while far.played != ["first", "second"] and time.monotonic() < until:
        time.sleep(0.05)
    assert far.played == ["first", "second"]
    assert time.monotonic() - began > 1.9, "a mark came back before its sound can have been heard"
    page.locator("#hangup").click()
    assert listening.result(5).over is not None
    assert far.keys == ["5", "#"]
    assert pitch_of(bytes(far.sound)) == pytest.approx(SPOKEN_PITCH, abs=8)
    expect(page.locator("#standing")).to_have_text("The call has ended")
    page.context.close()


def test_what_is_cleared_is_never_told_as_played(
    served: Served, speaking: Browser, carrier: BrowserPhone, calls: CallsInAThread
) -> None:
    page = phone_page(served, speaking, 3)
    rings = calls.start(carrier.originate(dial(3)))
    page.locator("#answer").click()
    leg = rings.result(10)
    far = FarEnd(leg)
    listening = calls.start(far.listen())

    async def speak() -> None:
        await leg.play(tone(BOT_PITCH, 0.4))
        await leg.mark("cut off")
        await leg.clear()
        await leg.mark("empty")
        await leg.play(tone(BOT_PITCH, 0.2))
        await leg.mark("after")
        await asyncio.sleep(1.5)
        await leg.hang_up()

    calls.run(speak())
    assert listening.result(5).played == ["empty", "after"]
    expect(page.locator("#standing")).to_have_text("The call has ended")
    page.context.close()


def test_declined_and_ignored_have_both_rung_and_no_page_is_no_telephone(
    served: Served, speaking: Browser, carrier: BrowserPhone, calls: CallsInAThread
) -> None:
    page = phone_page(served, speaking, 1, "zh-CN")
    expect(page.locator("#standing")).to_have_text("可以接听来电")
    rings = calls.start(carrier.originate(dial(1)))
    page.locator("#decline").click()
    assert rings.result(10) == NotReached("ring_no_answer")
    expect(page.locator("#standing")).to_have_text("Declined")
    rings = calls.start(carrier.originate(dial(1, 1.5)))
    page.locator("#ignore").click()
    assert rings.result(10) == NotReached("ring_no_answer")
    expect(page.locator("#standing")).to_have_text("A call was not answered")
    page.context.close()
    until = time.monotonic() + 5
    while calls.run(carrier.originate(dial(1, 0.2))) != NotReached(NO_PAGE):
        assert time.monotonic() < until


def test_without_a_microphone_one_message_says_what_is_still_possible(
    served: Served, browser: Browser, carrier: BrowserPhone, calls: CallsInAThread
) -> None:
    page = phone_page(served, browser, 3)
    expect(page.locator("#standing")).to_have_text("Ready for a call")
    rings = calls.start(carrier.originate(dial(3)))
    page.locator("#answer").click()
    leg = rings.result(20)
    far = FarEnd(leg)
    listening = calls.start(far.listen())
    expect(page.get_by_role("alert")).to_contain_text("press keys: 0 for a person")

    async def speak() -> None:
        await leg.play(tone(BOT_PITCH, 0.3))
        await leg.mark("told")
        await asyncio.sleep(1.2)

    page.keyboard.press("0")
    calls.run(speak())
    page.locator("#hangup").click()
    heard = listening.result(5)
    assert (heard.keys, heard.played) == (["0"], ["told"])
    # The clock of the call goes on, in silence.
    assert len(heard.sound) > 16_000
    assert pitch_of(bytes(heard.sound)) == 0
    page.context.close()


def test_a_lost_socket_is_taken_up_again_by_the_same_page_alone(
    served: Served, speaking: Browser, carrier: BrowserPhone, calls: CallsInAThread
) -> None:
    page = phone_page(served, speaking, 3)
    rings = calls.start(carrier.originate(dial(3)))
    page.locator("#answer").click()
    leg = rings.result(10)
    far = FarEnd(leg)
    listening = calls.start(far.listen())
    other = phone_page(served, speaking, 3)
    expect(other.locator("#standing")).to_have_text("Ready for a call")
    other.evaluate('line.send({ type: "resume", key: "secret-0" })')
    other.evaluate('line.send({ type: "hangup" })')
    page.evaluate("line.socket.close()")
    expect(page.locator("#connected")).to_have_text("In a call")

    async def speak() -> None:
        await leg.play(tone(BOT_PITCH, 0.3))
        await leg.mark("heard after")
        await asyncio.sleep(1.0)

    calls.run(speak())
    assert far.played == ["heard after"]
    assert far.over is None
    page.locator("#hangup").click()
    listening.result(5)
    page.context.close()
    other.context.close()


def test_the_page_fits_a_small_telephone(served: Served, speaking: Browser) -> None:
    page = phone_page(served, speaking, 3, "zh-CN")
    page.set_viewport_size({"width": 320, "height": 600})
    for shown in ("waiting", "ringing", "talking"):
        page.evaluate("name => show(name, '')", shown)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
