"""Simulated debtors of every kind against the real bot: some sixty talks, judged as a night of a thousand is."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from rasa_serving import NO_RASA, SECRET, ActionWebhook, has_rasa
from seeded import fresh_ledger
from talking import TERMS

from bot.acts.run import Actions
from bot.dialogue import RasaDialogue
from bot.rasa_process import RasaProcess
from bot.session import Sessions
from desk.intake import open_case
from rehearsal.debtor_personas import PERSONAS
from rehearsal.ids import seeded_ids
from rehearsal.talks.night import cast_night, play_night
from rehearsal.talks.outcome import HELP, TalkOutcome
from rehearsal.talks.play import Stage
from rehearsal.talks.script import read_scripts
from rehearsal.talks.stage import TalkClock
from rehearsal.talks.summary import summary

pytestmark = [pytest.mark.rasa, pytest.mark.slow, pytest.mark.skipif(not has_rasa(), reason=NO_RASA)]
Server = tuple[RasaProcess, ActionWebhook]
TALKS, SEED = 3 * len(PERSONAS), 7


def stage_on(folder: Path, server: Server, ids: int) -> Stage:
    rasa, hook = server
    clock = TalkClock()
    # One Rasa serves all tests and remembers talks by their ids: no two stages may share them.
    ledger = replace(fresh_ledger(folder / "talks.sqlite"), clock=clock, new_id=seeded_ids(ids))
    hook.run, hook.failing = Actions(ledger, TERMS, open_case).run, False
    sessions = Sessions(ledger, RasaDialogue(rasa.url, SECRET, 15.0), TERMS, open_case)
    return Stage(ledger, clock, sessions, date(2026, 11, 23))


@pytest.fixture(scope="module")
def night(server: Server, tmp_path_factory: pytest.TempPathFactory) -> list[TalkOutcome]:
    return play_night(stage_on(tmp_path_factory.mktemp("night"), server, 101), list(cast_night(TALKS, SEED)))


def test_no_law_is_broken_and_no_talk_fails(night: list[TalkOutcome]) -> None:
    assert len(night) == TALKS
    assert [(talk.seed, talk.violations) for talk in night if talk.violations] == []
    assert [talk.seed for talk in night if talk.disposition == "failed"] == []


def test_nobody_promises_before_they_are_verified(night: list[TalkOutcome]) -> None:
    assert any(talk.promised is not None for talk in night)
    assert all(talk.verified for talk in night if talk.promised is not None)


def test_cries_for_help_reach_a_person(night: list[TalkOutcome]) -> None:
    told = summary(night)
    assert told["help_asked"] >= 5
    assert told["help"] >= 0.8
    kinds = HELP - {"unemployed", "elderly", "illness", "bereavement"}
    assert [line.text for talk in night for line in talk.lines if line.kind in kinds and line.missed_cry] == []


def test_talks_are_short_and_come_to_a_good_end(night: list[TalkOutcome]) -> None:
    told = summary(night)
    assert told["turns_median"] <= 8
    assert told["success"] >= 0.6
    assert told["politeness"] >= 0.85


def test_the_same_seed_is_the_same_talk(night: list[TalkOutcome], server: Server, tmp_path: Path) -> None:
    again = play_night(stage_on(tmp_path, server, 102), list(cast_night(len(PERSONAS), SEED)))

    def without_time(talk: TalkOutcome) -> dict[str, object]:
        return {name: value for name, value in dataclasses.asdict(talk).items() if name != "slowest_ms"}

    assert [without_time(talk) for talk in again] == [without_time(talk) for talk in night[: len(PERSONAS)]]


def test_a_script_is_played_on_its_own_day_and_held_against_what_came(server: Server, tmp_path: Path) -> None:
    stage = stage_on(tmp_path, server, 103)
    text = """
lang: en
today: 2026-11-23
account: {amount_due: 900, country: US, identity_last4: "5519"}
turns:
  - identity: wrong
  - say: "{last4}"
    expect: {verified: true, never_says: [threat]}
  - I will pay {amount_due} on {today+3}
  - yes, that is right
  - wait_minutes: 45
expect:
  promise: {amount: 900, currency: USD, due_on: 2026-11-26}
  disposition: promise_to_pay
  ended: true
"""
    (script,) = read_scripts(text, "script.yaml")
    played = stage.play(script, "one")
    assert played.judged(()) == ()
    assert played.judged(("talk.amount_before_identity",)) == ("violation: talk.amount_before_identity",)
    (other,) = read_scripts(text.replace("amount: 900, c", "amount: 901, c"), "script.yaml")
    assert len(stage.play(other, "two").judged(())) == 1
