"""From a foreign file to a score, and from sealed traits to what a second person must accept."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scored import NO_UCI, UCI_FILE
from seeded import KEYS, fresh_ledger
from sqlmodel import select

from ledger.importing import ImportRefused, ImportReport, import_file
from ledger.importing.mapping import read_mapping
from ledger.keys import Keys, SealBroken
from ledger.ledger import Ledger
from ledger.tables import Account, AccountSnapshot
from ledger.traits import read_traits, traits_file
from rehearsal.people import MadeUpPeople
from strategy.fairness.findings import Finding
from strategy.fairness.measuring import Measured, measure
from strategy.fairness.records import keep, kept
from strategy.models.promotion import Accepted, PromotionRefused, promote
from strategy.scoring.book import read_books, read_own_features
from strategy.scoring.features import spec_of
from strategy.settings import StrategySettings
from strategy.versions import NeedsAcceptance, publish

DATA = Path(__file__).parents[2] / "data"
RECOVERY = UCI_FILE.parents[1] / "bank_debt_recovery" / "recovery.parquet"


def take(home: Path, file: Path, mapping: str = "") -> tuple[Ledger, ImportReport]:
    ledger = fresh_ledger(home / "ledger.db")
    text = (DATA / "mappings" / f"{mapping}.yaml").read_text(encoding="utf-8") if mapping else ""
    by = read_mapping(f"{mapping}.yaml", text) if mapping else None
    return ledger, import_file(ledger, file, MadeUpPeople(7), home, mapping=by)


def accounts(ledger: Ledger) -> list[tuple[object, ...]]:
    with ledger.read() as work:
        rows = work.session.exec(select(Account, AccountSnapshot).join(AccountSnapshot)).all()
        return sorted(
            (
                *(row.external_ref, row.product, row.currency, row.balance, row.amount_due, row.credit_limit, row.dpd),
                *(row.as_of, *(getattr(months, f"{kind}_{k}") for kind in ("billed", "paid") for k in range(1, 7))),
            )
            for row, months in rows
        )


def same(one: tuple[Ledger, ImportReport], other: tuple[Ledger, ImportReport], homes: tuple[Path, Path]) -> None:
    assert one[1].book_file is not None
    assert other[1].book_file is not None
    assert pl.read_parquet(one[1].book_file).equals(pl.read_parquet(other[1].book_file))
    assert accounts(one[0]) == accounts(other[0])
    known = []
    for (ledger, _), home in zip((one, other), homes, strict=True):
        with ledger.read() as work:
            found = read_traits(work, home)
        known.append(found.select(sorted(found.columns)).sort("external_ref"))
    assert known[0].equals(known[1])


def homes(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    return tmp_path / "a", tmp_path / "b"


def test_the_shipped_example_by_its_mapping_is_what_its_own_layout_gives(tmp_path: Path) -> None:
    one, other = homes(tmp_path)
    file = DATA / "example_accounts.csv"
    same(take(one, file), take(other, file, "example_accounts"), (one, other))


@pytest.mark.slow
@pytest.mark.skipif(not UCI_FILE.exists(), reason=NO_UCI)
def test_the_uci_file_by_its_mapping_is_what_the_built_in_layout_gives(tmp_path: Path) -> None:
    one, other = homes(tmp_path)
    built_in, mapped = take(one, UCI_FILE), take(other, UCI_FILE, "uci")
    same(built_in, mapped, (one, other))
    assert (built_in[1].rows, built_in[1].overdue) == (mapped[1].rows, mapped[1].overdue) == (30_000, 5_129)


def test_a_second_import_by_the_same_mapping_changes_nothing_and_by_another_it_does(tmp_path: Path) -> None:
    ledger, first = take(tmp_path, DATA / "example_loans_long.csv", "loans_long")
    text = (DATA / "mappings" / "loans_long.yaml").read_text(encoding="utf-8")
    file = DATA / "example_loans_long.csv"
    again = import_file(ledger, file, MadeUpPeople(7), tmp_path, mapping=read_mapping("m", text))
    assert (again.already_imported, again.batch_id) == (True, first.batch_id)
    other = read_mapping("m", text.replace("currency: EUR", "currency: CHF"))
    changed = import_file(ledger, file, MadeUpPeople(7), tmp_path, mapping=other)
    assert not changed.already_imported
    with ledger.read() as work:
        assert {row.currency for row in work.session.exec(select(Account)).all()} == {"CHF"}


def test_own_features_reach_the_book_and_the_account(tmp_path: Path) -> None:
    ledger, report = take(tmp_path, DATA / "example_loans_long.csv", "loans_long")
    assert (report.rejected, report.accounts) == (0, 88)
    assert report.book_file is not None
    book = read_books([report.book_file])
    assert book["as_of"].max() == date(2026, 2, 28)
    assert book.height > book["external_ref"].n_unique() == 160
    assert {"x_arrears_share", "x_income", "x_purpose_car"} <= set(spec_of(book).names)
    spec = spec_of(book, read_own_features([report.book_file]))
    assert spec.monotone("ability")[spec.names.index("x_arrears_share")] == -1
    assert "x_income" in spec.groups["capacity"]
    assert {"x_purpose_car", "x_purpose_furniture", "x_purpose_travel"} == set(spec.groups["purpose"])
    with ledger.read() as work:
        own = work.session.exec(select(AccountSnapshot)).first().own  # type: ignore[union-attr]
    assert set(own) <= {"arrears_share", "income", "purpose_car", "purpose_furniture", "purpose_travel"}


@pytest.mark.slow
def test_a_table_with_outcomes_trains_is_measured_by_group_and_gives_no_account(tmp_path: Path) -> None:
    ledger, report = take(tmp_path, DATA / "example_outcomes.csv", "outcomes")
    assert (report.rows, report.accounts, report.overdue) == (1_200, 0, 0)
    assert report.book_file is not None
    with ledger.read() as work:
        traits = read_traits(work, tmp_path)
    measured = measure(read_books([report.book_file]), traits)
    assert measured is not None
    assert measured.how == "unseen_accounts"
    assert set(measured.fits["willingness"]) == {"sex", "age", "sex_and_age"}
    # The made-up outcomes do not hang on sex or age, so nothing may block.
    assert not any(finding.blocking for finding in measured.findings(StrategySettings()))
    keep(tmp_path, "m", measured)
    assert kept(tmp_path, "m") == measured
    assert kept(tmp_path, "another") is None


@pytest.mark.slow
@pytest.mark.skipif(not RECOVERY.exists(), reason="the recovery file is not beside this checkout (../shared/data)")
def test_real_recoveries_with_sex_and_age_are_imported_and_measured(tmp_path: Path) -> None:
    mapping = read_mapping(
        "recovery.yaml",
        """
        name: recovery
        account: {ref: id, as_of: 2019-12-31, balance: expected_recovery_amount}
        features:
          expected: {column: expected_recovery_amount, group: balance}
          level: {formula: digits(recovery_strategy), group: treatment}
        outcomes:
          pays: actual_recovery_amount > 0
          covers: actual_recovery_amount >= expected_recovery_amount
          paid: actual_recovery_amount
        protected:
          sex: {column: sex, words: {Male: male, Female: female}}
          age: {column: age, bands: [26, 36, 46, 56]}
        ignore: []
        """,
    )
    ledger = fresh_ledger(tmp_path / "ledger.db")
    report = import_file(ledger, RECOVERY, MadeUpPeople(1), tmp_path, mapping=mapping)
    assert (report.rows, report.rejected, report.unused_columns) == (1_882, 0, ())
    assert report.book_file is not None
    book = read_books([report.book_file])
    assert book["outcome_covers"].null_count() == 0
    with ledger.read() as work:
        traits = read_traits(work, tmp_path)
    assert set(traits["sex"].unique()) == {"male", "female"}
    # Everybody paid something, so there is no willingness to learn, and that is said.
    if book["outcome_pays"].all():
        with pytest.raises(Exception, match="of the rarer answer"):
            measure(book, traits)


def test_traits_lie_sealed_and_nowhere_else(tmp_path: Path) -> None:
    ledger, report = take(tmp_path, DATA / "example_outcomes.csv", "outcomes")
    sealed = traits_file(tmp_path, report.batch_id)
    ledger.engine.dispose()
    on_disk = b"".join(path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file())
    assert b"female" not in on_disk
    assert b"marital" not in on_disk
    assert report.book_file is not None
    assert not [name for name in pl.read_parquet_schema(report.book_file) if "sex" in name or "age" in name]
    with ledger.read() as work:
        assert read_traits(work, tmp_path).height == 1_200
    other = Ledger(ledger.engine, Keys(b"x" * 32, KEYS.index, KEYS.audit), ledger.clock, ledger.new_id)
    with other.read() as work, pytest.raises(SealBroken):
        read_traits(work, tmp_path)
    whole = sealed.read_bytes()
    sealed.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with ledger.read() as work, pytest.raises(SealBroken):
        read_traits(work, tmp_path)


def test_a_newer_file_renews_what_is_known_and_silence_forgets_nothing(tmp_path: Path) -> None:
    ledger = fresh_ledger(tmp_path / "ledger.db")
    text = "name: t\naccount: {ref: r, as_of: 2020-01-01}\noutcomes: {pays: p}\nprotected: {sex: s, education: e}\n"
    for number, table in enumerate(("r,p,s,e\nA,1,f,\nB,1,m,high\n", "r,p,s,e\nA,1,m,low\nB,0,,\n")):
        file = tmp_path / f"{number}.csv"
        file.write_text(table)
        import_file(ledger, file, MadeUpPeople(1), tmp_path, mapping=read_mapping("m", text))
    with ledger.read() as work:
        found = read_traits(work, tmp_path).sort("external_ref")
    assert found.select("external_ref", "sex", "education").rows() == [("A", "m", "low"), ("B", "m", "high")]


def test_a_file_that_does_not_fit_the_mapping_records_nothing(tmp_path: Path) -> None:
    ledger = fresh_ledger(tmp_path / "ledger.db")
    text = "name: t\naccount: {ref: r, as_of: 2020-01-01}\noutcomes: {pays: p > 'x'}\n"
    (tmp_path / "f.csv").write_text("r,p\n1,2\n")
    with pytest.raises(ImportRefused, match=r"f.csv: m.yaml:3: outcomes.pays: 'x' is used as a number"):
        import_file(ledger, tmp_path / "f.csv", MadeUpPeople(1), tmp_path, mapping=read_mapping("m.yaml", text))
    assert not (tmp_path / "book").exists()


BLOCKS = Finding("block", "to_people", "", "sex", "female", "male", 0.69, 0.58, 0.8, 0.8, 900)


def test_a_strategy_that_a_finding_blocks_needs_a_second_person_with_a_reason(tmp_path: Path) -> None:
    ledger = fresh_ledger(tmp_path / "ledger.db")
    with ledger.begin() as work:
        for by, why in (("", ""), ("Wang", "known"), ("Li", "")):
            with pytest.raises(NeedsAcceptance):
                publish(work, StrategySettings(), "Wang", findings=(BLOCKS,), accepted_by=by, reason=why)
        version = publish(
            work, StrategySettings(), "Wang", findings=(BLOCKS,), accepted_by="Li", reason="payments differ"
        )
        assert version == 1


def test_a_model_that_a_finding_blocks_needs_a_second_person_with_a_reason(tmp_path: Path) -> None:
    ledger = fresh_ledger(tmp_path / "ledger.db")
    with ledger.begin() as work:
        for accepted in (None, Accepted("", "x"), Accepted("Wang", "x"), Accepted(" wang ", "x"), Accepted("Li", " ")):
            with pytest.raises(PromotionRefused, match="block"):
                promote(work, tmp_path, "0" * 12, "Wang", "better", (BLOCKS,), accepted)
        # Accepted, it goes on to the next question: whether there is such a model at all.
        with pytest.raises(PromotionRefused, match="0" * 12):
            promote(work, tmp_path, "0" * 12, "Wang", "better", (BLOCKS,), Accepted("Li", "payments differ"))


@pytest.mark.slow
@pytest.mark.skipif(not UCI_FILE.exists(), reason=NO_UCI)
def test_on_real_accounts_the_young_are_believed_too_little(tmp_path: Path) -> None:
    ledger, report = take(tmp_path, UCI_FILE)
    assert report.book_file is not None
    with ledger.read() as work:
        traits = read_traits(work, tmp_path)
    measured = measure(read_books([report.book_file]), traits)
    assert measured is not None
    assert (measured.how, measured.month) == ("out_of_time", "2005-08")
    rows = {(head, group.name): group for head, by in measured.fits.items() for group in by["sex"]}
    assert rows["willingness", "male"].rows + rows["willingness", "female"].rows == 2_073
    assert rows["willingness", "male"].observed == pytest.approx(0.768, abs=0.001)
    assert rows["willingness", "female"].observed == pytest.approx(0.863, abs=0.001)
    findings = {(each.measure, each.head, each.trait): each for each in measured.findings(StrategySettings())}
    by_age = findings["opportunity", "willingness", "age"]
    assert (by_age.level, by_age.group) == ("block", "<26")
    assert 0.1 < by_age.figure < 0.2
    assert findings["calibration", "willingness", "sex"].level == "note"
    assert Measured.from_json(json.loads(json.dumps(measured.to_json()))) == measured
    assert np.isfinite([row["ece"] for row in measured.card()]).all()
