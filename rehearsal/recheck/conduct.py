"""Did the bot keep its place: no money after an alarm, no promise of a stranger, no word after the end?"""

from __future__ import annotations

from collections.abc import Iterator

from rehearsal.recheck.law import NO_MONEY_AFTER
from rehearsal.recheck.rows import Row
from rehearsal.recheck.violation import Violation
from rehearsal.recheck.words import asks_for_money


def check(talk: Row, turns: list[Row], lines: list[str], promises: list[Row]) -> Iterator[Violation]:
    """Every breach in one talk.

    :param lines: what was said in `turns`, opened.
    :param promises: those that this talk has led to, the parts of plans among them.
    """
    alarm = next((turn for turn in turns if turn["speaker"] == "debtor" and turn["trigger"] in NO_MONEY_AFTER), None)
    verified = next((turn for turn in turns if turn["seq"] == talk["verified_turn"]), None)
    for turn, line in zip(turns, lines, strict=True):
        if turn["speaker"] != "bot":
            continue
        if alarm is not None and turn["seq"] > alarm["seq"] and asks_for_money(line):
            yield _of(talk, "talk.money_after_alarm", f"turn {turn['seq']} asks for money after {alarm['trigger']}")
        # Where a person has been called the last words stand, and are said again until they write.
        if talk["stage"] == "closed" and talk["closed_at"] is not None and turn["at"] > talk["closed_at"]:
            yield _of(talk, "talk.spoken_after_end", f"turn {turn['seq']} was said after the talk had ended")
    for promise in promises:
        subject, at = promise["id"], promise["confirmed_at"]
        if alarm is not None and at > alarm["at"]:
            yield Violation("promise.after_alarm", subject, at, f"taken from somebody after {alarm['trigger']}")
        if not talk["verified"] or (verified is not None and verified["at"] > promise["read_back_at"]):
            yield Violation("promise.of_a_stranger", subject, at, "nobody had proved who they are by then")


def _of(talk: Row, rule: str, what: str) -> Violation:
    return Violation(rule, talk["id"], talk["opened_at"], what)
