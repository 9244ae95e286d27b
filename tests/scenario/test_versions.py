"""Strategy versions: a second person, what was found and accepted, the way back, and every decision made again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from seeded import StoppedClock, add_person, add_strategy, fresh_ledger
from sqlmodel import select

from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Score, StrategyVersion, TierAssignment
from strategy.placing import Placement, place
from strategy.replay import history, replay
from strategy.settings import Arms, StrategySettings, to_json
from strategy.tiers import AccountFacts, ScoreFacts
from strategy.versions import (
    IN_FORCE_ALREADY,
    NAME_NEEDED,
    NO_SUCH_DRAFT,
    NO_SUCH_VERSION,
    REASON_NEEDED,
    SECOND_PERSON,
    UNREADABLE,
    NeedsAcceptance,
    NotPutInForce,
    active,
    approve,
    draft,
    publish,
    roll_back,
    settings_of,
)

STRICT = StrategySettings(w_high=0.9)


@dataclass(frozen=True)
class Found:
    blocking: bool

    def to_json(self) -> dict[str, Any]:
        return {"tier": "people", "groups": ["a", "b"], "ratio": 0.7}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return fresh_ledger(tmp_path / "amends.db", StoppedClock())


def row(work: UnitOfWork, version: int) -> StrategyVersion:
    return work.session.get_one(StrategyVersion, version)


def statuses(work: UnitOfWork) -> dict[int, str]:
    return {each.version: each.status for each in work.session.exec(select(StrategyVersion)).all()}


def test_a_draft_changes_nothing_until_a_second_person_approves_it(ledger: Ledger) -> None:
    with ledger.begin() as work:
        active(work)
        number = draft(work, STRICT, "anna", "more care")
        assert active(work) == (1, StrategySettings())
        for nobody_else in ("anna", " Anna ", "AN NA", ""):
            assert approve(work, number, nobody_else) == NotPutInForce(SECOND_PERSON)
        assert active(work)[0] == 1
        assert approve(work, number, "ben") == number
        assert active(work) == (number, STRICT)
        assert statuses(work) == {1: "retired", number: "active"}
        assert (row(work, number).author, row(work, number).approved_by) == ("anna", "ben")
        assert approve(work, number, "ben") == NotPutInForce(NO_SUCH_DRAFT)
        assert approve(work, 99, "ben") == NotPutInForce(NO_SUCH_DRAFT)
        assert [each.kind for each in work.noted][-2:] == ["strategy.drafted", "strategy.published"]


def test_what_blocks_needs_a_second_person_and_a_reason(ledger: Ledger) -> None:
    with ledger.begin() as work:
        active(work)
        for by, reason in (("", ""), ("anna", "because"), ("ben", "  ")):
            with pytest.raises(NeedsAcceptance):
                publish(work, STRICT, "anna", "", [Found(True)], by, reason)
        assert statuses(work) == {1: "active"}
        number = publish(work, STRICT, "anna", "", [Found(False), Found(True)], "ben", "differs in who pays")
        kept = row(work, number)
        assert kept.accepted == {"by": "ben", "reason": "differs in who pays", "findings": [Found(True).to_json()]}
        assert kept.approved_by == "ben"
        # What does not block asks nobody.
        assert row(work, publish(work, StrategySettings(), "anna", "", [Found(False)])).accepted == {}


def test_a_draft_that_blocks_needs_the_reason_of_whoever_approves_it(ledger: Ledger) -> None:
    with ledger.begin() as work:
        active(work)
        number = draft(work, STRICT, "anna")
        assert approve(work, number, "ben", [Found(True)]) == NotPutInForce(REASON_NEEDED)
        assert approve(work, number, "ben", [Found(True)], "seen and weighed") == number
        assert row(work, number).accepted["reason"] == "seen and weighed"


def test_rolling_back_writes_the_old_content_as_a_new_version(ledger: Ledger) -> None:
    with ledger.begin() as work:
        active(work)
        second = publish(work, STRICT, "anna", "", [Found(True)], "ben", "why not")
        third = publish(work, replace(STRICT, w_high=0.95), "anna")
        assert roll_back(work, third, "carl") == NotPutInForce(IN_FORCE_ALREADY)
        assert roll_back(work, 99, "carl") == NotPutInForce(NO_SUCH_VERSION)
        assert roll_back(work, second, " ") == NotPutInForce(NAME_NEEDED)
        assert roll_back(work, draft(work, STRICT, "anna"), "carl") == NotPutInForce(NO_SUCH_VERSION)
        again = roll_back(work, second, "carl")
        assert isinstance(again, int)
        assert active(work) == (again, STRICT)
        assert row(work, again).accepted == row(work, second).accepted
        assert (row(work, again).author, row(work, again).note) == ("carl", f"rolled back to {second}")
        assert settings_of(work, third).w_high == 0.95


def test_a_version_nobody_can_read_is_neither_approved_nor_rolled_back_to(ledger: Ledger) -> None:
    with ledger.begin() as work:
        add_strategy(work, {"w_high": 2}, 1)
        row(work, 1).status = "retired"
        publish(work, STRICT, "anna")
        assert roll_back(work, 1, "ben") == NotPutInForce(UNREADABLE)
        with pytest.raises(KeyError):
            settings_of(work, 99)


def put(work: UnitOfWork, account_id: str, score: ScoreFacts | None, placed: Placement, version: int) -> str:
    score_id = None
    if score is not None:
        score_id = work.new_id()
        work.session.add(
            Score(
                id=score_id,
                account_id=account_id,
                as_of=work.now.date(),
                willingness=score.willingness,
                ability=score.ability,
                model_id="model",
                reasons=[],
                created_at=work.now,
            )
        )
    assignment = TierAssignment(
        id=work.new_id(),
        account_id=account_id,
        score_id=score_id,
        strategy_version=version,
        tier=placed.tier,
        treatment=placed.treatment.name,
        why=list(placed.why),
        arm=placed.arm,
        propensity=placed.propensity,
        created_at=work.now,
    )
    work.session.add(assignment)
    work.session.flush()
    return assignment.id


CALM = AccountFacts(Decimal(1_000))
DECISIONS = [
    (ScoreFacts(0.9, 0.9), CALM, None),
    (ScoreFacts(0.84, 0.69), CALM, "self_cure"),  # within the margin on both
    (ScoreFacts(0.86, 0.5), CALM, "persuade"),
    (ScoreFacts(0.9, 0.9), replace(CALM, on_hold=True, broken_promises=3), None),
    (ScoreFacts(0.9, None), CALM, None),
    (None, replace(CALM, feed_broken=True), "remind"),
    (None, replace(CALM, balance=Decimal(10**6)), None),
]


@pytest.mark.parametrize(("score", "facts", "previous"), DECISIONS)
@pytest.mark.parametrize("arms", [Arms(0, 0, 0), Arms(0.3, 0.2, 0.4)])
def test_every_decision_is_made_again_under_its_own_version(
    ledger: Ledger, score: ScoreFacts | None, facts: AccountFacts, previous: str | None, arms: Arms
) -> None:
    then = StrategySettings(arms=arms)
    with ledger.begin() as work:
        account_id = add_person(work, "R1").id
        version = publish(work, then, "anna")
        assignment = put(work, account_id, score, place(score, facts, then, previous, account_id), version)
        # Other rules are in force by now, under which it would have gone elsewhere.
        publish(work, StrategySettings(w_high=0.1, a_high=0.1, arms=Arms(0, 0, 0)), "anna")
        assert replay(work, assignment).agrees
        (only,) = history(work, account_id)
        assert only.agrees


def test_a_record_that_was_tampered_with_does_not_agree(ledger: Ledger) -> None:
    settings = StrategySettings(arms=Arms(0, 0, 0))
    with ledger.begin() as work:
        account_id = add_person(work, "R1").id
        version = publish(work, settings, "anna")
        score = ScoreFacts(0.2, 0.2)
        assignment = put(work, account_id, score, place(score, CALM, settings, None, account_id), version)
        work.session.get_one(TierAssignment, assignment).tier = "self_cure"
        assert not replay(work, assignment).agrees
        assert to_json(settings_of(work, version)) == row(work, version).settings
