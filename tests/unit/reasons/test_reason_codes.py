"""Reasons: CatBoost's own figures, true sentences, the right direction, and no word about a person."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest
from catboost import CatBoostClassifier, Pool
from numpy.typing import NDArray
from scored import overdue_book, trained

from ledger.reason_text import from_text, to_text
from rehearsal.portfolio import make_book
from strategy.models.proxies import proxies
from strategy.models.registry import Model
from strategy.reasons.codes import (
    MOST_PER_DIRECTION,
    OTHER,
    TRACE,
    WHEN,
    Explainer,
    is_true,
    reason_codes,
    reason_text,
)
from strategy.scoring.book import check_book
from strategy.scoring.features import COLUMN, STANDARD, Feature, FeatureSpec, feature_table
from strategy.scoring.score import Scorer

HEADS = ("willingness", "ability")
TRAITS = set(
    re.findall(
        r"\w+",
        """
        age aged old young sex gender male female man men woman women married single divorced marital wife husband
        child children family school university education degree religion race ethnic nationality birth disabled
        health ill pregnant 年龄 岁 性别 男 女 婚 配偶 家庭 子女 学历 教育 民族 种族 宗教 籍贯 户籍 出生 残疾 疾病 孕
        """,
    )
)
PROXIES = set(
    re.findall(
        r"\w+",
        """
        name phone mobile address postcode zip district region province city home village occupation job employer
        salary language device app photo friend contact
        姓名 手机 电话 地址 邮编 地区 省 城市 农村 职业 工作 单位 工资 语言 设备 好友
        """,
    )
)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(trained().heads, None, trained().spec, {}, id="test")


@pytest.fixture(scope="module")
def book() -> pl.DataFrame:
    return overdue_book()


@pytest.fixture(scope="module")
def told(model: Model, book: pl.DataFrame) -> list[list[dict]]:
    return [from_text(text) for text in Scorer(model).score(book)["reasons"]]


def members_of(group: str) -> list[int]:
    """Positions of the features of one of an explainer's groups."""
    with_codes = {code.group for code in reason_codes().values()}
    groups = [each.group if each.group in with_codes else OTHER for each in STANDARD.features]
    return [position for position, each in enumerate(groups) if each == group]


def columns_of(book: pl.DataFrame) -> dict[str, np.ndarray]:
    return dict(zip(STANDARD.names, feature_table(book).T, strict=True))


def test_effects_are_catboosts_own_in_calibrated_log_odds(model: Model, book: pl.DataFrame) -> None:
    table = feature_table(book)
    for name in HEADS:
        head = model.heads[name]
        shap = (
            np.asarray(head.model.get_feature_importance(Pool(table), type="ShapValues", shap_mode="UsePreCalc"))
            * head.platt.slope
        )
        probability = head.probability(table)
        np.testing.assert_allclose(
            shap.sum(axis=1) + head.platt.intercept, np.log(probability / (1 - probability)), atol=1e-6
        )
        explainer = Explainer(name, head, STANDARD)
        for column, group in enumerate(explainer.groups):
            members = members_of(group)
            np.testing.assert_allclose(explainer.effects(table)[0][:, column], shap[:, members].sum(axis=1), atol=1e-6)
        members = [STANDARD.names.index(each) for each in reason_codes()["P01"].causes]
        np.testing.assert_allclose(explainer.effects(table)[1]["P01"], shap[:, members].sum(axis=1), atol=1e-6)


def test_the_strongest_groups_are_told_in_their_order(model: Model, book: pl.DataFrame) -> None:
    """Against the same choice made slowly, account by account."""
    table = feature_table(book)
    codes = reason_codes()
    for name in HEADS:
        explainer = Explainer(name, model.heads[name], STANDARD)
        for effects, text in zip(explainer.effects(table)[0], explainer.reasons(table), strict=True):
            expected, room = [], {"for": MOST_PER_DIRECTION, "against": MOST_PER_DIRECTION}
            for group in np.argsort(-np.abs(effects)):
                direction = "for" if effects[group] > 0 else "against"
                if abs(effects[group]) > TRACE and room[direction]:
                    room[direction] -= 1
                    expected.append((explainer.groups[group], direction, round(float(effects[group]), 2)))
            given = [] if text is None else from_text(text)
            assert all(reason["head"] == name for reason in given)
            found = [(codes[each["code"]].group, codes[each["code"]].direction, each["effect"]) for each in given]
            assert [each[:2] for each in found] == [each[:2] for each in expected]
            assert [each[2] for each in found] == pytest.approx([each[2] for each in expected], abs=0.011)


def test_a_sentence_is_given_only_where_it_is_true(book: pl.DataFrame, told: list[list[dict]]) -> None:
    columns = columns_of(book)
    true_of = {code: is_true(code, columns, book.height) for code in reason_codes()}
    seen = {reason["code"] for reasons in told for reason in reasons}
    assert len(seen) >= 12
    for row, reasons in enumerate(told):
        for reason in reasons:
            assert true_of[reason["code"]][row], (row, reason)


