"""The independent checker: a clean ledger has no violation, and each planted breach is found and called by its name."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from rechecked import AMERICAN, GREETING, NEW_YORK_NOON, READ_BACK, World
from seeded import StoppedClock, add_person, fresh_ledger

from ledger.ledger import UnitOfWork
from rehearsal.recheck.words import asks_for_money, hints_at_debt, numbers, says_automated

ROOT = Path(__file__).parents[2]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = StoppedClock()
    ledger = fresh_ledger(tmp_path / "ledger.db", clock)
    with ledger.begin() as work:
        account = add_person(work)
        another_person(work)
    clock.advance(minutes=1)
    yield World(ledger, clock, account)
    ledger.engine.dispose()


def another_person(work: UnitOfWork) -> None:
    add_person(work, "R2", name="李云舒")


def test_an_honest_day_has_no_violation(world: World) -> None:
    attempt_id = world.attempt(outcome="conversation")
    world.promise(world.promising_talk())
    talk_id = world.talk(attempt_id=attempt_id, channel="voice")
    world.say(talk_id, 1, "bot", GREETING)
    world.disclosed(talk_id, "automated", 1)
    world.clock.advance(seconds=1)
    world.hold("death_of_debtor", conversation_id=talk_id)
    world.say(talk_id, 2, "debtor", "他上周走了", "death_of_debtor")
    world.say(talk_id, 3, "bot", "非常难过，请节哀。我们会停止这类联系。")
    world.case(talk_id, "death_of_debtor")
    found = world.recheck()
    assert found.violations == ()
    assert found.checked == {
        "planned": 0,
        "attempts": 1,
        "decisions": 1,
        "conversations": 2,
        "turns": 10,
        "promises": 1,
        "holds": 1,
        "cases": 1,
        "audit_entries": 3,
    }


def test_a_read_back_said_again_in_the_same_words_still_counts(world: World) -> None:
    talk_id = world.promising_talk()
    read_back_at = world.clock.now - timedelta(seconds=5)
    world.say(talk_id, 8, "debtor", "你再说一遍")
    world.say(talk_id, 9, "bot", READ_BACK)
    world.say(talk_id, 10, "debtor", "对")
    world.promise(talk_id, read_back_at=read_back_at)
    assert world.rules() == set()


def test_a_person_who_was_called_finds_the_last_words_said_again(world: World) -> None:
    talk_id = world.promising_talk()
    world.hold("self_harm", conversation_id=talk_id)
    world.case(talk_id, "self_harm")
    world.say(talk_id, 8, "debtor", "我不想活了", "self_harm")
    world.sql(
        f"UPDATE conversation SET stage = 'with_person', closed_at = '2026-03-04 09:00:00' WHERE id = '{talk_id}'"
    )
    world.say(talk_id, 9, "bot", "我正在请同事过来。")
    assert world.rules() == set()


def test_what_a_talk_began_by_the_debtor_is_not_a_contact_of_ours(world: World) -> None:
    world.hold("cease_request")
    world.clock.now = datetime.fromisoformat("2026-03-04T19:00:00+00:00")
    talk_id = world.talk()
    world.say(talk_id, 1, "bot", GREETING)
    world.disclosed(talk_id, "automated", 1)
    assert world.rules() == set()


def denied(world: World) -> None:
    world.attempt(allowed=False)


def decided_afterwards(world: World) -> None:
    world.attempt(at=world.clock.now + timedelta(seconds=1))


def decided_about_another(world: World) -> None:
    world.attempt(debtor_id="debtor-R2")


def decided_for_another_channel(world: World) -> None:
    world.attempt("voice")
    world.sql("UPDATE decision SET channel = 'chat'")


def lost_decision(world: World) -> None:
    world.attempt()
    with world.ledger.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        connection.connection.driver_connection.execute("DELETE FROM decision")


def late_evening(world: World) -> None:
    world.clock.now = datetime.fromisoformat("2026-03-04T14:00:00+00:00")  # 22:00 in Taipei
    world.attempt()


def early_in_one_of_two_zones(world: World) -> None:
    world.american()
    world.clock.now = datetime.fromisoformat("2026-03-05T13:30:00+00:00")  # 08:30 in New York, 07:30 in Chicago
    world.attempt()


def early_after_the_clocks_changed(world: World) -> None:
    world.american()
    # Since 8 March 2026 it is summer time: 12:30 UTC is 08:30 in New York, an hour later than before; Chicago 07:30.
    world.clock.now = datetime.fromisoformat("2026-03-09T12:30:00+00:00")
    world.attempt()


def late_talk_of_an_early_attempt(world: World) -> None:
    world.clock.now = datetime.fromisoformat("2026-03-04T13:59:00+00:00")
    attempt_id = world.attempt(outcome="conversation")
    world.clock.advance(minutes=2)
    talk_id = world.talk(attempt_id=attempt_id, channel="voice")
    world.say(talk_id, 1, "bot", GREETING)
    world.disclosed(talk_id, "automated", 1)


def no_zone(world: World) -> None:
    world.person(tz_candidates=[])
    world.attempt()


def no_law(world: World) -> None:
    world.person(jurisdictions=[])
    world.attempt()


def unheard_of_law(world: World) -> None:
    world.person(jurisdictions=["CN", "XX"])
    world.attempt()


def four_talks_in_a_chinese_day(world: World) -> None:
    for _ in range(4):
        world.attempt(outcome="conversation")
        world.clock.advance(minutes=10)


def seven_rings_in_a_chinese_day(world: World) -> None:
    for _ in range(7):
        world.attempt()
        world.clock.advance(minutes=10)


def a_crash_counts_as_a_talk(world: World) -> None:
    for outcome in ("conversation", "conversation", "unknown", "conversation"):
        world.attempt(outcome=outcome)
        world.clock.advance(minutes=10)


def eight_calls_in_an_american_week(world: World) -> None:
    world.american()
    for _ in range(8):
        world.attempt(outcome="voicemail_left")
        world.clock.advance(hours=20 if world.clock.now.hour > 18 else 2)


def a_call_six_days_after_a_talk(world: World) -> None:
    world.american()
    world.attempt(outcome="conversation")
    world.clock.advance(days=6)
    world.attempt()


def a_call_after_the_debtor_called(world: World) -> None:
    world.american()
    talk_id = world.talk(channel="voice")
    world.say(talk_id, 1, "bot", GREETING)
    world.disclosed(talk_id, "automated", 1)
    world.clock.advance(days=1)
    world.attempt()


def three_calls_in_massachusetts(world: World) -> None:
    world.american()
    world.person(jurisdictions=["US-FED", "US-MA"])
    for _ in range(3):
        world.attempt()
        world.clock.advance(hours=1)


def four_contacts_in_new_york_city(world: World) -> None:
    world.american()
    world.person(jurisdictions=["US-FED", "US-NYC"])
    world.clock.now = datetime.fromisoformat("2026-11-18T17:00:00+00:00")
    for channel in ("voice", "chat", "voice", "chat"):
        world.attempt(channel, outcome="ring_no_answer" if channel == "voice" else "delivered")
        world.clock.advance(hours=1)


def after_a_hold(world: World) -> None:
    world.hold("hardship_unemployment", until=world.clock.now + timedelta(days=14))
    world.clock.advance(hours=1)
    world.attempt("chat", outcome="delivered")


def after_an_imported_hold_of_the_same_moment(world: World) -> None:
    world.hold("dispute")
    world.attempt()


def a_collector_after_a_cease(world: World) -> None:
    world.hold("cease_request")
    world.clock.advance(hours=1)
    world.attempt(agent="human")


def after_a_hold_on_the_debt(world: World) -> None:
    world.hold("dispute_not_mine", scope="debt", scope_value=world.account.id)
    world.clock.advance(hours=1)
    world.attempt()


def after_a_hold_on_the_number(world: World) -> None:
    world.hold("third_party_answering", scope="number", scope_value="number-1")
    world.clock.advance(hours=1)
    world.attempt()


def after_a_revoked_consent(world: World) -> None:
    world.consent("chat", "granted")
    world.clock.advance(minutes=1)
    world.consent("chat", "revoked")
    world.clock.advance(minutes=1)
    world.attempt("chat", outcome="delivered")


def after_another_consent_was_revoked_in_america(world: World) -> None:
    world.american()
    world.consent("sms", "revoked")
    world.clock.advance(minutes=1)
    world.attempt("chat", outcome="delivered")


def artificial_voice_without_consent(world: World) -> None:
    world.person(**AMERICAN)
    world.clock.now = NEW_YORK_NOON
    world.attempt()


def human_greeting(world: World) -> None:
    talk_id = world.talk()
    world.say(talk_id, 1, "bot", "您好，我是善行银行的小王。")
    world.disclosed(talk_id, "automated", 1)


def disclosed_too_late(world: World) -> None:
    talk_id = world.talk()
    world.say(talk_id, 1, "bot", GREETING)
    world.say(talk_id, 2, "bot", GREETING)
    world.disclosed(talk_id, "automated", 2)


def greeted(world: World, *lines: str, **changes: Any) -> str:
    talk_id = world.talk(**changes)
    world.say(talk_id, 1, "bot", GREETING)
    world.disclosed(talk_id, "automated", 1)
    for seq, line in enumerate(lines, start=2):
        world.say(talk_id, seq, "bot", line)
    return talk_id


def amount_to_a_stranger(world: World) -> None:
    greeted(world, "It is NT$4,325, please.")


def balance_to_a_stranger_by_a_collector(world: World) -> None:
    talk_id = greeted(world)
    world.say(talk_id, 2, "human", "您好，86500 元的事。")


def hint_to_a_stranger(world: World) -> None:
    greeted(world, "您有一笔款项已经逾期。")


def amount_before_the_answer(world: World) -> None:
    talk_id = greeted(world, "It is NT$4,325.00.", verified=True, verified_turn=3)
    world.say(talk_id, 3, "debtor", "[identity]")


def disclosure_before_the_answer(world: World) -> None:
    talk_id = greeted(world, "请稍等。", verified=True, verified_turn=3)
    world.say(talk_id, 3, "debtor", "[identity]")
    world.disclosed(talk_id, "debt_facts", 2)


def verified_by_the_bot_itself(world: World) -> None:
    greeted(world, "请稍等。", verified=True, verified_turn=2)


def verified_by_nothing(world: World) -> None:
    greeted(world, verified=True)


def never_read_back(world: World) -> None:
    talk_id = world.promising_talk()
    world.promise(talk_id, amount=Decimal(2400))


def another_day(world: World) -> None:
    talk_id = world.promising_talk()
    world.promise(talk_id, due_on=date(2026, 3, 2))


def answered_before_the_read_back(world: World) -> None:
    talk_id = world.talk(verified=True, verified_turn=2)
    world.say(talk_id, 1, "bot", GREETING)
    world.disclosed(talk_id, "automated", 1)
    world.say(talk_id, 2, "debtor", "[identity]")
    world.say(talk_id, 3, "bot", READ_BACK)
    world.promise(talk_id)


def answered_to_something_else(world: World) -> None:
    talk_id = world.promising_talk()
    world.say(talk_id, 8, "bot", "您想什么时候付、付多少？")
    world.say(talk_id, 9, "debtor", "好的")
    world.promise(talk_id)


def confirmed_before_it_was_read_back(world: World) -> None:
    talk_id = world.promising_talk()
    world.promise(talk_id, read_back_at=world.clock.now + timedelta(seconds=1))


def a_collectors_promise_back_to_front(world: World) -> None:
    world.promise(None, read_back_at=world.clock.now + timedelta(seconds=1))


def hold_after_the_words(world: World) -> None:
    talk_id = greeted(world)
    world.say(talk_id, 2, "debtor", "别再打了", "cease_request")
    world.say(talk_id, 3, "bot", "明白了。")
    world.clock.advance(seconds=1)
    world.hold("cease_request", conversation_id=talk_id)


def no_hold_at_all(world: World) -> None:
    talk_id = greeted(world)
    world.say(talk_id, 2, "debtor", "别再打了", "cease_request")


def no_case_for_a_trigger(world: World) -> None:
    talk_id = greeted(world)
    world.hold("fraud_identity_theft", conversation_id=talk_id)
    world.say(talk_id, 2, "debtor", "这不是我办的", "fraud_identity_theft")


def no_hold_for_an_end(world: World) -> None:
    greeted(world, disposition="cease_recorded", stage="closed")


def hold_after_the_end(world: World) -> None:
    talk_id = greeted(world, disposition="legal_represented", stage="closed")
    world.clock.advance(seconds=1)
    world.hold("lawyer_represented", conversation_id=talk_id)


def no_case_for_an_escalation(world: World) -> None:
    greeted(world, facts={"escalated": True})


def no_case_for_a_hand_over(world: World) -> None:
    greeted(world, disposition="handed_over", stage="closed")


def no_case_for_a_person_in_the_talk(world: World) -> None:
    greeted(world, stage="with_person")


def money_after_despair(world: World) -> None:
    talk_id = world.promising_talk()
    world.hold("self_harm", conversation_id=talk_id)
    world.say(talk_id, 8, "debtor", "我不想活了", "self_harm")
    world.say(talk_id, 9, "bot", "您打算哪一天还，还多少？")
    world.case(talk_id, "self_harm")


def a_promise_after_despair(world: World) -> None:
    talk_id = world.promising_talk()
    world.hold("self_harm", conversation_id=talk_id)
    world.say(talk_id, 8, "debtor", "我不想活了", "self_harm")
    world.say(talk_id, 9, "bot", READ_BACK.replace("对吗？", "我记下了。"))
    world.case(talk_id, "self_harm")
    world.say(talk_id, 10, "debtor", "嗯")
    world.promise(talk_id)


def a_promise_of_a_stranger(world: World) -> None:
    talk_id = world.promising_talk()
    world.promise(talk_id)
    world.sql(f"UPDATE conversation SET verified_turn = 7 WHERE id = '{talk_id}'")


def a_word_after_the_end(world: World) -> None:
    talk_id = greeted(world, closed_at=world.clock.now + timedelta(seconds=7), stage="closed")
    world.clock.advance(seconds=20)
    world.say(talk_id, 2, "bot", "再见。")


def words_sealed_with_another_key(world: World) -> None:
    talk_id = greeted(world)
    world.sql(f"UPDATE turn SET text_sealed = x'0100' WHERE conversation_id = '{talk_id}'")


def altered_log(world: World) -> None:
    world.attempt()
    world.sql("UPDATE auditentry SET subject = 'somebody else'")


def cut_log(world: World) -> None:
    world.attempt()
    world.clock.advance(minutes=1)
    world.attempt()
    world.sql("DELETE FROM auditentry WHERE seq = 1")


def log_rewritten_by_a_stranger(world: World) -> None:
    world.attempt()
    world.sql("UPDATE auditentry SET signature = hash")


BREACHES: dict[Callable[[World], None], str] = {
    denied: "decision.denied",
    decided_afterwards: "decision.late",
    decided_about_another: "decision.other_contact",
    decided_for_another_channel: "decision.other_contact audit.differs",
    lost_decision: "decision.missing",
    late_evening: "hours.outside",
    early_in_one_of_two_zones: "hours.outside",
    early_after_the_clocks_changed: "hours.outside",
    late_talk_of_an_early_attempt: "hours.outside",
    no_zone: "hours.zone_unknown",
    no_law: "hours.law_unknown",
    unheard_of_law: "hours.law_unknown",
    four_talks_in_a_chinese_day: "cap.cn_3_talks_a_day",
    a_crash_counts_as_a_talk: "cap.cn_3_talks_a_day",
    seven_rings_in_a_chinese_day: "cap.cn_6_unanswered_a_day",
    eight_calls_in_an_american_week: "cap.us_7_calls_in_7_days",
    a_call_six_days_after_a_talk: "wait.after_talk",
    a_call_after_the_debtor_called: "wait.after_talk",
    three_calls_in_massachusetts: "cap.us_ma_2_in_7_days",
    four_contacts_in_new_york_city: "cap.us_nyc_3_in_7_days",
    after_a_hold: "hold.ignored",
    after_an_imported_hold_of_the_same_moment: "hold.ignored",
    a_collector_after_a_cease: "hold.ignored",
    after_a_hold_on_the_debt: "hold.ignored",
    after_a_hold_on_the_number: "hold.ignored",
    after_a_revoked_consent: "consent.revoked",
    after_another_consent_was_revoked_in_america: "consent.revoked",
    artificial_voice_without_consent: "consent.missing",
    human_greeting: "talk.not_said_automated",
    disclosed_too_late: "talk.disclosure_not_recorded",
    amount_to_a_stranger: "talk.amount_before_identity",
    balance_to_a_stranger_by_a_collector: "talk.amount_before_identity",
    amount_before_the_answer: "talk.amount_before_identity",
    hint_to_a_stranger: "talk.debt_before_identity",
    disclosure_before_the_answer: "talk.disclosed_before_identity",
    verified_by_the_bot_itself: "talk.verified_by_nobody",
    verified_by_nothing: "talk.verified_by_nobody",
    never_read_back: "promise.not_read_back",
    another_day: "promise.not_read_back",
    answered_before_the_read_back: "promise.not_read_back",
    answered_to_something_else: "promise.not_read_back",
    confirmed_before_it_was_read_back: "promise.order",
    a_collectors_promise_back_to_front: "promise.order",
    hold_after_the_words: "trigger.hold_late",
    no_hold_at_all: "trigger.hold_missing",
    no_case_for_a_trigger: "trigger.case_missing",
    no_hold_for_an_end: "disposition.hold_missing",
    hold_after_the_end: "disposition.hold_missing",
    no_case_for_an_escalation: "escalation.case_missing",
    no_case_for_a_hand_over: "escalation.case_missing",
    no_case_for_a_person_in_the_talk: "escalation.case_missing",
    money_after_despair: "talk.money_after_alarm",
    a_promise_after_despair: "promise.after_alarm",
    a_promise_of_a_stranger: "promise.of_a_stranger talk.amount_before_identity talk.disclosed_before_identity",
    a_word_after_the_end: "talk.spoken_after_end",
    words_sealed_with_another_key: "talk.unreadable",
    altered_log: "audit.chain audit.missing",
    cut_log: "audit.chain audit.missing",
    log_rewritten_by_a_stranger: "audit.chain",
}


@pytest.mark.parametrize(("plant", "rules"), BREACHES.items(), ids=lambda item: getattr(item, "__name__", ""))
def test_a_planted_breach_is_found_and_nothing_else(world: World, plant: Callable[[World], None], rules: str) -> None:
    plant(world)
    assert world.rules() == set(rules.split())


@pytest.mark.parametrize(
    ("moment", "lawful"),
    [
        ("2026-03-04T00:00:00+00:00", True),  # 08:00 in Taipei
        ("2026-03-03T23:59:59+00:00", False),
        ("2026-03-04T13:59:59+00:00", True),
        ("2026-03-04T14:00:00+00:00", False),
    ],
)
def test_windows_are_half_open(world: World, moment: str, lawful: bool) -> None:
    world.clock.now = datetime.fromisoformat(moment)
    world.attempt()
    assert (world.rules() == set()) is lawful


def lifted(world: World) -> None:
    world.hold(lifted_at=world.clock.now + timedelta(minutes=30))


def over(world: World) -> None:
    world.hold("hardship_unemployment", until=world.clock.now + timedelta(hours=1))


def on_another_debt(world: World) -> None:
    world.hold("dispute_not_mine", scope="debt", scope_value="account-R2")


def for_machines_only(world: World) -> None:
    world.hold("serious_illness")


@pytest.mark.parametrize(
    ("plant", "agent"), [(lifted, "bot"), (over, "bot"), (on_another_debt, "bot"), (for_machines_only, "human")]
)
def test_a_hold_that_does_not_bind_is_no_violation(world: World, plant: Callable[[World], None], agent: str) -> None:
    plant(world)
    world.clock.advance(hours=1)
    world.attempt(agent=agent)
    assert world.rules() == set()


def test_the_limits_themselves_are_lawful(world: World) -> None:
    for outcome in ("conversation", "conversation", "conversation", *["ring_no_answer"] * 6):
        world.attempt(outcome=outcome)
        world.clock.advance(minutes=5)
    assert world.rules() == set()


def test_the_eighth_day_after_a_talk_is_free_again(world: World) -> None:
    world.american()
    world.attempt(outcome="conversation")
    world.clock.advance(days=7)
    world.attempt()
    assert world.rules() == set()


def phrases(before_verified: bool) -> list[tuple[str, str]]:
    return [
        (template, entry["text"])
        for language in ("zh", "en")
        for template, entry in yaml.safe_load((ROOT / "bot/phrases" / f"{language}.yaml").read_text()).items()
        if entry["before_verified"] is before_verified
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (READ_BACK, {2300}),
        ("You will pay NT$12,300.50 by Thursday 12 March 2026.", {Decimal("12300.50")}),
        ("人民币12元，2026年3月12日前", {12}),
        ("2026-03-12: 1,000 and 2000", {1000, 2000}),
    ],
)
def test_amounts_are_told_from_days(line: str, found: set[Decimal]) -> None:
    assert numbers(line) == found


def test_it_reads_the_approved_phrases_as_they_are_meant() -> None:
    assert [template for template, line in phrases(before_verified=True) if hints_at_debt(line)] == []
    telling = {template for template, line in phrases(before_verified=False) if hints_at_debt(line)}
    assert telling >= {"disclosure", "reminder", "explain_balance", "read_back", "how_to_pay"}
    asking = {template for verified in (True, False) for template, line in phrases(verified) if asks_for_money(line)}
    assert asking >= {"ask_intention", "ask_amount", "ask_date", "read_back_corrected"}
    assert {each for each in asking if each.startswith(("trigger_", "neutral_", "callback_", "handoff_"))} == set()
    assert not asking & {"anything_else", "ask_callback_time", "ask_identity", "ask_dispute_reason", "goodbye"}
    greetings = [line for template, line in phrases(before_verified=True) if template.startswith("greeting")]
    assert greetings
    assert all(says_automated(line) for line in greetings)


def test_it_shares_no_code_with_what_it_checks() -> None:
    room = ROOT / "rehearsal" / "recheck"
    imported = {
        name
        for path in room.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    ours = {name for name in imported if name.split(".")[0] in ("app", "bot", "desk", "ledger", "speech", "strategy")}
    assert ours == {"ledger.keys"}
