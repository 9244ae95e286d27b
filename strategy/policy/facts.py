"""What the gate looks at: one frozen value, gathered once, that holds everything a decision depends on.

The shape follows the `given` part of a policy case (docs/policy.md). Ids are opaque; nothing here names a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import product
from operator import attrgetter
from typing import Final

from strategy.policy.clocks import WEEKDAYS, Span

ACTIONS: Final = frozenset({"outbound_contact", "disclose_debt", "start_recording", "utterance"})
CHANNELS: Final = frozenset({"voice", "voicemail", "sms", "email", "chat", "terminal", "mail"})
SAME_MEDIUM: Final = {"voicemail": "voice", "terminal": "chat"}
"""Channels that reach a person by the medium of another: who refuses that one has refused them too."""
DIRECTIONS: Final = frozenset({"outbound", "inbound"})
AGENTS: Final = frozenset({"ai_voice", "ai_chat", "human", "system"})
OUTCOMES: Final = frozenset(
    {
        "conversation",
        "voicemail_left",
        "ring_no_answer",
        "busy",
        "not_in_service",
        "delivered",
        "failed",
        "unknown",
    }
)
"""'unknown' is an attempt found half-way after a crash: it counts toward every cap and starts every cooldown."""

WORK_NUMBERS: Final = frozenset({"business", "employer", "office", "work", "workplace"})
READABLE: Final = frozenset(product(DIRECTIONS, CHANNELS, OUTCOMES))
"""Every (direction, channel, outcome) that a rule knows how to count."""
_AT: Final = attrgetter("at")
_SORT: Final = attrgetter("sort")
_ALL: Final = attrgetter("at", "channel", "direction", "outcome", "debt_id", "number_id", "by", "target")

STOPS: Final = frozenset(
    {
        "cease",
        "attorney",
        "bankruptcy",
        "dispute",
        "capacity",
        "moratorium",
        "crisis_moratorium",
        "sensitive_occasion",
        "consent_revoked",
    }
)
"""A 'crisis_moratorium' ends when the treatment does; how long it holds after that is for the packs."""


@dataclass(frozen=True, slots=True)
class Action:
    """What is about to happen: a contact, or something said or recorded inside one."""

    type: str
    channel: str
    agent: str
    number_type: str
    number_id: str
    debt_id: str
    target: str
    place: str

    def __post_init__(self) -> None:
        # Who is called at a number of work is at work, as far as anybody can know.
        if self.place == "unknown" and self.number_type in WORK_NUMBERS:
            object.__setattr__(self, "place", "workplace")


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC: times of one zone compare by the clock on the wall, which shows an hour twice in autumn.

    :raises ValueError: it has no zone, or is beyond what UTC can say.
    """
    if moment.utcoffset() is None:
        raise ValueError("a time without a zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time beyond the years 1 to 9999") from error


@dataclass(frozen=True, order=True, slots=True)
class PastContact:
    """One earlier attempt or talk, by whoever (`by`: bank or agency; both count). Its time is kept in UTC."""

    at: datetime
    channel: str
    direction: str
    outcome: str
    debt_id: str
    number_id: str
    by: str = "bank"
    target: str = "consumer"
    sort: tuple[str, str, str] = field(init=False, repr=False, compare=False)
    """(direction, channel, outcome): what decides whether a cap counts it."""

    def __post_init__(self) -> None:
        if self.at.tzinfo is not UTC:
            object.__setattr__(self, "at", in_utc(self.at))
        object.__setattr__(self, "sort", (self.direction, self.channel, self.outcome))


@dataclass(frozen=True, order=True, slots=True)
class Stop:
    """A fact about the person that suspends contact; both days are included, None means open-ended.

    `debt_id` narrows a dispute or a representation to one debt; None means all of them. Before its days
    are over it ends at `over_at`, where the record says so.
    """

    kind: str
    start: date | None = None
    end: date | None = None
    debt_id: str | None = None
    over_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.over_at is not None:
            object.__setattr__(self, "over_at", in_utc(self.over_at))


@dataclass(frozen=True, order=True, slots=True)
class HoldFact:
    """A hold in the ledger that covers this contact. `agents`: 'automated' lets people call, 'all' stops everyone.

    It binds before `until`; None: until somebody lifts it.
    """

    reason: str
    agents: str = "automated"
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.until is not None:
            object.__setattr__(self, "until", in_utc(self.until))


