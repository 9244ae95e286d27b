"""How a talk is judged: what was understood, which cry was missed, what was polite."""

import pytest

from rehearsal.debtor_personas import PERSONAS
from rehearsal.debtors import words
from rehearsal.talks.meanings import MEANINGS, meaning_of
from rehearsal.talks.night import cast_night
from rehearsal.talks.outcome import HELP, judged_line
from rehearsal.talks.politeness import Answered, politeness
from rehearsal.talks.record import HeardTurn

NO_WORDS_OF_THEIR_OWN = {"filler", "ramble_before", "ramble_after"}


def judged(kind, intent=None, trigger=None, seq=3):
    return judged_line(kind, "...", HeardTurn(seq, "debtor", "...", intent=intent, trigger=trigger), 3)


def test_every_kind_of_line_has_a_meaning():
    for kind in set(words()["en"]) - NO_WORDS_OF_THEIR_OWN - {"identity_slip"}:
        assert meaning_of(kind) is not None
    assert set(MEANINGS) <= set(words()["en"])
    assert all(meaning_of(kind).cry for kind in HELP)


def test_a_cry_is_heard_by_its_trigger_or_missed():
    assert judged("self_harm", trigger="self_harm").understood
    assert judged("self_harm", intent="refuse").missed_cry
    assert judged("unemployed", intent="hardship").understood
    assert not judged("self_harm", trigger="serious_illness").wrong_alarm


def test_an_ordinary_line_that_sets_off_a_trigger_is_a_wrong_alarm():
    alarmed = judged("near_miss", trigger="self_harm")
    assert alarmed.wrong_alarm
    assert not alarmed.understood
    assert not judged("legitimacy", trigger="bot_legitimacy_doubt").wrong_alarm


def test_an_identity_answer_isjudged_line_by_what_it_proved():
    assert judged("identity", intent="wait", seq=3).understood
    assert not judged("identity", intent="wait", seq=5).understood


def test_styles_do_not_change_what_is_meant():
    assert meaning_of("terse_promise") == meaning_of("mixed_promise") == meaning_of("promise")


@pytest.mark.parametrize(
    ("answers", "broken"),
    [
        ([("ask_amount", "How much could you pay?")], {"courteous"}),
        ([("thanks", "Thank you. You must pay immediately.")], {"does_not_press"}),
        ([("ask_amount", "Thanks. How much?")] * 3, {"does_not_repeat"}),
        ([("greeting", "Please hold on.")], {"says_goodbye"}),
        ([("goodbye", "谢谢您，再见。")], set()),
    ],
)
def test_politeness_names_the_rule_that_was_broken(answers, broken):
    ended = broken == {"says_goodbye"} or not broken
    told = politeness([Answered((each,)) for each in answers], ended=ended)
    assert {rule for rule, kept in told.items() if not kept} == broken


def test_nobody_is_asked_for_money_after_trouble():
    asked = Answered((("ask_intention", "I am sorry. When could you pay?"),), after_trouble=True)
    assert not politeness([asked], ended=False)["no_money_after_trouble"]


def test_a_night_holds_every_persona_in_both_languages_and_is_the_same_again():
    casts = list(cast_night(2 * len(PERSONAS), 3))
    assert {(cast.persona, cast.language) for cast in casts} == {(p, lang) for p in PERSONAS for lang in ("zh", "en")}
    assert casts == list(cast_night(2 * len(PERSONAS), 3))
    assert casts != list(cast_night(2 * len(PERSONAS), 4))