def test_a_sentence_needs_its_cause_and_its_feature() -> None:
    down, missed = np.array([[-1.0]]), {"miss_run": np.array([3.0])}
    assert reason_text("ability", down, {"P01": down[:, 0]}, missed, ["payments"])[0] == "A:P01-1.00"
    assert reason_text("ability", down, {"P01": down[:, 0] * 0.4}, missed, ["payments"])[0] == "A:P09-1.00"
    assert reason_text("ability", down, {"P01": -down[:, 0]}, missed, ["payments"])[0] == "A:P09-1.00"
    assert reason_text("ability", down, {"P01": down[:, 0]}, {}, ["payments"])[0] == "A:P09-1.00"
    assert reason_text("ability", down / 100, {}, {}, ["payments"])[0] is None
    assert reason_text("ability", down * -100, {}, {}, ["payments"])[0] == "A:P19+9.99"


def test_retired_codes_are_given_no_more(told: list[list[dict]]) -> None:
    retired = {code.code for code in reason_codes().values() if code.retired}
    assert retired
    assert not retired & {reason["code"] for reasons in told for reason in reasons}


@pytest.mark.parametrize(
    ("group", "codes"), [("whatever", {"X09", "X19"}), ("bureau", {"C09", "C19"}), ("contact", {"K09", "K19"})]
)
def test_a_banks_own_columns_are_told_by_their_group_if_it_has_sentences(group: str, codes: set[str]) -> None:
    spec = FeatureSpec((*STANDARD.features, Feature("x_tenure", group, {}, COLUMN + "tenure")))
    table = feature_table(overdue_book())
    wider = np.column_stack([table, table[:, 0]])
    head = type("Wide", (), {"model": _wide_model(wider), "platt": trained().heads["willingness"].platt})()
    explainer = Explainer("willingness", head, spec)
    assert (OTHER if group == "whatever" else group) in explainer.groups
    told = {each["code"] for text in explainer.reasons(wider) if text for each in from_text(text)}
    assert codes <= told


def _wide_model(table: np.ndarray):
    last = np.nan_to_num(table[:, -1])
    happened = last > np.median(last)
    settings = {"iterations": 30, "depth": 3, "rsm": 0.3, "verbose": False, "allow_writing_files": False}
    return CatBoostClassifier(**settings, random_seed=1).fit(table, happened.astype(int))


def test_every_code_has_a_fallback_and_both_languages() -> None:
    codes = reason_codes()
    groups = {code.group for code in codes.values()} - {"none"}
    assert {*Explainer("willingness", trained().heads["willingness"], STANDARD).groups, OTHER} <= groups
    for group in groups:
        for direction in ("for", "against"):
            mine = [code for code in codes.values() if (code.group, code.direction) == (group, direction)]
            assert mine[-1].code not in WHEN
            assert all(code.code in WHEN or code.retired for code in mine[:-1])
            assert not mine[-1].retired
    assert set(WHEN) <= set(codes)
    assert all(code.sentence("zh").strip() and code.sentence("en").strip() for code in codes.values())


def test_no_sentence_speaks_of_a_trait_or_of_what_gives_one_away() -> None:
    for code in reason_codes().values():
        words = set(re.findall(r"[a-z]+", code.en.lower()))
        for barred in (*TRAITS, *PROXIES):
            assert barred not in words, (code.code, barred)
            assert barred.isascii() or barred not in code.zh, (code.code, barred)


def test_an_input_that_is_a_proxy_shares_no_sentence_with_others() -> None:
    """What it does is told without a name: only the code for whatever has none may speak of it."""
    with_codes = {code.group for code in reason_codes().values()}
    inputs = [name for proxy in proxies() if proxy.input for name in proxy.features]
    assert inputs
    for feature in STANDARD.features:
        if feature.name in inputs:
            assert feature.group not in with_codes
            assert not any(feature.name in code.causes for code in reason_codes().values())


def test_reasons_travel_as_text_and_come_back() -> None:
    reasons = [
        {"head": "willingness", "code": "P01", "effect": -1.2},
        {"head": "willingness", "code": "B11", "effect": 0.41},
        {"head": "ability", "code": "A01", "effect": -0.7},
    ]
    assert to_text(reasons) == "W:P01-1.20,B11+0.41;A:A01-0.70"
    assert from_text(to_text(reasons)) == reasons
    assert from_text(to_text([])) == []
    for damaged in ("W", "X:P01-1.20", "W:P01", "W:", "W:P01-1.20,", "[]", "W:P01-1.2"):
        with pytest.raises(ValueError, match="not a"):
            from_text(damaged)


# Direction. For each code: accounts that are given it, and the same accounts with its cause improved.


