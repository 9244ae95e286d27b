"""Commands on contacts that were made elsewhere: import."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from app import wiring
from app.cli.console import BadInput, answer, existing, progress, table
from app.cli.records import AsJson
from app.settings import Settings
from strategy.reported.recording import import_contacts


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
    ledger = wiring.open_ledger(settings)
    with progress(f"importing {file.name}"):
        done = import_contacts(ledger, existing(file), by, settings.home)
    told = {field.name: getattr(done, field.name) for field in dataclasses.fields(done) if field.name != "first"}
    answer(told, as_json=as_json, text=lambda: table(told))
    if done.first is not None:
        # Contacts that are not known count toward no cap, so nobody may overlook them.
        what = f"{done.first.field} {done.first.reason}".strip()
        raise BadInput(
            f"{done.rejected} of {done.rows} rows were not recorded, the first in line {done.first.line}: {what}; "
            f"all are in {done.reject_file}"
        )
