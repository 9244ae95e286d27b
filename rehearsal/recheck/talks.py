"""Was every talk honest from its first line, silent before identity, and every promise truly made?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from ledger.keys import Keys, SealBroken
from rehearsal.recheck import conduct
from rehearsal.recheck.law import MUST_HAVE_CASE, MUST_HOLD
from rehearsal.recheck.rows import Row, Rows
from rehearsal.recheck.violation import Violation
from rehearsal.recheck.words import hints_at_debt, names_day, numbers, says_automated

SMALLEST_TELLING = Decimal(100)
"""A smaller number (a count, an hour, a day) says nothing about an account even when it happens to be equal."""

HANDED_OVER = ("handed_over", "failed", "dispute_opened", "hardship_referred", "complaint_opened", "says_paid")

HELD = ("failed", "cease_recorded", "dispute_opened", "hardship_referred", "legal_represented", "says_paid")
"""Ends of a talk that are told to the debtor only after automated contact has been put to rest."""


def check(rows: Rows, keys: Keys) -> Iterator[Violation]:
    """Every breach in the talks, the promises and the hand-overs."""
    told: dict[str, list[Row]] = defaultdict(list)
    for disclosure in rows.disclosures:
        told[disclosure["conversation_id"]].append(disclosure)
    held: dict[str | None, list[Row]] = defaultdict(list)
    for hold in rows.holds:
        held[hold["conversation_id"]].append(hold)
    cases: dict[str | None, set[str]] = defaultdict(set)
    for case in rows.cases:
        cases[case["conversation_id"]].add(case["trigger"])
    promised: dict[str | None, list[Row]] = defaultdict(list)
    for promise in rows.promises:
        promised[promise["conversation_id"]].append(promise)
    lines: dict[str, list[str]] = {}
    for talk in rows.conversations:
        turns = rows.turns.get(talk["id"], [])
        try:
            lines[talk["id"]] = [keys.open("turn", "text_sealed", turn["id"], turn["text_sealed"]) for turn in turns]
        except SealBroken:
            yield _of(talk, "talk.unreadable", "a line does not open with our keys")
            continue
        yield from _first_line(talk, turns, lines[talk["id"]], told[talk["id"]])
        yield from _silence(talk, turns, lines[talk["id"]], told[talk["id"]], rows.accounts[talk["account_id"]])
        yield from _triggers(talk, turns, held[talk["id"]], cases[talk["id"]])
        yield from conduct.check(talk, turns, lines[talk["id"]], promised[talk["id"]])
    by_id = {talk["id"]: talk for talk in rows.conversations}
    for promise in rows.promises:
        talk_id = promise["conversation_id"]
        if talk_id in by_id and talk_id not in lines:
            continue
        yield from _promise(promise, rows.turns.get(talk_id, []), lines.get(talk_id, []), talk_id is not None)


def _first_line(talk: Row, turns: list[Row], lines: list[str], told: list[Row]) -> Iterator[Violation]:
    first = next(((turn, line) for turn, line in zip(turns, lines, strict=True) if turn["speaker"] == "bot"), None)
    if first is None:
        return
    turn, line = first
    if not says_automated(line):
        yield _of(talk, "talk.not_said_automated", "the bot's first line does not say that it is automated")
    if not any(row["kind"] == "automated" and row["turn_seq"] == turn["seq"] for row in told):
        yield _of(talk, "talk.disclosure_not_recorded", "no record that the first line said so")


def _silence(talk: Row, turns: list[Row], lines: list[str], told: list[Row], account: Row) -> Iterator[Violation]:
    """Nothing of the debt before the turn in which the right party was verified."""
    verified_turn = talk["verified_turn"]
    speakers = {turn["seq"]: turn["speaker"] for turn in turns}
    if talk["verified"] and speakers.get(verified_turn) != "debtor":
        yield _of(talk, "talk.verified_by_nobody", "called verified without a debtor's turn that did it")
        verified_turn = None
    before = float("inf") if verified_turn is None else verified_turn
    telling = {amount for amount in (account["amount_due"], account["balance"]) if amount >= SMALLEST_TELLING}
    for turn, line in zip(turns, lines, strict=True):
        if turn["speaker"] == "debtor" or turn["seq"] >= before:
            continue
        if telling & numbers(line):
            yield _of(talk, "talk.amount_before_identity", f"turn {turn['seq']} names an amount of the account")
        elif hints_at_debt(line):
            yield _of(talk, "talk.debt_before_identity", f"turn {turn['seq']} hints at a debt")
    for row in told:
        if row["kind"] in ("debt_facts", "debt_collection") and row["turn_seq"] <= before:
            yield _of(talk, "talk.disclosed_before_identity", f"{row['kind']} in turn {row['turn_seq']}")


def _triggers(talk: Row, turns: list[Row], held: list[Row], cases: set[str]) -> Iterator[Violation]:
    """What a sensitive word asks for: the hold first, then the words, and a person's case."""
    reasons = {hold["reason"] for hold in held}
    for position, turn in enumerate(turns):
        trigger = turn["trigger"]
        if turn["speaker"] != "debtor" or trigger is None:
            continue
        if trigger in MUST_HOLD and trigger not in reasons:
            yield _of(talk, "trigger.hold_missing", f"no hold after {trigger} in turn {turn['seq']}")
        if trigger in MUST_HAVE_CASE and not cases:
            yield _of(talk, "trigger.case_missing", f"no case after {trigger} in turn {turn['seq']}")
        answer = next((later for later in turns[position + 1 :] if later["speaker"] == "bot"), None)
        first_hold = min((hold["created_at"] for hold in held if hold["reason"] == trigger), default=None)
        if answer is not None and first_hold is not None and first_hold > answer["at"]:
            yield _of(talk, "trigger.hold_late", f"spoken about {trigger} before the hold was recorded")
    if talk["disposition"] in HELD:
        words = max((turn["at"] for turn in turns if turn["speaker"] == "bot"), default=talk["opened_at"])
        if not any(hold["created_at"] <= words for hold in held):
            yield _of(
                talk, "disposition.hold_missing", f"ended as {talk['disposition']} without a hold before the words"
            )
    escalated = bool((talk["facts"] or {}).get("escalated"))
    if (escalated or talk["stage"] == "with_person" or talk["disposition"] in HANDED_OVER) and not cases:
        yield _of(talk, "escalation.case_missing", "handed to a person, but there is no case")


