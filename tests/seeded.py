"""Rows for tests: one ledger on a file, a clock that stands still, and people who do not exist."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.audit_heads import HeadKey
from ledger.keys import Keys
from ledger.ledger import Ledger, UnitOfWork, sqlite_engine
from ledger.migrate import upgrade
from ledger.tables import Account, AccountSnapshot, Debtor, ImportBatch, Score, StrategyVersion, TierAssignment

START = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
KEYS = Keys(b"f" * 32, b"i" * 32, b"a" * 32)
HEAD_KEY = HeadKey(Ed25519PrivateKey.from_private_bytes(b"h" * 32))


@dataclass
class StoppedClock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **step: float) -> None:
        self.now += timedelta(**step)


@cache
def _migrated() -> bytes:
    """The file of an empty, migrated ledger: made once, since every test wants one."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        engine = sqlite_engine(path)
        upgrade(engine)
        # Closing the last connection folds the write-ahead log into the file.
        engine.dispose()
        return path.read_bytes()


def fresh_ledger(path: Path, clock: StoppedClock | None = None) -> Ledger:
    """A migrated ledger whose ids are id-1, id-2, ... and whose clock is `clock`."""
    path.write_bytes(_migrated())
    numbers = itertools.count(1)
    return Ledger(sqlite_engine(path), KEYS, clock or StoppedClock(), lambda: f"id-{next(numbers)}")


def add_person(
    work: UnitOfWork,
    ref: str = "R1",
    *,
    name: str = "王小明",
    language: str = "zh",
    identity: str = "4321",
    dpd: int = 21,
    balance: str = "86500.00",
    due: str = "4325.00",
) -> Account:
    """One debtor with one overdue account, in New Taiwan dollars."""
    batch = work.session.get(ImportBatch, "batch")
    if batch is None:
        batch = ImportBatch(
            id="batch",
            source_name="seeded",
            source_sha256="0" * 64,
            layout="amends",
            as_of=date(2026, 3, 1),
            rows_read=1,
            accounts=1,
            rejected=0,
            created_at=work.now,
        )
        work.session.add(batch)
        work.session.flush()
    debtor_id, account_id = f"debtor-{ref}", f"account-{ref}"
    phone = "+886900000017"
    work.session.add(
        Debtor(
            id=debtor_id,
            external_ref=f"D-{ref}",
            name_sealed=work.seal("debtor", "name_sealed", debtor_id, name),
            phone_sealed=work.seal("debtor", "phone_sealed", debtor_id, phone),
            phone_index=work.blind_index("phone", phone),
            email_sealed=work.seal("debtor", "email_sealed", debtor_id, "nobody@example.invalid"),
            identity_hash=work.blind_index(f"identity:{debtor_id}", identity),
            language=language,
            jurisdictions=["CN"],
            tz_candidates=["Asia/Taipei"],
            contact_data_synthetic=True,
            created_at=work.now,
        )
    )
    work.session.flush()
    account = Account(
        id=account_id,
        debtor_id=debtor_id,
        batch_id="batch",
        external_ref=f"A-{ref}",
        product="credit_card",
        currency="TWD",
        balance=Decimal(balance),
        amount_due=Decimal(due),
        credit_limit=Decimal("100000.00"),
        dpd=dpd,
        as_of=date(2026, 3, 1),
    )
    work.session.add(account)
    work.session.flush()
    return account


def add_account(work: UnitOfWork, ref: str, paid: list[int], balance: str = "50000.00") -> str:
    """An account with six equal bills of 50,000 and these payments, the latest first."""
    account = add_person(work, ref, balance=balance, due="2500.00")
    columns = {}
    for month, amount in enumerate(paid, start=1):
        columns |= {f"billed_{month}": Decimal("50000.00"), f"paid_{month}": Decimal(amount)}
    work.session.add(AccountSnapshot(account_id=account.id, **columns))
    work.session.flush()
    return account.id


def add_strategy(work: UnitOfWork, settings: dict[str, object], version: int = 1) -> None:
    """An active strategy version."""
    work.session.add(
        StrategyVersion(
            version=version,
            status="active",
            settings=settings,
            author="seed",
            created_at=work.now,
            published_at=work.now,
        )
    )
    work.session.flush()


def add_tier(work: UnitOfWork, account_id: str, tier: str = "remind") -> None:
    """Where an account belongs from now on, under the first strategy version."""
    work.session.add(
        TierAssignment(
            id=work.new_id(),
            account_id=account_id,
            strategy_version=1,
            tier=tier,
            treatment=tier,
            why=[],
            created_at=work.now,
        )
    )


def add_score(
    work: UnitOfWork, account_id: str, willingness: float, ability: float, tier: str, why: tuple[str, ...] = ()
) -> None:
    """A score with two reasons, and the tier assignment that followed from it (needs strategy version 1)."""
    score_id = work.new_id()
    work.session.add(
        Score(
            id=score_id,
            account_id=account_id,
            as_of=date(2026, 3, 1),
            willingness=willingness,
            ability=ability,
            model_id="model-seeded",
            reasons=[
                {"head": "willingness", "code": "P01", "effect": -0.82},
                {"head": "ability", "code": "A11", "effect": 0.41},
            ],
            created_at=work.now,
        )
    )
    work.session.flush()
    work.session.add(
        TierAssignment(
            id=work.new_id(),
            account_id=account_id,
            score_id=score_id,
            strategy_version=1,
            tier=tier,
            treatment=tier,
            why=list(why),
            created_at=work.now,
        )
    )
    work.session.flush()
