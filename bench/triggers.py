"""``scripts/bench triggers``: how well sensitive words are found on unseen phrasings, and how fast.

Lexicon alone, model alone and both, on the sentences of tests/heldout (JSON lines with lang, text, trigger, priority
and kind). A trigger counts as found when its priority or a graver one is raised: that decides how fast the bot stops.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from bot.redaction import redact
from bot.triggers import Trigger, detect
from bot.triggers.detector import by_model
from bot.triggers.lexicon import gravity, matches
from bot.wording import normalise

HELDOUT = Path(__file__).parents[1] / "tests" / "heldout"
LONG_TURN = 400
Detector = Callable[[str, str], Trigger | None]


@dataclass(frozen=True, slots=True)
class Case:
    """`trigger` and `priority` are None for ordinary talk and near misses."""

    text: str
    lang: str
    trigger: str | None
    priority: str | None
    near_miss: bool


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `all`."""

    right: int
    all: int

    def __str__(self) -> str:
        return f"{self.right}/{self.all} {100 * self.right / self.all:.1f}%" if self.all else "-"

    @property
    def rate(self) -> float:
        return self.right / self.all


def cases(path: Path) -> list[Case]:
    """The held-out sentences of one file."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [Case(row["text"], row["lang"], row["trigger"], row["priority"], row["kind"] == "near_miss") for row in rows]


def by_lexicon(text: str, lang: str) -> Trigger | None:
    return min(matches(normalise(redact(text)), lang), key=gravity, default=None)


DETECTORS: dict[str, Detector] = {"lexicon": by_lexicon, "model": lambda text, _: by_model(text), "both": detect}


def figures(rows: Sequence[Case], detector: Detector) -> dict[str, Share]:
    """Recall by priority and by trigger, how many have their own name, ordinary talk left alone, near misses passed."""
    raised = [(row, detector(row.text, row.lang)) for row in rows]
    found: dict[str, Share] = {}
    for priority in ("P0", "P1", "P2"):
        found[priority] = _share(
            trigger is not None and trigger.priority <= priority for row, trigger in raised if row.priority == priority
        )
        found[f"{priority} by name"] = _share(
            trigger is not None and trigger.id == row.trigger for row, trigger in raised if row.priority == priority
        )
    found["ordinary passed"] = _share(
        trigger is None for row, trigger in raised if row.priority is None and not row.near_miss
    )
    found["near misses passed"] = _share(trigger is None for row, trigger in raised if row.near_miss)
    for trigger_id in sorted({row.trigger for row in rows if row.trigger}):
        found[trigger_id] = _share(
            trigger is not None and trigger.priority <= str(row.priority)
            for row, trigger in raised
            if row.trigger == trigger_id
        )
        found[f"{trigger_id} by name"] = _share(
            trigger is not None and trigger.id == trigger_id for row, trigger in raised if row.trigger == trigger_id
        )
    return found


def _share(right: Iterator[bool]) -> Share:
    each = list(right)
    return Share(sum(each), len(each))


def latency_ms(rows: Sequence[Case], detector: Detector) -> list[float]:
    spent = []
    for row in rows:
        began = perf_counter()
        detector(row.text, row.lang)
        spent.append(1000 * (perf_counter() - began))
    return spent


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench triggers", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="JSON lines; by default those of tests/heldout")
    given = parser.parse_args(arguments)
    for path in given.files or sorted(HELDOUT.glob("triggers_*.jsonl")):
        _print_one(path.stem, cases(path))


def _print_one(name: str, rows: list[Case]) -> None:
    began = perf_counter()
    detect("ready", "en")
    loading = perf_counter() - began
    write = sys.stdout.write
    for lang in (None, "zh", "en"):
        some = [row for row in rows if lang in (None, row.lang)]
        by_detector = {title: figures(some, detector) for title, detector in DETECTORS.items()}
        write(f"\n{name}, {lang or 'both languages'}: {len(some)} sentences\n")
        write(f"{'':<45}{''.join(f'{title:>16}' for title in DETECTORS)}\n")
        for key in by_detector["both"]:
            if lang is None or key[:2] in ("P0", "P1", "P2") or "passed" in key:
                write(f"{key:<45}{''.join(f'{by_detector[title][key]!s:>16}' for title in DETECTORS)}\n")
    long = [
        Case((", ".join(row.text for row in rows[at : at + 40]))[:LONG_TURN], "zh", None, None, False)
        for at in range(50)
    ]
    for title, some in (("one detection", rows), (f"a turn of {LONG_TURN} characters", long)):
        spent = latency_ms(some, detect)
        write(f"{title}: median {median(spent):.2f} ms, p99 {quantiles(spent, n=100)[98]:.2f} ms\n")
    write(f"first detection, with lexicon and model to be read: {loading:.2f} s\n")
