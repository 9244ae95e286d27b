"""Numbers in words can be read back to the same number, and no digit is ever left to the voice."""

import re

from hypothesis import given
from hypothesis import strategies as st

from speech import spoken_en, spoken_zh
from speech.spoken import spoken

WHOLE = st.integers(0, 10**13 - 1)
WRITTEN = st.text("0123456789.,:-%$¥€年月日元天号 ab月NT第尾", max_size=30)


def value_of_english(words: str) -> int:
    units = {spoken_en.cardinal(n): n for n in range(20)} | {spoken_en.cardinal(n): n for n in range(20, 100, 10)}
    scales = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    total = group = 0
    for word in re.split("[ -]", words):
        if word == "hundred":
            group *= 100
        elif word in scales:
            total, group = total + group * scales[word], 0
        elif word != "and":
            group += units[word]
    return total + group


def value_of_chinese(words: str) -> int:
    digits = {each: at for at, each in enumerate("零一二三四五六七八九")} | {"两": 2}
    total = group = digit = 0
    for word in words:
        if word in digits:
            digit = digits[word]
        elif word in "十百千":
            group += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[word]
            digit = 0
        elif word == "万":
            total, group, digit = total + (group + digit) * 10**4, 0, 0
        else:
            total, group, digit = (total + group + digit) * 10**8, 0, 0
    return total + group + digit


@given(WHOLE)
def test_english_numbers_read_back(number: int) -> None:
    assert value_of_english(spoken_en.cardinal(number)) == number


@given(WHOLE)
def test_chinese_numbers_read_back(number: int) -> None:
    assert value_of_chinese(spoken_zh.cardinal(number)) == number
    assert value_of_chinese(spoken_zh.cardinal(number, counting=True)) == number


@given(WRITTEN, st.sampled_from(["zh", "en"]))
def test_no_digit_is_left_and_saying_it_again_changes_nothing(text: str, language: str) -> None:
    said = spoken(text, language)
    assert not re.search(r"\d", said)
    assert spoken(said, language) == said
