"""Whatever is typed is read without a fault, and what the bot reads back means what it understood."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from bot import facts
from bot.amounts import Ambiguous, Amount, parse_amount
from bot.dates import Day, Gone, named_payday, parse_date
from bot.identity import digits
from bot.numerals import chinese, english
from bot.wording import normalise, simplified
from ledger.money import Money
from speech import spoken_en, spoken_zh

LANGUAGES = st.sampled_from(["zh", "en"])
DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31))
CENTS = st.integers(1, 10**11)
# Pieces that the grammars look for, in any order, so that texts reach far into them.
WORDS = [
    *"下个月周五一两万百号半天后底年块%不到点,./- 2$kx0０٣²½",
    *(
        "三十",
        "分之",
        "31",
        "300",
        "000",
        "999",
        "the ",
        "next ",
        "friday ",
        "th",
        "nov ",
        "may ",
        "in ",
        "days ",
        "two ",
    ),
    *(
        "fifty ",
        "hundred ",
        "thousand ",
        "and ",
        "a ",
        "half ",
        "not ",
        "of ",
        "month ",
        "month end ",
        "oh ",
        "double ",
    ),
]
PIECES = st.lists(st.sampled_from(WORDS), max_size=14).map("".join)
TEXTS = st.text(max_size=40) | PIECES


@given(TEXTS, LANGUAGES, CENTS, CENTS)
@example("9" * 40, "zh", 1, 1)
def test_any_text_is_weighed_as_an_amount(text: str, lang: str, cents: int, more: int) -> None:
    due = Decimal(cents) / 100
    balance = due + Decimal(more) / 100
    amount = parse_amount(text, lang, due, balance)
    if isinstance(amount, Ambiguous):
        assert len(set(amount.options)) == len(amount.options) > 1
    for value in amount.options if isinstance(amount, Ambiguous) else [amount.value] if amount else []:
        assert value > 0
        assert value == value.quantize(Decimal("0.01"))


@given(TEXTS, LANGUAGES, st.dates() | DAYS)
@example("in 999 months", "en", date(9999, 12, 31))
@example("下周五", "zh", date(9999, 12, 31))
@example("last Friday", "en", date(1, 1, 1))
@example("周五", "zh", date(9999, 12, 31))
def test_any_text_is_weighed_as_a_day(text: str, lang: str, today: date) -> None:
    day = parse_date(text, lang, today)
    if isinstance(day, Day):
        assert day.value >= today
    elif isinstance(day, Gone):
        assert day.value < today
    elif day is not None:
        assert len(set(day.options)) == len(day.options) != 1


@given(TEXTS, LANGUAGES, DAYS, st.integers(1, 31))
def test_a_known_payday_never_names_a_day_gone_by(text: str, lang: str, today: date, payday: int) -> None:
    day = parse_date(f"{text} payday", lang, today, payday)
    assert not isinstance(day, Day) or day.value >= today
    assert named_payday(text, lang, today) is None or 1 <= named_payday(text, lang, today) <= 31


@given(TEXTS)
@example("fifty double ٠")
def test_any_text_is_weighed_as_an_identity_answer(text: str) -> None:
    answer = digits(text)
    assert answer is None or (len(answer) == 4 and answer[:3].isdigit() and answer[3] in "0123456789X")


@given(st.integers(0, 9999).map("{:04d}".format), st.sampled_from([" ", "-", ""]))
def test_spelled_out_the_answer_is_the_same(answer: str, between: str) -> None:
    assert digits(between.join(answer)) == answer
    assert digits(f"后四位是{spoken_zh.digits(answer)}") == answer
    assert digits(f"my last four are {spoken_en.digits(answer)}") == answer


@given(st.integers(0, 10**12 - 1))
def test_numbers_in_words_are_read_as_the_same_number(number: int) -> None:
    assert chinese(spoken_zh.cardinal(number)) == number
    assert chinese(spoken_zh.cardinal(number, counting=True)) == number


@given(st.text("一二两三五九零〇十百千万亿幺壹拾15.点半", max_size=12))
@example("三51")
@example("二十零")
def test_no_heap_of_numerals_is_a_fault(said: str) -> None:
    value = chinese(said)
    assert value is None or value >= 0


@given(st.integers(0, 10**9 - 1))
def test_english_numbers_in_words_are_read_as_the_same_number(number: int) -> None:
    assert english(spoken_en.cardinal(number).replace("-", " ").split()) == number


@given(CENTS, st.booleans(), LANGUAGES, st.sampled_from([*facts.CURRENCIES["en"], "JPY", "SGD"]))
def test_an_amount_read_back_is_the_amount(cents: int, whole: bool, lang: str, currency: str) -> None:
    amount = Decimal(cents) if whole else Decimal(cents) / 100
    said = facts.money(Money(amount, currency), lang)
    for sentence in (said, f"好，{said}" if lang == "zh" else f"ok, {said} please"):
        assert parse_amount(sentence, lang, Decimal(1), Decimal(2)) == Amount(amount)


@given(DAYS, LANGUAGES, DAYS)
def test_a_day_read_back_is_the_day(day: date, lang: str, today: date) -> None:
    assert parse_date(facts.day(day, lang), lang, today) == (Day(day) if day >= today else Gone(day))


@given(CENTS, st.integers(0, 60), LANGUAGES, DAYS)
def test_amount_and_day_in_one_sentence_do_not_mix(cents: int, ahead: int, lang: str, today: date) -> None:
    amount, day = Decimal(cents) / 100, today + timedelta(days=ahead)
    said = [facts.money(Money(amount, "TWD"), lang), facts.day(day, lang)]
    for sentence in ("，".join(said), " ".join(reversed(said))):
        assert parse_amount(sentence, lang, Decimal(1), Decimal(2)) == Amount(amount)
        assert parse_date(sentence, lang, today) == Day(day)


@given(st.integers(1, 9999), LANGUAGES)
@example(180, "zh")
def test_a_sum_in_words_is_the_sum(number: int, lang: str) -> None:
    said = f"{spoken_zh.cardinal(number, counting=True)}块" if lang == "zh" else f"{spoken_en.cardinal(number)} dollars"
    amount = parse_amount(said, lang, Decimal(1), Decimal(10**6))
    assert amount == Amount(Decimal(number)) or (
        # One sound on the telephone: asked back, with what was said among the choices.
        isinstance(amount, Ambiguous) and lang == "en" and number < 100 and Decimal(number) in amount.options
    )


@given(TEXTS)
def test_spelling_is_settled_once(text: str) -> None:
    assert simplified(simplified(text)) == simplified(text)
    assert normalise(normalise(text)) == normalise(text)
