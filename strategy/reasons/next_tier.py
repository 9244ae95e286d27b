"""What would move one account to a better tier: the smallest payment that does, found by asking the models themselves.

The account's next statements are written as if a certain amount were paid by each; features, both scores and the
tier are then worked out as on any other day. What is tried is honest and in the debtor's hands: how much is paid
(1 % to 100 % of the balance in steps of 1 %, and the amount due), whether anything is newly spent, and for how many
statements in a row. Interest and fees are not known and left out; otherwise spending goes on as in the latest month.

Better means: the willing or the able side of the grid is gained and neither is lost, or people need not be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
import polars as pl
import yaml
from numpy.typing import NDArray

from strategy.scoring.book import BILLED, PAID
from strategy.settings import StrategySettings
from strategy.tiers import GRID, SIDES, AccountFacts, Assignment, ScoreFacts, assign, hard_rules_that_apply

Floats = NDArray[np.float64]
Scorer = Callable[[pl.DataFrame], tuple[Floats, Floats]]
"""A book -> willingness and ability of each row; NaN where there is no score."""

MOST_MONTHS = 3
"""Further ahead, the account's present history is out of the models' sight."""


@dataclass(frozen=True, slots=True)
class Change:
    """One way to pay."""

    months: int
    """By this many statements in a row, beginning with the next one."""
    pays: Decimal
    """By each of them; whole units of the account's currency."""
    share: float
    """``pays`` as a share of the latest statement's balance, 0..1."""
    spends: bool
    """Whether spending goes on as in the latest month; else nothing is newly spent."""
    settles: bool
    """Whether one such payment covers the amount due now."""


@dataclass(frozen=True, slots=True)
class NextTier:
    """Where an account is, and what would move it."""

    code: str
    """``change``, or why there is none: ``best``, ``hard_rule``, ``no_score``, ``out_of_reach``."""
    now: str
    to: str | None = None
    change: Change | None = None


def next_tier(
    account: pl.DataFrame,
    facts: AccountFacts,
    amount_due: Decimal,
    settings: StrategySettings,
    scorer: Scorer,
    previous: str | None = None,
) -> NextTier:
    """The change that takes the fewest statements, then the least money, then the least restraint.

    :param account: one row of a checked book.
    :param amount_due: what would settle the account now, in its currency.
    :param previous: the tier that the account is in, as :func:`strategy.tiers.assign` takes it: the margin between
        tiers has to be passed, too, now and on the way.
    """
    if account.height != 1:
        raise ValueError(f"one account at a time, not {account.height}")
    present = placed(account, [facts], settings, scorer, [previous])[0]
    if present.tier == GRID[True, True]:
        return NextTier("best", present.tier)
    if present.why == ("no_score",):
        return NextTier("no_score", present.tier)
    owed = Decimal(str(account["billed_1"][0]))
    for months in range(1, MOST_MONTHS + 1):
        # Nobody is asked for more than is owed.
        changes = [each for each in ways_to_pay(account, amount_due) if each.pays * months <= _whole(owed)]
        books, after = _repeated(account, len(changes)), [facts] * len(changes)
        tiers: list[str | None] = [present.tier] * len(changes)
        for _ in range(months):
            books, after = next_statement(books, after, changes)
            tiers = [each.tier for each in placed(books, after, settings, scorer, tiers)]
        for change, tier in zip(changes, tiers, strict=True):
            if tier is not None and better(tier, present.tier):
                return NextTier("change", present.tier, tier, replace(change, months=months))
    rules = hard_rules_that_apply(facts, settings)
    return NextTier("hard_rule" if rules else "out_of_reach", present.tier)


def better(tier: str, than: str) -> bool:
    """Whether a side of the grid is gained and none lost; any place on the grid is better than ``people``."""
    if tier == than or tier not in SIDES:
        return False
    return than not in SIDES or all(new >= old for new, old in zip(SIDES[tier], SIDES[than], strict=True))


