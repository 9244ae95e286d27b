"""What the bot does moves a person, and in the direction that everybody would expect."""

from rehearsal.debtor_mood import Mood

CALM = Mood(trust=0.5, anger=0.3, patience=0.6)


def after(*heard, before=(), seconds=0.0, mood=CALM):
    return mood.after(heard, before, seconds)


def test_a_kind_word_calms():
    mood = after("it_happens")
    assert mood.trust > CALM.trust
    assert mood.anger < CALM.anger
    assert mood.patience > after("ask_amount").patience


def test_pressing_and_not_understanding_cost_trust_and_patience():
    for sentence in ("promise_too_small", "rephrase"):
        mood = after(sentence)
        assert mood.trust < CALM.trust
        assert mood.anger > CALM.anger
        assert mood.patience < after("ask_amount").patience


def test_the_same_question_again_is_worse_than_another_one():
    again, another = after("ask_amount", before=("ask_amount",)), after("ask_amount", before=("ask_date",))
    assert again.patience < another.patience
    assert again.anger > another.anger


def test_a_slow_answer_costs_patience():
    assert after("ask_amount", seconds=6.0).patience < after("ask_amount", seconds=1.0).patience


def test_nobody_stays_for_ever_where_nobody_listens():
    mood, turns = CALM, 0
    while not mood.leaves:
        mood, turns = mood.after(("rephrase",), ("rephrase",)), turns + 1
    assert turns < 8
    assert mood.lies


def test_moods_stay_within_bounds():
    for sentence in ("it_happens", "rephrase", "promise_too_small"):
        mood = CALM
        for _ in range(50):
            mood = mood.after((sentence,), (sentence,))
        assert all(0 <= each <= 1 for each in (mood.trust, mood.anger, mood.patience))
