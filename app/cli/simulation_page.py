"""A simulation as a page for people at the terminal, in Chinese or English, in the strategy room's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.cli.console import aligned
from app.simulating import Standing
from app.web.language import Language
from app.web.strategy_changes import change_lines
from app.web.words import name_of, say
from strategy.settings import TIERS
from strategy.treatments import AGENTS
from strategy.whatif.recovery import PERIOD_DAYS, Range
from strategy.whatif.simulate import Simulation

AGENT_NAMES = {"bot": "strategy.bot", "human": "strategy.people"}
MOST_REASONS = 6

Say = Callable[..., str]


def page(found: Simulation, standing: Standing, language: Language) -> str:
    """Everything that ``--json`` gives, but for the shares of each group, which `amends fairness --draft` shows."""

    def told(name: str, **facts: object) -> str:
        return say(f"strategy.{name}", language, **facts)

    parts = (
        _changes(found, language),
        _tiers(found, language, told),
        _moves(found, language, told),
        _money(found, standing, told),
        _load(found, standing, told),
        _gate(found, language, told),
        _fairness(found, language, told),
    )
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part)))


def _changes(found: Simulation, language: Language) -> Iterator[str]:
    lines = change_lines(found.before.placed.settings, found.after.placed.settings, language)
    if lines:
        yield say("setting.changes", language)
    yield from (f"  {line}" for line in lines)


def _tiers(found: Simulation, language: Language, told: Say) -> Iterator[str]:
    before, after = found.what_if.before.tiers, found.what_if.after.tiers
    head = [told("accounts"), told("before"), told("after"), "+/-", told("recovery"), told("cost")]
    rows = [
        [
            name_of("tier", tier, language),
            f"{before[tier].accounts:,}",
            f"{after[tier].accounts:,}",
            f"{after[tier].accounts - before[tier].accounts:+,}",
            f"{after[tier].expected_recovery:,.0f}",
            f"{after[tier].cost:,.0f}",
        ]
        for tier in TIERS
    ]
    yield from aligned([head, *rows])


def _moves(found: Simulation, language: Language, told: Say) -> Iterator[str]:
    yield f"{told('moves')}: {found.what_if.moved:,}"
    counts = [
        (int(found.what_if.moves[row, column]), source, target)
        for row, source in enumerate(TIERS)
        for column, target in enumerate(TIERS)
        if row != column and found.what_if.moves[row, column]
    ]
    for count, source, target in sorted(counts, reverse=True):
        yield f"  {name_of('tier', source, language)} → {name_of('tier', target, language)}  {count:,}"


def _money(found: Simulation, standing: Standing, told: Say) -> Iterator[str]:
    money, outlook, currency = found.money, found.what_if, standing.book.currency
    rows = [["", told("before"), told("after"), "95%", "+/-", "95%"]]
    for name in ("recovery", "cost"):
        before, after, change = (getattr(each, name) for each in (money.before, money.after, money.change))
        label = f"{told(name)} {currency}"
        rows.append(
            [label, f"{before.value:,.0f}", f"{after.value:,.0f}", _span(after), f"{change.value:+,.0f}", _span(change)]
        )
    for agent in AGENTS:
        hours = outlook.before.hours(agent), outlook.after.hours(agent)
        label = f"{told('load')} {told('hours')}, {told(AGENT_NAMES[agent].removeprefix('strategy.'))}"
        rows.append([label, f"{hours[0]:,.0f}", f"{hours[1]:,.0f}", "", f"{hours[1] - hours[0]:+,.0f}", ""])
    yield from aligned(rows)
    assumed = found.after.placed.settings.assumptions
    yield told(
        "assumed",
        days=PERIOD_DAYS,
        bot=f"{assumed.minutes_per_contact['bot']:g}",
        human=f"{assumed.minutes_per_contact['human']:g}",
        chat=f"{assumed.uplift['bot_chat']:g}",
        voice=f"{assumed.uplift['bot_voice']:g}",
        call=f"{assumed.uplift['human_voice']:g}",
    )
    yield told("covers_both" if money.parameters else "covers_chance")
    if standing.book.left_out:
        yield told("left_out", count=f"{standing.book.left_out:,}")


def _span(each: Range) -> str:
    return f"{each.low:,.0f} – {each.high:,.0f}"


def _load(found: Simulation, standing: Standing, told: Say) -> Iterator[str]:
    yield f"{told('by_hour')} ({standing.day.clock})"
    sides = {
        (agent, when): side.by_hour[agent]
        for agent in AGENTS
        for when, side in (("before", found.before), ("after", found.after))
    }
    used = [hour for hour in range(24) if any(each[hour] for each in sides.values())]
    rows = [["", "", *(str(hour) for hour in used)]]
    for (agent, when), each in sides.items():
        name = told(AGENT_NAMES[agent].removeprefix("strategy."))
        rows.append([name, told(when), *(f"{each[hour]:,.0f}" for hour in used)])
    yield from aligned(rows)
    for agent in AGENTS:
        queue = found.after.queues[agent]
        name = told(AGENT_NAMES[agent].removeprefix("strategy."))
        day = told("a_day", contacts=f"{queue.contacts:,.0f}", hours=f"{queue.hours:,.1f}")
        if queue.room is None:
            yield f"{name}: {day}. {told('no_limit')}"
            continue
        facts = {
            "room": f"{queue.room:,.0f}",
            "unit": told("hours" if agent == "human" else "contacts"),
            "left_out": f"{queue.left_out:,.0f}",
            "price": f"{queue.price:,.2f} {standing.book.currency}",
        }
        fits = f"{told('too_much', **facts)}; {told('price', **facts)}" if queue.left_out else told("fits", **facts)
        yield f"{name}: {day}. {fits}"


def _gate(found: Simulation, language: Language, told: Say) -> Iterator[str]:
    before, after = found.before.denials, found.after.denials
    if before is None or after is None:
        return
    shares = [each.denied / each.asked if each.asked else 0.0 for each in (before, after)]
    yield f"{told('gate')}: {shares[0]:.1%} → {shares[1]:.1%} {told('denied')}"
    yield told(
        "asked", asked=f"{after.asked:,.0f}", out=f"{after.out_of_reach:,.0f}", never=f"{after.never_planned:,.0f}"
    )
    codes = {*before.reasons, *after.reasons}
    most = sorted(codes, key=lambda code: -max(before.reasons.get(code, 0), after.reasons.get(code, 0)))
    rows = [
        [f"  {name_of('deny', code, language)}", *(f"{each.reasons.get(code, 0):,.0f}" for each in (before, after))]
        for code in most[:MOST_REASONS]
    ]
    if rows:
        yield from aligned([[f"  {told('why')}", told("before"), told("after")], *rows])


def _fairness(found: Simulation, language: Language, told: Say) -> Iterator[str]:
    if not found.after.groups:
        return
    yield told("fairness")
    past = [each for each in found.after.findings if each.level != "note"]
    for each in past:
        yield f"  {told(f'level_{each.level}')}: {each.fact(language)}"
    yield f"  {told('level_note')}: {len(found.after.findings) - len(past)}"
    yield f"  {told('groups_at')}"