def ways_to_pay(account: pl.DataFrame, amount_due: Decimal) -> list[Change]:
    """Everything that is tried for one statement, the least money first, and spending that goes on before none."""
    owed = Decimal(str(account["billed_1"][0]))
    if owed <= 0:
        return []
    parts = {_whole(owed * part / 100) for part in range(1, 101)}
    amounts = sorted(amount for amount in parts | {_whole(amount_due)} if 0 < amount <= _whole(owed))
    return [
        Change(1, pays, float(pays / owed), spends, pays >= amount_due) for pays in amounts for spends in (True, False)
    ]


def next_statement(
    books: pl.DataFrame, facts: list[AccountFacts], changes: list[Change]
) -> tuple[pl.DataFrame, list[AccountFacts]]:
    """Each row one month later, with its change made: the statements move back one place and a new one comes first."""
    usual = books.select(
        (pl.col("billed_1") - pl.col("billed_2") + pl.col("paid_1")).fill_null(0.0).clip(0.0)
    ).to_series()
    spent = usual.to_numpy() * np.array([change.spends for change in changes], dtype=float)
    paid = np.array([float(change.pays) for change in changes])
    later = books.with_columns(
        pl.Series("billed_1", books["billed_1"].to_numpy() + spent - paid),
        pl.Series("paid_1", paid),
        *(pl.col(older).alias(newer) for older, newer in pairwise(BILLED)),
        *(pl.col(older).alias(newer) for older, newer in pairwise(PAID)),
        pl.col("as_of").dt.offset_by("1mo"),
    )
    owed = [
        replace(each, balance=max(each.balance + Decimal(str(round(more, 2))) - change.pays, Decimal(0)))
        for each, more, change in zip(facts, spent.tolist(), changes, strict=True)
    ]
    return later, owed


def placed(
    books: pl.DataFrame,
    facts: list[AccountFacts],
    settings: StrategySettings,
    scorer: Scorer,
    previous: Sequence[str | None],
) -> list[Assignment]:
    """Where the models and the settings put each row, given the tier it is in."""
    willingness, ability = (scores.tolist() for scores in scorer(books))
    return [
        assign(_score(willing, able), each, settings, tier)
        for willing, able, each, tier in zip(willingness, ability, facts, previous, strict=True)
    ]


def _score(willingness: float, ability: float) -> ScoreFacts | None:
    return None if np.isnan(willingness) else ScoreFacts(willingness, None if np.isnan(ability) else ability)


def sentences(found: NextTier, currency: str, language: str, tier_name: Callable[[str], str]) -> list[str]:
    """The answer in plain words, one sentence or two a line.

    :param language: 'zh' or 'en'.
    :param tier_name: what a tier is called in that language.
    """
    words = {code: each[language] for code, each in _templates().items()}
    change = found.change
    if change is None or found.to is None:
        return [words[found.code].format(months=MOST_MONTHS)]
    code = ("once" if change.months == 1 else "each_month") + ("" if change.spends else "_without_spending")
    said = words[code].format(
        pays=f"{change.pays:,.0f} {currency}",
        share=f"{change.share:.0%}",
        months=change.months,
        tier=tier_name(found.to),
    )
    return [said, *([words["settles"]] if change.settles else []), words["assumed"]]


@cache
def _templates() -> dict[str, dict[str, str]]:
    text = files("strategy.reasons").joinpath("next_tier.yaml").read_text(encoding="utf-8")
    templates: dict[str, dict[str, str]] = yaml.safe_load(text)
    return templates


def _repeated(account: pl.DataFrame, times: int) -> pl.DataFrame:
    """The one row many times over, each under a reference of its own, as a book wants it."""
    rows = pl.concat([account] * times) if times else account.clear()
    return rows.with_columns(external_ref=pl.int_range(times, eager=True).cast(pl.String))


def _whole(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), rounding=ROUND_CEILING)
