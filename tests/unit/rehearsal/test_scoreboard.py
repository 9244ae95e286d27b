"""A row a version: added at the end, and in the place of an earlier one of the same run."""

from datetime import date
from pathlib import Path

import pytest

from rehearsal.talks.scoreboard import COLUMNS, HEADING, RULE, NoScoreboard, row, with_row
from rehearsal.talks.summary import figures

FIGURES = {name: 0.5 for name, _ in COLUMNS} | {"talks": 20, "turns_median": 4, "within_ability": None}
DAY = date(2026, 11, 23)


def test_a_row_is_added_below_the_others_and_the_rest_stays():
    first = with_row(f"# Board\n\n{HEADING}\n{RULE}\n\nThe end.\n", row(FIGURES, "one", "abc", DAY, 1))
    second = with_row(first, row(FIGURES, "two", "abc", DAY, 1))
    lines = second.splitlines()
    assert [line.split("|")[1].strip() for line in lines[4:6]] == ["one", "two"]
    assert lines[-1] == "The end."
    assert "50.0%" in lines[4]
    assert "| - |" in lines[4]


def test_the_same_run_again_takes_the_place_of_its_row():
    board = with_row(f"{HEADING}\n{RULE}\n", row(FIGURES, "one", "abc", DAY, 1))
    again = with_row(board, row({**FIGURES, "violations": 3}, "one", "abc", DAY, 1))
    assert len(again.splitlines()) == 3
    assert "| 3 |" in again


def test_a_file_without_the_table_is_refused():
    with pytest.raises(NoScoreboard, match="no table"):
        with_row("# Nothing\n", row(FIGURES, "one", "abc", DAY, 1))


def test_the_scoreboard_of_the_documents_can_take_a_row():
    board = (Path(__file__).parents[3] / "docs" / "scoreboard.md").read_text(encoding="utf-8")
    assert with_row(board, row(FIGURES, "one", "abc", DAY, 1)).count("| one | abc |") == 1


def test_nothing_played_has_no_figures_and_breaks_nothing():
    told = figures([])
    assert told["talks"] == 0
    assert told["success"] is None
    assert set(dict(COLUMNS)) <= set(told)
