"""A draft of a mapping: what it makes of a column, and that it is a mapping."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ledger.importing import ImportRefused
from ledger.importing.mapping import read_mapping
from ledger.importing.mapping.accounts import map_file
from ledger.importing.mapping.guess import draft, guess_columns

DATA = Path(__file__).parents[3] / "data"
ROWS = 60


def table(header: str, *cells: str, separator: str = ",") -> bytes:
    """The same cells in every row; # is the row's number, and a|b the two in turn."""
    lines = [header]
    for row in range(ROWS):
        turn = [cell.split("|")[row % len(cell.split("|"))].replace("#", str(row)) for cell in cells]
        lines.append(separator.join(turn))
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.parametrize(
    ("name", "cell", "kind", "role"),
    [
        ("Contract No", "C#", "text", "ref"),
        ("DaysPastDue", "#", "number", "dpd"),
        ("PrincipalBalance", "1#.50", "number", "balance"),
        ("授信额度", "1#", "number", "credit_limit"),
        ("SeriousDlqin2yrs", "0|1", "yes or no", "outcome"),
        ("MARRIAGE", "0|1|2", "number", "protected"),
        ("婚姻状况", "已婚|未婚", "levels", "protected"),
        ("客户姓名", "张#", "text", "person"),
        ("recoveries", "1#", "number", "later"),
        ("int_rate", "1#.5%", "number", ""),
        ("Report date", "28-Feb-26", "date", "as_of"),
        ("issue_d", "Dec-2015|Jan-2016", "date", ""),
        ("grade", "A|B|C", "levels", ""),
        ("purpose text", "I need # things", "text", ""),
        ("nothing", "", "empty", ""),
    ],
)
def test_a_column_is_told_by_its_cells_and_its_name(name: str, cell: str, kind: str, role: str) -> None:
    (_, guess), _ = guess_columns(table(f"other,{name}", "#", cell))
    assert (guess.kind, guess.role) == (kind, role)


def test_codes_for_not_known_are_noticed_and_honest_negatives_are_not() -> None:
    (codes, honest), _ = guess_columns(table("codes,honest", "5|-7|-9|12", "5|-7|-12.5|12"))
    assert codes.codes == ("-9", "-7")
    assert honest.codes == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (table("a note\nid;Amt", "#", "1.000,50|2,00", separator=";"), ["header: 2", 'decimal: ","']),
        (
            table("A1 5 A9", "A1|A2", "#", "A9|A8", separator=" "),
            ["separator: spaces, header: 0, columns: [c1, c2, c3]"],
        ),
        (table("a,b", "1%|2%", "￥#"), ['symbols: "%￥"']),
    ],
    ids=["a line above, decimal commas", "blanks, no header", "signs"],
)
def test_how_cells_are_written_is_told(content: bytes, told: list[str]) -> None:
    assert guess_columns(content)[1] == told


def test_a_draft_is_a_mapping_that_reads_its_file() -> None:
    header = "Id,Report date,Bad,Income,Home owner,age,Phone,Late30-59,收入"
    content = table(header, "C#", "2020-01-31", "0|1", "$#|-9", "yes|no", "2#", "1380#", "0|1|2", "#")
    text = draft(content, "file.csv")
    found = map_file(content, read_mapping("draft.yaml", text), date(2026, 3, 1))
    assert found.errors == []
    own = {name for name in found.accounts.columns if name.startswith("x_")}
    assert own == {"x_income", "x_home_owner", "x_late30_59", "x_column_9"}
    assert found.accounts["outcome_pays"].to_list()[:2] == [True, False]
    assert found.traits.columns == ["line", "age"]
    assert "# left out: Phone (tells who somebody is)" in text
    assert "1380" not in text


def test_a_draft_of_what_is_no_table_is_refused() -> None:
    with pytest.raises(ImportRefused, match="workbook"):
        draft(b"PK\x03\x04", "file.xlsx")
