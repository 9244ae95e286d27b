"""What leaves the bot is an approved sentence, unaltered, and tells no debt fact before the right-party check."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.facts import KINDS, Alike, Count, Digits, Fact, Parts
from bot.guards import DEBT, check
from bot.phrases import LANGUAGES, Line, Template, matches, say, templates
from ledger.money import Money

MONEY = st.builds(
    Money,
    st.integers(1, 10**9).map(lambda cents: Decimal(cents) / 100),
    st.sampled_from(["TWD", "CNY", "USD", "EUR", "GBP"]),
)
DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31))
OF_KIND: dict[type, st.SearchStrategy[Fact]] = {
    Money: MONEY,
    date: DAYS,
    int: st.integers(0, 5000),
    tuple: st.lists(MONEY, min_size=2, max_size=3).map(tuple) | st.lists(DAYS, min_size=2, max_size=3).map(tuple),
    Count: st.integers(2, 12).map(Count),
    Digits: MONEY.map(lambda money: Digits(money.amount)),
    Alike: st.lists(MONEY, min_size=2, max_size=2).map(lambda sums: Alike(tuple(sums))),
    Parts: st.lists(st.tuples(MONEY, DAYS), min_size=2, max_size=4).map(lambda parts: Parts(tuple(parts))),
    str: st.sampled_from(["First River Bank", "恒信银行", "0800 024 365", "https://bank.example/go/7f3a"]),
}
ALL = [found for language in LANGUAGES for found in templates(language).values()]
TELLS_NOTHING = [found for found in ALL if found.before_verified]
# Sentences that state a fact of the debt: an amount, a day or a count of days, or that there is a debt at all.
TELLS = [found for found in ALL if not found.before_verified]


def _facts(found: Template) -> st.SearchStrategy[dict[str, Fact]]:
    return st.fixed_dictionaries({name: st.one_of([OF_KIND[kind] for kind in KINDS[name]]) for name in found.fields})


@st.composite
def lines(draw: st.DrawFn, among: list[Template]) -> tuple[Line, str]:
    found = draw(st.sampled_from(among))
    return say(found.id, found.language, **draw(_facts(found))), found.language


@given(lines(TELLS_NOTHING), st.booleans())
def test_a_sentence_that_hints_at_no_debt_may_be_said_to_anybody(drawn: tuple[Line, str], verified: bool) -> None:
    assert check([drawn[0]], verified) == ()


@given(lines(ALL))
def test_the_right_party_may_hear_every_approved_sentence(drawn: tuple[Line, str]) -> None:
    assert check([drawn[0]], verified=True) == ()


@given(lines(TELLS))
def test_a_debt_fact_before_verification_is_always_a_breach(drawn: tuple[Line, str]) -> None:
    rules = {breach.rule for breach in check([drawn[0]], verified=False)}
    assert "before_verified" in rules


@given(MONEY | st.integers(1, 999), st.sampled_from(LANGUAGES), st.sampled_from(TELLS_NOTHING))
def test_a_debt_fact_under_a_harmless_name_is_found_by_its_words(
    fact: Money | int, language: str, harmless: Template
) -> None:
    if isinstance(fact, Money):
        text = say("explain_balance", language, amount_due=fact, balance=fact).text
    else:
        text = say("reminder", language, amount_due=Money(Decimal(fact), "CNY"), days_past_due=fact).text
    rules = {breach.rule for breach in check([Line(harmless.id, text)], verified=False)}
    assert {"altered", "debt_fact"} <= rules


@given(lines(ALL), st.data(), st.booleans())
def test_altered_text_is_a_breach(drawn: tuple[Line, str], data: st.DataObject, verified: bool) -> None:
    line, _ = drawn
    place = data.draw(st.integers(0, len(line.text)))
    removed = data.draw(st.integers(0, 6))
    added = data.draw(st.text(max_size=6))
    altered = Line(line.template, line.text[:place] + added + line.text[place + removed :])
    # A change may fall inside a fact and make another fact of the same kind: that is still the approved sentence.
    assume(not any(matches(altered, language) for language in LANGUAGES))
    assert "altered" in {breach.rule for breach in check([altered], verified)}


@given(lines(ALL), lines(ALL))
def test_words_of_one_sentence_under_the_name_of_another_are_a_breach(
    one: tuple[Line, str], other: tuple[Line, str]
) -> None:
    swapped = Line(one[0].template, other[0].text)
    assume(not any(matches(swapped, language) for language in LANGUAGES))
    assert check([swapped], verified=True)


@given(st.text(max_size=60), st.booleans())
def test_a_sentence_without_an_approved_name_is_a_breach(text: str, verified: bool) -> None:
    assert check([Line("free_text", text)], verified)


@pytest.mark.parametrize("found", TELLS_NOTHING, ids=lambda found: f"{found.language}-{found.id}")
def test_no_sentence_for_before_verification_holds_a_word_of_debt(found: Template) -> None:
    assert DEBT.search(found.text) is None
