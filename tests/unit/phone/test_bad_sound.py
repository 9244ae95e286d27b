"""Whatever sound comes: one line that says why not, or a call that ends, and never a promise out of noise."""

import dataclasses
import json
import wave
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from phoned import BriefMouth, ScriptedEars, ScriptedTalks, pause
from sounds import noise, tone

from bot.phone.call import Voicebox, run_call
from bot.phone.legs.wav import WavLeg, recorded_call
from speech.audio import RATE, BadAudio, Samples, resample, to_pcm16
from speech.speak import Speaker

ENDINGS = {"completed", "debtor_hung_up", "no_input", "voicemail", "screened", "escalated"}


def written(path: Path, pcm: bytes, rate: int = RATE, width: int = 2, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(pcm)
    return path


def ringback(seconds: float) -> Samples:
    """Two tones, two seconds on and four off, as a telephone that rings in America."""
    at = np.arange(round(seconds * RATE)) / RATE
    both = 0.15 * (np.sin(2 * np.pi * 440 * at) + np.sin(2 * np.pi * 480 * at))
    return (both * (at % 6 < 2)).astype(np.float32)


def music(seconds: float) -> Samples:
    """Chords that change four times a second, with overtones."""
    at = np.arange(round(seconds * RATE)) / RATE
    root = 220 * 2 ** (np.array([0, 4, 7, 5, 9, 2, 11, 0])[(at * 4).astype(int) % 8] / 12)
    turns = 2 * np.pi * np.cumsum(root) / RATE
    return sum(0.1 / n * np.sin(n * turns) for n in (1, 2, 3, 4)).astype(np.float32)


def lying(path: Path) -> Path:
    """A header that promises ten times the sound there is."""
    whole = bytearray(written(path, to_pcm16(noise(1.0))).read_bytes())
    whole[40:44] = (10 * RATE * 2).to_bytes(4, "little")
    path.write_bytes(whole)
    return path


def half_a_header(path: Path) -> Path:
    path.write_bytes(written(path, b"\0\0" * 100).read_bytes()[:30])
    return path


def text_in_disguise(path: Path) -> Path:
    path.write_text("this is no recording\n" * 50)
    return path


def nothing(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def an_hour(path: Path) -> Path:
    return written(path, bytes(3600 * 8000), rate=8000, width=1)


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no bytes": (nothing, "empty"),
    "a header without sound": (lambda path: written(path, b""), "empty"),
    "half a header": (half_a_header, "unreadable"),
    "a header that lies": (lying, "truncated"),
    "text": (text_in_disguise, "unreadable"),
    "an hour": (an_hour, "too_long"),
    "silence": (lambda path: written(path, bytes(RATE * 6)), "silence"),
    "a direct current": (lambda path: written(path, to_pcm16(np.full(RATE * 3, 0.4, np.float32))), "noise"),
    "noise": (lambda path: written(path, to_pcm16(noise(3.0, 0.05))), "noise"),
    "one tone": (lambda path: written(path, to_pcm16(tone(440.0, 3.0))), "noise"),
    "a telephone that rings": (lambda path: written(path, to_pcm16(ringback(8.0))), "noise"),
}


@pytest.mark.parametrize(("make", "why"), REFUSED.values(), ids=REFUSED)
def test_a_recording_of_nobody_starts_no_call(make, why, tmp_path: Path) -> None:
    refused = recorded_call(make(tmp_path / "debtor.wav"))
    assert isinstance(refused, BadAudio)
    assert refused.reason == why
    assert len(refused.detail.splitlines()) == 1


@pytest.fixture(scope="module")
def spoken(speaker: Speaker) -> Samples:
    return np.concatenate([pause(0.5), speaker.say("yes please, tell me more", "en"), pause(1.5)])


def stereo_44(path: Path, spoken: Samples) -> Path:
    sound = resample(spoken, RATE, 44_100)
    return written(path, to_pcm16(np.repeat(sound, 2)), rate=44_100, channels=2)


def eight_bits(path: Path, spoken: Samples) -> Path:
    return written(path, ((spoken * 127) + 128).astype(np.uint8).tobytes(), width=1)


def three_kilohertz(path: Path, spoken: Samples) -> Path:
    return written(path, to_pcm16(resample(spoken, RATE, 3_000)), rate=3_000)


HEARD: dict[str, Callable[[Path, Samples], Path]] = {
    "two channels at 44.1 kHz": stereo_44,
    "eight bits": eight_bits,
    "3 kHz": three_kilohertz,
    "clipped": lambda path, spoken: written(path, to_pcm16(np.clip(spoken * 40, -1, 1))),
    "on a direct current": lambda path, spoken: written(path, to_pcm16(np.clip(spoken * 0.5 + 0.3, -1, 1))),
    "over noise": lambda path, spoken: written(path, to_pcm16(spoken + noise(spoken.size / RATE, 0.02)[: spoken.size])),
}


@pytest.mark.parametrize("make", HEARD.values(), ids=HEARD)
async def test_bad_sound_in_which_somebody_speaks_is_a_call_that_ends(make, spoken: Samples, tmp_path: Path) -> None:
    debtor = recorded_call(make(tmp_path / "debtor.wav", spoken))
    assert not isinstance(debtor, BadAudio), debtor
    await a_call_that_ends(debtor)


@pytest.mark.parametrize(
    "sound",
    [
        noise(20.0, 0.3),
        tone(440.0, 20.0),
        ringback(20.0),
        music(20.0),
        np.full(20 * RATE, 0.9, np.float32),
        pause(40.0),
    ],
    ids=["noise", "one tone", "ringback", "music", "a direct current", "silence"],
)
async def test_sound_of_nobody_on_a_live_line_ends_and_is_never_an_answer(sound: Samples) -> None:
    """On a real line it is not known beforehand that nobody speaks."""
    talks = await a_call_that_ends(sound)
    assert talks.told == []


async def a_call_that_ends(debtor: Samples) -> ScriptedTalks:
    talks = ScriptedTalks()
    record = await run_call(
        WavLeg(debtor),
        talks=talks,
        voicebox=Voicebox(ScriptedEars(), BriefMouth()),
        account_id="account-1",
        language="en",
        attempt_id="attempt-1",
    )
    assert record.outcome in ENDINGS
    assert json.loads(json.dumps(dataclasses.asdict(record)))["outcome"] == record.outcome
    assert talks.told == []
    return talks


def test_any_codec_that_a_browser_or_a_telephone_writes_is_read(spoken: Samples, tmp_path: Path) -> None:
    path = tmp_path / "debtor.ogg"
    with av.open(str(path), "w") as container:
        track = container.add_stream("libopus", rate=48_000)
        sound = resample(spoken, RATE, 48_000)
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = 48_000
        for given in (frame, None):
            container.mux(track.encode(given))
    assert not isinstance(recorded_call(path), BadAudio)