def pays_the_missed(book: pl.DataFrame, months: int) -> pl.DataFrame:
    """The last payments reach 6 % of the bill they answer, and the bills that follow are lower by what was paid."""
    changed = book
    for month in range(months, 0, -1):
        more = pl.max_horizontal(0.06 * pl.col(f"billed_{month + 1}") - pl.col(f"paid_{month}"), 0.0).fill_null(0.0)
        changed = changed.with_columns(
            (pl.col(f"paid_{month}") + more).alias(f"paid_{month}"),
            *((pl.col(f"billed_{later}") - more).alias(f"billed_{later}") for later in range(1, month + 1)),
        )
    return changed


def pays_much(book: pl.DataFrame) -> pl.DataFrame:
    """One of the last payments was 20 % of what is owed now, twice."""
    much = 0.2 * pl.col("billed_1")
    return book.with_columns(paid_1=pl.max_horizontal("paid_1", much), paid_2=pl.max_horizontal("paid_2", much))


def pays_little(book: pl.DataFrame) -> pl.DataFrame:
    """None of the last payments was more than 2.5 % of what is owed now."""
    little = 0.025 * pl.col("billed_1")
    return book.with_columns(pl.min_horizontal(f"paid_{month}", little).alias(f"paid_{month}") for month in (1, 2, 3))


def uses(share: float) -> Callable[[NDArray], NDArray]:
    """This share of the credit limit is used, all else being as it is."""

    def change(table: NDArray) -> NDArray:
        changed = table.copy(order="F")
        changed[:, STANDARD.names.index("utilisation")] = share
        return changed

    return change


def owes_the_usual(table: NDArray) -> NDArray:
    """The balance of the account in the middle, all else being as it is."""
    changed = table.copy(order="F")
    place = STANDARD.names.index("balance_log")
    changed[:, place] = np.nanmedian(table[:, place])
    return changed


CAUSES = {
    # code: (what is done to its cause, 1 where that must raise the score and -1 where it must lower it)
    "P01": (lambda book: pays_the_missed(book, 3), 1),
    "P02": (lambda book: pays_the_missed(book, 3), 1),
    "P11": (lambda book: book.with_columns(pl.lit(0.0).alias(f"paid_{month}") for month in (2, 3)), -1),
    "A01": (pays_much, 1),
    "A11": (pays_little, -1),
    "B03": (owes_the_usual, 1),
    "B13": (owes_the_usual, -1),
    "B01": (uses(0.3), 1),
    "B11": (uses(0.97), -1),
}


@pytest.fixture(scope="module")
def many() -> pl.DataFrame:
    """Accounts that the model has not seen, the overdue ones."""
    return check_book(make_book(40_000, seed=77, as_of=date(2026, 3, 1)).filter(pl.col("dpd") > 0))


def test_every_code_with_a_condition_has_a_cause() -> None:
    assert set(CAUSES) == set(WHEN)


@pytest.mark.parametrize("code", sorted(CAUSES))
def test_changing_the_cause_moves_the_score_the_way_the_sentence_says(
    code: str, model: Model, many: pl.DataFrame
) -> None:
    """Over the accounts and heads where the code is given: on average, and for at least three in four."""
    change, sign = CAUSES[code]
    table = feature_table(many)
    changed = change(table) if code.startswith("B") else feature_table(change(many))
    reasons = Scorer(model).score(many)["reasons"]
    moved = []
    for head in HEADS:
        given = reasons.str.contains(rf"{head[0].upper()}:[^;]*{code}").fill_null(False).to_numpy()
        moved.append((model.heads[head].log_odds(changed) - model.heads[head].log_odds(table))[given])
    moves = np.concatenate(moved) * sign
    assert len(moves) >= 20
    assert moves.mean() > 0.02
    assert (moves > -1e-9).mean() >= 0.75


@pytest.mark.parametrize("head", HEADS)
def test_taking_a_group_away_moves_the_score_back(head: str, model: Model, many: pl.DataFrame) -> None:
    """For every group that lowers or raises a score, whatever the code: give the account the group's features of other
    accounts instead, drawn at random, and the score goes the other way, on average over the draws, for at least
    seventeen accounts in twenty."""
    table = feature_table(many)
    explainer = Explainer(head, model.heads[head], STANDARD)
    effects, _ = explainer.effects(table)
    before = model.heads[head].log_odds(table)
    rng = np.random.default_rng(1)
    for column, group in enumerate(explainer.groups):
        members = members_of(group)
        moved = np.zeros(len(table))
        for _ in range(15):
            other = table.copy(order="F")
            other[:, members] = table[rng.permutation(len(table))][:, members]
            moved += (model.heads[head].log_odds(other) - before) / 15
        for sign in (-1, 1):
            given = sign * effects[:, column] > 2 * TRACE
            if given.sum() >= 50:
                assert (sign * moved[given] < 0).mean() >= 0.85, (group, sign)
