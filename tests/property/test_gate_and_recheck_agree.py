"""Whatever the gate lets through over random weeks, the independent checker finds lawful; and it does let through."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from seeded import KEYS, StoppedClock, add_person, fresh_ledger

from ledger.ledger import Ledger
from ledger.tables import Consent, Debtor, Hold
from rehearsal.recheck import recheck
from strategy.dispatch.attempts import finish
from strategy.dispatch.reservation import Reserved, reserve
from strategy.policy.packs import shipped_packs

PACKS = shipped_packs()
PLACES = [
    (["CN"], ["Asia/Shanghai"]),
    (["US-FED"], ["America/New_York", "America/Chicago"]),
    (["US-FED", "US-CA"], ["America/Los_Angeles"]),
    (["US-FED", "US-MA"], ["America/New_York"]),
    (["US-FED", "US-NYC"], ["America/New_York"]),
    (["IN"], ["Asia/Kolkata"]),
    (["US-FED"], []),
]
OUTCOMES = ["conversation", "voicemail_left", "ring_no_answer", "busy", "not_in_service", "failed", "unknown"]
REASONS = ["cease_request", "serious_illness", "dispute_not_mine", "says_paid"]


def live_through(ledger: Ledger, clock: StoppedClock, draw: Random, steps: int) -> tuple[int, set[str]]:
    """Random days in the life of one person per place: how many contacts the gate allowed, and why it denied others."""
    people = [f"account-{number}" for number in range(len(PLACES))]
    allowed, codes = 0, set[str]()
    for _ in range(steps):
        clock.advance(minutes=draw.choice([7, 20, 45, 240]))
        account_id = draw.choice(people)
        debtor_id = account_id.replace("account", "debtor")
        with ledger.begin() as work:
            event = draw.random()
            if event < 0.01:
                until = draw.choice([None, clock.now + timedelta(days=2)])
                work.session.add(
                    Hold(
                        id=work.new_id(),
                        debtor_id=debtor_id,
                        scope="person",
                        reason=draw.choice(REASONS),
                        created_at=work.now,
                        until=until,
                    )
                )
            elif event < 0.02:
                kind, status = draw.choice(["artificial_voice", "chat", "sms"]), draw.choice(["granted", "revoked"])
                work.session.add(Consent(id=work.new_id(), debtor_id=debtor_id, kind=kind, status=status, at=work.now))
            else:
                channel = draw.choice(["voice", "voice", "chat"])
                said = reserve(work, PACKS, account_id, channel, draw.choice(["bot", "bot", "human"]))
                if isinstance(said, Reserved):
                    allowed += 1
                    if draw.random() < 0.9:
                        finish(work, said.attempt_id, draw.choice(OUTCOMES) if channel == "voice" else "delivered")
                else:
                    codes |= set(said.codes)
    return allowed, codes


@pytest.mark.parametrize(
    ("seed", "start"),
    # Two of the weeks hold a change to and from summer time.
    [(1, "2026-11-16T00:10:00+00:00"), (2, "2026-03-05T00:10:00+00:00"), (3, "2026-10-29T00:10:00+00:00")],
)
def test_what_the_gate_allows_is_lawful_to_other_eyes(tmp_path: Path, seed: int, start: str) -> None:
    clock = StoppedClock(datetime.fromisoformat(start))
    ledger = fresh_ledger(tmp_path / "ledger.db", clock)
    with ledger.begin() as work:
        for number, (jurisdictions, zones) in enumerate(PLACES):
            account = add_person(work, str(number))
            debtor = work.session.get_one(Debtor, account.debtor_id)
            debtor.jurisdictions, debtor.tz_candidates = jurisdictions, zones
            debtor.phone_index = f"number-{number}"
            for kind in ("artificial_voice", "chat"):
                work.session.add(
                    Consent(id=work.new_id(), debtor_id=debtor.id, kind=kind, status="granted", at=work.now)
                )
    allowed, codes = live_through(ledger, clock, Random(seed), steps=400)
    found = recheck(ledger.engine, KEYS)
    assert found.violations == ()
    assert found.checked["attempts"] == allowed > 30
    assert codes >= {"OUTSIDE_CONTACT_WINDOW", "FREQ_CAP", "CONVERSATION_COOLDOWN", "TZ_UNKNOWN"}
