"""Commands on the strategy."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app import wiring
from app.cli.console import BadInput, answer, existing, table
from app.cli.records import AsJson
from app.settings import Settings
from strategy.settings import InvalidSettings, from_json, to_json
from strategy.treatments import AGENTS
from strategy.versions import active
from strategy.whatif.effect import Outlook, what_if
from strategy.whatif.read import read_book


def register(cli: typer.Typer) -> None:
    strategy = typer.Typer(help="The strategy in force, and drafts.", no_args_is_help=True)
    strategy.command("show")(show)
    strategy.command("simulate")(simulate)
    cli.add_typer(strategy, name="strategy")


def show() -> None:
    """Print the strategy in force as JSON: save it, change it, and simulate it as a draft."""
    with wiring.open_ledger(Settings()).begin() as work:
        _, settings = active(work)
    answer(to_json(settings), as_json=True, text=str)


def simulate(
    draft: Annotated[Path, typer.Option(help="A draft strategy as JSON, as `amends strategy show` prints it.")],
    as_json: AsJson = False,
) -> None:
    """What a draft would change, on every account, before anything is published."""
    try:
        wanted = from_json(json.loads(existing(draft).read_text(encoding="utf-8")))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{draft.name} is not JSON: {error}") from error
    if isinstance(wanted, InvalidSettings):
        raise BadInput(f"{draft.name}: {wanted}")
    with wiring.open_ledger(Settings()).begin() as work:
        _, today = active(work)
        book = read_book(work)
    outcome = what_if(book.arrays, today, wanted)
    told = {
        "accounts": len(book.arrays),
        "currency": book.currency,
        "accounts_in_other_currencies_left_out": book.left_out,
        "moved": outcome.moved,
        "before": _outlook(outcome.before),
        "after": _outlook(outcome.after),
    }
    answer(told, as_json=as_json, text=lambda: table(told))


def _outlook(outlook: Outlook) -> dict[str, Any]:
    return {
        "tiers": {tier: dataclasses.asdict(figures) for tier, figures in outlook.tiers.items()},
        "expected_recovery": round(outlook.expected_recovery, 2),
        "contacts": {agent: round(outlook.contacts(agent), 1) for agent in AGENTS},
        "hours": {agent: round(outlook.hours(agent), 1) for agent in AGENTS},
    }
