"""Commands that rehearse whole nights of talks: bot rehearse. Exit 1: a law was broken."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from app.cli.console import BadInput, aligned, answer, existing, progress, tell
from app.cli.records import AsJson
from app.cli.replay import rehearsal_stage
from app.settings import PROJECT
from bot.rasa_process import fingerprint
from rehearsal.debtor_personas import PERSONAS
from rehearsal.talks.night import cast_night, play_night
from rehearsal.talks.outcome import TalkOutcome
from rehearsal.talks.scoreboard import COLUMNS, NoScoreboard, row, with_row
from rehearsal.talks.summary import summary

BROKEN: Final = 1
MOST_TALKS: Final = 100_000


def rehearse(
    talks: Annotated[int, typer.Option(min=1, max=MOST_TALKS, help="How many talks.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the people, their words and their accounts.")] = 1,
    persona: Annotated[
        list[str] | None, typer.Option(help="Only these kinds of people; give it again for more.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where each talk is written, as lines of JSON.")] = None,
    scoreboard: Annotated[Path | None, typer.Option(help="A scoreboard (docs/scoreboard.md) that gets a row.")] = None,
    version: Annotated[str, typer.Option(help="What the row calls this version; else what git calls it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Let simulated debtors of every kind talk to the real bot, and measure what came of it."""
    for name in persona or ():
        if name not in PERSONAS:
            raise BadInput(f"no persona {name}; there are {', '.join(PERSONAS)}")
    board = None if scoreboard is None else existing(scoreboard).read_text(encoding="utf-8")
    if out is not None and not out.resolve().parent.is_dir():
        raise BadInput(f"no such folder: {out.parent}")
    casts = list(cast_night(talks, seed, tuple(persona or PERSONAS)))
    with rehearsal_stage(seed) as stage:
        began = time.perf_counter()
        with progress(f"{talks} talks") as step:
            played = play_night(stage, casts, step)
        seconds = time.perf_counter() - began
        day = stage.today
    told: dict[str, Any] = {
        "version": version or _git_version(),
        "model": fingerprint(),
        "day": day,
        "seed": seed,
        "seconds": round(seconds, 1),
        "talks_per_second": round(talks / seconds, 2),
        **summary(played),
        "rules_broken": dict(Counter(rule for talk in played for rule in talk.violations)),
    }
    if out is not None:
        out.write_text("".join(_line(talk) for talk in played), encoding="utf-8")
    if scoreboard is not None and board is not None:
        try:
            scoreboard.write_text(
                with_row(board, row(told, told["version"], told["model"], day, seed)), encoding="utf-8"
            )
        except NoScoreboard as missing:
            raise BadInput(f"{scoreboard}: {missing}") from missing
    answer(told, as_json=as_json, text=lambda: _text(told))
    if told["violations"]:
        tell(f"amends: {told['violations']} times a law was broken")
        raise typer.Exit(BROKEN)


def _line(talk: TalkOutcome) -> str:
    return json.dumps(dataclasses.asdict(talk), default=str, ensure_ascii=False) + "\n"


def _git_version() -> str:
    asked = ["git", "-C", str(PROJECT), "describe", "--always", "--dirty", "--tags"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):  # no git, or no repository: an installed program has neither
        return "unknown"


def _text(told: Mapping[str, Any]) -> str:
    heading = ["", "talks", *(name for _, name in COLUMNS)]
    rows: list[Sequence[str]] = [heading, _cells("all", told)]
    for group in ("by_language", "by_channel", "by_persona"):
        rows.append([group.replace("_", " ")])
        rows += [_cells(name, figures) for name, figures in told[group].items()]
    head = f"{told['version']}, model {told['model']}, seed {told['seed']}: "
    return "\n".join([head + f"{told['talks_per_second']} talks a second", *aligned(rows)])


def _cells(name: str, figures: Mapping[str, Any]) -> list[str]:
    values = [figures[key] for key, _ in COLUMNS]
    return [name, str(figures["talks"]), *("-" if value is None else f"{value:g}" for value in values)]
