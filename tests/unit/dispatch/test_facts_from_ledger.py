"""The gate's facts, read from the ledger."""

from datetime import timedelta

import pytest
from engines import OpenLedger
from seeded import START, StoppedClock, add_person

from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Account, Attempt, Consent, Conversation, Debtor, Decision, Hold
from strategy.facts_from_ledger import contact_facts
from strategy.permission import permitted
from strategy.policy.decision import Allow, Deny
from strategy.policy.facts import Stop


@pytest.fixture
def ledger(ledger_on: OpenLedger) -> Ledger:
    made = ledger_on(StoppedClock(START))  # Wednesday 17:00 in Taipei
    with made.begin() as work:
        add_person(work, "R1")
    return made


def hold(work: UnitOfWork, reason: str, scope: str = "person", value: str = "", **changes: object) -> None:
    row = {
        "id": work.new_id(),
        "debtor_id": "debtor-R1",
        "scope": scope,
        "scope_value": value,
        "reason": reason,
        "created_at": work.now,
    }
    work.session.add(Hold(**(row | changes)))
    work.session.flush()


def attempt(work: UnitOfWork, outcome: str | None, channel: str = "voice") -> str:
    account = work.session.get_one(Account, "account-R1")
    decision = Decision(
        id=work.new_id(),
        account_id=account.id,
        debtor_id=account.debtor_id,
        channel=channel,
        agent="bot",
        at=work.now,
        allowed=True,
        reasons=[],
        facts={},
        facts_hash="",
        packs={},
    )
    made = Attempt(
        id=work.new_id(),
        decision_id=decision.id,
        account_id=account.id,
        debtor_id=account.debtor_id,
        channel=channel,
        agent="bot",
        number_index="N1",
        outcome=outcome,
        reserved_at=work.now - timedelta(hours=1),
    )
    work.session.add(decision)
    work.session.flush()
    work.session.add(made)
    work.session.flush()
    return made.id


def test_an_ordinary_account_may_be_contacted_by_chat(ledger: Ledger) -> None:
    with ledger.read() as work:
        facts = contact_facts(work, "account-R1", "chat", "bot")
        assert (facts.action.agent, facts.jurisdictions, facts.tz_candidates) == ("ai_chat", ("CN",), ("Asia/Taipei",))
        assert isinstance(permitted(work, "account-R1", "chat", "bot"), Allow)


@pytest.mark.parametrize(
    ("reason", "scope", "value", "bot", "human"),
    [
        ("hardship", "person", "", ("HOLD_ACTIVE",), ()),
        ("cease_request", "person", "", ("CEASE_COMMUNICATION", "HOLD_ACTIVE"), ("CEASE_COMMUNICATION",)),
        ("dispute_not_mine", "debt", "account-R1", ("DISPUTE_PENDING", "HOLD_ACTIVE"), ("DISPUTE_PENDING",)),
        ("dispute_not_mine", "debt", "account-R2", (), ()),
        ("channel_refused", "channel", "chat", ("HOLD_ACTIVE",), ("HOLD_ACTIVE",)),
        ("channel_refused", "channel", "voice", (), ()),
        ("wrong_number", "number", "another", (), ()),
        ("of a new kind", "of a new scope", "", ("HOLD_ACTIVE",), ("HOLD_ACTIVE",)),
    ],
)
def test_a_hold_binds_in_its_scope(
    ledger: Ledger, reason: str, scope: str, value: str, bot: tuple[str, ...], human: tuple[str, ...]
) -> None:
    with ledger.begin() as work:
        hold(work, reason, scope, value)
        for agent, codes in (("bot", bot), ("human", human)):
            decision = permitted(work, "account-R1", "chat", agent)
            assert (decision.codes if isinstance(decision, Deny) else ()) == codes


def test_a_hold_on_a_debt_may_name_it_in_either_column(ledger: Ledger) -> None:
    with ledger.begin() as work:
        hold(work, "dispute_not_mine", "debt", account_id="account-R1")
        assert isinstance(permitted(work, "account-R1", "chat", "bot"), Deny)


