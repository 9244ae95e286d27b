"""The tape of a call: both sides on one clock, nothing before the notice, nothing that must not be kept."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bot.phone.recording import HELD_SECONDS, CallTape, Verdict

RATE = 8_000


class Kept:
    """A reel in memory."""

    def __init__(self) -> None:
        self.sound = bytearray()
        self.verdicts: dict[str, Verdict] = {}
        self.turns: list[tuple[str, float, float]] = []
        self.seconds: float | None = None

    def add(self, sound: bytes) -> None:
        self.sound += sound

    def turn(self, turn_id: str, begins: float, ends: float) -> Verdict:
        self.turns.append((turn_id, begins, ends))
        return self.verdicts.get(turn_id, "keep")

    def blank(self, begins: float, ends: float) -> None:
        left, right = (round(at * RATE) * 4 for at in (begins, ends))
        self.sound[left:right] = bytes(len(self.sound[left:right]))

    def finish(self, seconds: float) -> None:
        self.seconds = seconds


class Studio:
    """A tape, its reel, and the one thread that writes."""

    def __init__(self, allowed: bool = True) -> None:
        self.reel = Kept()
        self.worker = ThreadPoolExecutor(1)
        self.asked: list[tuple[str, int]] = []
        self.allowed = allowed
        self.tape = CallTape(self._start, self.worker)
        self.tape.begin("talk", RATE)

    def _start(self, conversation_id: str, rate: int) -> Kept | None:
        self.asked.append((conversation_id, rate))
        return self.reel if self.allowed else None

    def speak(self, begin: float, end: float, debtor: int = 1_000, bot: int = 2_000) -> None:
        """Both sides make a level sound between two seconds, in frames of 20 ms."""
        for frame in range(round(begin * 50), round(end * 50)):
            self.tape.debtor(frame / 50, np.full(160, debtor, "<i2").tobytes())
            self.tape.bot(frame / 50, np.full(160, bot, "<i2").tobytes())

    def settle(self) -> None:
        self.worker.submit(lambda: None).result()

    def close(self) -> np.ndarray:
        self.tape.close()
        self.worker.shutdown()
        return np.frombuffer(bytes(self.reel.sound), "<i2").reshape(-1, 2)


@pytest.fixture
def studio() -> Iterator[Studio]:
    studio = Studio()
    yield studio
    studio.worker.shutdown()


def level(sound: np.ndarray, at: float) -> tuple[int, int]:
    left, right = sound[round(at * RATE)]
    return int(left), int(right)


def test_the_debtor_is_on_the_left_and_we_are_on_the_right(studio: Studio) -> None:
    studio.tape.resume(0)
    studio.speak(0, 2)
    sound = studio.close()
    assert len(sound) == 2 * RATE
    assert level(sound, 1.5) == (1_000, 2_000)
    assert studio.reel.seconds == 2


def test_sides_that_come_late_or_not_at_all_keep_their_place(studio: Studio) -> None:
    studio.tape.resume(0)
    studio.tape.bot(1.0, np.full(RATE, 500, "<i2").tobytes())
    studio.tape.debtor(0.5, np.full(RATE, 300, "<i2").tobytes())
    sound = studio.close()
    assert [level(sound, at) for at in (0.2, 0.7, 1.2, 1.7)] == [(0, 0), (300, 0), (300, 500), (0, 500)]


def test_nothing_is_kept_before_the_notice_was_heard(studio: Studio) -> None:
    studio.speak(0, 3)
    assert not studio.asked
    studio.tape.resume(3)
    studio.speak(3, 4)
    sound = studio.close()
    assert studio.asked == [("talk", RATE)]
    assert not sound[: 3 * RATE].any()
    assert level(sound, 3.5) == (1_000, 2_000)


def test_the_end_of_a_pause_before_the_notice_begins_nothing(studio: Studio) -> None:
    studio.speak(0, 3)
    studio.tape.pause(1)
    studio.tape.resume(2)
    studio.speak(3, 4)
    assert not studio.asked
    studio.tape.resume(4)
    studio.speak(4, 5)
    sound = studio.close()
    assert not sound[: 4 * RATE].any()
    assert level(sound, 4.5) == (1_000, 2_000)


def test_a_call_that_ends_before_the_notice_leaves_nothing(studio: Studio) -> None:
    studio.speak(0, 40)
    assert not studio.close().size
    assert not studio.asked


def test_nothing_is_kept_where_the_gate_denies() -> None:
    studio = Studio(allowed=False)
    studio.tape.resume(0)
    studio.speak(0, 40)
    assert not studio.close().size
    assert studio.asked


def test_a_pause_may_lie_in_the_past(studio: Studio) -> None:
    studio.tape.resume(0)
    studio.speak(0, 20)
    studio.tape.pause(5)
    studio.speak(20, 22)
    studio.tape.resume(21)
    studio.speak(22, 60)
    sound = studio.close()
    assert [level(sound, at)[0] for at in (4.9, 5.1, 15, 20.9, 21.1, 59)] == [1_000, 0, 0, 0, 1_000, 1_000]


def test_a_pause_that_comes_too_late_blanks_what_was_written(studio: Studio) -> None:
    studio.tape.resume(0)
    studio.speak(0, HELD_SECONDS + 20)
    studio.settle()
    assert len(studio.reel.sound) > 10 * RATE * 4
    studio.tape.pause(5)
    studio.tape.resume(HELD_SECONDS + 20)
    sound = studio.close()
    assert level(sound, 4) == (1_000, 2_000)
    assert not sound[5 * RATE :].any()


@pytest.mark.parametrize("late", [2, HELD_SECONDS + 15], ids=["while held", "when written"])
def test_the_sound_of_words_that_must_not_be_kept_is_left_out(studio: Studio, late: float) -> None:
    studio.reel.verdicts["card"] = "leave_out"
    studio.tape.resume(0)
    studio.speak(0, 10)
    studio.speak(10, 10 + late)
    studio.tape.spoken("card", 3, 8)
    studio.settle()
    studio.speak(10 + late, 12 + late)
    sound = studio.close()
    assert not sound[3 * RATE : 8 * RATE].any()
    assert [level(sound, at)[0] for at in (2.9, 8.1, 11 + late)] == [1_000] * 3
    assert studio.reel.turns == [("card", 3, 8)]


def test_who_objects_is_recorded_no_further(studio: Studio) -> None:
    studio.reel.verdicts["no"] = "objected"
    studio.tape.resume(0)
    studio.speak(0, 6)
    studio.tape.spoken("no", 4, 5)
    studio.settle()
    studio.tape.resume(6)
    studio.speak(6, 45)
    sound = studio.close()
    assert level(sound, 3.9) == (1_000, 2_000)
    assert not sound[4 * RATE :].any()


def test_sound_is_written_while_the_call_runs_and_little_is_held(studio: Studio) -> None:
    studio.tape.resume(0)
    studio.speak(0, HELD_SECONDS + 10)
    studio.settle()
    assert len(studio.reel.sound) == pytest.approx(10 * RATE * 4, abs=RATE * 4)
    assert len(studio.tape._room) < (HELD_SECONDS + 15) * RATE


def test_a_fault_of_the_disk_ends_the_recording_and_not_the_call(studio: Studio) -> None:
    studio.tape.resume(0)
    studio.settle()
    studio.reel.add = None  # type: ignore[assignment]
    studio.speak(0, HELD_SECONDS + 5)
    assert not studio.close().size


def test_odd_bytes_and_absurd_clocks_are_no_fault(studio: Studio) -> None:
    studio.tape.resume(0)
    studio.tape.debtor(1, b"abc")
    studio.tape.debtor(-5, b"ab")
    studio.tape.debtor(1e9, b"ab")
    assert len(studio.close()) == RATE + 1
    studio.tape.debtor(2, b"ab")
    studio.tape.close()


def test_a_house_that_closes_does_not_trouble_the_call(studio: Studio) -> None:
    studio.tape.resume(0)
    studio.speak(0, 2)
    studio.worker.shutdown()
    studio.speak(2, HELD_SECONDS + 5)
    studio.tape.close()
