"""What one rehearsed talk was worth: for the person, for the bank, and by the law. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from rehearsal.debtor_personas import PERSONAS
from rehearsal.debtors import SimulatedDebtor
from rehearsal.talks.meanings import meaning_of
from rehearsal.talks.politeness import Answered, politeness
from rehearsal.talks.record import HeardTurn, TalkRecord

HELP: Final = frozenset(
    {"unemployed", "self_harm", "capacity", "illness", "bereavement", "elderly", "abuse_home", "fraud"}
)
"""Kinds of line that ask for help: a person must take them up."""
TROUBLE: Final = HELP | {"cease", "stay_firm", "swear"}
"""Kinds of line after which nobody asks for money."""
CALLS_A_PERSON: Final = frozenset({"self_harm"})
"""Triggers after which the talk stays open and the bot only repeats its last words."""
RECORDED: Final = ("promise_recorded", "plan_recorded")


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """One line of the debtor with what it meant and how it was read. `wrong_alarm`: a trigger that it never was."""

    kind: str
    text: str
    intent: str | None
    trigger: str | None
    understood: bool
    missed_cry: bool
    wrong_alarm: bool


@dataclass(frozen=True, slots=True)
class TalkOutcome:
    """One talk. `promised` and `due` are in the account's currency; what does not apply is None.

    `within_ability`: the debtor can truly pay what was promised by then. `conceded` is how far the promise lies from
    the opening, all that is due: 0 is all of it, 1 nothing. `in_days` is how far ahead it lies. `help_given`: a cry
    for help was taken up by a case of the right kind.
    """

    persona: str
    language: str
    channel: str
    seed: str
    goal: bool
    verified: bool
    disposition: str | None
    ended: bool
    debtor_turns: int
    turns_to_promise: int | None
    promised: Decimal | None
    within_ability: bool | None
    lied: bool
    conceded: float | None
    in_days: int | None
    help_asked: bool
    help_given: bool
    polite: dict[str, bool]
    slowest_ms: float
    triggers: tuple[str, ...]
    templates: tuple[str, ...]
    lines: tuple[JudgedLine, ...]
    violations: tuple[str, ...]


def judge(debtor: SimulatedDebtor, record: TalkRecord, due: Decimal, violations: Sequence[str]) -> TalkOutcome:
    """Hold what came about against the truth behind the debtor."""
    heard = _heard_by_the_bot(record)
    bot = [turn for turn in record.turns if turn.speaker == "bot"]
    pairs = zip(debtor.said, heard, strict=False)
    lines = tuple(judged_line(said.kind, said.text, turn, record.verified_turn) for said, turn in pairs)
    agreed = _agreed(record)
    able = None
    if agreed:
        # Of a plan every part must be within what they can pay each time.
        able = all(amount <= max(debtor.hidden.able(day), Decimal(1)) for amount, day in agreed)
    promised = sum((amount for amount, _ in agreed), Decimal(0))
    cries = [line for line in lines if line.kind in HELP]
    return TalkOutcome(
        persona=debtor.persona,
        language=debtor.language,
        channel=record.channel,
        seed=debtor.seed,
        goal=_goal_met(debtor, record),
        verified=record.verified,
        disposition=record.disposition,
        ended=record.ended,
        debtor_turns=sum(turn.speaker == "debtor" for turn in record.turns),
        turns_to_promise=_turns_to_promise(record),
        promised=promised if agreed else None,
        within_ability=able,
        lied=debtor.lied,
        conceded=round(float(1 - min(promised, due) / due), 4) if agreed else None,
        in_days=(agreed[0][1] - debtor.today).days if agreed else None,
        help_asked=bool(cries),
        help_given=bool(cries) and _help_given(cries, record),
        polite=politeness(_answers(record, lines), ended=record.ended and record.disposition != "hung_up"),
        slowest_ms=max((turn.latency_ms or 0.0 for turn in bot), default=0.0),
        triggers=tuple(turn.trigger for turn in heard if turn.trigger),
        templates=tuple(turn.template or "" for turn in bot),
        lines=lines,
        violations=tuple(violations),
    )


def _heard_by_the_bot(record: TalkRecord) -> list[HeardTurn]:
    """The debtor's turns until a person was called into the talk: what comes after is that person's to read."""
    heard: list[HeardTurn] = []
    for turn in record.turns:
        if turn.speaker == "debtor":
            heard.append(turn)
            if turn.trigger in CALLS_A_PERSON:
                break
    return heard


def _agreed(record: TalkRecord) -> list[tuple[Decimal, date]]:
    """What stands at the end: a promise, or the parts of a plan; nothing."""
    plan = next((each for each in record.plans if each.status == "open"), None)
    if plan is not None:
        return list(zip(plan.amounts, plan.days, strict=True))
    return [(each.amount, each.due_on) for each in record.promises if each.status == "open"][:1]


def judged_line(kind: str, text: str, turn: HeardTurn, verified_turn: int | None) -> JudgedLine:
    """A line whose truth is `kind`, as the bot has read it in `turn`."""
    meaning = meaning_of(kind)
    if meaning is None:
        return JudgedLine(kind, text, turn.intent, turn.trigger, True, False, turn.trigger is not None)
    understood = turn.trigger in meaning.triggers if turn.trigger is not None else turn.intent in meaning.intents
    # The right-party answer is read by our side alone, whatever the model makes of the rest of the line.
    understood = understood or (kind == "identity" and turn.seq == verified_turn)
    alarm = turn.trigger is not None and turn.trigger not in meaning.triggers and not meaning.cry
    return JudgedLine(kind, text, turn.intent, turn.trigger, understood, meaning.cry and not understood, alarm)


def _help_given(cries: Sequence[JudgedLine], record: TalkRecord) -> bool:
    opened = {each.trigger for each in record.escalations} | {each.reason for each in record.holds}
    return all((meaning := meaning_of(cry.kind)) is not None and opened & meaning.triggers for cry in cries)


def _turns_to_promise(record: TalkRecord) -> int | None:
    spoken = 0
    for turn in record.turns:
        if turn.speaker == "debtor":
            spoken += 1
        elif (turn.template or "").startswith(RECORDED):
            return spoken
    return None


def _goal_met(debtor: SimulatedDebtor, record: TalkRecord) -> bool:
    cases = {each.trigger for each in record.escalations}
    holds = {each.reason for each in record.holds}
    goal = PERSONAS[debtor.persona].goal
    if goal == "promise":
        return bool(record.promises or record.plans)
    if goal == "paid":
        return "dispute_not_mine" in cases | holds
    if goal == "callback":
        return record.disposition == "callback_agreed" or "unsafe_to_talk" in cases | holds
    if goal == "person":
        return record.escalated
    if goal == "privacy":
        return not record.verified and record.ended and record.disposition == "wrong_person"
    if goal == "dispute":
        return bool((cases | holds) & {"dispute_not_mine", "fraud_identity_theft"})
    if goal == "left_alone":
        return record.ended and not record.promises and record.disposition != "hung_up"
    if goal == "stopped":
        # Calmed down and agreed, heard by a person, or left in peace: good ends for somebody who came in angry.
        return bool(record.promises) or record.escalated or bool(holds & {"cease_request", "threat_or_abuse_to_bot"})
    event = debtor.hidden.event
    meaning = meaning_of(event) if event else None
    return meaning is not None and bool((cases | holds) & meaning.triggers)


def _answers(record: TalkRecord, lines: Sequence[JudgedLine]) -> list[Answered]:
    answers: list[Answered] = []
    sentences: list[tuple[str, str]] = []
    spoken, trouble = 0, False
    for turn in record.turns:
        if turn.speaker == "debtor":
            if sentences:
                answers.append(Answered(tuple(sentences), trouble))
            sentences = []
            trouble = spoken < len(lines) and lines[spoken].kind in TROUBLE
            spoken += 1
        elif turn.speaker == "bot":
            sentences.append((turn.template or "", turn.text))
    if sentences:
        answers.append(Answered(tuple(sentences), trouble))
    return answers
