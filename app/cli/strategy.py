"""Commands on the strategy."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Literal

import typer

from app import wiring
from app.cli import versions
from app.cli.console import answer, table
from app.cli.drafts import Draft, draft_in
from app.cli.records import AsJson
from app.cli.simulation import as_plain
from app.cli.simulation_page import page
from app.settings import Settings
from app.simulating import read_standing
from strategy.settings import to_json
from strategy.versions import active
from strategy.whatif.logged import read_log
from strategy.whatif.valuing import TooLittle, value_draft


def register(cli: typer.Typer) -> None:
    strategy = typer.Typer(help="The strategy in force, and drafts.", no_args_is_help=True)
    strategy.command("show")(show)
    strategy.command("simulate")(simulate)
    strategy.command("value")(value)
    versions.register_on(strategy)
    cli.add_typer(strategy, name="strategy")


def show() -> None:
    """Print the strategy in force as JSON: save it, change it, and simulate it as a draft."""
    with wiring.open_ledger(Settings()).begin() as work:
        _, settings = active(work)
    answer(to_json(settings), as_json=True, text=str)


def simulate(
    draft: Draft,
    lang: Annotated[Literal["zh", "en"], typer.Option("--lang", help="zh or en.")] = "zh",
    as_json: AsJson = False,
) -> None:
    """What a draft would change, on every account, before anything is published."""
    wanted = draft_in(draft)
    settings = Settings()
    with wiring.open_ledger(settings).begin() as work:
        standing = read_standing(work, settings)
    found = standing.against(wanted)
    answer(as_plain(found, standing), as_json=as_json, text=lambda: page(found, standing, lang))


def value(draft: Draft, as_json: AsJson = False) -> None:
    """What a draft would have brought, estimated from the log of what chance did under the strategies that ran."""
    wanted = draft_in(draft)
    with wiring.open_ledger(Settings()).read() as work:
        log = read_log(work)
    found = value_draft(log, wanted)
    told: dict[str, Any] = {"rows": len(log), "not_known_yet": log.not_known_yet, "window_days": log.window_days}
    if isinstance(found, TooLittle):
        told["problem"] = str(found)
    else:
        told |= dataclasses.asdict(found)
    answer(told, as_json=as_json, text=lambda: table(told))
