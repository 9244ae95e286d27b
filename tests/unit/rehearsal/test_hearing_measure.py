"""The figures of a recognition model, from what it heard of what was said."""

import pytest

from rehearsal.hearing.measure import Hearing, figures, measure
from rehearsal.hearing.sentences import Kind, Sentence
from speech.audio import Samples, seconds_of
from speech.hear import Heard


def _hearing(text: str, heard: str, kind: Kind, wrong: int, length: int, language: str = "en") -> Hearing:
    return Hearing(Sentence(text, language, kind, True), heard, wrong, length, 2.0, 100.0)


def test_errors_amounts_days_and_speed_are_summed_up() -> None:
    told = figures(
        [
            _hearing("fifty dollars", "fifty dollars", "amount", 0, 2),
            _hearing("fifteen dollars", "fifty dollars", "amount", 1, 2),
            _hearing("two hundred dollars friday", "two hundred dollar friday", "amount_day", 1, 4),
            _hearing("next friday", "next monday", "day", 1, 2),
        ]
    )
    assert told.error == pytest.approx(0.3)
    assert told.exact == 0.25
    assert told.amounts == pytest.approx(2 / 3, abs=1e-4)
    assert told.days == 0.5
    assert told.real_time == pytest.approx(0.05)


def test_what_names_no_amount_is_not_judged_by_one() -> None:
    told = figures([_hearing("你好", "你好", "intent", 0, 2, "zh")])
    assert (told.amounts, told.days) == (None, None)


class Echo:
    """Hears one fixed text, and remembers how long it listened."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def hear(self, samples: Samples, language: str | None, expecting: str = "anything") -> Heard:
        self.seconds.append(seconds_of(samples))
        return Heard("下周五", "zh", 0.9, 0.0, True, seconds_of(samples), 5.0)


@pytest.mark.parametrize("line", ["ordinary", "bad"])
def test_every_sentence_is_spoken_and_heard_once(line: str) -> None:
    echo = Echo()
    said = [Sentence("下周五", "zh", "day", True), Sentence("下周一还", "zh", "day", True)]
    heard = measure(echo, said, line)
    assert [each.wrong for each in heard] == [0, 2]
    assert all(0.4 < seconds < 3 for seconds in echo.seconds)
