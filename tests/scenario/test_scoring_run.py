"""From the ledger's accounts to scores and tiers in the ledger, with and without a usable model."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from scored import NOW, portfolio, trained
from seeded import StoppedClock, add_account, add_person, fresh_ledger
from sqlmodel import col, select

from ledger.importing.portfolio import import_file
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import AuditEntry, Case, Hold, Promise, Score, StrategyVersion, TierAssignment
from rehearsal.people import MadeUpPeople
from strategy.models.registry import publish
from strategy.scoring.book import check_book, read_books
from strategy.scoring.run import retier, score_accounts
from strategy.scoring.train import data_hash
from strategy.settings import StrategySettings
from strategy.versions import StrategyUnreadable, active
from strategy.versions import publish as put_in_force


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: StoppedClock) -> Ledger:
    return fresh_ledger(tmp_path / "ledger.db", clock)


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    publish(tmp_path / "models", trained(), NOW)
    return tmp_path / "models"


def tiers(ledger: Ledger) -> dict[str, TierAssignment]:
    """The latest assignment of each account."""
    with ledger.read() as work:
        rows = work.session.exec(select(TierAssignment).order_by(col(TierAssignment.created_at))).all()
    return {row.account_id: row for row in rows}


def scores(ledger: Ledger) -> dict[str, Score]:
    with ledger.read() as work:
        return {row.account_id: row for row in work.session.exec(select(Score).order_by(col(Score.created_at))).all()}


PAYER, SILENT, YOUNG = [0, 5000, 5000, 5000, 5000, 5000], [0] * 6, [0]


def test_every_open_account_gets_a_tier_and_those_with_history_a_score(ledger: Ledger, registry: Path) -> None:
    with ledger.begin() as work:
        for ref, paid in (("payer", PAYER), ("silent", SILENT), ("young", YOUNG)):
            add_account(work, ref, paid)
        add_person(work, "bare")
        closed = add_person(work, "closed")
        closed.status = "closed"
        work.session.add(closed)
    run = score_accounts(ledger, registry)
    assert (run.accounts, run.scored, run.model_problem) == (4, 2, None)
    found, given = scores(ledger), tiers(ledger)
    assert set(found) == {"account-payer", "account-silent"}
    assert found["account-payer"].willingness > found["account-silent"].willingness
    assert found["account-payer"].model_id == run.model_id
    assert {reason["head"] for reason in found["account-payer"].reasons} == {"willingness", "ability"}
    assert given["account-payer"].score_id == found["account-payer"].id
    for nobody_knows in ("account-young", "account-bare"):
        assert (given[nobody_knows].tier, given[nobody_knows].why) == ("people", ["no_score"])
    assert sum(run.tiers.values()) == 4
    with ledger.read() as work:
        entry = work.session.exec(select(AuditEntry).where(AuditEntry.kind == "scoring.run")).one()
        assert entry.subject == run.model_id


def test_without_a_usable_model_old_scores_stay_and_new_accounts_go_to_people(
    ledger: Ledger, registry: Path, clock: StoppedClock
) -> None:
    with ledger.begin() as work:
        add_account(work, "old", PAYER)
    score_accounts(ledger, registry)
    before = tiers(ledger)["account-old"]
    assert before.tier != "people"
    with ledger.begin() as work:
        add_account(work, "new", PAYER)
    (registry / "roles.json").unlink()
    clock.advance(days=1)
    run = score_accounts(ledger, registry)
    assert (run.accounts, run.scored, run.model_id) == (2, 0, None)
    assert run.model_problem is not None
    assert "amends train" in run.model_problem
    after = tiers(ledger)
    assert (after["account-old"].tier, after["account-old"].score_id) == (before.tier, before.score_id)
    assert (after["account-new"].tier, after["account-new"].why) == ("people", ["no_score"])
    assert set(scores(ledger)) == {"account-old"}


def add_hold(work: UnitOfWork, ref: str, scope: str = "person", **more: object) -> None:
    account_id = f"account-{ref}" if scope == "debt" else None
    work.session.add(
        Hold(
            id=f"hold-{ref}",
            debtor_id=f"debtor-{ref}",
            account_id=account_id,
            scope=scope,
            reason="dispute",
            created_at=work.now,
            **more,
        )
    )


def test_hard_rules_are_read_from_the_records(ledger: Ledger, registry: Path) -> None:
    with ledger.begin() as work:
        refs = ("plain", "person", "debt", "over", "lifted", "number", "case", "done", "broken", "large")
        for ref in refs:
            add_account(work, ref, PAYER, balance="200000.00" if ref == "large" else "50000.00")
        add_hold(work, "person")
        add_hold(work, "debt", "debt")
        add_hold(work, "over", until=work.now)
        add_hold(work, "lifted", lifted_at=work.now, lifted_by="somebody")
        add_hold(work, "number", "number")
        for ref, status in (("case", "waiting"), ("done", "wrapped")):
            work.session.add(
                Case(
                    id=f"case-{ref}",
                    account_id=f"account-{ref}",
                    debtor_id=f"debtor-{ref}",
                    queue="care",
                    priority="P1",
                    trigger="hardship",
                    language="zh",
                    packet_sealed=b"",
                    status=status,
                    opened_at=work.now,
                    due_at=work.now,
                )
            )
        for number in range(2):
            work.session.add(
                Promise(
                    id=f"promise-{number}",
                    account_id="account-broken",
                    amount=Decimal("100.00"),
                    currency="TWD",
                    due_on=work.now.date(),
                    status="broken",
                    read_back_at=work.now,
                    confirmed_at=work.now,
                )
            )
    score_accounts(ledger, registry)
    given = {account_id.removeprefix("account-"): row for account_id, row in tiers(ledger).items()}
    expected = {
        "person": ["hold"],
        "debt": ["hold"],
        "case": ["sensitive"],
        "broken": ["broken_promises"],
        "large": ["large_balance"],
    }
    assert {ref: row.why for ref, row in given.items() if row.tier == "people"} == expected
    assert len({row.tier for ref, row in given.items() if ref not in expected}) == 1


def test_nothing_is_recorded_when_the_strategy_cannot_be_read(ledger: Ledger, registry: Path) -> None:
    with ledger.begin() as work:
        add_account(work, "payer", PAYER)
        version, _ = active(work)
        row = work.session.get(StrategyVersion, version)
        assert row is not None
        row.settings = {**row.settings, "w_high": "high"}
        work.session.add(row)
    with pytest.raises(StrategyUnreadable, match="version 1 cannot be read: w_high: must be a number"):
        score_accounts(ledger, registry)
    assert scores(ledger) == {}
    assert tiers(ledger) == {}


def test_publishing_retires_the_version_before(ledger: Ledger, clock: StoppedClock) -> None:
    with ledger.begin() as work:
        assert active(work) == (1, StrategySettings())
    clock.now += timedelta(hours=1)
    with ledger.begin() as work:
        assert put_in_force(work, StrategySettings(w_high=0.9), author="manager", note="stricter") == 2
    with ledger.begin() as work:
        assert active(work) == (2, StrategySettings(w_high=0.9))
        rows = work.session.exec(select(StrategyVersion).order_by(col(StrategyVersion.version))).all()
        assert [row.status for row in rows] == ["retired", "active"]
        with pytest.raises(ValueError, match="w_high"):
            put_in_force(work, StrategySettings(w_high=1.5), author="manager")


def test_a_new_strategy_moves_accounts_at_once_by_the_scores_they_have(
    ledger: Ledger, registry: Path, clock: StoppedClock
) -> None:
    with ledger.begin() as work:
        add_account(work, "payer", PAYER)
        add_account(work, "young", YOUNG)
    score_accounts(ledger, registry)
    before = tiers(ledger)["account-payer"]
    assert before.why[0] == "willingness_high"
    clock.advance(hours=1)
    with ledger.begin() as work:
        put_in_force(work, StrategySettings(w_high=1.0), author="manager")
        assert retier(work) == 2
    after = tiers(ledger)["account-payer"]
    assert (after.strategy_version, after.score_id, after.why[0]) == (2, before.score_id, "willingness_low")
    assert tiers(ledger)["account-young"].tier == "people"
    assert len(scores(ledger)) == 1


def test_the_synthetic_portfolio_from_import_to_tiers(ledger: Ledger, registry: Path, tmp_path: Path) -> None:
    file = tmp_path / "portfolio.parquet"
    portfolio().write_parquet(file)
    report = import_file(ledger, file, MadeUpPeople(seed=1), tmp_path / "home", limit=200, as_of=None)
    assert (report.rows, report.accounts, report.rejected) == (12_000, 200, 0)
    book = read_books(sorted((tmp_path / "home" / "book").glob("*.parquet")))
    assert data_hash(book) == data_hash(check_book(portfolio()))
    run = score_accounts(ledger, registry)
    assert (run.accounts, run.scored) == (200, 200)
    assert len(run.tiers) == 5
