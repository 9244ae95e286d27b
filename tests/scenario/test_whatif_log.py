"""The log of what chance did, as the ledger keeps it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from seeded import StoppedClock, add_person, add_score, add_strategy, fresh_ledger
from sqlmodel import select

from ledger.ledger import UnitOfWork
from ledger.tables import Account, AccountSnapshot, TierAssignment
from strategy.settings import StrategySettings, to_json
from strategy.whatif.logged import read_log
from strategy.whatif.valuing import LEFT_ALONE, TooLittle, action_of, value_draft

RAN = StrategySettings()


def placed(work: UnitOfWork, ref: str, tier: str, arm: str, treatment: str, propensity: float) -> Account:
    account = add_person(work, ref)
    add_score(work, account.id, 0.9, 0.5, tier)
    row = work.session.exec(select(TierAssignment).where(TierAssignment.account_id == account.id)).one()
    row.arm, row.treatment, row.propensity = arm, treatment, propensity
    work.session.add(row)
    work.session.flush()
    return account


def newer_statement(work: UnitOfWork, account: Account, paid: str, days: int = 40) -> None:
    """What the bank says `days` later: what was paid in the latest month."""
    account.as_of = account.as_of + timedelta(days=days)
    work.session.add(account)
    months = {f"billed_{back}": Decimal(900) for back in range(1, 7)} | {
        f"paid_{back}": Decimal(0) for back in range(1, 7)
    }
    months["paid_1"] = Decimal(paid)
    work.session.add(AccountSnapshot(account_id=account.id, **months))
    work.session.flush()


def test_what_was_done_how_likely_it_was_and_what_came_of_it(tmp_path: Path) -> None:
    ledger = fresh_ledger(tmp_path / "amends.db", StoppedClock())
    with ledger.begin() as work:
        add_strategy(work, to_json(RAN))
        newer_statement(work, placed(work, "1", "remind", "champion", "reminder_with_parts", 0.86), "120.00")
        newer_statement(work, placed(work, "2", "remind", "hold_out", "reminder_with_parts", 0.05), "0.00")
        newer_statement(work, placed(work, "3", "remind", "explore", "light_reminder", 0.03), "80.50")
        newer_statement(work, placed(work, "4", "people", "champion", "personal_review", 1.0), "10.00")
        newer_statement(work, placed(work, "5", "remind", "champion", "of another time", 0.5), "10.00")
        newer_statement(work, placed(work, "6", "remind", "champion", "reminder_with_parts", 0.86), "10.00", days=5)
        placed(work, "7", "remind", "champion", "reminder_with_parts", 0.86)
        assert work.session.get_one(Account, "account-7").as_of == date(2026, 3, 1)
    with ledger.read() as work:
        log = read_log(work)
    rows = sorted(zip(log.actions, log.propensity.tolist(), log.outcome.tolist(), strict=True))
    assert rows == [
        (action_of(RAN.treatments["self_cure"]), 0.03, 80.5),
        (LEFT_ALONE, 0.05, 0.0),
        (action_of(RAN.treatments["remind"]), 0.86, 120.0),
    ]
    assert all(LEFT_ALONE in possible for possible in log.possible)
    assert log.willingness.tolist() == [0.9] * 3
    assert log.not_known_yet == 2
    assert isinstance(value_draft(log, RAN), TooLittle)


@pytest.mark.parametrize("people", [0, 1])
def test_an_empty_log_is_too_short(tmp_path: Path, people: int) -> None:
    ledger = fresh_ledger(tmp_path / "amends.db", StoppedClock())
    with ledger.begin() as work:
        for number in range(people):
            add_person(work, str(number))
    with ledger.read() as work:
        assert value_draft(read_log(work), RAN) == TooLittle(0, 0)
