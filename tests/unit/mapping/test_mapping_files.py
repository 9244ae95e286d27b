"""Mapping files: what they say, what they refuse, and what they make of a table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from textwrap import dedent

import pytest

from ledger.importing import ImportRefused
from ledger.importing.mapping import MappingError, read_mapping
from ledger.importing.mapping.accounts import Mapped, map_file
from ledger.importing.parsed import Parsed, parsed_by_mapping

TODAY = date(2026, 3, 4)
SMALL = """\
name: small
account:
  ref: id
  currency: EUR
  as_of: 2026-02-28
  credit_limit: lent
  balance: owed
  dpd: days
"""


def mapped(text: str, table: str, encoding: str = "utf-8") -> Mapped:
    return map_file(dedent(table).encode(encoding), read_mapping("m.yaml", dedent(text)), TODAY)


def parsed(text: str, table: str) -> Parsed:
    return parsed_by_mapping(mapped(text, table), read_mapping("m.yaml", dedent(text)))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("name: small", "nam: small"), r"m.yaml:1: nam: is not known here; there are: name, about"),
        (("name: small\n", ""), r"m.yaml:1: name is missing"),
        (("name: small", "name: Small Bank"), r"m.yaml:1: name: must be small letters"),
        (("  ref: id", "  reff: id"), r"m.yaml:3: account.reff: is not known here"),
        (("  ref: id\n", ""), r"m.yaml:2: account: ref is missing"),
        (("  balance: owed\n", ""), r"balance is missing"),
        (("  credit_limit: lent\n", ""), r"credit_limit is missing.*the amount lent"),
        (("  as_of: 2026-02-28\n", ""), r"as_of is missing: a column, or the day"),
        (("  dpd: days", "  dpd: day"), r"m.yaml:8: account.dpd: there is no column 'day' \(did you mean 'days'\?\)"),
        (("  dpd: days", "  dpd: days +"), r"m.yaml:8: account.dpd: is neither a column nor a formula"),
        (("  dpd: days", "  dpd: __import__('os')"), r"m.yaml:8: account.dpd: there is no function __import__\(\)"),
        (("  dpd: days", "  dpd: days.real"), r"m.yaml:8: account.dpd: days.real is not allowed in a formula"),
        (("  dpd: days", "  dpd: '(lambda: days)()'"), r"\(lambda: days\)\(\) is not allowed"),
        (("  dpd: days", "  dpd: days ** 99"), r"days \*\* 99 is not allowed in a formula"),
        (("  dpd: days", "  dpd: this.amount_due"), r"m.yaml:8: account.dpd: this.amount_due is not known here"),
        (("  dpd: days", "  dpd: {column: days, time: 2}"), r"m.yaml:8: account.dpd.time: is not known here"),
        (("  dpd: days", "  dpd: {times: 2}"), r"m.yaml:8: account.dpd: needs exactly one of: column, formula, value"),
        (("  dpd: days", "  dpd: [days"), r"m.yaml:\d+: not YAML"),
        (("  currency: EUR", "  currency: Euro"), r"m.yaml:4: account.currency: there is no column 'Euro'"),
        (("  as_of: 2026-02-28", "  as_of: 2026-02-30"), r"m.yaml:5: account.as_of"),
        (("  dpd: days", "  dpd: days\nignore: []"), r"ignore: these columns are neither used nor ignored: note"),
        (("  dpd: days", "  dpd: days\nignore: [nota]"), r"ignore: there is no column 'nota'"),
        (("  dpd: days", "  dpd: days\nfeatures: {a: sex}"), r"'sex' reads like a protected trait \(sex\)"),
        (
            ("  dpd: days", "  dpd: days\nprotected: {sex: sex}\nfeatures: {a: '1 if sex == 1 else 0'}"),
            r"m.yaml:10: features.a: 'sex' is a protected trait and can be no feature",
        ),
        (("  dpd: days", "  dpd: days\nfile: {decimal: ',', thousands: ','}"), r"cannot be the same character"),
        (("  dpd: days", "  dpd: days\nmonths: {billed: owed}"), r"months.billed: must be a list, or a pattern"),
        (("  dpd: days", "  dpd: days\npeople: {name: note}"), r"people: whoever names people must say all of it"),
    ],
)
def test_a_mapping_that_is_wrong_says_where(change: tuple[str, str], told: str) -> None:
    assert change[0] in SMALL
    header = "id,lent,owed,days,note,sex\nA,10,5,3,x,1\n" if "ignore" not in change[1] else "id,lent,owed,days,note\n"
    with pytest.raises(MappingError, match=told):
        mapped(SMALL.replace(*change), header)


def test_rows_become_accounts_and_bad_rows_are_set_aside() -> None:
    found = parsed(
        SMALL,
        """\
        id,lent,owed,days
        A,1000,"1,250.50",31
        B,1000,12.5x,31
        C,1000,70,0
        ,1000,70,5
        E,,70,5
        F,1000,,5
        A,1000,70,5
        G,1000,70
        H,1000,70,99999
        """,
    )
    assert [(row.external_ref, row.balance, row.amount_due, row.dpd, row.overdue) for row in found.rows] == [
        ("A", Decimal("1250.50"), Decimal("1250.50"), 31, True),
        ("C", Decimal("70.00"), Decimal("70.00"), 0, False),
    ]
    assert [(error.line, error.field, error.reason) for error in found.errors] == [
        (3, "owed", "is not a number"),
        (5, "id", "is empty"),
        (6, "lent", "is empty or not above zero"),
        (7, "owed", "is empty"),
        (8, "id", "stands in an earlier line already"),
        (9, "", "3 cells, the header has 4"),
        (10, "dpd", "is not between 0 and 36500"),
    ]
    assert found.book["external_ref"].to_list() == ["A", "C"]
    assert found.book["billed_1"].to_list() == [1250.5, 70.0]
    assert found.read == 9


def test_months_by_pattern_oldest_first_signs_and_units() -> None:
    text = """\
        name: w
        file: {separator: tab, decimal: ",", symbols: "€"}
        account: {ref: nr, as_of: {column: day, format: "%d.%m.%Y"}, currency: cur, credit_limit: lim,
                  balance: '`b_04` / 100', dpd: {missed: {below: 0.05, days: 30}}}
        months: {billed: 'b_{01..04} / 100', paid: '-p{1..4} / 100', order: oldest_first}
        """
    table = "nr\tday\tcur\tlim\tb_01\tb_02\tb_03\tb_04\tp1\tp2\tp3\tp4\n" + (
        "7\t31.01.2026\teur\t€ 2.500,00\t100\t20000\t30000\t40.000,00\t-100\t0\t-1\t0\n"
    )
    found = parsed(text, table)
    assert found.errors == []
    (row,) = found.rows
    assert (row.currency, row.as_of, row.credit_limit) == ("EUR", date(2026, 1, 31), Decimal("2500.00"))
    assert [m and (m.billed, m.paid) for m in row.months] == [
        (Decimal("400.00"), Decimal("0.00")),
        (Decimal("300.00"), Decimal("0.01")),
        (Decimal("200.00"), Decimal("0.00")),
        (Decimal("1.00"), Decimal("1.00")),
        None,
        None,
    ]
    # 0 of 300, 0.01 of 200 and 0 of 1 were paid: three months in a row.
    assert row.dpd == 90


def test_a_month_pattern_may_be_a_list_with_gaps() -> None:
    text = """\
        name: w
        account: {ref: nr, as_of: 2026-01-31}
        months: {billed: [jan, null, nov], paid: [pjan]}
        """
    found = parsed(text, "nr,jan,nov,pjan\n1,5,6,7\n")
    assert found.book.select("billed_1", "billed_2", "billed_3", "paid_1", "paid_2").row(0) == (5, None, 6, 7, None)
    assert found.rows == []


LONG = """\
    name: l
    shape: long
    account: {ref: who, currency: EUR, credit_limit: lent, balance: owes, dpd: late}
    months: {month: {column: when, format: "%%Y-%%m"}, billed: owes, paid: came%s}
    """
ROWS = """\
    who,when,lent,owes,came,late
    A,2025-11,900,500,0,0
    A,2026-01,900,450,50,12
    B,2026-01,900,300,0,5
    A,2025-12,900,500,0,30
    B,2025-12,900,300,x,5
    C,2025-12,900,80,1,0
    C,2025-12,900,80,1,0
    D,2025-06,900,70,1,0
    """


def test_long_rows_are_gathered_and_an_account_with_a_bad_row_is_left_out_whole() -> None:
    found = parsed(LONG % "", ROWS)
    assert [(row.external_ref, row.as_of, row.dpd) for row in found.rows] == [
        ("A", date(2026, 1, 31), 12),
        ("D", date(2025, 6, 30), 0),
    ]
    assert [m and m.billed for m in found.rows[0].months] == [450, 500, 500, None, None, None]
    assert [(error.line, error.field) for error in found.errors] == [(4, ""), (6, "came"), (7, ""), (8, "when")]
    assert found.read == 8


def year_of_states() -> str:
    return "who,when,lent,owes,came,late\n" + "".join(
        f"A,2025-{month:02d},900,{900 - month},{month},0\n" for month in range(1, 13)
    )


def test_a_long_table_may_give_its_history_to_the_book_and_not_to_the_ledger() -> None:
    found = parsed(LONG % ", history: true", year_of_states())
    assert len(found.rows) == 1
    assert found.book["as_of"].to_list()[:3] == [date(2025, 12, 31), date(2025, 1, 31), date(2025, 2, 28)]
    spring = found.book.row(3, named=True)
    assert (spring["billed_1"], spring["billed_3"], spring["billed_4"], spring["paid_2"]) == (897, 899, None, 2)
    # Nobody was ever overdue, so there is nothing that followed.
    assert found.book["outcome_pays"].null_count() == 12


def test_the_history_tells_what_followed_on_being_overdue() -> None:
    table = "who,when,lent,owes,came,late\nA,2025-01,900,500,0,20\nA,2025-02,900,300,200,0\nA,2025-03,900,300,0,5\n"
    found = parsed((LONG % ", history: true").replace("dpd: late", "dpd: late, amount_due: 250"), table)
    told = found.book.sort("as_of").select("outcome_pays", "outcome_covers", "outcome_paid").rows()
    assert told == [(True, False, 200.0), (None, None, None), (None, None, None)]


def test_without_days_past_due_the_history_is_every_third_month() -> None:
    found = parsed((LONG % ", history: true").replace(", dpd: late", ""), year_of_states())
    as_of = [date(2025, 12, 31), date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30)]
    assert found.book["as_of"].to_list() == as_of
    assert not [name for name in found.book.columns if name.startswith("outcome")]


@pytest.mark.parametrize(("mark", "cells"), [("months_back: n", ("3", "1", "2")), ("month_number: n", ("7", "9", "8"))])
def test_months_may_be_counted_instead_of_dated(mark: str, cells: tuple[str, ...]) -> None:
    text = f"name: l\nshape: long\naccount: {{ref: who, as_of: 2026-01-31}}\nmonths: {{{mark}, billed: owes}}\n"
    table = "who,n,owes\n" + "".join(f"A,{n},{owes}\n" for n, owes in zip(cells, ("3", "1", "2"), strict=True))
    found = parsed(text, table)
    assert found.book.select("billed_1", "billed_2", "billed_3").row(0) == (1, 2, 3)


TRAINING = """\
    name: t
    account: {ref: row_number, as_of: 2020-01-01}
    features:
      income: {column: income, missing: [-999, none], group: capacity, signs: {ability: 1}}
      used: {column: used, times: 0.01, default: 0}
      home: {column: home, levels: [own, rent]}
      class: {column: grade, words: {A: 1, B: 2}, otherwise: null}
      ratio: {formula: debt / income if income > 0 else 0}
    outcomes: {pays: SeriousDlqin2yrs == 0}
    protected:
      sex: {column: sex, words: {1: male, 2: female}}
      age: {column: age, bands: [30, 50]}
    """


def test_a_table_for_training_gives_features_outcomes_and_traits_and_no_account() -> None:
    found = parsed(
        TRAINING,
        """\
        income,used,home,grade,debt,sex,age,SeriousDlqin2yrs
        100,50,own,A,10,1,29,0
        -999,,RENT,Z,10,2,30,1
        none,7,other,b,,,50,
        """,
    )
    assert found.errors == []
    assert found.rows == []
    book = found.book
    assert book["external_ref"].to_list() == ["t-2", "t-3", "t-4"]
    assert book["x_income"].to_list() == [100, None, None]
    assert book["x_used"].to_list() == [0.5, 0.0, 0.07]
    assert book["x_home_own"].to_list() == [1, 0, 0]
    assert book["x_home_rent"].to_list() == [0, 1, 0]
    assert book["x_class"].to_list() == [1, None, 2]
    assert book["outcome_pays"].to_list() == [True, False, None]
    assert book["outcome_covers"].to_list() == [None, False, None]
    assert not {"sex", "age", "x_sex"} & set(book.columns)
    assert found.traits["sex"].to_list() == ["male", "female", None]
    assert found.traits["age"].to_list() == ["<30", "30-49", "50+"]
    assert '"x_income": {"group": "capacity", "signs": {"ability": 1}}' in found.features


def test_a_word_that_is_not_listed_and_an_unreadable_number_reject_the_row() -> None:
    text = "name: t\naccount: {ref: r, as_of: 2020-01-01}\nfeatures: {a: {column: a, words: {x: 1}}, b: b}\n"
    found = mapped(text + "outcomes: {pays: c}\n", "r,a,b,c\n1,x,5,yes\n2,y,5,no\n3,x,5x,no\n4,x,inf,no\n")
    assert [(error.line, error.field, error.reason) for error in found.errors] == [
        (3, "a", "is a word that the mapping does not list"),
        (4, "b", "is not a number"),
        (5, "b", "is not a number"),
    ]


def test_outcomes_from_an_amount_follow_the_shares() -> None:
    text = "name: t\naccount: {ref: r, as_of: 2020-01-01, balance: b}\noutcomes: {paid: p, covers_share: 0.5}\n"
    found = mapped(text, "r,b,p\n1,100,0\n2,100,10\n3,100,50\n4,0,5\n5,100,\n")
    assert found.accounts["outcome_pays"].to_list() == [False, True, True, None, None]
    assert found.accounts["outcome_covers"].to_list() == [False, False, True, None, None]


@pytest.mark.parametrize(
    ("formula", "answers"),
    [
        ("a > 1 and b == 'x'", [False, True, None]),
        ("a > 1 or b == 'x'", [True, True, True]),
        ("not a > 1", [True, False, False]),
        ("b in ['x', 'q']", [True, True, None]),
        ("b not in ['x', 'q']", [False, False, None]),
        ("b is None", [False, False, True]),
        ("1 <= a < 3", [True, True, False]),
        ("a / 0 > 1", [None, None, None]),
        ("max(a, first_known(c, 5)) == 5", [True, False, True]),
        ("min(a, c) == c", [None, True, None]),
        ("digits(d) == 36", [True, False, None]),
        ("day(e) - day(f, '%d.%m.%y') == 31", [True, False, None]),
        ("`g-h` + 1 > 2 if a < 3 else a == 3", [False, True, True]),
        ("known(c)", [False, True, False]),
        ("abs(-a) * 2 - 1 == 1", [True, False, False]),
        ("round(a / 3, 2) == 0.33", [True, False, False]),
        ("y", [True, False, None]),
        ("class == 1 or b == 'class'", [True, False, None]),
    ],
)
def test_formulas_know_what_is_unknown(formula: str, answers: list[bool | None]) -> None:
    table = (
        "r,a,b,c,d,e,f,g-h,y,class\n1,1,x,,36 months,2026-02-01,01.01.26,1,yes,1\n"
        "2,2,x,-7,60 months,2026-02-01,02.01.26,2,N,2\n3,3,,,,,,3,,\n"
    )
    text = f"name: t\naccount: {{ref: r, as_of: 2020-01-01}}\noutcomes:\n  pays: >-\n    {formula}\n"
    found = mapped(text, table)
    assert found.errors == []
    assert found.accounts["outcome_pays"].to_list() == answers


def test_files_without_a_header_by_blanks_and_in_other_encodings() -> None:
    text = "name: t\nfile: {separator: spaces, header: 0, columns: [r, b, g]}\n"
    text += "account: {ref: r, as_of: 2020-01-01, balance: b}\noutcomes: {pays: g == 'ja'}\n"
    assert mapped(text, "1  5.5   ja\n2 6 nein\n3 6\n").accounts["outcome_pays"].to_list() == [True, False]
    text = "name: t\nfile: {encoding: latin-1, header: 2}\n"
    text += "account: {ref: Nümmer, as_of: 2020-01-01}\noutcomes: {pays: g == 1}\n"
    assert mapped(text, "a title;\nNümmer;g\n1;1\n", "latin-1").accounts["external_ref"].to_list() == ["1"]


def test_a_table_that_says_nothing_to_use_is_refused() -> None:
    with pytest.raises(ImportRefused, match=r"neither months, nor who is overdue .* nor outcomes"):
        mapped("name: t\naccount: {ref: r, as_of: 2020-01-01}\n", "r\n1\n")


def test_numbers_as_ledgers_write_them_and_signs_that_an_error_names() -> None:
    table = (
        "id;lent;owed;days\nA;1000;(1,250.50);0\nB;1000;12.5-;0\nC;1000;$7;1\nD;1000;5%;1\nE;1000;(5;1\nF;1000;-(5);1\n"
    )
    found = parsed(SMALL, table)
    assert [(row.external_ref, row.balance) for row in found.rows] == [
        ("A", Decimal("-1250.50")),
        ("B", Decimal("-12.50")),
    ]
    assert [(error.line, error.reason) for error in found.errors] == [
        (4, "is not a number: it has $, which `symbols` of `file` would leave out"),
        (5, "is not a number: it has %, which `symbols` of `file` would leave out"),
        (6, "is not a number"),
        (7, "is not a number"),
    ]


def test_a_feature_that_says_yes_and_no_is_one_and_nothing() -> None:
    text = SMALL + "features: {new: new, told: told, half: half}\n"
    table = "id,lent,owed,days,new,told,half\nA,1000,5,1,True,是,1\nB,1000,5,1,False,否,0\nC,1000,5,1,,是,1\n"
    own = mapped(text, table).accounts
    assert own["x_new"].to_list() == [1.0, 0.0, None]
    assert own["x_told"].to_list() == [1.0, 0.0, 1.0]
    assert own["x_half"].to_list() == [1.0, 0.0, 1.0]
    # Amid numbers a word is a slip of the file.
    mixed = parsed(SMALL + "features: {new: new}\n", "id,lent,owed,days,new\nA,1000,5,1,2\nB,1000,5,1,True\n")
    assert [(error.line, error.field) for error in mixed.errors] == [(3, "new")]


def test_days_are_counted_to_a_fixed_day_and_from_month_names() -> None:
    text = SMALL + "features: {months: \"(day('2016-01-31') - day(issued, '%b-%Y')) / 31\", term: digits(term)}\n"
    own = mapped(
        text, "id,lent,owed,days,issued,term\nA,1000,5,1,Dec-2015, 36 months\nB,1000,5,1,,60 months\n"
    ).accounts
    assert own["x_months"].to_list() == [1.0, None]
    assert own["x_term"].to_list() == [36.0, 60.0]


def test_a_formula_that_its_comma_cut_in_two_is_told_so() -> None:
    text = "name: t\naccount: {ref: id, dpd: max(days, 0) * 30}\n"
    with pytest.raises(MappingError, match=r"m.yaml:2: account.*a formula with a comma goes into quotation marks"):
        read_mapping("m.yaml", text)


def test_an_arff_file_brings_its_own_names() -> None:
    text = "name: t\naccount: {ref: row_number, as_of: 2020-01-01}\nfeatures: {a: the ratio}\n"
    text += "outcomes: {pays: class == 'no'}\n"
    table = (
        "% made up\n@RELATION 'loans'\n\n@attribute 'the ratio' numeric\n@attribute class {yes, 'no'}\n@data\n"
        "0.5,yes\n% a comment\n?,'no'\n1.5\n"
    )
    found = mapped(text, table)
    assert found.accounts["x_a"].to_list() == [0.5, None]
    assert found.accounts["outcome_pays"].to_list() == [False, True]
    assert [(error.line, error.reason) for error in found.errors] == [(10, "1 cells, the header has 2")]


@pytest.mark.parametrize("name", ["default payment next month", "default.payment.next.month"])
def test_a_name_of_several_words_needs_no_backticks_in_a_formula(name: str) -> None:
    text = (
        f"name: t\naccount: {{ref: id, as_of: 2020-01-01}}\noutcomes: {{pays: {name} == 0 and payment != '{name}'}}\n"
    )
    found = mapped(text, f"id,payment,{name}\nA,x,0\nB,x,1\n")
    assert found.accounts["outcome_pays"].to_list() == [True, False]


def test_a_name_with_signs_in_a_formula_is_told_about_backticks() -> None:
    text = "name: t\naccount: {ref: id, as_of: 2020-01-01}\noutcomes: {pays: Late30-59Days == 0}\n"
    with pytest.raises(MappingError, match=r"in a formula its name goes into backticks: `Late30-59Days`"):
        mapped(text, "id,Late30-59Days\nA,0\n")


def test_several_rows_of_a_month_are_added_up_where_the_mapping_says_so() -> None:
    text = """\
        name: parts
        shape: long
        account: {ref: nr, as_of: 2020-01-31}
        months: {month_number: n, billed: due, paid: paid, repeated: add}
        features: {via: {column: via, levels: [a, b]}}
        """
    table = "nr,n,due,paid,via\nA,1,50,20,a\nA,2,60,,a\nA,2,60,,a\nA,1,50,30.5,b\nA,2,10,5,b\n"
    (row,) = mapped(text, table).accounts.rows(named=True)
    assert (row["billed_1"], row["paid_1"], row["billed_2"], row["paid_2"]) == (60, 5, 50, 50.5)
    assert row["x_via_b"] == 1
    told = mapped(text.replace("repeated: add", "repeated: refuse"), table)
    assert told.accounts.is_empty()
    assert "stands twice for this account" in {error.reason for error in told.errors}


def test_only_the_overdue_are_examples_where_the_table_says_who_is() -> None:
    text = SMALL + "outcomes: {pays: paid, paid: paid}\n"
    table = "id,lent,owed,days,paid\nA,1000,5,30,1\nB,1000,5,0,1\nC,1000,0,30,1\nD,1000,5,1,0\n"
    found = mapped(text, table).accounts
    assert found["outcome_pays"].to_list() == [True, None, None, False]
    assert found["outcome_paid"].to_list() == [1, None, None, 0]
