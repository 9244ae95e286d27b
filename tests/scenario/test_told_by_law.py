"""What each jurisdiction wants told is told, in the talk's language and in time; where it cannot be, a person talks."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from scripted import ScriptedDialogue
from seeded import StoppedClock, add_person, add_score, add_strategy, fresh_ledger
from sqlmodel import col, select

from bot import telling
from bot.acts import Actions
from bot.disclosures import AT_OPENING, BEFORE_DEBT, MEDIA, NoWords, all_kinds, kinds_to_tell
from bot.guards import Breach
from bot.phrases import LANGUAGES, say, template
from bot.session import Reply, Sessions
from bot.talk import Terms
from bot.utterance import Listener, objections
from desk.intake import open_case
from desk.packet import open_packet
from ledger.ledger import Ledger
from ledger.tables import Case, Conversation, Debtor, Disclosure, Hold, Turn
from strategy.policy.disclosures import required_disclosures
from strategy.policy.packs import Packs, load_packs, shipped_packs
from strategy.settings import StrategySettings, to_json

TERMS = Terms(bank={"zh": "善还银行", "en": "Amends Bank"}, pay_link="https://pay.example.invalid/")
EVERYWHERE = {"automated", "human_at_any_time", "who_calls", "recorded"}
IN_CHAT = EVERYWHERE | {"opt_out", "marked_as_made_by_machine"}


def floor(path: Path, law: list[str], terms: Terms = TERMS, language: str = "en") -> tuple[Ledger, Sessions]:
    numbers = itertools.count(1)
    ledger = replace(fresh_ledger(path / "ledger.sqlite", StoppedClock()), new_id=lambda: f"id-{next(numbers)}")
    with ledger.begin() as work:
        account = add_person(work, language="en")
        debtor = work.session.get_one(Debtor, account.debtor_id)
        debtor.jurisdictions, debtor.language = law, language
        add_strategy(work, to_json(StrategySettings()))
        add_score(work, account.id, 0.8, 0.3, "remind")
    return ledger, Sessions(ledger, ScriptedDialogue(Actions(ledger, terms, open_case)), terms, open_case)


def told(ledger: Ledger) -> list[tuple[str, str, int]]:
    with ledger.read() as work:
        made = select(Disclosure).order_by(col(Disclosure.turn_seq))
        return [(each.kind, each.language, each.turn_seq) for each in work.session.exec(made)]


def templates(reply: Reply) -> list[str]:
    return [line.template for line in reply.lines]


def rows(ledger: Ledger, table: type[Any]) -> list[Any]:
    with ledger.read() as work:
        return list(work.session.exec(select(table)).all())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("law", "channel", "at_opening", "before_debt"),
    [
        (["US-FED"], "chat", [], []),
        (["US-FED", "US-CA"], "chat", [], []),
        (["US-FED", "US-NYC"], "terminal", [], []),
        (["US-FED"], "voice", ["opt_out_voice"], []),
        (["US-FED", "US-CA"], "voice", ["opt_out_voice"], []),
        (["CN"], "chat", [], ["automated_decision"]),
        (["CN"], "voice", [], ["automated_decision"]),
        (["UK"], "voice", [], ["no_pressure"]),
        (["HK"], "chat", [], []),
        (["EU"], "chat", [], ["automated_decision"]),
        (["UK", "CN"], "chat", [], ["no_pressure", "automated_decision"]),
    ],
)
def test_each_law_is_told_before_it_is_too_late(
    tmp_path: Path, law: list[str], channel: str, language: str, at_opening: list[str], before_debt: list[str]
) -> None:
    ledger, sessions = floor(tmp_path, law)
    greeting = "greeting_voice" if channel == "voice" else "greeting_chat"
    opening = sessions.start("account-R1", channel, language)
    assert templates(opening) == [greeting, *at_opening, "ask_identity"]
    assert {kind for kind, _, seq in told(ledger) if seq == 1} == (EVERYWHERE if channel == "voice" else IN_CHAT)
    verified = sessions.turn(opening.conversation_id, "4321")
    assert templates(verified)[:-2] == ["identity_ok", *before_debt, "disclosure"]
    kinds = [kind for kind, _, _ in told(ledger)]
    assert kinds.index("debt_collection") < kinds.index("debt_facts")
    assert all(spoken == language for _, spoken, _ in told(ledger))
    for kind in [kind for kind in all_kinds() if kind.said_in.get("chat") in before_debt]:
        assert kinds.index(kind.name) < kinds.index("debt_collection")


def test_a_talk_that_changes_its_language_tells_it_all_again_in_that(tmp_path: Path) -> None:
    ledger, sessions = floor(tmp_path, ["UK"])
    opening = sessions.start("account-R1", "chat", "zh")
    reply = sessions.turn(opening.conversation_id, "it is four three two one")
    assert templates(reply) == [
        "reintroduction",
        "identity_ok",
        "no_pressure",
        "disclosure",
        "reminder",
        "ask_intention",
    ]
    assert {kind for kind, language, _ in told(ledger) if language == "en"} >= IN_CHAT | {"no_pressure"}


@pytest.mark.parametrize("law", [["NOWHERE"], [], ["US-FED", "BROKEN"]])
def test_where_the_law_cannot_be_read_a_person_talks_and_nothing_is_told(tmp_path: Path, law: list[str]) -> None:
    (tmp_path / "packs").mkdir()
    shipped = shipped_packs()
    terms = replace(TERMS, packs=Packs(shipped.by_id, {**shipped.broken, "BROKEN": "line 3: not a list"}))
    ledger, sessions = floor(tmp_path, law, terms)
    opening = sessions.start("account-R1", "chat")
    assert templates(opening) == ["cannot_go_on", "colleague_by"]
    assert (opening.ended, opening.escalated) == (True, True)
    assert [case.trigger for case in rows(ledger, Case)] == ["disclosure_missing"]
    assert [(hold.reason, hold.until) for hold in rows(ledger, Hold)] == [("disclosure_missing", None)]
    assert sessions.turn(opening.conversation_id, "4321").lines == ()


def test_what_nobody_has_approved_words_for_is_left_to_a_person(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    folder.mkdir()
    for pack in ("HOUSE", "UK"):
        source = Path("strategy/policy/packs") / f"{pack}.yaml"
        (folder / f"{pack}.yaml").write_text(source.read_text().replace("id: UK-NO-PRESSURE", "id: UK-SOMETHING-NEW"))
    ledger, sessions = floor(tmp_path, ["UK"], replace(TERMS, packs=load_packs(folder)))
    assert templates(sessions.start("account-R1", "voice")) == ["cannot_go_on", "colleague_by"]
    (case,) = rows(ledger, Case)
    with ledger.read() as work:
        packet = open_packet(work, case.id, case.packet_sealed)
    assert packet.facts["breach"] == "UK-SOMETHING-NEW"


def test_a_language_that_the_bot_does_not_speak_is_a_persons(tmp_path: Path) -> None:
    ledger, sessions = floor(tmp_path, ["CN"], language="es")
    assert templates(sessions.start("account-R1", "chat")) == ["cannot_go_on", "colleague_by"]
    assert [case.trigger for case in rows(ledger, Case)] == ["language_barrier"]


def test_a_denial_of_the_gate_stops_the_talk_and_opens_a_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, sessions = floor(tmp_path, ["CN"])
    opening = sessions.start("account-R1", "chat")
    dialogue = sessions._dialogue
    assert isinstance(dialogue, ScriptedDialogue)
    dialogue.proposals = [("action_wait",)]
    monkeypatch.setattr(telling.Telling, "objections", lambda *_a, **_k: (Breach("x", "denied", "CEASE"),))
    reply = sessions.turn(opening.conversation_id, "hold on")
    assert templates(reply) == ["system_failure", "colleague_by"]
    assert reply.ended
    assert [case.trigger for case in rows(ledger, Case)] == ["guard_breach"]
    assert "take_your_time" not in [turn.template for turn in rows(ledger, Turn)]
    assert rows(ledger, Conversation)[0].disposition == "failed"


@pytest.mark.parametrize(
    ("verified", "told_before", "channel", "line", "codes"),
    [
        (True, {"automated"}, "chat", "explain_recorded_credit", set()),
        (False, {"automated"}, "chat", "ask_identity", set()),
        (False, set(), "chat", "ask_identity", {"AI_DISCLOSURE_MISSING"}),
        (
            False,
            {"automated"},
            "voice",
            "ask_intention",
            {"IDENTITY_NOT_VERIFIED", "THIRD_PARTY_CONTACT_NOT_PERMITTED"},
        ),
        (True, {"automated"}, "voice", "ask_intention", set()),
        (True, {"automated"}, "voicemail", "goodbye", set()),
    ],
)
def test_the_gate_is_asked_about_what_is_about_to_be_said(
    verified: bool, told_before: set[str], channel: str, line: str, codes: set[str]
) -> None:
    listener = Listener(("US-FED",), ("America/New_York",), "debt", channel, verified)
    now = datetime(2026, 11, 20, 17, tzinfo=UTC)
    found = objections(listener, told_before, [say(line, "en")], shipped_packs(), now)
    assert {reason.code for reason in found} == codes


def test_what_a_machine_is_told_of_a_debt_is_more_than_limited_content() -> None:
    listener = Listener(("US-FED",), ("America/New_York",), "debt", "voicemail", verified=False)
    now = datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert objections(listener, {"automated"}, [say("ask_intention", "en")], shipped_packs(), now)


def test_every_shipped_pack_has_approved_words_on_every_medium_but_for_marks_in_sound() -> None:
    packs = shipped_packs()
    lacking = {
        (name, medium, found.lacking)
        for name, medium in itertools.product(packs.by_id, MEDIA)
        for moment in (*AT_OPENING, *BEFORE_DEBT)
        for day in (date(2026, 11, 23), date(2027, 6, 1))
        for found in [
            kinds_to_tell(
                required_disclosures(
                    packs,
                    (name,),
                    moment,
                    medium,
                    days=[day],
                    agent="ai_voice" if medium == "voice" else "ai_chat",
                    entity_role=role,
                    first_contact=True,
                ),
                medium,
            )
            for role in ("first_party_bank", "third_party_collector")
        ]
        if isinstance(found, NoWords)
    }
    assert lacking == {("EU", "voice", ("EU-AI-MARK",))}


@pytest.mark.parametrize("kind", ["collector", "collector_first"])
def test_words_that_the_law_fixes_are_the_packs_to_the_letter(kind: str) -> None:
    (found,) = [each for each in all_kinds() if each.name == kind]
    clauses = [clause for pack in shipped_packs().by_id.values() for clause in pack.disclosures]
    (clause,) = [clause for clause in clauses if clause.id in found.asked_by]
    for text in clause.texts:
        assert template(found.said_in["chat"], text.language).text == text.text


def test_every_clause_that_is_told_stands_in_a_pack() -> None:
    known = {clause.id for pack in shipped_packs().by_id.values() for clause in pack.disclosures}
    assert {clause for kind in all_kinds() for clause in kind.asked_by} <= known
