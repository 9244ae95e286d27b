"""Every expression of the golden tables for plans is understood as written there, in both languages."""

from decimal import Decimal

import pytest
from golden_tables import Row, rows
from hypothesis import given
from hypothesis import strategies as st

from bot.amounts import Ambiguous, Amount, parse_amount
from bot.instalment_words import bare_count, read_plan, without_parts
from bot.instalments import FEWEST

RHYTHMS = {"week": "weekly", "fortnight": "fortnightly", "month": "monthly"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_plans_as_the_golden_table_has_them(lang: str) -> None:
    table = list(rows(f"plans_{lang}"))
    assert len(table) >= 100
    assert [(row.said, understood(row, lang)) for row in table if understood(row, lang) != wanted(row)] == []


def understood(row: Row, lang: str) -> str:
    """As the table writes it, asked "in how many parts?"."""
    plan, bare = read_plan(row.said), bare_count(row.said)
    counts = plan.counts or ((bare,) if bare is not None and bare >= FEWEST else ())
    said = [f"{_or(counts)} parts"] if counts else []
    match (
        parse_amount(without_parts(row.said), lang, Decimal(4325), Decimal(12000), heard=False) if plan.each else None
    ):
        case Amount(value):
            said.append(f"{value} each")
        case Ambiguous(sums):
            said.append(f"{_or(sums)} each")
        case None:
            pass
    return ", ".join([*said, *([RHYTHMS[plan.every]] if plan.every else [])])


def _or(values: tuple[int, ...] | tuple[Decimal, ...]) -> str:
    return " or ".join(map(str, sorted(values)))


def wanted(row: Row) -> str:
    # Of neither is anything taken: the bot asks in how many parts.
    return "" if row.meant in ("vague", "none") else row.meant


PIECES = [
    "分",
    "三",
    "两",
    "期",
    "个月",
    "每",
    "一半",
    "3",
    "x",
    "500",
    "half ",
    "payments ",
    "a month ",
    "or ",
    "年",
    "不是",
    "-",
]


@given(st.text(max_size=30) | st.lists(st.sampled_from(PIECES), max_size=10).map("".join))
def test_any_text_is_weighed_as_a_plan(text: str) -> None:
    plan = read_plan(text)
    assert all(count >= FEWEST for count in plan.counts)
    assert bare_count(text) is None or bare_count(text) >= 0
    assert isinstance(without_parts(text), str)
