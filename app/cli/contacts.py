"""Commands on contacts that were made elsewhere: import."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from app import wiring
from app.cli.console import answer, existing, progress, table, tell
from app.cli.records import AsJson
from app.settings import Settings
from strategy.holds.importing import SaidReport
from strategy.reported.recording import ContactsReport, import_contacts

NAMED = 20
"""Rejected rows named on standard error; the reject file has all of them."""


def register(cli: typer.Typer) -> None:
    contacts = typer.Typer(help="Contacts made by agencies, or by the bank outside Amends.", no_args_is_help=True)
    contacts.callback()(lambda: None)
    contacts.command("import")(import_reported)
    cli.add_typer(contacts, name="contacts")


def import_reported(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, in the layout of docs/holds.md.")],
    by: Annotated[str, typer.Option(help="Who made them: the agency's name, or bank.")],
    as_json: AsJson = False,
) -> None:
    """Record contacts that others made, so that they count toward every cap; what cannot be read is named."""
    settings = Settings()
    found = existing(file)
    ledger = wiring.open_ledger(settings)
    with progress(f"importing {file.name}"):
        done = import_contacts(ledger, found, by, settings.home)
    imported(done, as_json=as_json)


def imported(done: ContactsReport | SaidReport, *, as_json: bool) -> None:
    """Say what a file came to, and name the rows that were rejected: what is not known binds nobody."""
    for error in done.errors[:NAMED]:
        tell(f"line {error.line}: {error.field} {error.reason}".replace("  ", " "))
    told = {field.name: getattr(done, field.name) for field in dataclasses.fields(done) if field.name != "errors"}
    answer(told, as_json=as_json, text=lambda: table(told))
