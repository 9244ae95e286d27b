"""Random people, histories, hours and packs for the laws of the gate (Hypothesis)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, TypeVar

from hypothesis import strategies as st

from strategy.policy.clocks import WEEKDAYS, Span
from strategy.policy.facts import (
    AGENTS,
    CHANNELS,
    OUTCOMES,
    Action,
    Callback,
    ContactFacts,
    Content,
    Flags,
    HoldFact,
    Inconvenient,
    PastContact,
    Stop,
)
from strategy.policy.pack import Cap, Clause, Cooldown, DialMargin, Holidays, Pack, ThirdParty, Waiver, Window
from strategy.policy.packs import Packs, shipped_packs

SHIPPED = shipped_packs()
JURISDICTIONS = sorted(set(SHIPPED.by_id) - {"HOUSE"})
ZONES = [
    "America/New_York",
    "America/Phoenix",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Europe/London",
    "Australia/Lord_Howe",
    # No midnight, or two of them, on the days on which their clocks are changed.
    "America/Havana",
    "America/Santiago",
    "Asia/Beirut",
    "Atlantic/Azores",
    # The first to see a date, while others still see the last but one.
    "Pacific/Kiritimati",
]
CLOCKS_CHANGE = [
    datetime(2026, 3, 8, 7, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 0, 0, tzinfo=UTC),
    datetime(2026, 4, 4, 15, 0, tzinfo=UTC),
    datetime(2026, 9, 6, 4, 0, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 5, 0, tzinfo=UTC),
]
SAID = Content(True, True, True, True, True, True)
PAPERS: dict[str, Any] = {"source": "a test", "confidence": "policy", "effective_from": date(2020, 1, 1)}
WAIVER = "XX-ASKED"
Value = TypeVar("Value")
ClauseKind = TypeVar("ClauseKind", bound=Clause)


def one_of(*values: Value) -> st.SearchStrategy[Value]:
    return st.sampled_from(values)


def subsets(values: list[str], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(tuple)


def after(moment: datetime, first: int, last: int) -> st.SearchStrategy[datetime]:
    """That many minutes after."""
    return st.integers(first, last).map(lambda minutes: moment + timedelta(minutes=minutes))


times = after(datetime(2026, 1, 10, tzinfo=UTC), 0, 345 * 24 * 60) | st.sampled_from(CLOCKS_CHANGE).flatmap(
    lambda change: after(change, -1500, 1500)
)
"""Minutes of 2026, many of them near a change of some clocks."""
spans = st.builds(
    lambda start, length: Span(start, (start + length) % 1440 or 1440), st.integers(0, 1439), st.integers(1, 1439)
)
"""Half of them run over midnight."""
weekdays = subsets(list(WEEKDAYS), 7)
shipped_stacks = subsets(JURISDICTIONS, 2)
made_up_stacks = one_of(("XX",), ("XX", "YY"), ("YY",))


PAST = list(
    product(
        ("voice", "voice", "sms", "email", "chat"),
        ("outbound", "outbound", "inbound"),
        sorted(OUTCOMES),
        ("D1", "D1", "D2"),
        ("N1", "N1", "N2"),
        ("bank", "agency"),
        ("consumer", "consumer", "consumer", "relative"),
    )
)
"""Past contacts but for their time; drawn as a whole, which is several times faster than field by field."""


@st.composite
def histories(draw: st.DrawFn, now: datetime, most: int = 10) -> tuple[PastContact, ...]:
    """Past contacts of the last weeks, many of them about the debt and number of the action."""
    moments = after(now, -60 * 24 * 7, 0) | after(now, -60 * 24 * 40, 0)
    past = st.builds(lambda at, kind: PastContact(at, *kind), moments, st.sampled_from(PAST))
    return tuple(draw(st.lists(past, max_size=most)))


@st.composite
def situations(
    draw: st.DrawFn, stacks: st.SearchStrategy[tuple[str, ...]] = shipped_stacks
) -> tuple[ContactFacts, datetime]:
    """Somebody who may be contacted or not, and a moment; often nothing but time and number stands against it."""
    now = draw(times)
    consents = one_of("granted", "granted", "granted", "none", "revoked")
    facts = ContactFacts(
        jurisdictions=draw(stacks),
        entity_role=draw(one_of("first_party_bank", "third_party_collector")),
        tz_candidates=draw(subsets(ZONES, 2)),
        action=Action(
            type="outbound_contact",
            channel=draw(st.sampled_from(sorted(CHANNELS))),
            agent=draw(st.sampled_from(sorted(AGENTS))),
            number_type=draw(one_of("mobile", "landline", "work")),
            number_id="N1",
            debt_id="D1",
            target="consumer",
            place=draw(one_of("unknown", "unknown", "unknown", "workplace")),
        ),
        consent=(
            ("artificial_voice", draw(consents)),
            ("chat", "granted"),
            ("email", "granted"),
            ("sms", draw(consents)),
        ),
        content=SAID,
        flags=draw(flags(now)),
        history=draw(histories(now)),
    )
    return facts, now


def ends(now: datetime) -> st.SearchStrategy[datetime]:
    """When something recorded runs out, or ran out."""
    return after(now, -24 * 60, 40 * 24 * 60)


@st.composite
def flags(draw: st.DrawFn, now: datetime) -> Flags:
    today = now.date()
    stops = st.builds(
        lambda begins, lasts: (Stop("moratorium", today + begins, today + begins + lasts),),
        st.integers(-9, 3).map(timedelta),
        st.integers(0, 9).map(timedelta),
    ) | st.builds(lambda kind, over: (Stop(kind, over_at=over),), one_of("dispute", "moratorium"), ends(now))
    holds = st.builds(
        lambda agents, until: (HoldFact("hardship", agents, until),), one_of("automated", "all"), ends(now)
    )
    return Flags(
        stops=draw(one_of((), (), (), (), ()) | stops),
        holds=draw(one_of((), (), (), (), (HoldFact("wants_person", "automated"),)) | holds),
        agreed_windows=tuple(draw(st.lists(spans, max_size=2))),
        consented_callback=draw(st.none() | st.builds(Callback, after(now, -9 * 24 * 60, 0), one_of("D1", "D1", "D2"))),
        inconvenient=tuple(draw(st.lists(st.builds(Inconvenient, weekdays, spans), max_size=2))),
    )


days_of_2026 = st.builds(lambda day: date(2026, 1, 1) + timedelta(days=day), st.integers(0, 364))
channels = subsets(sorted(CHANNELS), 4)
outcomes = subsets(sorted(OUTCOMES), 5)


@st.composite
def clauses(draw: st.DrawFn, /, kind: type[ClauseKind], **values: st.SearchStrategy[Any]) -> tuple[ClauseKind, ...]:
    """Up to two of a kind; some of them begin or cease to bind in 2026."""
    found = []
    for number in range(draw(st.integers(0, 2))):
        begins = draw(st.just(date(2020, 1, 1)) | days_of_2026)
        lasts = draw(st.none() | st.none() | st.integers(0, 300).map(timedelta))
        papers = PAPERS | {"effective_from": begins, "effective_to": begins + lasts if lasts is not None else None}
        found.append(kind(id=f"XX-{kind.__name__}-{number}", **papers, **{name: draw(values[name]) for name in values}))
    return tuple(found)


margins = clauses(DialMargin, minutes=st.integers(0, 90), channels=channels)
windows = clauses(
    Window, days=weekdays, hours=spans, place=one_of(None, None, "workplace"), agreed_time_prevails=st.booleans()
)
holidays = clauses(
    Holidays,
    country=st.just("XX"),
    categories=st.just(("public",)),
    first_year=one_of(2026, 2026, 2027),
    verified_through=one_of(date(2026, 12, 31), date(2026, 6, 30)),
    agreed_time_prevails=st.booleans(),
    dates=st.frozensets(days_of_2026, max_size=20),
)
caps = clauses(
    Cap,
    limit=st.integers(0, 4),
    per=one_of(("person",), ("person", "debt"), ("person", "number"), ("person", "debt", "number")),
    counted_channels=channels,
    counted_outcomes=outcomes,
    days=st.integers(1, 10),
    hours=st.none() | st.integers(1, 200),
    channels=channels | st.just(()),
    agents=one_of((), (), ("ai_voice", "ai_chat")),
    number_types=one_of((), (), ("work",)),
    places=one_of((), (), ("workplace",)),
    unless_consent=one_of(None, None, "artificial_voice"),
    waived_by=one_of((), (WAIVER,)),
)
cooldowns = clauses(Cooldown, days=st.integers(1, 10), channels=channels, waived_by=one_of((), (WAIVER,)))


@st.composite
def made_up_pack(draw: st.DrawFn, name: str, under: str | None) -> Pack:
    waiver = Waiver(**PAPERS, id=WAIVER, who="consumer", by="consented_callback", days=draw(st.integers(1, 8)))
    return Pack(
        id=name,
        name=name,
        version="1",
        under=under,
        windows=draw(windows),
        holidays=draw(holidays),
        dial_margins=draw(margins),
        caps=draw(caps),
        cooldowns=draw(cooldowns),
        waivers=(waiver,),
        third_parties=(ThirdParty(**PAPERS, id="XX-3P", targets=(), agents=tuple(AGENTS)),),
    )


@st.composite
def made_up_packs(draw: st.DrawFn) -> Packs:
    """House policy, a jurisdiction XX, and YY that lies over it; what limits time and number is drawn at random."""
    house = replace(SHIPPED.by_id["HOUSE"], dial_margins=draw(margins))
    return Packs(
        {"HOUSE": house, "XX": draw(made_up_pack("XX", None)), "YY": draw(made_up_pack("YY", "XX"))},
        {},
    )
