"""A whole talk with a real SIP telephone through a real Asterisk: the debtor interrupts, and is answered.

Times are taken where the debtor is: from what the telephone sends and what it receives, not from our own clocks.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import threading
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from asterisk_serving import asterisk, baresip, missing, trunk
from phoned import BriefMouth, ScriptedEars, ScriptedTalks, reply

from bot.phone.call import Voicebox, run_call
from bot.phone.legs.asterisk.leg import AsteriskLeg
from bot.phone.script_wav import DEBTOR_VOICES
from bot.phone.seam import Dial
from speech.audio import RATE, resample, silence, to_pcm16
from speech.speak import Speaker

pytestmark = [pytest.mark.slow, pytest.mark.skipif(missing() is not None, reason=str(missing()))]

TURNS = 2
SPOKEN_SECONDS = 4.0
BETWEEN_SECONDS = 3.5
"""From the end of one utterance to the next: long enough for an answer to begin, too short for it to end."""


class Line(threading.Thread):
    """One direction of a telephone's recording, read as it grows: when there was sound on it."""

    def __init__(self, folder: Path, direction: str) -> None:
        super().__init__(daemon=True)
        self._folder, self._pattern = folder, f"dump-*-{direction}.wav"
        self._at = 44  # after the header
        self.stopped = threading.Event()
        self.loud: list[float] = []

    def run(self) -> None:
        while not self.stopped.wait(0.004):
            for recording in self._folder.glob(self._pattern):
                data = recording.read_bytes()[self._at :]
                frames = np.frombuffer(data[: len(data) // 320 * 320], "<i2").astype(int).reshape(-1, 160)
                self._at += frames.size * 2
                peaks = np.abs(frames).max(axis=1) if frames.size else []
                now = time.monotonic()
                self.loud += [now - 0.02 * (len(peaks) - 1 - at) for at, peak in enumerate(peaks) if peak > 700]

    def spells(self, gap: float) -> list[tuple[float, float]]:
        """(begins, ends) of each stretch of sound with no silence longer than `gap` in it."""
        found: list[tuple[float, float]] = []
        for at in self.loud:
            if found and at - found[-1][1] <= gap:
                found[-1] = (found[-1][0], at)
            else:
                found.append((at, at))
        return found


@contextlib.contextmanager
def watched(folder: Path, direction: str) -> Iterator[Line]:
    line = Line(folder, direction)
    line.start()
    try:
        yield line
    finally:
        line.stopped.set()
        line.join()


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A debtor who says something every few seconds, whatever the bot does."""
    with Speaker() as speaker:
        said = speaker.say("yes, speaking", "en", DEBTOR_VOICES["en"]) * 0.8
    parts = [silence(2.5)]
    for _ in range(TURNS):
        parts += [said, silence(BETWEEN_SECONDS)]
    path = tmp_path_factory.mktemp("debtor") / "microphone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(to_pcm16(resample(np.concatenate([*parts, silence(60)]), RATE, 8000)))
    return path


@pytest.mark.parametrize("media", ["websocket", "audiosocket"])
async def test_a_debtor_on_a_real_telephone_interrupts_and_is_answered(
    media: str, microphone: Path, record_property: Callable[[str, object], None]
) -> None:
    talks = ScriptedTalks(*(reply("ask_intention") for _ in range(TURNS - 1)), reply("goodbye", ended=True))
    # Recognition begins before it is sure that an utterance is over, so it may be asked more often than answered.
    ears = ScriptedEars(*[("yes speaking", 0.9)] * TURNS * 10, takes=0.1)
    with asterisk() as pbx, baresip(microphone) as phone:
        async with trunk(pbx, f"PJSIP/trunk/sip:{{number}}@127.0.0.1:{phone.port}", media) as calls:
            with watched(phone.folder, "enc") as debtor, watched(phone.folder, "dec") as bot:
                leg = await calls.originate(Dial("attempt-1", "account-1", "+15005550100", "en", 5.0))
                assert isinstance(leg, AsteriskLeg)
                done = await asyncio.wait_for(
                    run_call(
                        leg,
                        talks=talks,
                        voicebox=Voicebox(ears, BriefMouth(SPOKEN_SECONDS)),
                        account_id="account-1",
                        language="en",
                        attempt_id="attempt-1",
                    ),
                    60,
                )
    utterances = [(begins, ends) for begins, ends in debtor.spells(0.5) if ends - begins > 0.3]
    assert len(utterances) >= TURNS
    stops, answers = [], []
    for begins, ends in utterances[:TURNS]:
        (cut,) = [spell for spell in bot.spells(0.3) if spell[0] < begins and spell[1] > begins - 0.1] or [None]
        if cut is not None:
            stops.append(cut[1] - begins)
        answers.append(min((at for at in bot.loud if at > ends), default=ends) - ends)
    record_property("barge_in_seconds", [round(each, 3) for each in stops])
    record_property("answer_seconds", [round(each, 3) for each in answers])
    assert talks.told == ["yes speaking"] * TURNS, [(turn.heard_by, turn.interrupted) for turn in done.turns]
    assert done.outcome == "completed"
    assert len(stops) == TURNS
    # Aims are measured on a quiet machine (docs/asterisk.md); these bounds hold on a busy one.
    assert statistics.median(stops) < 0.8
    assert statistics.median(answers) < 2.0
