"""The law that nobody is asked the same thing in the same words a third time, over talks that lead nowhere."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from ruled import Ruled, ruled_talk

from bot import session

SAID = (
    *(("greet", "hello"), ("thanks", "thanks"), ("off_topic", "nice weather"), ("nlu_fallback", "hm so so")),
    *(("affirm", "yes"), ("deny", "no"), ("ask_charges", "what are the charges?"), ("how_to_pay", "how do I pay?")),
    *(("promise", "500 next month"), ("promise", "2000"), ("promise", "on Friday"), ("promise", "2000 on Friday")),
    *(("too_much", "too much"), ("ask_extension", "later"), ("ask_plan", "in parts"), ("ask_plan", "four parts")),
    *(("ask_who", "who is this?"), ("clarify", "what do you mean?"), ("wait", "one moment"), ("cancel", "never mind")),
    *(("waiting_for_money", "when my money comes"), ("ask_minimum", "the least?"), ("change_promise", "change it")),
)


@pytest.fixture(autouse=True)
def nothing_sensitive(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the detector hears, and what follows from it, is tried elsewhere."""
    monkeypatch.setattr(session, "trigger_in", lambda *_, **__: None)


def asked_most(talk: Ruled) -> int:
    """How often the bot ended on the same words while the talk was open."""
    asked = Counter(reply.lines[-1].text for reply in talk.replies if reply.lines and not reply.ended)
    return max(asked.values(), default=0)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_said_no_question_comes_a_third_time(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    talk = ruled_talk(tmp_path / "ledger.sqlite")
    talk.open(verified=seed != 0)
    few = draw.sample(SAID, 4)
    for _ in range(10):
        if talk.hears(*draw.choice(few)).ended:
            break
    assert asked_most(talk) <= 2


@pytest.mark.parametrize("said", [("cancel", "never mind"), ("promise", "500 next month")])
def test_whoever_says_the_same_again_and_again_comes_to_an_end(tmp_path: Path, said: tuple[str, str]) -> None:
    talk = ruled_talk(tmp_path / "ledger.sqlite")
    talk.open()
    for _ in range(10):
        if talk.hears(*said).ended:
            break
    assert talk.replies[-1].ended
    assert asked_most(talk) <= 2


def test_a_question_is_answered_though_ours_is_not_put_again(tmp_path: Path) -> None:
    talk = ruled_talk(tmp_path / "ledger.sqlite")
    talk.open()
    answers = [talk.say("how_to_pay", "how do I pay?") for _ in range(9)]
    told = ["how_to_pay", "pay_link"]
    assert answers == [[*told, "ask_intention"], *[told] * 8]


def test_what_the_debtor_wants_repeated_is_repeated(tmp_path: Path) -> None:
    talk = ruled_talk(tmp_path / "ledger.sqlite")
    talk.open()
    asked = [talk.say("repeat", "again please")[-1] for _ in range(4)]
    assert asked == ["ask_intention"] * 4
