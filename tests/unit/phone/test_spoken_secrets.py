"""Card numbers in one piece and in several: nothing long enough to be one is handed on."""

import pytest

from bot.phone.spoken_secrets import FiguresSaid, hide_numbers
from bot.redaction import redact


def said(*answers: str, pause: float = 3.0) -> list[tuple[str, float | None]]:
    figures, told = FiguresSaid(), []
    for at, text in enumerate(answers):
        told.append(figures.hide(text, at * (2.0 + pause), at * (2.0 + pause) + 2.0))
    return told


@pytest.mark.parametrize(
    "halves",
    [
        ("my card is 4111 1111", "1111 1111"),
        ("四一一一一一一一", "一一一一一一一一"),
        ("four one one one double one one one", "and then one one one one one one one one"),
        ("4111 1111 1111", "1111"),
    ],
)
def test_neither_half_is_handed_on(halves):
    told = said(*halves)
    for text, since in told:
        assert "[card number]" in redact(text)
        assert since is not None
        assert not hide_numbers(text.replace("0000 0000 0000 0000", ""))[1]
    assert told[1][1] == 0.0


def test_four_pieces_are_hidden_from_where_they_must_be_a_card_and_the_recording_from_the_first():
    told = said("4111", "1111", "1111", "1111")
    assert [text for text, _ in told[:2]] == ["4111", "1111"]
    assert [since for _, since in told] == [None, None, 0.0, 0.0]
    assert all("[card number]" in redact(text) for text, _ in told[2:])


@pytest.mark.parametrize(
    "answers",
    [
        ("2100", "three thousand", "the fifteenth"),
        ("2100", "15000", "20261127"),
        ("2100", "12,000,000", "2026-11-27"),
        ("20261127", "20261211"),
        ("800", "三千", "11月27日"),
    ],
)
def test_the_check_sums_and_days_are_left_as_they_are(answers):
    assert [text for text, since in said(*answers) if since is None] == list(answers)


def test_what_is_said_much_later_belongs_to_nothing_before():
    assert said("411111", "111111", pause=30.0)[1] == ("111111", None)
    assert said("411111", "yes", "111111")[2] == ("111111", None)
