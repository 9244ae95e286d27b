"""Commands on experiments."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import col, select

from app import wiring
from app.cli.console import BadInput, answer, existing, table
from app.cli.records import AsJson
from app.settings import Settings
from ledger.tables import Experiment
from strategy.experiments import records
from strategy.experiments.analysis import Comparison, Figure, Look
from strategy.experiments.design import Design, InvalidDesign, from_json
from strategy.experiments.forecast import NoForecast
from strategy.experiments.forecast import forecast as play
from strategy.experiments.metrics import METRICS
from strategy.experiments.review import Seen, plain, seen
from strategy.experiments.review import review as review_all

DesignFile = Annotated[Path, typer.Option("--design", help="The plan as JSON (docs/experiments.md).")]
By = Annotated[str, typer.Option("--by", help="Who does this, by name.")]
Name = Annotated[str, typer.Argument(help="The experiment's name.")]


def register(cli: typer.Typer) -> None:
    experiment = typer.Typer(help="Experiments: who is drawn, what came of it.", no_args_is_help=True)
    for command in (forecast, start, status, review, stop):
        experiment.command()(command)
    cli.add_typer(experiment, name="experiment")


def forecast(
    design: DesignFile,
    base: Annotated[float, typer.Option(help="The metric as it is today, a share from 0 to 1.")],
    units_a_day: Annotated[float, typer.Option(min=0.1, help="Debtors or accounts drawn a day, over all arms.")],
    seed: Annotated[int, typer.Option(min=0)] = 1,
    as_json: AsJson = False,
) -> None:
    """Play a plan thousands of times before it starts: false alarms, power and days."""
    try:
        told = dataclasses.asdict(play(_read(design), base, units_a_day, seed))
    except NoForecast as error:
        raise BadInput(f"{design.name}: {error}") from error
    answer(told, as_json=as_json, text=lambda: table(told))


def start(design: DesignFile, by: By, as_json: AsJson = False) -> None:
    """Start an experiment; accounts are drawn with the next scoring run."""
    plan = _read(design)
    with wiring.open_ledger(Settings()).begin() as work:
        experiment_id = records.start(work, plan, by)
    told = {"id": experiment_id, "name": plan.name, "arms": {arm.name: arm.share for arm in plan.arms}}
    answer(told, as_json=as_json, text=lambda: table(told))


def status(
    name: Annotated[str, typer.Argument(help="One experiment; without a name, all of them.")] = "",
    as_json: AsJson = False,
) -> None:
    """Figures by arm, with intervals that hold however often they are looked at."""
    with wiring.open_ledger(Settings()).begin() as work:
        rows = (
            [records.named(work, name)]
            if name
            else work.session.exec(select(Experiment).order_by(col(Experiment.started_at))).all()
        )
        found = [seen(work, row) for row in rows]
    told = [_told(each) for each in found]
    answer(
        told[0] if name else told,
        as_json=as_json,
        text=lambda: "\n\n".join(_text(each) for each in found) or "there is no experiment yet",
    )


def review(as_json: AsJson = False) -> None:
    """The daily look: end what is decided, does harm or loses accounts."""
    with wiring.open_ledger(Settings()).begin() as work:
        states = review_all(work)
    answer(states, as_json=as_json, text=lambda: table(states) or "no experiment runs")


def stop(
    name: Name,
    by: By,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the experiment.")],
    as_json: AsJson = False,
) -> None:
    """Stop an experiment; its accounts are treated like everybody from the next contact on."""
    with wiring.open_ledger(Settings()).begin() as work:
        records.stop(work, name, by, reason)
    answer({"stopped": name}, as_json=as_json, text=lambda: f"stopped {name}")


def _read(path: Path) -> Design:
    try:
        design = from_json(json.loads(existing(path).read_text(encoding="utf-8")))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path.name} is not JSON: {error}") from error
    if isinstance(design, InvalidDesign):
        raise BadInput(f"{path.name}: {design}")
    return design


def _told(found: Seen) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.name,
        "status": found.status,
        "day": found.day,
        "look": None if found.look is None else plain(found.look),
        "conclusion": found.conclusion,
    }


def _text(found: Seen) -> str:
    head = f"{found.name}: {found.status}, day {found.day}"
    if found.look is None or found.design is None:
        return f"{head}\n  its plan cannot be read, so it draws nobody"
    look = found.look
    why = found.conclusion.get("reason") or found.conclusion.get("why") or look.why
    lines = [f"{head}: {why}", f"  {found.design.question}", f"  drawn: {_pairs(look.drawn)}"]
    lines += [f"  {name}{' (decides)' if name == found.design.metric else ''}: {_line(look, name)}" for name in METRICS]
    return "\n".join(lines)


def _line(look: Look, metric: str) -> str:
    figures = "; ".join(_figure(figure) for figure in look.figures[metric])
    compared = "; ".join(_comparison(each) for each in look.comparisons[metric])
    return f"{figures}{'; ' if compared else ''}{compared}"


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return f"{figure.arm} not known yet ({figure.known} of {figure.units})"
    return f"{figure.arm} {figure.value:.4g} [{figure.low:.4g}, {figure.high:.4g}] of {figure.known}"


def _comparison(each: Comparison) -> str:
    return f"{each.arm} differs by {each.difference:+.4g} [{each.low:+.4g}, {each.high:+.4g}], p {each.p_value:.3g}"


def _pairs(counts: Any) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
