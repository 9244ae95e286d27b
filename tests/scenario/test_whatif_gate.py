"""The what-if's denials against the gate itself, asked account by account."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from seeded import StoppedClock, add_person, fresh_ledger

from ledger.ledger import UnitOfWork
from ledger.tables import (
    Account,
    Attempt,
    Consent,
    ContactWish,
    Conversation,
    Debtor,
    Decision,
    Hold,
    ReportedContact,
)
from strategy.facts_from_ledger import contact_facts
from strategy.policy.decision import Deny
from strategy.policy.gate import decide
from strategy.policy.packs import shipped_packs
from strategy.settings import TIERS, StrategySettings
from strategy.whatif.alike import alike
from strategy.whatif.denials import denials
from strategy.whatif.hours import next_working_day, slices_of

CLOCK = ZoneInfo("Asia/Shanghai")
PEOPLE = 60
PLACES = (
    (["CN"], ["Asia/Taipei"]),
    (["US-FED", "US-CA"], ["America/Los_Angeles"]),
    (["US-FED"], ["America/New_York", "America/Chicago"]),
    (["UK"], ["Europe/London"]),
    (["IN"], []),
    ([], ["Asia/Kolkata"]),
)


def furnished(path: Path) -> tuple[object, StoppedClock]:
    clock = StoppedClock()
    ledger = fresh_ledger(path, clock)
    dice = random.Random(5)
    with ledger.begin() as work:
        for number in range(PEOPLE):
            account = add_person(work, f"{number:03d}")
            debtor = work.session.get_one(Debtor, account.debtor_id)
            debtor.jurisdictions, debtor.tz_candidates = dice.choice(PLACES)
            # One person in ten has a second debt, and one in ten shares a number with somebody else.
            debtor.phone_index = "shared" if number % 10 == 0 else f"number-{number}"
            if number % 10 == 1:
                account.debtor_id = f"debtor-{number - 1:03d}"
            work.session.add(debtor)
            work.session.add(account)
            work.session.flush()
            if dice.random() < 0.3:
                status = dice.choice(("granted", "revoked"))
                kind = dice.choice(("chat", "artificial_voice"))
                work.session.add(
                    Consent(id=work.new_id(), debtor_id=account.debtor_id, kind=kind, status=status, at=work.now)
                )
            if dice.random() < 0.3:
                _hold(work, account, dice)
            for _ in range(dice.choice((0, 0, 1, 2, 25))):
                _contact(work, account, dice)
            if number % 6 == 2:
                _told_by_others(work, account, number)
    return ledger, clock


def _told_by_others(work: UnitOfWork, account: Account, number: int) -> None:
    """A wish, and contacts that an agency made: enough talks of yesterday and today to pass a cap."""
    work.session.add(
        ContactWish(
            id=work.new_id(),
            debtor_id=account.debtor_id,
            kind="refused_medium",
            days=[],
            value=("chat", "voice")[number // 6 % 2],
            given_at=work.now,
            source="import",
        )
    )
    for hours in (1, 2, 3, 20):
        work.session.add(
            ReportedContact(
                id=work.new_id(),
                debtor_id=account.debtor_id,
                account_id=account.id,
                reported_ref=f"{number}-{hours}",
                by="agency",
                channel="voice",
                direction="outbound",
                outcome="conversation",
                target="consumer",
                number_index="old",
                at=work.now - timedelta(hours=hours),
                recorded_at=work.now,
            )
        )


def _hold(work: UnitOfWork, account: Account, dice: random.Random) -> None:
    scope, value = dice.choice((("person", ""), ("debt", account.id), ("channel", "voice"), ("number", "shared")))
    work.session.add(
        Hold(
            id=work.new_id(),
            debtor_id=account.debtor_id,
            account_id=account.id if scope == "debt" else None,
            scope=scope,
            scope_value=value,
            reason=dice.choice(("hardship", "cease_request", "dispute_not_mine")),
            created_at=work.now,
            # Over already, in the hours that are asked about, or long after.
            until=work.now + timedelta(hours=dice.choice((-24, 19, 36, 720))),
        )
    )


def _contact(work: UnitOfWork, account: Account, dice: random.Random) -> None:
    at = work.now - timedelta(minutes=dice.randint(1, 8 * 24 * 60))
    channel = dice.choice(("chat", "voice"))
    if dice.random() < 0.3:
        work.session.add(
            Conversation(
                id=work.new_id(),
                account_id=account.id,
                debtor_id=account.debtor_id,
                channel=channel,
                language="zh",
                stage="closed",
                facts={},
                opened_at=at,
            )
        )
        return
    decision = Decision(
        id=work.new_id(),
        account_id=account.id,
        debtor_id=account.debtor_id,
        channel=channel,
        agent="bot",
        at=at,
        allowed=True,
        reasons=[],
        facts={},
        facts_hash="",
        packs={},
    )
    work.session.add(decision)
    work.session.flush()
    work.session.add(
        Attempt(
            id=work.new_id(),
            decision_id=decision.id,
            account_id=account.id,
            debtor_id=account.debtor_id,
            channel=channel,
            agent="bot",
            number_index=dice.choice(("shared", "old")),
            outcome=dice.choice(("conversation", "ring_no_answer", "delivered", None)),
            status=dice.choice(("finished", "finished", "released")),
            reserved_at=at,
        )
    )


def test_classes_of_equal_facts_get_the_answer_that_every_account_would_get(tmp_path: Path) -> None:
    ledger, clock = furnished(tmp_path / "amends.db")
    packs, settings = shipped_packs(), StrategySettings()
    dice = np.random.default_rng(2)
    tiers = dice.integers(0, len(TIERS), PEOPLE)
    with ledger.read() as work:
        day = next_working_day(clock.now.date())
        found = alike(work, packs, day, CLOCK)
        assert found.account_ids.to_list() == [f"account-{number:03d}" for number in range(PEOPLE)]
        assert len(found.answers.classes) < PEOPLE
        reasons, denied, seen = Counter[str](), 0.0, set[str]()
        for place, account_id in enumerate(found.account_ids):
            debtor = work.session.get_one(Debtor, work.session.get_one(Account, account_id).debtor_id)
            slices = slices_of(tuple(debtor.tz_candidates), day, CLOCK)
            for channel in ("chat", "voice"):
                for agent in ("bot", "human"):
                    facts = contact_facts(work, account_id, channel, agent)
                    said = [decide(facts, packs, part.middle) for part in slices]
                    codes = tuple(each.codes if isinstance(each, Deny) else () for each in said)
                    assert found.answers.codes(int(found.code[place]), channel, agent) == codes
                    treatment = settings.treatments[TIERS[tiers[place]]]
                    seen.update(*codes)
                    if (treatment.channels[0], treatment.agent) == (channel, agent):
                        for part, each in zip(slices, codes, strict=True):
                            denied += part.share * bool(each)
                            reasons.update(dict.fromkeys(each, part.share))
        assert {"HOLD_ACTIVE", "CONVERSATION_COOLDOWN", "FREQ_CAP", "CONSENT_REVOKED", "MEDIUM_REFUSED"} <= seen
        assert "POLICY_UNREADABLE" in seen
    counts = np.zeros((len(found.answers.classes), len(TIERS)), dtype=np.int64)
    np.add.at(counts, (found.code, tiers), 1)
    told = denials(found.answers, counts, settings)
    assert told.denied == pytest.approx(denied)
    assert dict(told.reasons) == pytest.approx(dict(reasons))
    assert told.asked + told.never_planned == PEOPLE


def test_a_minute_more_or_less_makes_no_class_of_its_own(tmp_path: Path) -> None:
    clock = StoppedClock()
    ledger = fresh_ledger(tmp_path / "amends.db", clock)
    with ledger.begin() as work:
        for number in range(40):
            account = add_person(work, f"{number:03d}")
            _contact(work, account, FixedDice(number))
    with ledger.read() as work:
        found = alike(work, shipped_packs(), next_working_day(clock.now.date()), CLOCK)
    assert len(found.answers.classes) == 1
    assert found.code.tolist() == [0] * 40


class FixedDice(random.Random):
    """A chat three days ago, some minutes more or less; delivered."""

    def __init__(self, minutes: int) -> None:
        super().__init__(0)
        self._minutes = minutes

    def randint(self, a: int, b: int) -> int:
        return 3 * 24 * 60 + self._minutes

    def random(self) -> float:
        return 0.9

    def choice(self, seq):
        return seq[0]
