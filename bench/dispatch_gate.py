"""How fast the gate answers, with nothing else around it: ``scripts/bench dispatch gate``.

One process, one core. `facts_us` is to make the facts from values at hand and `decide_us` to decide on them, both in
microseconds of the processor, the fastest of several rounds; `per_second` is how many decisions that is. Past contacts
reach back from now by every channel in turn, three hours apart, or twenty minutes where they are too many.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from bench.dispatch import Row
from strategy.policy.decision import Allow
from strategy.policy.facts import Action, ContactFacts, Content, Flags, PastContact
from strategy.policy.gate import decide
from strategy.policy.packs import shipped_packs

PAST_CONTACTS = (0, 10, 50, 200, 1_000)
CASES = ("allow", "night", "capped")
"""In the day with nothing that counts; the same at night; and in the day after too many contacts about this debt."""
ROUNDS = 25


@dataclass(frozen=True)
class Asked:
    """A stack, and an hour at which it lets people be called."""

    stack: tuple[str, ...]
    zone: str
    day: datetime
    caps: bool = True


STACKS = (
    Asked(("CN",), "Asia/Shanghai", datetime(2026, 11, 20, 5, 0, tzinfo=UTC)),
    Asked(("US-FED", "US-MA"), "America/New_York", datetime(2026, 11, 20, 17, 0, tzinfo=UTC)),
    Asked(("US-FED", "US-NYC"), "America/New_York", datetime(2026, 11, 20, 17, 0, tzinfo=UTC)),
    Asked(("UK",), "Europe/London", datetime(2026, 11, 20, 12, 0, tzinfo=UTC), caps=False),
    Asked(("AU",), "Australia/Sydney", datetime(2026, 11, 20, 3, 0, tzinfo=UTC)),
)


def measure(options: Sequence[str] = ()) -> list[Row]:
    """A row for every stack, number of past contacts and case."""
    parser = argparse.ArgumentParser(prog="scripts/bench dispatch gate", description=__doc__)
    parser.add_argument("--decisions", type=int, default=1_000, help="decisions of one round (default: 1,000)")
    decisions = parser.parse_args(options).decisions
    return [
        row(asked, past, case, decisions)
        for asked in STACKS
        for case in CASES
        for past in PAST_CONTACTS
        if case != "capped" or (asked.caps and past)
    ]


def row(asked: Asked, past: int, case: str, decisions: int) -> Row:
    now = asked.day + timedelta(hours=12 if case == "night" else 0)
    history = past_contacts(now, past, counting=case == "capped")
    facts = facts_of(asked, history)
    said = decide(facts, shipped_packs(), now)
    made = _fastest(partial(facts_of, asked, history), decisions)
    decided = _fastest(partial(decide, facts, shipped_packs(), now), decisions)
    return {
        "stack": "+".join(asked.stack),
        "case": case,
        "past contacts": past,
        "answer": "allow" if isinstance(said, Allow) else " ".join(said.codes),
        "facts_us": round(made * 1e6, 1),
        "decide_us": round(decided * 1e6, 1),
        "per_second": round(1 / decided),
    }


def past_contacts(now: datetime, past: int, *, counting: bool) -> tuple[PastContact, ...]:
    """Attempts of every channel in turn; those that do not count concern another debt and number of the person."""
    apart = timedelta(minutes=20) if counting else timedelta(hours=3)
    return tuple(
        PastContact(
            at=now - number * apart - timedelta(minutes=10),
            channel=("voice", "sms", "email", "chat")[number % 4],
            direction="outbound",
            outcome=("conversation" if counting else "ring_no_answer") if number % 4 == 0 else "delivered",
            debt_id="D1" if counting else "D2",
            number_id="N1" if counting else "N2",
        )
        for number in range(past)
    )


def facts_of(asked: Asked, history: tuple[PastContact, ...]) -> ContactFacts:
    """The facts of a call by the bot that nothing but time and caps could stop."""
    return ContactFacts(
        jurisdictions=asked.stack,
        entity_role="first_party_bank",
        tz_candidates=(asked.zone,),
        action=Action("outbound_contact", "voice", "ai_voice", "mobile", "N1", "D1", "consumer", "unknown"),
        consent=(("artificial_voice", "granted"), ("sms", "granted")),
        content=Content(
            ai_disclosure_at_start=True,
            recording_notice_given=True,
            opt_out_instructions=True,
            limited_content_only=True,
        ),
        flags=Flags(),
        history=history,
    )


def _fastest(work: Callable[[], object], times: int) -> float:
    """Seconds of the processor for one call, in the fastest of some rounds."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(times // ROUNDS or 1):
            work()
        rounds.append((time.process_time() - started) / (times // ROUNDS or 1))
    return min(rounds)
