"""A data feed that breaks: whom it describes goes to people, and comes back when a person or a good file says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from scored import AS_OF, portfolio, trained
from seeded import START, StoppedClock, fresh_ledger
from sqlmodel import col, select

from app.tiering import hand_over_if_broken, score_and_hand_over
from ledger.importing.portfolio import import_file
from ledger.ledger import Ledger
from ledger.tables import Account, AuditEntry, Case, FeedCheck, PlannedContact, Score, TierAssignment
from rehearsal.people import MadeUpPeople
from strategy.dispatch.planning import plan
from strategy.dispatch.reservation import Reserved
from strategy.dispatch.tick import tick
from strategy.models.registry import publish
from strategy.policy.packs import shipped_packs
from strategy.quality.arrival import import_check
from strategy.quality.feed import NotAcceptable, accept, feed_state, findings_of, latest_check, waiting_accounts
from strategy.quality.findings import broken_parts
from strategy.report import report

LIMIT = 60


class Floor:
    """One installation: a home folder, a model, and files that arrive."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.clock = StoppedClock(START)
        self.ledger: Ledger = fresh_ledger(folder / "ledger.db", self.clock)
        self.registry = self.home / "models"
        publish(self.registry, trained(), START)
        self.files = folder

    def arrives(self, frame: pl.DataFrame) -> FeedCheck:
        """The next import, an hour after the last."""
        self.clock.advance(hours=1)
        file = self.files / f"{self.clock.now:%d%H%M}.parquet"
        frame.write_parquet(file)
        check = import_check(self.home, self.registry)
        done = import_file(self.ledger, file, MadeUpPeople(seed=1), self.home, limit=LIMIT, check=check)
        hand_over_if_broken(self.ledger, done.batch_id)
        with self.ledger.read() as work:
            return work.session.exec(select(FeedCheck).where(FeedCheck.batch_id == done.batch_id)).one()

    def tiers(self) -> dict[str, tuple[str, list[str]]]:
        with self.ledger.read() as work:
            rows = work.session.exec(select(TierAssignment).order_by(col(TierAssignment.created_at))).all()
            known = {row.account_id: (row.tier, row.why) for row in rows}
            still_open = work.session.exec(select(Account.id).where(Account.status == "open")).all()
        return {account_id: known[account_id] for account_id in still_open}

    def scores(self) -> set[str]:
        with self.ledger.read() as work:
            return set(work.session.exec(select(Score.id)).all())

    def waiting_contacts(self) -> int:
        with self.ledger.read() as work:
            return len(work.session.exec(select(PlannedContact).where(PlannedContact.status == "planned")).all())


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    return Floor(tmp_path)


def good() -> pl.DataFrame:
    return portfolio().head(2_000)


def zeroed() -> pl.DataFrame:
    """The same accounts; the payment feed has stopped."""
    return good().with_columns(paid_1=pl.lit(0.0))


def sent_again(frame: pl.DataFrame, times: int = 1) -> pl.DataFrame:
    """The same but for one figure of one row: a file that was imported before is not looked at again."""
    return frame.with_columns(paid_6=pl.col("paid_6") + pl.when(pl.int_range(pl.len()) == 0).then(times).otherwise(0))


def never(contact: Reserved) -> str:
    raise AssertionError("the bot must leave this account alone")


def test_a_payment_feed_that_stops_gives_everybody_to_people_until_a_good_import_heals(floor: Floor) -> None:
    first = floor.arrives(good())
    assert first.status == "ok"
    score_and_hand_over(floor.ledger, floor.registry)
    planned = plan(floor.ledger, ahead=timedelta(days=5)).planned.total()
    before, scores = floor.tiers(), floor.scores()
    assert len(before) == LIMIT
    assert planned > 5

    broken = floor.arrives(zeroed())
    assert (broken.status, broken_parts(findings_of(broken))) == ("broken", {("zero", "paid_1")})
    with floor.ledger.read() as work:
        assert feed_state(work).status == "broken"
        assert waiting_accounts(work, feed_state(work)) == LIMIT
        counted = report(work, START, START + timedelta(days=1))
        assert (counted.feed, counted.waiting_for_feed) == ("broken", LIMIT)
        cases = work.session.exec(select(Case.account_id).where(Case.status != "wrapped")).all()
        assert set(cases) >= {account for account, (tier, _) in before.items() if tier != "people"}
        assert {entry.kind for entry in work.session.exec(select(AuditEntry))} >= {"feed.checked"}
    assert {tier for tier, _ in floor.tiers().values()} == {"people"}
    assert all("feed_broken" in why for _, why in floor.tiers().values())

    # What the bot had before it is withdrawn, by the dispatcher at the slot and by the planner before it.
    with floor.ledger.begin() as work:
        contact = work.session.exec(select(PlannedContact).order_by(col(PlannedContact.slot))).first()
        contact.slot = work.now
    assert tick(floor.ledger, shipped_packs(), never).superseded == 1
    assert plan(floor.ledger, ahead=timedelta(days=5)).withdrawn == planned - 1
    assert floor.waiting_contacts() == 0

    run = score_and_hand_over(floor.ledger, floor.registry)
    assert (run.scored, run.feed, run.tiers) == (0, "broken", {"people": LIMIT})
    assert floor.scores() == scores

    healed = floor.arrives(sent_again(good()))
    assert healed.status == "ok"
    assert score_and_hand_over(floor.ledger, floor.registry).scored == LIMIT
    after = floor.tiers()
    assert (
        sum(tier != "people" for tier, _ in after.values()) >= sum(tier != "people" for tier, _ in before.values()) - 2
    )
    assert not any("feed_broken" in why for _, why in after.values())


