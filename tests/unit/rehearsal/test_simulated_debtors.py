from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.amounts import Amount, parse_amount
from bot.dates import Day, parse_date
from bot.phrases import templates
from rehearsal.debtors import (
    ASKS_AMOUNT,
    ASKS_AMOUNT_IN_BOUNDS,
    ASKS_DAY,
    ASKS_DAY_IN_BOUNDS,
    ASKS_FOR_MORE,
    ASKS_IDENTITY,
    ASKS_WHY,
    LINES,
    MOST_TURNS,
    OPENS,
    PERSONAS,
    READS_BACK,
    SHARES,
    SimulatedDebtor,
    cast,
    chance_to_open,
    words,
)

TODAY = date(2026, 11, 20)
DUE = Decimal("2345.60")


def debtor(persona, language="en", seed="1"):
    return SimulatedDebtor(persona, language, seed, "4321", DUE, TODAY)


def test_the_shares_of_both_kinds_of_people_add_up():
    assert sum(high for high, _ in SHARES.values()) == pytest.approx(1)
    assert sum(low for _, low in SHARES.values()) == pytest.approx(1)


def test_a_better_score_means_a_kinder_cast_and_more_opened_links():
    good = Counter(cast(1, f"A{n}", 0.95, 0.95) for n in range(500))
    bad = Counter(cast(1, f"A{n}", 0.1, 0.1) for n in range(500))
    assert good["cooperative"] > 3 * bad["cooperative"]
    assert bad["hardship"] > 3 * good["hardship"]
    assert OPENS[1] <= chance_to_open(0.1, 0.1) < chance_to_open(0.9, 0.9) <= OPENS[0]


def test_the_bot_has_every_sentence_that_debtors_listen_for():
    heard = ASKS_IDENTITY | ASKS_AMOUNT | ASKS_AMOUNT_IN_BOUNDS | ASKS_DAY | ASKS_DAY_IN_BOUNDS
    heard |= READS_BACK | ASKS_FOR_MORE | ASKS_WHY
    assert heard <= set(templates("en"))


def test_every_persona_has_words_in_both_languages():
    assert set(LINES) == set(PERSONAS)
    for language in ("zh", "en"):
        assert {kind for lines in LINES.values() for kind in lines} <= set(words()[language])
    assert set(words()["zh"]) == set(words()["en"])


@given(
    persona=st.sampled_from(PERSONAS),
    language=st.sampled_from(["zh", "en"]),
    seed=st.text(max_size=5),
    asked=st.lists(st.sampled_from(sorted(templates("en"))), max_size=20),
)
def test_the_same_person_hearing_the_same_says_the_same_and_never_stays_for_ever(persona, language, seed, asked):
    first, second = (debtor(persona, language, seed) for _ in range(2))
    said = [first.reply((template,)) for template in asked]
    assert said == [second.reply((template,)) for template in asked]
    assert all(words is None for words in said[MOST_TURNS:])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("seed", range(20))
def test_amounts_and_days_are_said_so_that_they_can_be_understood(language, seed):
    person = debtor("cooperative", language, str(seed))
    amount = person.reply(("ask_amount",))
    day = person.reply(("ask_date",))
    if amount is not None:
        assert parse_amount(amount, language, DUE, DUE * 10) == Amount(Decimal("2346"))
    if day is not None:
        found = parse_date(day, language, TODAY)
        assert isinstance(found, Day)
        assert 0 < (found.value - TODAY).days <= 9


def test_a_stranger_never_gives_the_identity_answer():
    for seed in range(30):
        stranger = debtor("third_party", seed=str(seed))
        assert "4321" not in (stranger.reply(("ask_identity",)) or "")
