"""Outcomes out of a ledger, a model with outcome heads through the registry, and what it says of accounts."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from scored import overdue_book, trained
from seeded import START, StoppedClock, add_account, add_person, fresh_ledger
from sqlmodel import select

from app.outcome_heads import with_outcome_heads
from ledger.tables import Account, Attempt, ChatInvite, Conversation, Debtor, Decision, ImportBatch, Promise, Score
from strategy.models.registry import load, publish
from strategy.outcomes.probabilities import OutcomeScorer
from strategy.outcomes.records import events_of
from strategy.outcomes.rows import training_rows
from strategy.promise_review import review
from strategy.scoring.run import score_accounts


@pytest.fixture
def clock():
    return StoppedClock()


@pytest.fixture
def ledger(tmp_path, clock):
    return fresh_ledger(tmp_path / "a.db", clock)


def attempt(work, account, *, expires=None, outcome="delivered", status="finished"):
    decision = Decision(
        id=work.new_id(),
        account_id=account.id,
        debtor_id=account.debtor_id,
        channel="chat",
        agent="bot",
        at=work.now,
        allowed=True,
        reasons=[],
        facts={},
        facts_hash="",
        packs={},
    )
    work.session.add(decision)
    work.session.flush()
    made = Attempt(
        id=work.new_id(),
        decision_id=decision.id,
        account_id=account.id,
        debtor_id=account.debtor_id,
        channel="chat",
        agent="bot",
        status=status,
        outcome=outcome,
        reserved_at=work.now,
        finished_at=work.now + timedelta(minutes=1),
    )
    work.session.add(made)
    work.session.flush()
    if expires is not None:
        invite = ChatInvite(
            id=work.new_id(),
            token_hash=work.new_id(),
            account_id=account.id,
            attempt_id=made.id,
            created_at=work.now,
            expires_at=work.now + expires,
        )
        work.session.add(invite)
        work.session.flush()
    return made


def talk(work, account, of=None, *, verified=True, closed=timedelta(minutes=5)):
    said = Conversation(
        id=work.new_id(),
        account_id=account.id,
        debtor_id=account.debtor_id,
        attempt_id=of.id if of else None,
        channel="chat",
        language="zh",
        stage="closed",
        verified=verified,
        facts={},
        opened_at=work.now,
        closed_at=None if closed is None else work.now + closed,
    )
    work.session.add(said)
    work.session.flush()
    return said


def promise(work, account, said, status="open"):
    made = Promise(
        id=work.new_id(),
        account_id=account.id,
        conversation_id=said.id,
        amount=Decimal("100.00"),
        currency="TWD",
        due_on=date(2026, 3, 6),
        status=status,
        read_back_at=work.now,
        confirmed_at=work.now,
    )
    work.session.add(made)
    work.session.flush()


def test_an_attempt_is_settled_when_its_link_can_be_opened_no_more(ledger):
    with ledger.begin() as work:
        account = add_person(work)
        attempt(work, account, expires=timedelta(hours=72))
        opened = attempt(work, account, expires=timedelta(hours=72), outcome="conversation")
        talk(work, account, opened)
        going_on = attempt(work, account, expires=timedelta(hours=72), outcome="conversation")
        talk(work, account, going_on, verified=False, closed=None)
        attempt(work, account, outcome="unknown", status="unknown")
    with ledger.read() as work:
        found = events_of(work).attempts
    in_72_hours, soon = START + timedelta(hours=72), START + timedelta(minutes=5)
    assert sorted(zip(found["reached"], found["known_at"], found["settled_at"], strict=True), key=str) == [
        (False, None, None),
        (False, in_72_hours, in_72_hours),
        (None, None, None),
        (True, soon, in_72_hours),
    ]


def test_a_promise_is_kept_or_broken_from_the_moment_it_was_judged(ledger, clock):
    with ledger.begin() as work:
        account = add_person(work)
        said = talk(work, account, attempt(work, account, outcome="conversation"))
        promise(work, account, said)
        promise(work, account, talk(work, account), "superseded")
        talk(work, account)
    with ledger.read() as work:
        before = events_of(work)
    assert before.promises["kept"].to_list() == [None, None]
    assert sorted(before.talks["promised"].to_list()) == [False, True, True]
    clock.advance(days=10)
    with ledger.begin() as work:
        review(work, lambda _work, _promise: Decimal("100.00"))
        judged_at = work.now
    with ledger.read() as work:
        after = events_of(work)
    assert sorted(zip(after.promises["kept"], after.promises["known_at"], strict=True), key=str) == [
        (None, None),
        (True, judged_at),
    ]


def test_the_outcomes_of_made_up_people_are_never_observed(ledger):
    with ledger.begin() as work:
        real, made_up = add_person(work, "real"), add_person(work, "made-up")
        work.session.get_one(Debtor, real.debtor_id).contact_data_synthetic = False
        for account in (real, made_up):
            attempt(work, account)
    with ledger.read() as work:
        assert events_of(work, made_up=False).attempts["account_id"].to_list() == [real.id]
        assert events_of(work, made_up=True).attempts["account_id"].to_list() == [made_up.id]
        assert events_of(work).attempts.height == 2


def test_rows_from_a_ledger_see_the_book_that_was_in_before(ledger, clock):
    with ledger.begin() as work:
        account = add_person(work)
        ref = account.external_ref
    clock.advance(hours=1)
    with ledger.begin() as work:
        account = work.session.get_one(Account, account.id)
        talk(work, account, attempt(work, account, outcome="conversation"))
    book = overdue_book().head(1).with_columns(external_ref=pl.lit(ref))
    with ledger.read() as work:
        events = events_of(work)
    for in_at, rows in ((START, 1), (START + timedelta(hours=1), 0)):
        known = book.with_columns(in_at=pl.lit(in_at).cast(pl.Datetime("us", "UTC")))
        assert len(training_rows(events, known, datetime(2027, 1, 1, tzinfo=UTC))["contact"]) == rows


def home_with_a_book(ledger, tmp_path):
    """An imported book of which nobody has been contacted."""
    with ledger.begin() as work:
        add_person(work)
        batch = work.session.get_one(ImportBatch, "batch")
    path = tmp_path / f"{batch.id}.parquet"
    overdue_book().write_parquet(path)
    return path


@pytest.mark.slow
def test_without_observed_outcomes_nothing_is_called_observed(ledger, tmp_path):
    path = home_with_a_book(ledger, tmp_path)
    found = with_outcome_heads(ledger, [path], trained(), "observed")
    assert found.heads == trained().heads
    assert {told["source"] for told in found.card["outcomes"]["heads"].values()} == {"observed"}
    assert with_outcome_heads(ledger, [path], trained(), "none") is trained()


@pytest.mark.slow
def test_simulated_heads_go_through_the_registry_and_say_what_they_are(ledger, tmp_path):
    path = home_with_a_book(ledger, tmp_path)
    found = with_outcome_heads(ledger, [path], trained(), "auto")
    assert set(found.heads) > set(trained().heads)
    model_id = publish(tmp_path / "models", found, START)
    model = load(tmp_path / "models", model_id)
    assert model.card["simulated_heads"] == [name for name in found.heads if name not in trained().heads]
    page = (tmp_path / "models" / model_id / "card.en.md").read_text()
    assert "contact: trained on simulated outcomes" in page
    with ledger.begin() as work:
        add_account(work, "payer", [0, 5000, 5000, 5000, 5000, 5000])
    score_accounts(ledger, tmp_path / "models")
    with ledger.read() as work:
        score = work.session.exec(select(Score)).one()
        for name in ("contact", "promise", "kept"):
            assert (getattr(score, name) is not None) == (name in found.heads)
    book = overdue_book().head(40)
    with ledger.begin() as work:
        account = add_person(work, "known")
        talk(work, account, attempt(work, account, outcome="conversation"))
        book = book.with_columns(
            external_ref=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(account.id)).otherwise("external_ref")
        )
        said = OutcomeScorer(model, work).score(book)
        without = OutcomeScorer(dataclasses.replace(model, heads=trained().heads), work).score(book)
        other = dataclasses.replace(model, card={**model.card, "outcomes": {"spec": model.card["spec"]}})
        assert OutcomeScorer(other, work).score(book)["contact"].null_count() == 40
    assert said["external_ref"].to_list() == book["external_ref"].to_list()
    assert without.columns == said.columns == ["external_ref", "contact", "promise", "kept"]
    assert without["contact"].null_count() == 40
    # The other rows are no accounts of this ledger.
    assert said["contact"].null_count() == 39
    assert 0.02 < said["contact"][0] < 0.5
