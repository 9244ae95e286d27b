"""Whole files into a whole ledger: what is recorded, what is set aside, and what a second import changes."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from seeded import KEYS, StoppedClock, fresh_ledger
from sqlmodel import col, select

from ledger.importing import ImportRefused, ImportReport, import_file, portfolio
from ledger.importing.layouts import OWN
from ledger.importing.rejects import safe_cell
from ledger.ledger import Ledger
from ledger.tables import Account, AccountSnapshot, AuditEntry, Consent, Debtor, Hold, ImportBatch
from rehearsal.people import MadeUpPeople
from strategy.scoring.book import check_book

SHARED = Path(__file__).parents[3] / "shared" / "data" / "taiwan_credit" / "taiwan.parquet"
EXAMPLE = Path(__file__).parents[2] / "data" / "example_accounts.csv"
PEOPLE = MadeUpPeople(seed=7)


def row(ref: str, dpd: int = 30, balance: str = "8000", due: str = "800", as_of: str = "2026-03-01") -> list[str]:
    return [ref, "credit_card", "CNY", balance, due, "20000", str(dpd), as_of, *[balance] * 6, *["0"] * 6]


def own_file(path: Path, rows: Sequence[Sequence[str]], more: Sequence[str] = ()) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[*OWN, *more], *rows])
    return path


class Bench:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.clock = StoppedClock()
        self.ledger: Ledger = fresh_ledger(home / "ledger.db", self.clock)

    def take(self, path: Path, limit: int | None = None, as_of: date | None = None) -> ImportReport:
        return import_file(self.ledger, path, PEOPLE, self.home, limit=limit, as_of=as_of)

    def all(self, table: type) -> list:
        with self.ledger.read() as work:
            return list(work.session.exec(select(table)).all())

    def account(self, ref: str) -> Account:
        with self.ledger.read() as work:
            return work.session.exec(select(Account).where(Account.external_ref == ref)).one()

    def dump(self) -> bytes:
        with self.ledger.engine.connect() as connection:
            return "\n".join(connection.connection.driver_connection.iterdump()).encode()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_overdue_rows_become_accounts_and_every_row_enters_the_book(bench: Bench, tmp_path: Path) -> None:
    rows = [row("A"), row("B", dpd=0, due="0"), row("C", dpd=9, balance="-3", due="0"), row("D")]
    report = bench.take(own_file(tmp_path / "f.csv", rows))
    assert (report.rows, report.overdue, report.accounts, report.rejected) == (4, 2, 2, 0)
    assert report.reject_file is None
    assert {account.external_ref for account in bench.all(Account)} == {"A", "D"}
    assert report.book_file is not None
    book = check_book(pl.read_parquet(report.book_file))
    assert book["external_ref"].to_list() == ["A", "B", "C", "D"]
    assert len(bench.all(AccountSnapshot)) == 2
    assert bench.account("A").amount_due == Decimal("800.00")


def test_bad_rows_are_set_aside_with_line_field_and_reason(bench: Bench, tmp_path: Path) -> None:
    rows = [row("A"), row("B", dpd=-1), row("A"), ["too", "short"], row("C", balance="x"), row("D")]
    report = bench.take(own_file(tmp_path / "f.csv", rows))
    assert (report.rows, report.accounts, report.rejected) == (6, 2, 4)
    assert report.reject_file == tmp_path / "rejects" / f"{report.batch_id}.csv"
    with report.reject_file.open(encoding="utf-8-sig", newline="") as file:
        rejects = list(csv.reader(file))
    assert rejects == [
        ["line", "field", "reason"],
        ["3", "dpd", "is not between 0 and 36500"],
        ["4", "external_ref", "stands in line 2 already"],
        ["5", "", "2 cells, the header has 20"],
        ["6", "balance", "is not a number such as 1234.56 or 1,234.56"],
    ]


def test_the_same_file_twice_changes_nothing(bench: Bench, tmp_path: Path) -> None:
    path = own_file(tmp_path / "f.csv", [row("A"), row("B", dpd=-1)])
    first = bench.take(path)
    before = bench.dump()
    bench.clock.advance(days=3)
    again = bench.take(path)
    assert again.already_imported
    assert (again.batch_id, again.accounts, again.rejected) == (first.batch_id, 1, 1)
    assert again.reject_file == first.reject_file
    assert bench.dump() == before
    assert len(list((tmp_path / "book").iterdir())) == 1


def test_a_renamed_copy_is_the_same_file(bench: Bench, tmp_path: Path) -> None:
    path = own_file(tmp_path / "f.csv", [row("A")])
    bench.take(path)
    copy = tmp_path / "g.csv"
    copy.write_bytes(path.read_bytes())
    assert bench.take(copy).already_imported


def test_a_limit_takes_the_first_accounts_and_a_wider_one_the_rest(bench: Bench, tmp_path: Path) -> None:
    path = own_file(tmp_path / "f.csv", [row(ref) for ref in "ABCD"])
    assert (bench.take(path, limit=2).accounts, len(bench.all(Account))) == (2, 2)
    first_ids = {account.external_ref: account.id for account in bench.all(Account)}
    assert bench.take(path, limit=1).already_imported
    assert bench.take(path, limit=3).accounts == 3
    assert bench.take(path).accounts == 4
    assert bench.take(path, limit=3).already_imported
    assert {ref: bench.account(ref).id for ref in "AB"} == first_ids


def test_a_newer_file_updates_and_an_older_one_does_not(bench: Bench, tmp_path: Path) -> None:
    bench.take(own_file(tmp_path / "1.csv", [row("A"), row("B")]))
    debtors = {debtor.external_ref: debtor.name_sealed for debtor in bench.all(Debtor)}
    newer = [row("A", dpd=33, balance="7000", as_of="2026-03-04"), row("B", dpd=0, due="0", as_of="2026-03-04")]
    report = bench.take(own_file(tmp_path / "2.csv", newer))
    assert (report.accounts, report.cured, report.older) == (1, 1, 0)
    assert (bench.account("A").dpd, bench.account("A").balance) == (33, Decimal("7000.00"))
    assert (bench.account("A").batch_id, bench.account("B").status) == (report.batch_id, "cured")
    assert len(bench.all(AccountSnapshot)) == 2
    older = bench.take(own_file(tmp_path / "3.csv", [row("A", dpd=1, balance="9000", as_of="2026-02-01")]))
    assert (older.accounts, older.older, bench.account("A").dpd) == (0, 1, 33)
    assert {debtor.external_ref: debtor.name_sealed for debtor in bench.all(Debtor)} == debtors


PERSON = ("name", "phone", "email", "identity_last4", "language", "jurisdictions", "tz", "consent_chat", "flags")


def test_real_people_replace_made_up_ones_and_are_found_by_number(bench: Bench, tmp_path: Path) -> None:
    bench.take(own_file(tmp_path / "1.csv", [row("A")]))
    assert bench.all(Debtor)[0].contact_data_synthetic
    given = [
        "Ana Petrov",
        "+1 (212) 055-0101",
        "",
        "0042",
        "en",
        "US-FED;US-NYC",
        "America/New_York",
        "revoked",
        "dispute",
    ]
    bench.take(own_file(tmp_path / "2.csv", [[*row("A", as_of="2026-03-02"), *given]], PERSON))
    (debtor,) = bench.all(Debtor)
    assert not debtor.contact_data_synthetic
    assert debtor.phone_index == KEYS.blind_index("phone", "+12120550101")
    assert debtor.identity_hash == KEYS.blind_index(f"identity:{debtor.id}", "0042")
    assert KEYS.open("debtor", "name_sealed", debtor.id, debtor.name_sealed) == "Ana Petrov"
    assert (debtor.language, debtor.jurisdictions) == ("en", ["US-FED", "US-NYC"])
    assert [(hold.scope, hold.reason) for hold in bench.all(Hold)] == [("person", "dispute")]
    with bench.ledger.read() as work:
        kinds = work.session.exec(select(Consent.status).where(Consent.kind == "chat").order_by(col(Consent.at))).all()
    assert kinds[-1] == "revoked"


def test_a_flag_said_twice_is_one_hold(bench: Bench, tmp_path: Path) -> None:
    for number, day in enumerate(("2026-03-01", "2026-03-02")):
        bench.take(own_file(tmp_path / f"{number}.csv", [[*row("A", as_of=day), "dispute;cease"]], ["flags"]))
    assert sorted(hold.reason for hold in bench.all(Hold)) == ["cease", "dispute"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_chinese_files_in_every_usual_encoding(bench: Bench, tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "f.csv"
    given = ["王静", "+8600012345678", "", "0042", "zh", "CN", "Asia/Shanghai", "granted", ""]
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=separator).writerows([[*OWN, *PERSON], [*row("A"), *given]])
    assert bench.take(path).accounts == 1
    (debtor,) = bench.all(Debtor)
    assert KEYS.open("debtor", "name_sealed", debtor.id, debtor.name_sealed) == "王静"


def test_a_damaged_character_costs_one_row_not_the_encoding(bench: Bench, tmp_path: Path) -> None:
    names = ["王静", "李嘉禾", "张子安", "陈云舒", "杨明远", "赵若溪", "黄书言"]
    given = ["+8600012345678", "", "0042", "zh", "CN", "Asia/Shanghai", "", ""]
    path = own_file(tmp_path / "f.csv", [[*row(f"A{n}"), name, *given] for n, name in enumerate(names)], PERSON)
    path.write_bytes(path.read_bytes().replace("李".encode(), "李".encode()[:2]))
    report = bench.take(path)
    assert (report.accounts, report.rejected) == (6, 1)
    assert "cannot be read" in report.reject_file.read_text(encoding="utf-8-sig")


def test_a_file_that_breaks_off_says_so(bench: Bench, tmp_path: Path) -> None:
    path = own_file(tmp_path / "f.csv", [row("A"), row("B")])
    path.write_bytes(path.read_bytes()[:-12])
    report = bench.take(path)
    assert (report.accounts, report.rejected) == (1, 1)
    assert "may be truncated" in report.reject_file.read_text(encoding="utf-8-sig")


def test_a_quotation_mark_never_swallows_rows_in_silence(bench: Bench, tmp_path: Path) -> None:
    path = own_file(tmp_path / "f.csv", [row("A"), row("B"), row("C")])
    whole = path.read_text()
    path.write_text(whole.replace("B,", '"B,'))
    with pytest.raises(ImportRefused, match="opened in line 3 never closes"):
        bench.take(path)
    path.write_text(whole.replace("B,", '"B,').replace("C,", '"C",'))
    report = bench.take(path)
    assert (report.accounts, report.rejected) == (1, 1)
    assert "misplaced (up to line 4)" in report.reject_file.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "xls workbook"),
        (b"PK\x03\x04rest", "xlsx"),
        (b"\xff\xfeI\x00D\x00", "UTF-16"),
        (b"PAR1 and then nothing", "truncated"),
        (b"some,other,file\n1,2,3\n", "fits no known layout"),
        (b"\x80\xff\x80\xff\x80\xff,\n", "neither UTF-8 nor GB18030"),
        (",".join(OWN).encode(), "no rows"),
        (",".join(OWN).encode() + b"\n1,2\n", "none of its 1 rows"),
    ],
)
def test_a_file_that_is_no_portfolio_is_refused_in_one_line(
    bench: Bench, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=words) as refused:
        bench.take(path)
    assert str(refused.value).startswith("f.csv: ")
    assert "\n" not in str(refused.value)
    assert bench.all(ImportBatch) == []


def test_a_missing_file_is_refused(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="cannot be read"):
        bench.take(tmp_path / "nowhere.csv")


def test_nothing_stays_when_the_book_cannot_be_written(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(portfolio, "write_book", full_disk)
    with pytest.raises(OSError, match="no space"):
        bench.take(own_file(tmp_path / "f.csv", [row("A"), row("B", dpd=-1)]))
    for table in (ImportBatch, Debtor, Account, AccountSnapshot, AuditEntry):
        assert bench.all(table) == []
    assert list((tmp_path / "rejects").iterdir()) == []


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_a_reject_file_holds_no_formulas(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


def test_the_example_file_imports_as_its_document_says(bench: Bench) -> None:
    report = bench.take(EXAMPLE)
    assert (report.layout, report.rejected) == ("amends", 0)
    assert 0 < report.accounts < report.rows
    assert all(debtor.contact_data_synthetic for debtor in bench.all(Debtor))


UCI_HEADER = "ID,LIMIT_BAL,SEX,EDUCATION,MARRIAGE,AGE,PAY_0,PAY_2,PAY_3,PAY_4,PAY_5,PAY_6," + ",".join(
    [f"BILL_AMT{month}" for month in range(1, 7)] + [f"PAY_AMT{month}" for month in range(1, 7)]
)


def test_the_published_spreadsheet_as_csv_with_two_header_rows(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "default of credit card clients.csv"
    codes = "," + ",".join(f"X{number}" for number in range(1, 24)) + ",Y"
    account = "1,20000,2,2,1,24,2,2,-1,-1,-2,-2,3913,3102,689,0,0,0,0,689,0,0,0,0,1"
    path.write_text(f"{codes}\n{UCI_HEADER},default payment next month\n{account}\n")
    report = bench.take(path, as_of=date(2026, 3, 3))
    assert (report.layout, report.accounts, report.as_of) == ("uci", 1, date(2026, 3, 3))
    assert (bench.account("1").dpd, bench.account("1").balance) == (60, Decimal("3913.00"))
    moved_on = bench.take(path, as_of=date(2026, 3, 4))
    assert (moved_on.already_imported, bench.account("1").as_of) == (False, date(2026, 3, 4))


@pytest.mark.skipif(not SHARED.exists(), reason="the UCI file is not beside this checkout (../shared/data)")
def test_the_real_accounts_are_those_that_were_counted(bench: Bench) -> None:
    report = bench.take(SHARED, limit=50)
    assert (report.rows, report.overdue, report.accounts, report.rejected) == (30_000, 5_129, 50, 0)
    assert report.book_file is not None
    assert check_book(pl.read_parquet(report.book_file)).height == 30_000
