"""Laws of the gate, over random people, histories and hours."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from strategy.policy.clocks import WEEKDAYS, Span
from strategy.policy.decision import Allow, Deny, canonical_json, decision_json
from strategy.policy.facts import AGENTS, OUTCOMES, Action, Callback, ContactFacts, Content, Flags, PastContact, Stop
from strategy.policy.facts_json import facts_hash, facts_json, read_facts
from strategy.policy.gate import decide
from strategy.policy.packs import Packs, shipped_packs

PACKS = shipped_packs()
JURISDICTIONS = sorted(set(PACKS.by_id) - {"HOUSE"})
ZONES = ["America/New_York", "America/Phoenix", "Asia/Shanghai", "Asia/Kolkata", "Europe/London", "Australia/Lord_Howe"]
SAID = Content(True, True, True, True, True, True)

times = st.integers(0, 345 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 10, tzinfo=UTC) + timedelta(minutes=minutes)
)
spans = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda p: p[0] != p[1]).map(lambda p: Span(*p))


@st.composite
def histories(draw: st.DrawFn, now: datetime, most: int = 8) -> list[PastContact]:
    ages = draw(st.lists(st.integers(0, 60 * 24 * 12), max_size=most))
    return [
        PastContact(
            at=now - timedelta(minutes=age),
            channel=draw(st.sampled_from(["voice", "sms", "email", "chat"])),
            direction=draw(st.sampled_from(["outbound", "outbound", "inbound"])),
            outcome=draw(st.sampled_from(sorted(OUTCOMES))),
            debt_id=draw(st.sampled_from(["D1", "D2"])),
            number_id=draw(st.sampled_from(["N1", "N2"])),
            by=draw(st.sampled_from(["bank", "agency"])),
        )
        for age in ages
    ]


@st.composite
def situations(draw: st.DrawFn) -> tuple[ContactFacts, datetime]:
    now = draw(times)
    callback = Callback(now - timedelta(days=1), "D1") if draw(st.booleans()) else None
    consents = st.sampled_from(["granted", "granted", "none", "revoked"])
    facts = ContactFacts(
        jurisdictions=tuple(draw(st.lists(st.sampled_from(JURISDICTIONS), min_size=1, max_size=2, unique=True))),
        entity_role="first_party_bank",
        tz_candidates=tuple(draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True))),
        action=Action(
            type="outbound_contact",
            channel=draw(st.sampled_from(["voice", "sms", "chat"])),
            agent=draw(st.sampled_from(sorted(AGENTS))),
            number_type=draw(st.sampled_from(["mobile", "landline"])),
            number_id="N1",
            debt_id="D1",
            target="consumer",
            place="unknown",
        ),
        consent=(("artificial_voice", draw(consents)), ("chat", "granted"), ("sms", draw(consents))),
        content=SAID,
        flags=Flags(
            agreed_windows=tuple(draw(st.lists(spans, max_size=1))),
            consented_callback=callback,
        ),
        history=tuple(draw(histories(now))),
    )
    return facts, now


@given(situations(), st.data())
def test_more_history_never_turns_a_denial_into_permission(
    situation: tuple[ContactFacts, datetime], data: st.DataObject
) -> None:
    facts, now = situation
    more = replace(facts, history=facts.history + tuple(data.draw(histories(now))))
    if isinstance(decide(more, PACKS, now), Allow):
        assert isinstance(decide(facts, PACKS, now), Allow)


@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_the_history_does_not_matter(situation: tuple[ContactFacts, datetime], random: object) -> None:
    facts, now = situation
    shuffled = list(facts.history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = replace(facts, history=tuple(shuffled))
    assert decide(facts, PACKS, now) == decide(other, PACKS, now)
    assert facts_hash(facts) == facts_hash(other)


@given(situations(), st.integers(0, 120), st.integers(0, 120), st.integers(0, 7))
def test_tighter_values_never_allow_more(
    situation: tuple[ContactFacts, datetime], later: int, earlier: int, lower: int
) -> None:
    facts, now = situation
    tight = Packs(
        {
            name: replace(
                pack,
                windows=tuple(
                    replace(window, hours=Span(window.hours.start + later, window.hours.end - earlier))
                    for window in pack.windows
                ),
                caps=tuple(replace(cap, limit=max(0, cap.limit - lower)) for cap in pack.caps),
                cooldowns=tuple(replace(wait, days=wait.days + lower) for wait in pack.cooldowns),
            )
            for name, pack in PACKS.by_id.items()
        },
        {},
    )
    if isinstance(decide(facts, tight, now), Allow):
        assert isinstance(decide(facts, PACKS, now), Allow)


@given(situations())
def test_nothing_is_allowed_outside_the_hours_of_any_zone(situation: tuple[ContactFacts, datetime]) -> None:
    facts, now = situation
    if not isinstance(decide(facts, PACKS, now), Allow):
        return
    agreed = facts.flags.agreed_windows
    for jurisdiction in facts.jurisdictions:
        pack = PACKS.by_id[jurisdiction]
        for zone in facts.tz_candidates:
            local = now.astimezone(ZoneInfo(zone))
            minute = local.hour * 60 + local.minute
            inside = any(
                WEEKDAYS[local.weekday()] in window.days and window.hours.start <= minute < window.hours.end
                for window in pack.windows
            )
            prevails = any(window.agreed_time_prevails for window in pack.windows)
            assert inside or not pack.windows or (prevails and any(span.minutes_left(minute) for span in agreed))


@given(situations(), st.sampled_from(["voice", "sms", "email", "chat"]), st.sampled_from(sorted(AGENTS)))
def test_no_contact_of_any_kind_after_a_cease_request(
    situation: tuple[ContactFacts, datetime], channel: str, agent: str
) -> None:
    facts, now = situation
    ceased = replace(
        facts,
        flags=replace(facts.flags, stops=(Stop("cease"),)),
        action=replace(facts.action, channel=channel, agent=agent),
    )
    decision = decide(ceased, PACKS, now)
    assert isinstance(decision, Deny)
    assert "CEASE_COMMUNICATION" in decision.codes


@given(situations())
def test_a_recorded_decision_replays_to_the_same_bytes(situation: tuple[ContactFacts, datetime]) -> None:
    facts, now = situation
    recorded = canonical_json(facts_json(facts))
    again = read_facts(json.loads(recorded))
    assert canonical_json(facts_json(again)) == recorded
    first, second = (canonical_json(decision_json(decide(value, PACKS, now))) for value in (facts, again))
    assert first.encode() == second.encode()


@settings(max_examples=40)
@given(situations())
def test_the_next_allowed_time_is_allowed_and_later(situation: tuple[ContactFacts, datetime]) -> None:
    facts, now = situation
    decision = decide(facts, PACKS, now)
    if isinstance(decision, Deny) and decision.next_allowed_at is not None:
        assert decision.next_allowed_at > now
        assert isinstance(decide(facts, PACKS, decision.next_allowed_at), Allow)
