"""Books that broke on their way, and books that did not."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest
from scored import AS_OF, portfolio

from rehearsal.portfolio import make_book
from strategy.quality.book_profile import profile_book, recount
from strategy.quality.checks import Arrived, Reference, check_book
from strategy.quality.findings import Finding, broken_parts, by_severity, from_json, status_of
from strategy.quality.limits import shipped_limits
from strategy.quality.profile import Drift, profile_of
from strategy.scoring.book import check_book as as_book

LIMITS = shipped_limits()
TODAY = AS_OF + timedelta(days=33)


@cache
def before() -> pl.DataFrame:
    return as_book(portfolio())


@cache
def after() -> pl.DataFrame:
    """Another draw of the same population, a month later."""
    return as_book(make_book(6_000, seed=12, as_of=AS_OF + timedelta(days=31)))


def findings(
    book: pl.DataFrame,
    *,
    first: bool = False,
    read: int | None = None,
    currency: str = "TWD",
    today: date = TODAY,
) -> list[Finding]:
    reference = None
    if not first:
        profile = profile_book(before())
        reference = Reference(profile, recount(book, profile), frozenset({"TWD"}))
    read = read or book.height
    arrived = Arrived(today, read, read - book.height, {currency: 100})
    return check_book(profile_book(book), arrived, reference, LIMITS)


def worth_saying(found: list[Finding]) -> set[tuple[str, str, str]]:
    return {(each.check, each.column, each.level) for each in found if each.level != "ok"}


def test_another_month_of_the_same_population_is_well() -> None:
    assert worth_saying(findings(after())) == {("rows", "", "warn")}
    assert worth_saying(findings(before())) == set()
    assert worth_saying(findings(before(), first=True)) == set()


def test_a_payment_feed_that_stopped_breaks_the_feed() -> None:
    stopped = after().with_columns(paid_1=pl.lit(0.0))
    found = findings(stopped)
    assert broken_parts(found) == {("zero", "paid_1")}
    worst = by_severity(found)[0]
    assert (worst.figure, worst.usual) == (1.0, pytest.approx(0.173, abs=0.01))
    # Nobody can tell a first file of this kind from one with nothing but missers in it.
    assert worth_saying(findings(stopped, first=True)) == {("zero", "paid_1", "warn")}


def test_a_feed_of_which_most_was_zero_before_can_stop_too() -> None:
    mostly = before().with_columns(
        paid_1=pl.when(pl.int_range(pl.len()) % 5 == 0).then(pl.col("paid_1")).otherwise(0.0)
    )
    profile = profile_book(mostly)
    stopped = after().with_columns(paid_1=pl.lit(0.0))
    arrived = Arrived(TODAY, stopped.height, 0, {"TWD": 9})
    reference = Reference(profile, recount(stopped, profile), frozenset({"TWD"}))
    assert ("zero", "paid_1") in broken_parts(check_book(profile_book(stopped), arrived, reference, LIMITS))


def test_cents_taken_for_units_break_the_feed_whichever_columns_they_are_in() -> None:
    everything, payments, limit = pl.col("^(billed|paid)_.$|^credit_limit$"), pl.col("^paid_.$"), pl.col("credit_limit")
    for columns in (everything, payments, limit):
        assert "units" in {check for check, _ in broken_parts(findings(after().with_columns(columns * 100)))}
        assert "units" in {check for check, _ in broken_parts(findings(after().with_columns(columns / 100)))}
    first = findings(after().with_columns(pl.col("^(billed|paid)_.$") * 100), first=True)
    assert ("proportion", "billed_1") in broken_parts(first)


def test_a_month_that_got_lost_breaks_the_feed() -> None:
    gone = after().with_columns(billed_3=pl.lit(None, dtype=pl.Float64))
    assert broken_parts(findings(gone)) == {("missing", "billed_3")}
    assert worth_saying(findings(gone, first=True)) == {("missing", "billed_3", "warn")}


def test_a_column_of_the_banks_own_that_stopped_coming_breaks_the_feed() -> None:
    profile = profile_book(before().with_columns(x_income=pl.col("credit_limit") / 3))
    arrived = Arrived(TODAY, after().height, 0, {"TWD": 9})
    reference = Reference(profile, recount(after(), profile), frozenset({"TWD"}))
    assert broken_parts(check_book(profile_book(after()), arrived, reference, LIMITS)) == {("missing", "x_income")}


def test_a_default_filled_in_everywhere_breaks_the_feed() -> None:
    assert ("constant", "credit_limit") in broken_parts(findings(after().with_columns(credit_limit=pl.lit(50_000.0))))


def test_rows_that_a_join_repeated_are_seen() -> None:
    twice = pl.concat([after(), after().head(1_500).with_columns(pl.col("external_ref") + "b")])
    assert ("repeated", "", "warn") in worth_saying(findings(twice))


def test_a_file_of_which_a_fifth_cannot_be_read_breaks_the_feed() -> None:
    rows = after().height
    assert broken_parts(findings(after(), read=rows * 4 // 3)) == {("rejected", "")}
    assert ("rejected", "", "warn") in worth_saying(findings(after(), read=rows + rows // 20))
    assert ("rejected", "", "warn") in worth_saying(findings(after().head(5), read=8))


def test_another_currency_breaks_the_feed() -> None:
    assert broken_parts(findings(after(), currency="CNY")) == {("currency", "CNY")}
    assert broken_parts(findings(after(), currency="CNY", first=True)) == set()


def test_an_old_file_and_one_older_than_the_last_are_told_and_stop_nothing() -> None:
    old = after().with_columns(as_of=pl.lit(AS_OF - timedelta(days=40)))
    assert {("stale", "as_of", "warn"), ("older", "as_of", "warn")} <= worth_saying(findings(old))
    assert broken_parts(findings(old)) == set()


def test_a_drifted_population_is_warned_of_and_not_called_broken() -> None:
    drifted = after().with_columns(pl.col("^billed_.$") * 1.6, paid_1=pl.col("paid_1") * 0.5)
    found = findings(drifted)
    assert status_of(found) == "warned"
    assert ("psi", "billed_1", "warn") in worth_saying(found)


@pytest.mark.parametrize("size", [3, 30, 200])
def test_small_imports_raise_no_false_alarm(size: int) -> None:
    """200 small samples of the reference itself; the change in the number of rows is all there is to say."""
    chances = np.random.default_rng(size)
    profile = profile_book(before())
    alarms, broken = 0, 0
    for _ in range(200):
        sample = before()[chances.choice(before().height, size, replace=False).tolist()]
        arrived = Arrived(TODAY, size, 0, {"TWD": size})
        reference = Reference(profile, recount(sample, profile), frozenset({"TWD"}))
        found = check_book(profile_book(sample), arrived, reference, LIMITS)
        alarms += bool(worth_saying(found) - {("rows", "", "warn")})
        broken += bool(broken_parts(found))
    assert broken == 0
    assert alarms <= 10


def test_thirty_accounts_are_enough_to_see_a_feed_that_stopped() -> None:
    assert ("zero", "paid_1") in broken_parts(findings(after().head(30).with_columns(paid_1=pl.lit(0.0))))


def test_features_and_scores_are_held_against_what_the_model_learnt_from() -> None:
    chances = np.random.default_rng(1)
    names = ("steady", "moved")
    learnt = chances.normal(size=(5_000, 2)).astype(np.float32)
    now = chances.normal((0, 0.6), size=(800, 2)).astype(np.float32)
    profile = profile_of(learnt, names, {"willingness": chances.beta(8, 2, 5_000)})
    drift = Drift(profile)
    scores = chances.beta(2, 8, 800)
    for part in (slice(0, 300), slice(300, 800)):
        drift.add(now[part], names, {"willingness": scores[part], "new": scores[part]})
    found = drift.findings(LIMITS)
    assert {each.rows for each in found} == {800}
    assert {(each.check, each.column): each.level for each in found} == {
        ("feature_psi", "steady"): "ok",
        ("feature_psi", "moved"): "warn",
        ("score_psi", "willingness"): "broken",
    }
    with pytest.raises(ValueError, match="do not fit"):
        Drift({"features": {"steady": {"edges": [0], "counts": [1]}}, "scores": {}})


def test_findings_come_back_as_they_went_in_and_an_unknown_level_is_the_worst() -> None:
    finding = Finding("psi", "paid_1", "warn", 0.2, None, 0.1, 50)
    assert from_json(finding.to_json()) == finding
    assert from_json(finding.to_json() | {"level": "fine"}).level == "broken"
    assert status_of([]) == "broken"
    assert status_of([finding]) == "warned"