@dataclass(frozen=True, order=True, slots=True)
class Callback:
    """The person asked, directly and beforehand, to be called about one debt."""

    given: datetime
    debt_id: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "given", in_utc(self.given))


@dataclass(frozen=True, order=True, slots=True)
class Reopened:
    """The person came back, at `at`, on a medium that they had refused: one reply there is due."""

    channel: str
    at: datetime


@dataclass(frozen=True, order=True, slots=True)
class Inconvenient:
    """A time the person has said does not suit."""

    days: tuple[str, ...]
    hours: Span

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", tuple(sorted(set(self.days), key=WEEKDAYS.index)))


_SETS: Final = (
    "stops",
    "holds",
    "agreed_windows",
    "inconvenient",
    "inconvenient_places",
    "refused_media",
    "reopened_media",
    "consented_at",
    "third_party_grounds",
    "unread",
)


@dataclass(frozen=True, slots=True)
class Flags:
    """What is known about the person beyond their history. `unread` names flags nobody here understands."""

    stops: tuple[Stop, ...] = ()
    holds: tuple[HoldFact, ...] = ()
    agreed_windows: tuple[Span, ...] = ()
    consented_callback: Callback | None = None
    inconvenient: tuple[Inconvenient, ...] = ()
    inconvenient_places: tuple[str, ...] = ()
    refused_media: tuple[str, ...] = ()
    reopened_media: tuple[Reopened, ...] = ()
    confirms_opt_out: bool = False
    """This contact is the one message that confirms an opt-out."""
    consented_at: tuple[tuple[str, datetime], ...] = ()
    """By kind, when a consent was last given or the person last wrote from there; absent where nobody has said."""
    number_checked_at: datetime | None = None
    """When the number was last checked against reassignments."""
    collection_begun: bool = True
    """False where a creditor has not begun to collect: a reminder of its own, which some laws leave alone."""
    days_past_due: int | None = None
    """None where nobody has said: no exception for old debts is taken then."""
    third_party_grounds: tuple[str, ...] = ()
    third_party_refused: bool = False
    unread: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # Sets of facts: however they were gathered, equal ones are spelled alike in a record.
        for name in _SETS:
            if len(value := getattr(self, name)) > 1:
                object.__setattr__(self, name, tuple(sorted(set(value), key=repr)))


@dataclass(frozen=True, slots=True)
class Content:
    """What the script or the talk so far has and has not said."""

    ai_disclosure_at_start: bool = False
    recording_notice_given: bool = False
    debt_collector_notice: bool = False
    opt_out_instructions: bool = False
    limited_content_only: bool = False
    identity_verified: bool = False
    discloses_debt_to_third_party: bool = False
    threat_of_suit_time_barred: bool = False


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Everything one decision depends on, except the packs and the time.

    `jurisdictions` is an overlay stack of pack ids; `tz_candidates` every plausible IANA zone of the person, empty for
    unknown; `consent` maps a kind ('artificial_voice', 'sms', 'email', 'chat') to 'granted', 'none' or 'revoked'.
    """

    jurisdictions: tuple[str, ...]
    entity_role: str
    tz_candidates: tuple[str, ...]
    action: Action
    consent: tuple[tuple[str, str], ...] = ()
    content: Content = Content()
    flags: Flags = Flags()
    history: tuple[PastContact, ...] = ()
    """In order of time, whatever order it was given in."""
    history_is_strange: bool = field(init=False, repr=False, compare=False)
    """Whether some past contact has a direction, channel or outcome that no rule knows how to count."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "consent", _one_of_each_kind(self.consent))
        object.__setattr__(self, "history", _in_order(self.history))
        object.__setattr__(self, "history_is_strange", not READABLE.issuperset(map(_SORT, self.history)))

    def consent_to(self, kind: str) -> str:
        """'none' when nothing is known."""
        return next((status for each, status in self.consent if each == kind), "none")


def _one_of_each_kind(consent: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """By kind; of two answers 'revoked' goes before any other, and any other before 'granted'."""
    worst_last = sorted(consent, key=lambda each: (each[0], each[1] != "granted", each[1] == "revoked"))
    return tuple(dict(worst_last).items())


def _in_order(history: Iterable[PastContact]) -> tuple[PastContact, ...]:
    """By time, and by everything else only where two times are equal, since that takes ten times as long."""
    ordered = sorted(history, key=_AT)
    if len(set(map(_AT, ordered))) < len(ordered):
        ordered.sort(key=_ALL)
    return tuple(ordered)
