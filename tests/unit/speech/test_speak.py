"""The real synthesiser, its known faults and its processes."""

import os
import signal
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest

from speech import speak_process
from speech.audio import Samples, seconds_of
from speech.files import say_to_file
from speech.speak import Speaker
from speech.speak_process import VOICES, SpeakFailed, SpeakingProcess, Voice
from speech.speaking import SpeakingPool


def process_of(speaker: Speaker) -> subprocess.Popen[bytes]:
    synthesiser = speaker._synthesisers[0]
    assert isinstance(synthesiser, SpeakingProcess)
    assert synthesiser._process is not None
    return synthesiser._process


def test_every_sentence_of_many_is_whole() -> None:
    # pyttsx3 used naively loses or cuts sentences when the voice changes in between; each must always be as long.
    sentences = [("您好，请问是本人吗？", "zh"), ("are you still there?", "en"), ("好的", "zh"), ("thank you", "en")]
    quick = SpeakingPool(1, remembered_bytes=0)
    first = [quick.say(text, language).size for text, language in sentences]
    for _ in range(10):
        again = [quick.say(text, language).size for text, language in sentences]
        assert again == pytest.approx(first, rel=0.01)
    quick.close()


@pytest.mark.parametrize("first_rate", [120, 220])
def test_the_rate_is_obeyed_from_the_first_sentence_on(first_rate: int) -> None:
    text = "please tell me on which day you could do that"
    with Speaker() as fresh:
        first, second = (fresh.say(text, "en", Voice("gmw/en-us", rate)) for rate in (first_rate, 340 - first_rate))
    assert seconds_of(max(first, second, key=len)) > 1.5 * seconds_of(min(first, second, key=len))
    assert (first.size > second.size) == (first_rate == 120)


def test_voices_differ(speaker: Speaker) -> None:
    low, high = (speaker.say("hello there", "en", Voice(name, 165)) for name in ("gmw/en-us", "gmw/en-us+f2"))
    assert low.shape != high.shape or not np.allclose(low, high)


def test_sound_that_is_shared_cannot_be_altered(speaker: Speaker) -> None:
    with pytest.raises(ValueError, match="read-only"):
        speaker.say("one moment please", "en")[0] = 1.0


def test_nothing_to_say_is_refused(speaker: Speaker) -> None:
    for text in ("", "  ", "……", "?!"):
        with pytest.raises(ValueError, match="nothing to say"):
            speaker.say(text, "en")


def test_a_worker_that_dies_is_replaced(speaker: Speaker) -> None:
    speaker.say("before", "en")
    process = process_of(speaker)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert seconds_of(speaker.say("after the fall", "en")) > 0.3


def test_a_voice_that_does_not_exist_fails_loudly() -> None:
    with Speaker() as speaker, pytest.raises(SpeakFailed):
        speaker.say("hello", "en", Voice("no/such-voice", 165))


def test_several_threads_share_the_workers() -> None:
    texts = [f"sentence number {word}" for word in ("one", "two", "three", "four", "five", "six")]
    said: dict[str, Samples] = {}
    with Speaker(workers=2) as speaker:
        threads = [threading.Thread(target=lambda t=t: said.update({t: speaker.say(t, "en")})) for t in texts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(said) == sorted(texts)
    assert min(seconds_of(samples) for samples in said.values()) > 0.5


def test_no_process_is_left_behind() -> None:
    with Speaker() as speaker:
        speaker.say("hello", "en")
        process = process_of(speaker)
    assert process.poll() is not None


def test_words_are_written_to_a_file_with_numbers_spelled_out(speaker: Speaker, tmp_path: Path) -> None:
    said = say_to_file("还有2天", "zh", tmp_path / "two.wav", speaker)
    assert said.spoken == "还有两天"
    assert said.seconds > 0.4
    with pytest.raises(FileNotFoundError):
        say_to_file("hello", "en", tmp_path / "absent" / "x.wav", speaker)


def test_the_very_first_sentence_of_a_process_is_as_whole_as_any_later_one() -> None:
    text = "please tell me on which day you could do that"
    sizes = set()
    for _ in range(3):
        with Speaker() as fresh:
            first = fresh.say(text, "en").size
            fresh.say("something else", "en")
            sizes |= {first // 160, fresh.say(f"{text} ", "en").size // 160}
    assert len(sizes) == 1


def test_sentences_one_after_another_keep_their_own_words() -> None:
    # Of several files queued in one pyttsx3 only the last is written, and `say` overwrites the file before it.
    texts = ["one", "the second sentence is longer", "three and a few words more than that, if you like"]
    with SpeakingPool(1, remembered_bytes=0) as pool:
        alone = [pool.say(text, "en").size for text in texts]
        together = [pool.say(text, "en").size for text in reversed(texts)]
    assert sorted(alone) == alone
    assert together[::-1] == pytest.approx(alone, rel=0.01)


def test_a_process_that_hangs_is_replaced() -> None:
    process = SpeakingProcess(job_seconds=1.0)
    before, rate = process.synthesise("are you still there", VOICES["en"])
    hung = process._process
    assert hung is not None
    os.kill(hung.pid, signal.SIGSTOP)
    after, _ = process.synthesise("are you still there", VOICES["en"])
    assert process._process is not hung
    assert after.size == pytest.approx(before.size, rel=0.01)
    assert rate == 22_050
    process.stop()


def test_what_was_said_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speak_process, "_MEMORY", tmp_path)
    with Speaker() as speaker:
        speaker.say("a sentence of its own", "en")
    assert not list(tmp_path.iterdir())
