from collections import Counter
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rehearsal.debtor_hearing as hearing
from bot.amounts import Amount, parse_amount
from bot.dates import Day, parse_date
from bot.phrases import Line, templates
from rehearsal.debtor_noise import RATES, noisy
from rehearsal.debtor_personas import PERSONAS, cast
from rehearsal.debtors import MOST_TURNS, OPENS, SimulatedDebtor, chance_to_open, words

TODAY = date(2026, 11, 20)
DUE = Decimal("2345.60")


def debtor(persona, language="en", seed="1", **given):
    return SimulatedDebtor(persona, language, seed, "4321", DUE, TODAY, **given)


def heard(*ids, text=""):
    return [Line(each, text) for each in ids]


def test_the_shares_of_both_kinds_of_people_add_up():
    assert sum(persona.shares[0] for persona in PERSONAS.values()) == pytest.approx(1)
    assert sum(persona.shares[1] for persona in PERSONAS.values()) == pytest.approx(1)


def test_a_better_score_means_a_kinder_cast_and_more_opened_links():
    good = Counter(cast(1, f"A{n}", 0.95, 0.95) for n in range(500))
    bad = Counter(cast(1, f"A{n}", 0.1, 0.1) for n in range(500))
    assert good["cooperative"] > 3 * bad["cooperative"]
    assert bad["unemployed"] > 3 * good["unemployed"]
    assert OPENS[1] <= chance_to_open(0.1, 0.1) < chance_to_open(0.9, 0.9) <= OPENS[0]


HEARD = {each for value in vars(hearing).values() if isinstance(value, frozenset) for each in value}


def test_the_bot_has_every_sentence_that_debtors_listen_for():
    assert HEARD - set(templates("en")) == set()


def test_debtors_have_an_answer_to_every_question_of_the_bot():
    asks = {name for name, found in templates("en").items() if found.text.endswith("?")}
    assert {each for each in asks - HEARD if not each.startswith("trigger_")} == set()


def test_every_kind_of_line_has_words_in_both_languages():
    kinds = {kind for persona in PERSONAS.values() for kind in (*persona.says, *persona.events)} - {"life_event"}
    for language in ("zh", "en"):
        assert kinds <= set(words()[language])
        assert all(len(set(wordings)) == len(wordings) for wordings in words()[language].values())
    assert set(words()["zh"]) == set(words()["en"])


@given(
    persona=st.sampled_from(sorted(PERSONAS)),
    language=st.sampled_from(["zh", "en"]),
    seed=st.text(max_size=5),
    asked=st.lists(st.sampled_from(sorted(templates("en"))), max_size=MOST_TURNS + 4),
    noise=st.sampled_from(sorted(RATES)),
)
def test_the_same_person_hearing_the_same_says_the_same_and_never_stays_for_ever(persona, language, seed, asked, noise):
    first, second = (debtor(persona, language, seed, noise=noise) for _ in range(2))
    said = [first.reply(heard(template)) for template in asked]
    assert said == [second.reply(heard(template)) for template in asked]
    assert all(each is None for each in said[MOST_TURNS:])


@given(
    persona=st.sampled_from(sorted(PERSONAS)),
    seed=st.text(max_size=5),
    willingness=st.floats(0, 1),
    ability=st.floats(0, 1),
)
def test_the_truth_behind_a_person_hangs_together(persona, seed, willingness, ability):
    hidden = debtor(persona, seed=seed, willingness=willingness, ability=ability).hidden
    assert 0 <= hidden.spare_now <= hidden.spare_later
    assert hidden.able(TODAY) <= hidden.able(hidden.payday)
    assert hidden.payday > TODAY
    assert 0 <= hidden.willing <= 1


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("seed", range(20))
def test_amounts_and_days_are_said_so_that_they_can_be_understood(language, seed):
    person = debtor("cooperative", language, str(seed))
    amount = person.reply(heard("ask_amount"))
    day = person.reply(heard("ask_date"))
    kinds = [line.kind for line in person.said]
    if "amount" in kinds:
        assert parse_amount(amount, language, DUE, DUE * 10) == Amount(Decimal("2346"))
    if "day" in kinds:
        found = parse_date(day, language, TODAY)
        assert isinstance(found, Day)
        assert found.value == person.meant[1]


def test_nobody_offers_more_than_they_can_while_they_are_honest():
    for persona, behind in PERSONAS.items():
        for seed in range(30):
            person = debtor(persona, seed=str(seed))
            person.reply(heard("ask_amount"))
            if person.meant is not None and not person.lied and behind.means[0] > 0:
                amount, day = person.meant
                assert amount <= max(person.hidden.able(day), 1)


def test_what_was_misheard_is_put_right_and_never_agreed_to():
    for seed in range(30):
        person = debtor("cooperative", seed=str(seed))
        person.reply(heard("ask_amount"))
        answer = person.reply(heard("read_back", text="you will pay $99,999 by Friday 1 January 2027. Is that right?"))
        assert person.said[-1].kind != "confirm", answer


@given(
    persona=st.sampled_from(sorted(PERSONAS)),
    seed=st.text(max_size=5),
    asked=st.lists(st.sampled_from(sorted(hearing.ASKS_IDENTITY)), max_size=MOST_TURNS),
)
def test_nobody_promises_before_they_have_heard_what_it_is_about(persona, seed, asked):
    person = debtor(persona, seed=seed)
    for template in asked:
        person.reply(heard(template))
    assert not {"promise", "part", "amount", "day", "confirm"} & {line.kind for line in person.said}


def test_a_stranger_never_gives_the_identity_answer():
    for seed in range(30):
        stranger = debtor("third_party", seed=str(seed))
        assert "4321" not in (stranger.reply(heard("ask_identity")) or "")


def test_noise_leaves_figures_alone_and_its_rate_is_kept():
    text = "I can pay 2,346 on the 12th of December, please note that"
    changed = 0
    for seed in range(1_000):
        said = noisy(text, "en", "heard", Random(seed), ("um",))
        assert "2,346" in said
        assert "12th" in said
        changed += said != text
    assert 250 < changed < 450
    assert noisy(text, "en", "none", Random(1)) == text
