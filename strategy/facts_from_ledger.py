"""The gate's facts, gathered from the ledger inside the transaction that will reserve the contact.

Facts of many people are read in as many queries as those of one: each table is asked once about all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import BindParameter, Row, Select, bindparam, or_, select
from sqlmodel import SQLModel, col

from ledger.ledger import UnitOfWork
from ledger.tables import Account, Attempt, Consent, ContactWish, Conversation, Debtor, Hold, ReportedContact
from strategy.holds.consents import given_at, standing
from strategy.holds.facts import flags_from
from strategy.policy.facts import Action, ContactFacts, Content, PastContact
from strategy.policy.packs import Packs

OPENING: Final = Content(
    ai_disclosure_at_start=True,
    recording_notice_given=True,
    debt_collector_notice=False,
    opt_out_instructions=True,
    limited_content_only=True,
)
"""What the approved opening of every bot contact does: it says that it is automated and recorded, and names no debt."""

IN_ORDER: Final = attrgetter(*PastContact.__dataclass_fields__)
"""As past contacts compare, which is slower."""


Query = Select[*tuple[Any, ...]]
Record = Row[*tuple[Any, ...]]


@dataclass(slots=True)
class Person:
    """What the records say of one person; every debt of theirs is judged by it."""

    jurisdictions: tuple[str, ...]
    zones: tuple[str, ...]
    number: str
    """The blind index of the phone number."""
    consents: list[Record] = field(default_factory=list)
    holds: list[Record] = field(default_factory=list)
    wishes: list[Record] = field(default_factory=list)
    history: list[PastContact] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class People:
    """What is known at `now` about the people behind some accounts."""

    now: datetime
    by_id: dict[str, Person]
    debtor_of: dict[str, str]
    """The person behind each account."""

    def facts(self, account_id: str, channel: str, agent: str, content: Content = OPENING) -> ContactFacts:
        """Facts for contacting the debtor of `account_id` now; `channel` and `agent` as in the ledger.

        :raises KeyError: nothing was read about this account.
        """
        person = self.by_id[self.debtor_of[account_id]]
        consents = standing(person.consents)
        return ContactFacts(
            jurisdictions=person.jurisdictions,
            entity_role="first_party_bank",
            tz_candidates=person.zones,
            action=Action(
                type="outbound_contact",
                channel=channel,
                agent=gate_agent(channel, agent),
                # Imports do not say what kind of line a number is, so no exemption for landlines is ever taken.
                number_type="unknown",
                number_id=person.number,
                debt_id=account_id,
                target="consumer",
                place="unknown",
            ),
            consent=tuple(sorted((kind, each.status) for kind, each in consents.items())),
            content=content,
            flags=flags_from(
                person.holds,
                person.wishes,
                account_id,
                channel,
                person.number,
                self.now,
                person.zones,
                given_at(consents),
            ),
            history=tuple(sorted(person.history, key=IN_ORDER)),
        )


def contact_facts(
    work: UnitOfWork, account_id: str, channel: str, agent: str, *, content: Content = OPENING
) -> ContactFacts:
    """Facts for contacting the debtor of `account_id` now; `channel` and `agent` ('bot' or 'human') as in the ledger.

    An attempt without an outcome, whatever became of it, counts as 'unknown' and so toward every cap.
    :raises KeyError: there is no such account.
    """
    return people_behind(work, [account_id]).facts(account_id, channel, agent, content)


def looks_back(packs: Packs) -> timedelta:
    """Further back than any cap or cooldown looks, in any zone, with room for the attempt that led to a talk."""
    caps = [cap for pack in packs.by_id.values() for cap in pack.caps]
    days = [cap.days or 0 for cap in caps] + [(cap.hours or 0) / 24 for cap in caps]
    days += [cooldown.days for pack in packs.by_id.values() for cooldown in pack.cooldowns]
    return timedelta(days=max(days, default=0) + 3)


def gate_agent(channel: str, agent: str) -> str:
    """The gate's word for 'bot' or 'human' on a channel."""
    if agent == "bot":
        return "ai_voice" if channel == "voice" else "ai_chat"
    return agent


