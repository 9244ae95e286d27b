"""Pictures of a working day under a draft: load by hour, what the gate would deny, and who goes to people."""

from __future__ import annotations

from app.web.language import Language
from app.web.look import panel, piece, tag, text
from app.web.strategy_effect import change
from app.web.words import name_of, say
from strategy.fairness.shares import GroupShare
from strategy.fairness.wording import name_of as word
from strategy.whatif.denials import Denials
from strategy.whatif.fitting import Queue
from strategy.whatif.simulate import Simulation

MOST_REASONS = 6
LEVELS = {"block": "no", "warn": "warn", "note": "yes"}
"""The look of a finding."""
HIGH_PX = 72
"""Of the tallest bar."""


def load(found: Simulation, currency: str, language: Language) -> None:
    """Contacts of an average working day by hour, for the bot and for people, and what does not fit."""
    with panel(say("strategy.by_hour", language)):
        for agent, name in (("human", "strategy.people"), ("bot", "strategy.bot")):
            before, after = found.before.by_hour[agent], found.after.by_hour[agent]
            queue = found.after.queues[agent]
            with piece("div", "wrap"):
                text(say(name, language), "strong", tag="span")
                facts = {"contacts": f"{queue.contacts:,.0f}", "hours": f"{queue.hours:,.1f}"}
                text(say("strategy.a_day", language, **facts), "tiny quiet num", tag="span")
                change(queue.contacts - found.before.queues[agent].contacts)
            _bars([float(each) for each in before], [float(each) for each in after], say(name, language))
            _room(agent, queue, currency, language)
        text(say("strategy.bars", language), "tiny quiet")


def _bars(before: list[float], after: list[float], name: str) -> None:
    """A bar for each hour between the first and the last that has any; a line where it stood before."""
    used = [hour for hour in range(24) if before[hour] or after[hour]]
    if not used:
        return
    top = max(*before, *after)
    with piece("div", "hours").props(f'role="img" aria-label="{name}"'):
        for hour in range(used[0], used[-1] + 1):
            with piece("div", "hour").props(f'title="{hour}:00  {before[hour]:,.1f} → {after[hour]:,.1f}"'):
                with piece("div", "track").style(f"height:{HIGH_PX}px"):
                    piece("div", "fill").style(f"height:{after[hour] / top:.1%}")
                    piece("div", "was").style(f"bottom:{before[hour] / top:.1%}")
                text(str(hour), "tiny quiet num")


def _room(agent: str, queue: Queue, currency: str, language: Language) -> None:
    unit = "hours" if agent == "human" else "contacts"
    if queue.room is None:
        text(say("strategy.no_limit", language), "tiny quiet")
        return
    facts = {
        "room": f"{queue.room:,.0f}",
        "unit": say(f"strategy.{unit}", language),
        "left_out": f"{queue.left_out:,.0f}",
        "price": f"{queue.price:,.0f} {currency}",
    }
    if queue.left_out:
        with piece("div", "wrap"):
            tag(say("strategy.too_much", language, **facts), "warn")
            text(say("strategy.price", language, **facts), "tiny quiet num", tag="span")
    else:
        text(say("strategy.fits", language, **facts), "tiny quiet num")


def gate(found: Simulation, language: Language) -> None:
    """What the gate would deny on the next working day, if every account were contacted once."""
    before, after = found.before.denials, found.after.denials
    if before is None or after is None:
        return
    with panel(say("strategy.gate", language)):
        with piece("div", "wrap"):
            text(f"{_share(after):.1%}", "big-line", tag="span")
            text(say("strategy.denied", language), "quiet", tag="span")
            points = 100 * (_share(after) - _share(before))
            if abs(points) >= 0.05:
                text(f"{points:+.1f}%", "num strong", tag="span")
        text(
            say(
                "strategy.asked",
                language,
                asked=f"{after.asked:,.0f}",
                out=f"{after.out_of_reach:,.0f}",
                never=f"{after.never_planned:,.0f}",
            ),
            "tiny quiet",
        )
        _reasons(before, after, language)


def _share(denials: Denials) -> float:
    return denials.denied / denials.asked if denials.asked else 0.0


def _reasons(before: Denials, after: Denials, language: Language) -> None:
    most = {
        code: max(before.reasons.get(code, 0), after.reasons.get(code, 0)) for code in (*before.reasons, *after.reasons)
    }
    codes = sorted(most, key=lambda code: -most[code])
    if not codes:
        return
    with piece("table", "plain"):
        with piece("tr"):
            for name in ("strategy.why", "strategy.before", "strategy.after"):
                text(say(name, language), tag="th")
        for code in codes[:MOST_REASONS]:
            with piece("tr"):
                text(name_of("deny", code, language), tag="td").props(f'title="{code}"')
                text(f"{before.reasons.get(code, 0):,.0f}", "num", tag="td")
                text(f"{after.reasons.get(code, 0):,.0f}", "num", tag="td")


def fairness(found: Simulation, language: Language) -> None:
    """Share of each group that goes to people, before and after; nothing where the data has no such traits."""
    if not found.after.groups:
        return
    with panel(say("strategy.fairness", language)):
        for finding in found.after.findings:
            with piece("div", "reason"):
                tag(say(f"strategy.level_{finding.level}", language), LEVELS[finding.level])
                text(finding.sentence(language), "tiny", tag="span")
        with piece("table", "plain"):
            with piece("tr"):
                for name in ("group", "accounts", "before", "after"):
                    text(say(f"strategy.{name}", language), tag="th")
            for trait, groups in found.after.groups.items():
                with piece("tr"):
                    text(word(trait, language), "quiet", tag="td").props("colspan=4")
                for before, after in zip(found.before.groups[trait], groups, strict=True):
                    _group(before, after, language)


def _group(before: GroupShare, after: GroupShare, language: Language) -> None:
    with piece("tr"):
        text(word(after.name, language), tag="td")
        text(f"{after.accounts:,}", "num", tag="td")
        text(f"{before.to_people:.1%}", "num", tag="td")
        with piece("td", "num"):
            text(f"{after.to_people:.1%} ", tag="span")
            text(f"({after.low:.1%} – {after.high:.1%})", "tiny quiet", tag="span")
