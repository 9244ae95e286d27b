"""The gate's facts, gathered from the ledger inside the transaction that will reserve the contact.

Facts of many people are read in as many queries as those of one: each table is asked once about all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import BindParameter, bindparam, inspect, or_, select
from sqlmodel import SQLModel, col

from ledger.columns import UtcDateTime
from ledger.ledger import UnitOfWork
from ledger.rows import Among, Query, Row, read_together
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


class ConsentRow(NamedTuple):
    """Of ledger.tables.Consent."""

    kind: str
    status: str
    at: datetime


class HoldRow(NamedTuple):
    """Of ledger.tables.Hold."""

    scope: str
    scope_value: str
    account_id: str | None
    reason: str
    until: datetime | None
    lifted_at: datetime | None


class WishRow(NamedTuple):
    """Of ledger.tables.ContactWish."""

    kind: str
    account_id: str | None
    days: list[str]
    hours: str
    value: str
    given_at: datetime
    until: datetime | None
    withdrawn_at: datetime | None


@dataclass(slots=True)
class Person:
    """What the records say of one person; every debt of theirs is judged by it."""

    jurisdictions: tuple[str, ...]
    zones: tuple[str, ...]
    number: str
    """The blind index of the phone number."""
    consents: list[ConsentRow] = field(default_factory=list)
    holds: list[HoldRow] = field(default_factory=list)
    wishes: list[WishRow] = field(default_factory=list)
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
            history=tuple(person.history),
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
    connection = work.session.connection()
    people = dict[str, Person]()
    debtor_of = dict[str, str]()
    (whose,) = read_together(connection, [_WHO], account_ids)
    for account_id, debtor_id, jurisdictions, zones, number in whose:
        debtor_of[account_id] = debtor_id
        if debtor_id not in people:
            people[debtor_id] = Person(tuple(jurisdictions), tuple(zones), number)
    # Whoever looks back for ever looks back to the first day there is.
    since = _FIRST_DAY if looking_back is None else work.now - looking_back
    consents, holds, wishes, attempts, talks, reported = read_together(connection, _ABOUT, people, since=since)
    for debtor_id, *consent in consents:
        people[debtor_id].consents.append(ConsentRow(*consent))
    for debtor_id, *hold in holds:
        people[debtor_id].holds.append(HoldRow(*hold))
    for debtor_id, *wish in wishes:
        people[debtor_id].wishes.append(WishRow(*wish))
    _remember(people, attempts, talks, reported, besides)
    return People(work.now, people, debtor_of)


_FIRST_DAY: Final = datetime(1, 1, 2, tzinfo=UTC)
_SINCE: Final[BindParameter[datetime]] = bindparam("since", type_=UtcDateTime)


def _of_people(table: type[SQLModel], columns: Iterable[str]) -> Query:
    """The debtor's id, and these columns, of the rows about some people."""
    whose = inspect(table).local_table.c.debtor_id
    return select(whose, *(getattr(table, name) for name in columns)).where(Among(whose))


_WHO: Final[Query] = (
    select(col(Account.id), col(Debtor.id), *map(col, (Debtor.jurisdictions, Debtor.tz_candidates, Debtor.phone_index)))
    .join(Debtor, col(Debtor.id) == Account.debtor_id)
    .where(Among(col(Account.id)))
)
_ABOUT: Final[tuple[Query, ...]] = (
    _of_people(Consent, ConsentRow._fields),
    _of_people(Hold, HoldRow._fields).where(col(Hold.lifted_at).is_(None)),
    _of_people(ContactWish, WishRow._fields).where(col(ContactWish.withdrawn_at).is_(None)),
    _of_people(Attempt, ("id", "reserved_at", "channel", "direction", "outcome", "account_id", "number_index")).where(
        col(Attempt.status) != "released", col(Attempt.reserved_at) >= _SINCE
    ),
    _of_people(Conversation, ("attempt_id", "opened_at", "channel", "account_id")).where(
        col(Conversation.opened_at) >= _SINCE
    ),
    _of_people(
        ReportedContact, ("at", "channel", "direction", "outcome", "account_id", "number_index", "by", "target")
    ).where(
        # Whom else we spoke to is asked about for ever: a relative may be asked once in all.
        or_(col(ReportedContact.at) >= _SINCE, col(ReportedContact.target) != "consumer")
    ),
)


def _remember(
    people: Mapping[str, Person],
    attempts: Iterable[Row],
    talks: Iterable[Row],
    reported: Iterable[Row],
    besides: str | None,
) -> None:
    """Every attempt on any of a person's debts, every talk that they began, and what others have told us.

    What was kept without its number counts for the number that the person has.
    """
    told = set[str]()
    for debtor_id, id_, at, channel, direction, outcome, debt, number in attempts:
        if id_ != besides:
            person = people[debtor_id]
            past = PastContact(at, channel, direction, outcome or "unknown", debt, number or person.number)
            person.history.append(past)
        if outcome == "conversation":
            told.add(id_)
    for debtor_id, attempt_id, at, channel, debt in talks:
        # A talk that an attempt led to is that attempt's outcome, once it says so.
        if attempt_id not in told:
            person = people[debtor_id]
            person.history.append(PastContact(at, channel, "inbound", "conversation", debt, person.number))
    for debtor_id, at, channel, direction, outcome, debt, number, *whom in reported:
        person = people[debtor_id]
        person.history.append(PastContact(at, channel, direction, outcome, debt, number or person.number, *whom))