def people_behind(
    work: UnitOfWork, account_ids: Collection[str], looking_back: timedelta | None = None, besides: str | None = None
) -> People:
    """Everything that the gate wants to know of the people who owe on these accounts.

    :param looking_back: how much history to read; None for all. No less than :func:`looks_back` leads to the
        same decisions. What was said to third parties is read however old it is.
    :param besides: an attempt that is not history: the one that is asked about.
    """
    work.session.flush()
    people = dict[str, Person]()
    debtor_of = dict[str, str]()
    for account_id, debtor_id, jurisdictions, zones, number in _rows(work, _WHO, account_ids):
        debtor_of[account_id] = debtor_id
        people.setdefault(debtor_id, Person(tuple(jurisdictions), tuple(zones), number))
    for consent in _rows(work, _CONSENTS, people):
        people[consent.debtor_id].consents.append(consent)
    for hold in _rows(work, _HOLDS, people):
        people[hold.debtor_id].holds.append(hold)
    for wish in _rows(work, _WISHES, people):
        people[wish.debtor_id].wishes.append(wish)
    since = None if looking_back is None else work.now - looking_back
    for debtor_id, history in _history(work, people, since, besides).items():
        people[debtor_id].history = history
    return People(work.now, people, debtor_of)


_SOME: Final[BindParameter[str]] = bindparam("some", expanding=True)
_SINCE: Final[BindParameter[datetime]] = bindparam("since")


def _of_people(table: type[SQLModel], *columns: str) -> Query:
    """The debtor's id, and these columns, of the rows about some people."""
    whose = table.__table__.c.debtor_id  # type: ignore[attr-defined]
    return select(whose, *(getattr(table, name) for name in columns)).where(whose.in_(_SOME))


_WHOSE: Final = (
    col(Account.id),
    *(col(Debtor.id), col(Debtor.jurisdictions), col(Debtor.tz_candidates), col(Debtor.phone_index)),
)
_WHO: Final[Query] = select(*_WHOSE).join(Debtor, col(Debtor.id) == Account.debtor_id).where(col(Account.id).in_(_SOME))
_CONSENTS: Final = _of_people(Consent, "kind", "status", "at")
_HOLDS: Final = _of_people(Hold, "scope", "scope_value", "account_id", "reason", "until", "lifted_at").where(
    col(Hold.lifted_at).is_(None)
)
_WISHES: Final = _of_people(
    ContactWish, "kind", "account_id", "days", "hours", "value", "given_at", "until", "withdrawn_at"
).where(col(ContactWish.withdrawn_at).is_(None))
_ATTEMPTS: Final = _of_people(
    Attempt, "id", "reserved_at", "channel", "direction", "outcome", "account_id", "number_index"
).where(col(Attempt.status) != "released")
_TALKS: Final = _of_people(Conversation, "attempt_id", "opened_at", "channel", "account_id")
_REPORTED: Final = _of_people(
    ReportedContact, "at", "channel", "direction", "outcome", "account_id", "number_index", "by", "target"
)
_LATE_ATTEMPTS: Final = _ATTEMPTS.where(col(Attempt.reserved_at) >= _SINCE)
_LATE_TALKS: Final = _TALKS.where(col(Conversation.opened_at) >= _SINCE)
_LATE_REPORTED: Final = _REPORTED.where(
    # Whom else we spoke to is asked about for ever: a relative may be asked once in all.
    or_(col(ReportedContact.at) >= _SINCE, col(ReportedContact.target) != "consumer")
)


def _rows(work: UnitOfWork, query: Query, some: Iterable[str], **more: datetime) -> Iterable[Record]:
    wanted = [*some]
    return work.session.connection().execute(query, {"some": wanted, **more}) if wanted else ()


def _history(
    work: UnitOfWork, people: dict[str, Person], since: datetime | None, besides: str | None
) -> dict[str, list[PastContact]]:
    """Every attempt on any of a person's debts, every talk that they began, and what others have told us."""
    found = defaultdict[str, list[PastContact]](list)
    told = set[str]()
    bounds = {} if since is None else {"since": since}
    for debtor_id, id_, at, channel, direction, outcome, debt, number in _rows(
        work, _LATE_ATTEMPTS if bounds else _ATTEMPTS, people, **bounds
    ):
        if id_ != besides:
            found[debtor_id].append(PastContact(at, channel, direction, outcome or "unknown", debt, number))
        if outcome == "conversation":
            told.add(id_)
    for debtor_id, attempt_id, at, channel, debt in _rows(work, _LATE_TALKS if bounds else _TALKS, people, **bounds):
        # A talk that an attempt led to is that attempt's outcome, once it says so.
        if attempt_id not in told:
            number = people[debtor_id].number
            found[debtor_id].append(PastContact(at, channel, "inbound", "conversation", debt, number))
    for debtor_id, *past in _rows(work, _LATE_REPORTED if bounds else _REPORTED, people, **bounds):
        found[debtor_id].append(PastContact(*past))
    return found
