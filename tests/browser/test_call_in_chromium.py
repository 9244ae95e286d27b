"""A whole call on the browser phone, with the engine of every call: the bot is heard, speech and keys reach it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from floor_for_pages import Served
from phoned import BriefMouth, ScriptedEars, ScriptedTalks, reply
from phoning import CallsInAThread
from playwright.sync_api import Browser, expect

from bot.phone.call import Voicebox
from bot.phone.handing_over import People, call_with_people
from bot.phone.legs.browser_phone import BrowserPhone
from bot.phone.seam import Dial
from bot.phrases import say
from bot.transfer import Told
from speech.audio import silence, write_wav
from speech.speaking import SpeakingPool

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def debtors_browser(launch: Callable[..., Browser], tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """Its microphone says one sentence, after the bot's first words, and then nothing more."""
    file: Path = tmp_path_factory.mktemp("microphone") / "sentence.wav"
    with SpeakingPool(1) as pool:
        said = pool.say("I would like to know how I can pay this", "en")
    write_wav(file, np.concatenate([silence(4.0), said, silence(30.0)]))
    return launch(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={file}%noloop",
    )


class NobodyReady:
    """A desk at which nobody takes calls."""

    async def wanted(self, _talk: str) -> bool:
        return True

    async def collector(self, _talk: str, _language: str, _patience: float) -> None:
        return None


class Words:
    """The words around a hand-over, without a record."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def offer(self, _talk: str, why: str) -> Told:
        self.said += [why, "case_stays"]
        return Told((say(why, "en"), say("case_stays", "en")), "en")


def test_the_bot_is_heard_speech_reaches_it_and_who_asks_for_a_person_is_told_the_truth(
    served: Served, debtors_browser: Browser, calls: CallsInAThread
) -> None:
    page = debtors_browser.new_context(locale="en-US").new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{served.url}/phone/{served.floor.invites[3].token}")
    page.wait_for_function("line.state === 'waiting'")
    phone = BrowserPhone(served.floor.phones.debtors, lambda _account: "debtor-003")
    ringing = calls.start(phone.originate(Dial("attempt-1", "account-1", "+10000000000", "en", 20)))
    page.locator("#answer").click()
    leg = ringing.result(20)
    ears, mouth, words = ScriptedEars(("how can I pay", 0.9)), BriefMouth(0.4), Words()
    talks = ScriptedTalks(reply("anything_else"))
    talking = calls.start(
        call_with_people(
            leg,
            people=People(NobodyReady(), words),
            talks=talks,
            voicebox=Voicebox(ears, mouth),
            account_id="account-1",
            language="en",
            attempt_id="attempt-1",
        )
    )
    page.wait_for_timeout(9_000)
    assert talks.told == ["how can I pay"]
    assert 1.0 < ears.seconds[0] < 6.0, "the microphone's sentence, and not the silence around it"
    page.keyboard.press("0")
    done = talking.result(30)
    assert talks.keys == ["0"]
    assert words.said == ["transfer_nobody", "case_stays"]
    assert done.outcome == "escalated"
    assert all(turn.heard_to_end for turn in done.turns if turn.heard_by in ("opening", "voice"))
    expect(page.locator("#standing")).to_have_text("The call has ended")
    page.context.close()
