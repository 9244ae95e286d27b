"""Many talks in figures, as the literature on negotiating debts has them: by persona, by language, and all. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import mean, median
from typing import Any

from rehearsal.talks.outcome import TalkOutcome

Figures = dict[str, Any]


def summary(talks: Sequence[TalkOutcome]) -> Figures:
    """All figures, overall and by group."""
    return {
        **figures(talks),
        "by_language": _by(talks, lambda talk: talk.language),
        "by_channel": _by(talks, lambda talk: talk.channel),
        "by_persona": _by(talks, lambda talk: talk.persona),
    }


def figures(talks: Sequence[TalkOutcome]) -> Figures:
    """The figures of some talks; None where there was nothing to count. Shares lie between 0 and 1.

    `success`: the person's good end was reached. `promises`: talks that ended with one. `within_ability`: of the
    promises, those that can truly be kept. `conceded`: how far promises lie below all that is due, on average.
    `turns_*`: median and 90th percentile of how often the debtor spoke until the promise was noted. `help`: cries for
    help taken up rightly. `missed_cries`: lines that must not be missed, and were. `wrong_alarms`: of the lines that
    call for no trigger, those that set one off. `understood`: lines that were read rightly.
    """
    promised = [talk for talk in talks if talk.promised is not None]
    until = [talk.turns_to_promise for talk in talks if talk.turns_to_promise is not None]
    lines = [line for talk in talks for line in talk.lines]
    asked = [talk for talk in talks if talk.help_asked]
    ordinary = [line for line in lines if not line.missed_cry and (line.trigger is None or line.wrong_alarm)]
    return {
        "talks": len(talks),
        "success": _share(talk.goal for talk in talks),
        "promises": _share(talk.promised is not None for talk in talks),
        "within_ability": _share(bool(talk.within_ability) for talk in promised),
        "conceded": _mean(talk.conceded for talk in promised),
        "in_days": _mean(talk.in_days for talk in promised),
        "politeness": _mean(mean(talk.polite.values()) for talk in talks),
        "impolite": dict(Counter(rule for talk in talks for rule, kept in talk.polite.items() if not kept)),
        "turns_median": median(until) if until else None,
        "turns_p90": _p90(until),
        "help_asked": len(asked),
        "help": _share(talk.help_given for talk in asked),
        "missed_cries": sum(line.missed_cry for line in lines),
        "wrong_alarms": _share(line.wrong_alarm for line in ordinary),
        "understood": _share(line.understood for line in lines),
        "violations": sum(len(talk.violations) for talk in talks),
        "hung_up": _share(talk.disposition == "hung_up" for talk in talks),
        "failed": sum(talk.disposition == "failed" for talk in talks),
        "slowest_ms": max((talk.slowest_ms for talk in talks), default=None),
    }


def _by(talks: Sequence[TalkOutcome], key: Callable[[TalkOutcome], str]) -> Mapping[str, Figures]:
    groups: dict[str, list[TalkOutcome]] = {}
    for talk in talks:
        groups.setdefault(key(talk), []).append(talk)
    return {name: figures(groups[name]) for name in sorted(groups)}


def _share(values: Iterable[bool]) -> float | None:
    return _mean(float(value) for value in values)


def _mean(values: Iterable[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return round(mean(there), 4) if there else None


def _p90(values: Sequence[int]) -> int | None:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))] if ordered else None
