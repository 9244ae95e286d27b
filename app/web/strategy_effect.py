"""Pictures of a what-if: the tier grid, what a draft would bring and cost, and the accounts that change tier."""

from __future__ import annotations

from nicegui.element import Element

from app.web.language import Language
from app.web.look import panel, piece, tag, text
from app.web.strategy_changes import change_lines
from app.web.words import name_of, say
from strategy.settings import TIERS
from strategy.tiers import GRID
from strategy.whatif.effect import WhatIf
from strategy.whatif.recovery import PERIOD_DAYS
from strategy.whatif.simulate import Simulation

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
            change(after.accounts - before.accounts)
        text(f"{say('desk.balance', language)} {after.balance:,.0f} {currency}", "tiny quiet num")
        text(f"{say('strategy.recovery', language)} {after.expected_recovery:,.0f} {currency}", "tiny quiet num")
        with piece("div", "bar"):
            piece("div").style(f"width:{after.accounts / total if total else 0:.1%}")


def effect(found: Simulation, currency: str, language: Language) -> None:
    """What publishing would change: recovery and cost with their intervals, load, and the accounts that move."""
    outcome, money = found.what_if, found.money
    with panel(say("strategy.effect", language)):
        _changes(found, language)
        with piece("div", "figures four"):
            for name, before, after, moved in (
                ("strategy.recovery", money.before.recovery, money.after.recovery, money.change.recovery),
                ("strategy.cost", money.before.cost, money.after.cost, money.change.cost),
            ):
                with _figure(say(name, language), before.value, after.value, currency):
                    text(f"{after.low:,.0f} – {after.high:,.0f}", "tiny quiet num")
                    if round(moved.value):
                        span = say("strategy.change", language, low=f"{moved.low:+,.0f}", high=f"{moved.high:+,.0f}")
                        text(span, "tiny quiet num")
            for agent, name in (("bot", "strategy.bot"), ("human", "strategy.people")):
                label = f"{say('strategy.load', language)} · {say(name, language)}"
                unit = say("strategy.hours", language)
                _figure(label, outcome.before.hours(agent), outcome.after.hours(agent), unit)
        _assumptions(found, language)
        text(f"{say('strategy.moves', language)}: {outcome.moved:,}", "strong")
        if outcome.moved == 0:
            text(say("strategy.no_moves", language), "quiet")
            return
        _moves(outcome, language)


def _changes(found: Simulation, language: Language) -> None:
    """What the draft says otherwise, field by field."""
    lines = change_lines(found.before.placed.settings, found.after.placed.settings, language)
    if lines:
        with piece("div", "changes"):
            text(say("setting.changes", language), "tiny quiet")
            for line in lines:
                text(line, "tiny")


def _assumptions(found: Simulation, language: Language) -> None:
    assumed = found.after.placed.settings.assumptions
    facts = {
        "days": PERIOD_DAYS,
        "bot": f"{assumed.minutes_per_contact['bot']:g}",
        "human": f"{assumed.minutes_per_contact['human']:g}",
        "chat": f"{assumed.uplift['bot_chat']:g}",
        "voice": f"{assumed.uplift['bot_voice']:g}",
        "call": f"{assumed.uplift['human_voice']:g}",
    }
    covers = "strategy.covers_both" if found.money.parameters else "strategy.covers_chance"
    text(f"{say('strategy.assumed', language, **facts)} {say(covers, language)}", "tiny quiet")


def _figure(label: str, before: float, after: float, unit: str) -> Element:
    figure = piece("div", "figure")
    with figure:
        text(label, "tiny quiet")
        with piece("div", "wrap"):
            text(f"{after:,.0f} {unit}", "big", tag="span")
            change(round(after) - round(before))
    return figure


def change(difference: float) -> None:
    """What differs from the version in force; nothing where nothing does."""
    if round(difference):
        text(f"{difference:+,.0f}", "num strong", tag="span")


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
