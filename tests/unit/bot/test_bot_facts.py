import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts import CURRENCIES, KINDS, Alike, Count, Digits, Fact, Parts, pattern, wording
from ledger.money import Money

FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("fact", "chinese", "english"),
    [
        (Money(Decimal("2300"), "TWD"), "新台币2300元", "NT$2,300"),
        (Money(Decimal("2300.00"), "CNY"), "人民币2300元", "¥2,300"),
        (Money(Decimal("1234567.5"), "USD"), "美元1234567.50元", "$1,234,567.50"),
        (Money(Decimal("-12.34"), "EUR"), "欧元-12.34元", "-€12.34"),
        (Money(Decimal(5), "JPY"), "JPY5元", "JPY 5"),
        (Money(Decimal("1E+3"), "TWD"), "新台币1000元", "NT$1,000"),
        (FRIDAY, "2026年11月27日星期五", "Friday 27 November 2026"),
        (1, "1天", "1 day"),
        (32, "32天", "32 days"),
        ("Example Bank", "Example Bank", "Example Bank"),
        ((FRIDAY,), "2026年11月27日星期五", "Friday 27 November 2026"),
        (
            (Money(Decimal(15), "TWD"), Money(Decimal(50), "TWD")),
            "新台币15元，还是新台币50元",
            "NT$15, or NT$50",
        ),
        (Digits(Decimal("1500")), "一、五、零、零", "one, five, zero, zero"),
        (Digits(Decimal("13.05")), "一、三、点、零、五", "one, three, point, zero, five"),
        (Count(3), "3", "3"),
        (
            Parts(((Money(Decimal(800), "TWD"), date(2026, 11, 27)), (Money(Decimal(825), "TWD"), date(2026, 12, 4)))),
            "2026年11月27日星期五：新台币800元；2026年12月4日星期五：新台币825元",
            "Friday 27 November 2026: NT$800; Friday 4 December 2026: NT$825",
        ),
    ],
)
def test_a_fact_in_both_languages(fact: Fact, chinese: str, english: str) -> None:
    assert (wording(fact, "zh"), wording(fact, "en")) == (chinese, english)


@pytest.mark.parametrize("text", ["", "two\nlines", "bell\a", "long" * 60])
def test_a_text_that_is_no_fact_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="one short printable line"):
        wording(text, "en")


def test_a_choice_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one option"):
        wording((), "zh")


FACTS = {
    Money: st.builds(
        Money,
        st.integers(-(10**12), 10**12).map(lambda cents: Decimal(cents) / 100),
        st.sampled_from([*CURRENCIES["en"], "JPY"]),
    ),
    date: st.dates(),
    int: st.integers(-10, 5000),
    str: st.just("Example Bank"),
    Count: st.integers(0, 99).map(Count),
}
FACTS[Digits] = FACTS[Money].map(lambda money: Digits(abs(money.amount)))
FACTS[Alike] = st.lists(FACTS[Money], min_size=1, max_size=3).map(
    lambda sums: Alike(tuple(Money(abs(each.amount), each.currency) for each in sums))
)
FACTS[Parts] = st.lists(st.tuples(FACTS[Money], FACTS[date]), min_size=1, max_size=4).map(
    lambda parts: Parts(tuple(parts))
)
FACTS[tuple] = st.lists(FACTS[Money], min_size=1, max_size=4).map(tuple) | st.lists(
    FACTS[date], min_size=1, max_size=4
).map(tuple)


@given(st.data(), st.sampled_from(sorted(KINDS)), st.sampled_from(["zh", "en"]))
def test_every_wording_has_the_shape_that_the_guard_expects(data: st.DataObject, field: str, lang: str) -> None:
    fact = data.draw(st.one_of(*(FACTS[kind] for kind in KINDS[field])))
    assert re.fullmatch(pattern(field, lang), wording(fact, lang))
