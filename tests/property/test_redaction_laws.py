"""Redacting twice changes nothing, and no card number survives, however it was grouped. All numbers are made up."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from bot.redaction import holds_secret, passes_luhn, redact

WORDS = [
    *"0123456789-. xX我１٣",
    *("12345", "pin ", "code ", "验证码", "密码是", "A1", "123-45-6789", "A123456789", "4111 1111 1111 1111"),
    *("[secret]", "[card number]"),
]
PIECES = st.lists(st.sampled_from(WORDS), max_size=12).map("".join)
TEXTS = st.text(max_size=60) | PIECES


@given(TEXTS)
@example("123-45-6789A123456789")
@example("123-45-6789code 555")
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(TEXTS)
def test_no_run_that_passes_the_card_check_is_left(text: str) -> None:
    for run in re.findall(r"\d{13,}", re.sub(r"(?<=\d)[ .-]+(?=\d)", "", redact(text))):
        for length in range(13, 20):
            for start in range(len(run) - length + 1):
                assert not passes_luhn(run[start : start + length])


@st.composite
def cards(draw: st.DrawFn) -> str:
    digits = draw(st.text("0123456789", min_size=12, max_size=18))
    return next(digits + last for last in "0123456789" if passes_luhn(digits + last))


@given(cards(), st.lists(st.sampled_from(["", " ", "-", ". ", "  "]), min_size=19, max_size=19), st.booleans())
def test_a_card_number_is_gone_however_it_is_grouped(card: str, gaps: list[str], full_width: bool) -> None:
    grouped = "".join(digit + gap for digit, gap in zip(card, gaps, strict=False))
    if full_width:
        grouped = grouped.translate({ord("0") + value: ord("０") + value for value in range(10)})
    for text in (f"my card is {grouped} ok", f"卡号{grouped}，请查"):
        redacted = redact(text)
        assert "[card number]" in redacted or "[identity number]" in redacted
        # When the card starts like an identity number, that is taken out instead, and a few digits stay.
        assert len(re.findall(r"\d", redacted)) <= 19 - 13
        assert holds_secret(text)


@given(st.text("0123456789", min_size=13, max_size=19), st.integers(0, 18), st.integers(1, 9))
def test_the_card_check_sees_every_single_slip(digits: str, place: int, slip: int) -> None:
    place %= len(digits)
    slipped = digits[:place] + str((int(digits[place]) + slip) % 10) + digits[place + 1 :]
    assert not (passes_luhn(digits) and passes_luhn(slipped))
