"""Pictures of a what-if: the tier grid, and what a draft would change."""

from __future__ import annotations

from app.web.language import Language
from app.web.look import panel, piece, tag, text
from app.web.words import name_of, say
from strategy.settings import TIERS, Assumptions
from strategy.tiers import GRID
from strategy.whatif.effect import WhatIf
from strategy.whatif.recovery import PERIOD_DAYS

MOST_MOVES = 8


def tier_grid(outcome: WhatIf, currency: str, language: Language) -> None:
    """The willingness x ability grid under the draft, each cell with its change against the version in force."""
    with piece("div", "tiers"):
        piece("span")
        text(say("strategy.high_a", language), "axis")
        text(say("strategy.low_a", language), "axis")
        for willing in (True, False):
            text(say("strategy.high_w" if willing else "strategy.low_w", language), "axis")
            for able in (True, False):
                _cell(outcome, GRID[willing, able], currency, language)
        piece("span")
        _cell(outcome, "people", currency, language)


def _cell(outcome: WhatIf, tier: str, currency: str, language: Language) -> None:
    after, before = outcome.after.tiers[tier], outcome.before.tiers[tier]
    total = sum(each.accounts for each in outcome.after.tiers.values())
    with piece("div", f"cell {tier}"):
        with piece("div", "wrap"):
            text(name_of("tier", tier, language), "name", tag="span")
            tag(say("strategy.bot" if after.agent == "bot" else "strategy.people", language))
        with piece("div", "wrap"):
            text(f"{after.accounts:,}", "big", tag="span")
            _change(after.accounts - before.accounts)
        text(f"{say('desk.balance', language)} {after.balance:,.0f} {currency}", "tiny quiet num")
        text(f"{say('strategy.recovery', language)} {after.expected_recovery:,.0f} {currency}", "tiny quiet num")
        with piece("div", "bar"):
            piece("div").style(f"width:{after.accounts / total if total else 0:.1%}")


def effect(outcome: WhatIf, currency: str, language: Language) -> None:
    """What publishing would change: recovery, load and the accounts that change tier."""
    with panel(say("strategy.effect", language)):
        with piece("div", "figures"):
            _figure(
                say("strategy.recovery", language),
                outcome.before.expected_recovery,
                outcome.after.expected_recovery,
                currency,
            )
            for agent, name in (("bot", "strategy.bot"), ("human", "strategy.people")):
                label = f"{say('strategy.load', language)} · {say(name, language)}"
                unit = say("strategy.hours", language)
                _figure(label, outcome.before.hours(agent), outcome.after.hours(agent), unit)
        _assumptions(language)
        text(f"{say('strategy.moves', language)}: {outcome.moved:,}", "strong")
        if outcome.moved == 0:
            text(say("strategy.no_moves", language), "quiet")
            return
        _moves(outcome, language)


def _assumptions(language: Language) -> None:
    assumed = Assumptions()
    facts = {
        "days": PERIOD_DAYS,
        "bot": f"{assumed.minutes_per_contact['bot']:g}",
        "human": f"{assumed.minutes_per_contact['human']:g}",
        "factor": f"{assumed.recovery_factor['human']:g}",
    }
    text(say("strategy.assumed", language, **facts), "tiny quiet")


def _figure(label: str, before: float, after: float, unit: str) -> None:
    with piece("div", "figure"):
        text(label, "tiny quiet")
        text(f"{after:,.0f} {unit}", "big")
        _change(round(after) - round(before))


def _change(difference: int) -> None:
    if difference:
        text(f"{difference:+,}", "num strong", tag="span")


def _moves(outcome: WhatIf, language: Language) -> None:
    pairs = [
        (int(outcome.moves[row, column]), TIERS[row], TIERS[column])
        for row in range(len(TIERS))
        for column in range(len(TIERS))
        if row != column and outcome.moves[row, column]
    ]
    with piece("table", "plain"):
        with piece("tr"):
            for name in ("strategy.from", "strategy.to", "strategy.count"):
                text(say(name, language), tag="th")
        for count, source, target in sorted(pairs, reverse=True)[:MOST_MOVES]:
            with piece("tr"):
                text(name_of("tier", source, language), tag="td")
                text(name_of("tier", target, language), tag="td")
                text(f"{count:,}", "num", tag="td")