def test_a_hold_that_was_lifted_or_has_run_out_binds_no_more(ledger: Ledger) -> None:
    with ledger.begin() as work:
        hold(work, "hardship", lifted_at=work.now)
        hold(work, "hardship", until=work.now)
        assert isinstance(permitted(work, "account-R1", "chat", "bot"), Allow)
        hold(work, "hardship", until=work.now + timedelta(seconds=1))
        assert isinstance(permitted(work, "account-R1", "chat", "bot"), Deny)


def test_the_latest_consent_counts(ledger: Ledger) -> None:
    with ledger.begin() as work:
        for step, status in enumerate(("revoked", "granted")):
            at = work.now - timedelta(days=2 - step)
            work.session.add(Consent(id=work.new_id(), debtor_id="debtor-R1", kind="chat", status=status, at=at))
        work.session.flush()
        assert dict(contact_facts(work, "account-R1", "chat", "bot").consent) == {"chat": "granted"}
        work.session.add(Consent(id=work.new_id(), debtor_id="debtor-R1", kind="chat", status="revoked", at=work.now))
        work.session.flush()
        decision = permitted(work, "account-R1", "chat", "bot")
        assert isinstance(decision, Deny)
        assert decision.codes == ("CONSENT_REVOKED",)


def test_an_attempt_without_an_outcome_counts_as_unknown(ledger: Ledger) -> None:
    with ledger.begin() as work:
        for outcome in (None, "unknown", "conversation"):
            attempt(work, outcome)
        outcomes = [past.outcome for past in contact_facts(work, "account-R1", "voice", "bot").history]
        assert sorted(outcomes) == ["conversation", "unknown", "unknown"]
        decision = permitted(work, "account-R1", "voice", "bot")
        assert isinstance(decision, Deny)
        assert decision.codes == ("FREQ_CAP",)


def test_an_attempt_kept_without_its_number_counts_for_the_one_that_the_person_has(ledger: Ledger) -> None:
    with ledger.begin() as work:
        work.session.get_one(Attempt, attempt(work, "busy")).number_index = ""
        work.session.flush()
        facts = contact_facts(work, "account-R1", "voice", "bot")
        assert [past.number_id for past in facts.history] == [facts.action.number_id] != [""]


def test_a_talk_counts_once_whoever_began_it(ledger: Ledger) -> None:
    with ledger.begin() as work:
        led_to = attempt(work, "conversation", "chat")
        answered = attempt(work, "delivered", "chat")
        for attempt_id in (led_to, answered, None):
            work.session.add(
                Conversation(
                    id=work.new_id(),
                    account_id="account-R1",
                    debtor_id="debtor-R1",
                    attempt_id=attempt_id,
                    channel="chat",
                    language="zh",
                    stage="closed",
                    facts={},
                    opened_at=work.now,
                )
            )
        work.session.flush()
        history = contact_facts(work, "account-R1", "chat", "bot").history
        assert sorted((past.direction, past.outcome) for past in history) == [
            ("inbound", "conversation"),
            ("inbound", "conversation"),
            ("outbound", "conversation"),
            ("outbound", "delivered"),
        ]


def test_an_outcome_nobody_knows_denies(ledger: Ledger) -> None:
    with ledger.begin() as work:
        attempt(work, "teleported")
        decision = permitted(work, "account-R1", "chat", "bot")
        assert isinstance(decision, Deny)
        assert "HISTORY_INVALID" in decision.codes


def test_a_stop_names_its_kind(ledger: Ledger) -> None:
    with ledger.begin() as work:
        hold(work, "lawyer_represented")
        assert contact_facts(work, "account-R1", "voice", "human").flags.stops == (Stop("attorney"),)


def test_a_debtor_of_unknown_place_is_never_contacted(ledger: Ledger) -> None:
    with ledger.begin() as work:
        debtor = work.session.get_one(Debtor, "debtor-R1")
        debtor.tz_candidates, debtor.jurisdictions = [], []
        decision = permitted(work, "account-R1", "chat", "human")
        assert isinstance(decision, Deny)
        assert decision.codes == ("POLICY_UNREADABLE", "TZ_UNKNOWN")