def _promise(promise: Row, turns: list[Row], lines: list[str], in_talk: bool) -> Iterator[Violation]:
    """The debtor must have heard exactly this amount and day, and have answered afterwards."""
    subject, at = promise["id"], promise["confirmed_at"]
    if promise["read_back_at"] > promise["confirmed_at"]:
        yield Violation("promise.order", subject, at, "confirmed before it was read back")
    if not in_talk:
        return
    answers = [turn for turn in turns if turn["speaker"] == "debtor" and turn["at"] <= promise["confirmed_at"]]
    latest = max((turn["at"] for turn in answers), default=None)
    # With a clock that stands still during a talk, several answers share the latest time.
    confirming = [turn["seq"] for turn in answers if turn["at"] == latest]
    if not any(_heard(promise, turns, lines, seq) for seq in confirming):
        yield Violation("promise.not_read_back", subject, at, "its amount and day were not what the debtor answered to")


def _heard(promise: Row, turns: list[Row], lines: list[str], answer_seq: int) -> bool:
    """Whether the lines right before an answer named the amount and the day: said at the recorded time, or the same
    words as then, said again for somebody who asked."""
    then = {line for turn, line in zip(turns, lines, strict=True) if turn["at"] <= promise["read_back_at"]}
    spoken: list[str] = []
    for turn, line in reversed(list(zip(turns, lines, strict=True))):
        if turn["seq"] >= answer_seq:
            continue
        if turn["speaker"] == "debtor":
            break
        if turn["at"] <= promise["read_back_at"] or line in then:
            spoken.append(line)
    return any(promise["amount"] in numbers(line) and names_day(line, promise["due_on"]) for line in spoken)


def _of(talk: Row, rule: str, what: str) -> Violation:
    return Violation(rule, talk["id"], talk["opened_at"], what)