def test_a_person_may_accept_what_is_broken(floor: Floor) -> None:
    floor.arrives(good())
    score_and_hand_over(floor.ledger, floor.registry)
    broken = floor.arrives(zeroed())
    with floor.ledger.begin() as work:
        for by, reason in (("", "a strike"), ("Wang", " ")):
            with pytest.raises(NotAcceptable, match="a name and a reason"):
                accept(work, broken.id, by, reason)
        with pytest.raises(NotAcceptable, match="there is no check"):
            accept(work, "nothing", "Wang", "a strike")
        accept(work, broken.id, "Wang", "the banks were closed that month")
        assert (feed_state(work).status, feed_state(work).broken_batches) == ("accepted", frozenset())
        with pytest.raises(NotAcceptable, match="accepted before, by Wang"):
            accept(work, broken.id, "Li", "me too")
    floor.clock.advance(hours=1)
    run = score_and_hand_over(floor.ledger, floor.registry)
    assert (run.scored, run.feed) == (LIMIT, "accepted")
    assert not any("feed_broken" in why for _, why in floor.tiers().values())
    # What was accepted is what the next file is held against.
    assert floor.arrives(sent_again(zeroed())).status == "warned"


def test_a_good_import_that_leaves_accounts_out_does_not_heal_them(floor: Floor) -> None:
    floor.arrives(good())
    score_and_hand_over(floor.ledger, floor.registry)
    floor.arrives(zeroed())
    refs = good().filter(pl.col("dpd") > 0)["external_ref"][:LIMIT]
    left_out = set(refs[:10])
    rest = good().filter(~pl.col("external_ref").is_in(list(left_out)))
    assert floor.arrives(rest.with_columns(as_of=pl.lit(AS_OF + timedelta(days=1)))).status in ("ok", "warned")
    run = score_and_hand_over(floor.ledger, floor.registry)
    with floor.ledger.read() as work:
        state = feed_state(work)
        assert (state.broken, waiting_accounts(work, state)) == (False, run.accounts - run.scored)
    assert sum("feed_broken" in why for _, why in floor.tiers().values()) == run.accounts - run.scored > 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda frame: frame.with_columns(pl.col("^(billed|paid)_.$") * 100), "broken"),
        (
            lambda frame: frame.with_columns(
                billed_3=pl.lit(None, dtype=pl.Float64), paid_3=pl.lit(None, dtype=pl.Float64)
            ),
            "broken",
        ),
        (lambda frame: frame.with_columns(currency=pl.lit("TWD")), "broken"),
        (lambda frame: frame.with_columns(pl.col("^billed_.$") * 2, paid_1=(pl.col("paid_1") / 2).round(0)), "warned"),
        (lambda frame: frame.sample(30, seed=1), "warned"),
    ],
    ids=["cents", "a month gone", "another currency", "drifted", "small"],
)
def test_what_becomes_of_other_files(floor: Floor, change: Callable[[pl.DataFrame], pl.DataFrame], status: str) -> None:
    assert floor.arrives(good()).status == "ok"
    found = floor.arrives(change(good()))
    assert found.status == status, [each for each in found.findings if each["level"] != "ok"]
    with floor.ledger.read() as work:
        assert feed_state(work).broken is (status == "broken")


def test_a_check_that_cannot_be_made_counts_as_broken(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.home.mkdir(exist_ok=True)
    (floor.home / "quality.yaml").write_text("psi: {warn: 5}\n")
    check = floor.arrives(good())
    assert (check.status, [each["check"] for each in check.findings]) == ("broken", ["limits"])
    (floor.home / "quality.yaml").unlink()
    monkeypatch.setattr("strategy.quality.arrival.check_book", lambda *_: 1 / 0)
    check = floor.arrives(sent_again(good()))
    assert (check.status, [each["check"] for each in check.findings]) == ("broken", ["failed"])


def test_scores_unlike_any_the_model_knows_are_thrown_away(floor: Floor) -> None:
    """A file that nothing is known against, of a population that is not the model's."""
    strange = portfolio().filter(pl.col("dpd") > 0).with_columns(pl.col("^(billed|paid)_.$") * 100).head(400)
    floor.clock.advance(hours=1)
    file = floor.files / "strange.parquet"
    strange.write_parquet(file)
    import_file(floor.ledger, file, MadeUpPeople(seed=1), floor.home)
    run = score_and_hand_over(floor.ledger, floor.registry)
    with floor.ledger.read() as work:
        check = latest_check(work, "score")
    assert check.status == "broken", check.findings
    assert (run.scored, floor.scores()) == (0, set())
    assert all("feed_broken" in why for _, why in floor.tiers().values())
    with floor.ledger.begin() as work:
        accept(work, check.id, "Wang", "a portfolio we bought; looked through by hand")
    floor.clock.advance(hours=1)
    assert score_and_hand_over(floor.ledger, floor.registry).scored == 400
    floor.clock.advance(days=1)
    # What was accepted of one run is accepted of the next.
    assert score_and_hand_over(floor.ledger, floor.registry).scored == 400
    with floor.ledger.read() as work:
        assert latest_check(work, "score").accepted_by == "Wang"
