"""A ledger for talks alone: made-up accounts put into it one by one, and a clock that each talk sets anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ledger.ledger import Clock, Ledger, UnitOfWork
from ledger.tables import Account, Consent, Debtor, ImportBatch, Promise, TierAssignment
from rehearsal.clock import VirtualClock
from rehearsal.talks.account_facts import AccountFacts
from rehearsal.talks.fill import Filling
from strategy.versions import active

BATCH: Final = "rehearsed-talks"
TEN: Final = time(10)
"""When a talk begins on its day, where nobody says otherwise: business is open everywhere."""
EARLIER: Final = timedelta(days=3)
"""How long before the talk an open promise was made."""


@dataclass
class TalkClock:
    """The clock of a ledger in which talks are played one after another, each on a day of its own."""

    _clock: Clock = field(default_factory=lambda: VirtualClock(datetime(2026, 1, 5, 10, tzinfo=UTC)))

    def __call__(self) -> datetime:
        return self._clock()

    def begin(self, now: datetime) -> VirtualClock:
        """Start over at `now` (aware), which may be earlier than before."""
        self._clock = clock = VirtualClock(now)
        return clock


def moment(facts: AccountFacts, day: date, hour: time | None) -> datetime:
    """A time of the debtor's day, aware.

    :raises zoneinfo.ZoneInfoNotFoundError: no such zone.
    """
    return datetime.combine(day, hour or TEN, ZoneInfo(facts.zone))


def add_account(ledger: Ledger, ref: str, facts: AccountFacts, language: str, today: date) -> str:
    """Put one made-up debtor with one overdue account into the ledger; the account's id.

    The phone number cannot exist, and the mail domain is reserved.
    """
    with ledger.begin() as work:
        _, settings = active(work)
        _batch(work, today)
        debtor = _debtor(work, ref, facts, language)
        account = Account(
            id=work.new_id(),
            debtor_id=debtor,
            batch_id=BATCH,
            external_ref=ref,
            product=facts.product,
            currency=facts.currency,
            balance=facts.balance,
            amount_due=facts.amount_due,
            credit_limit=facts.balance * 2,
            dpd=facts.dpd,
            as_of=today,
        )
        work.session.add(account)
        work.session.flush()
        work.session.add(
            TierAssignment(
                id=work.new_id(),
                account_id=account.id,
                strategy_version=1,
                tier=facts.tier,
                treatment=settings.treatments[facts.tier].name,
                why=[],
                created_at=work.now,
            )
        )
        if facts.open_promise is not None:
            _promise(work, account, facts, Filling(facts, language, today))
        return account.id


def _batch(work: UnitOfWork, today: date) -> None:
    if work.session.get(ImportBatch, BATCH) is None:
        work.session.add(
            ImportBatch(
                id=BATCH,
                source_name="made up",
                source_sha256="0" * 64,
                layout="amends",
                as_of=today,
                rows_read=0,
                accounts=0,
                rejected=0,
                created_at=work.now,
            )
        )
        work.session.flush()


def _debtor(work: UnitOfWork, ref: str, facts: AccountFacts, language: str) -> str:
    debtor_id = work.new_id()
    phone = f"+1000{int(debtor_id[:8], 16):010d}"
    work.session.add(
        Debtor(
            id=debtor_id,
            external_ref=ref,
            name_sealed=work.seal("debtor", "name_sealed", debtor_id, facts.name),
            phone_sealed=work.seal("debtor", "phone_sealed", debtor_id, phone),
            phone_index=work.blind_index("phone", phone),
            email_sealed=work.seal("debtor", "email_sealed", debtor_id, "nobody@example.invalid"),
            identity_hash=work.blind_index(f"identity:{debtor_id}", facts.identity_last4),
            language=language,
            jurisdictions=list(facts.jurisdictions),
            tz_candidates=[facts.zone],
            contact_data_synthetic=True,
            created_at=work.now,
        )
    )
    work.session.flush()
    for kind in ("artificial_voice", "chat"):
        work.session.add(Consent(id=work.new_id(), debtor_id=debtor_id, kind=kind, status="granted", at=work.now))
    return debtor_id


def _promise(work: UnitOfWork, account: Account, facts: AccountFacts, filling: Filling) -> None:
    assert facts.open_promise is not None
    amount, due_on = facts.open_promise
    work.session.add(
        Promise(
            id=work.new_id(),
            account_id=account.id,
            amount=amount,
            currency=account.currency,
            due_on=filling.day(due_on),
            read_back_at=work.now - EARLIER,
            confirmed_at=work.now - EARLIER,
        )
    )
