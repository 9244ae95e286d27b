"""Commands on the records: init, import, report."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from app import wiring
from app.cli.console import BadInput, answer, existing, progress, table
from app.settings import Settings, registry_of
from app.tiering import hand_over_if_broken
from ledger.importing import ImportRefused
from ledger.importing.mapping import FileMapping, read_mapping
from ledger.importing.mapping.guess import draft
from ledger.importing.portfolio import import_file
from rehearsal.people import MadeUpPeople
from strategy.quality.arrival import import_check
from strategy.report import report as count_period

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value on standard output.")]


def register(cli: typer.Typer) -> None:
    cli.command("init")(init)
    cli.command("import")(import_accounts)
    cli.command("report")(report)


def init(as_json: AsJson = False) -> None:
    """Make the keys and the database, and bring the database to the newest schema."""
    settings = Settings()
    wiring.auditing_of(settings, wiring.open_ledger(settings))
    answer({"home": settings.home}, as_json=as_json, text=lambda: f"ready in {settings.home}")


def import_accounts(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, in the UCI layout or Amends' own (data/README.md).")],
    mapping: Annotated[
        Path | None, typer.Option(help="For any other layout: a YAML file that says what is what.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="The most overdue accounts to take.")] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day a UCI file describes.")] = None,
    guess: Annotated[bool, typer.Option("--guess", help="Import nothing; print a draft of a mapping.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the made-up people where the file names none.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Import a portfolio: overdue rows become accounts, the whole file becomes the book the models learn from."""
    if guess:
        drawn = _guessed(existing(file))
        answer({"draft": drawn}, as_json=as_json, text=lambda: drawn.rstrip("\n"))
        return
    settings = Settings()
    if mapping and as_of:
        raise BadInput("--as-of is for UCI files; a mapping file says account.as_of itself")
    mapped = mapping_in(mapping) if mapping else None
    ledger = wiring.open_ledger(settings)
    with progress(f"importing {file.name}") as step:
        done = import_file(
            ledger,
            existing(file),
            MadeUpPeople(seed),
            settings.home,
            limit=limit,
            progress=step,
            as_of=as_of.date() if as_of else None,
            mapping=mapped,
            check=import_check(settings.home, registry_of(settings)),
        )
    told = {name: getattr(done, name) for name in done.__slots__} | {"feed": hand_over_if_broken(ledger, done.batch_id)}
    answer(told, as_json=as_json, text=lambda: table(told))


def _guessed(file: Path) -> str:
    try:
        return draft(file.read_bytes(), file.name)
    except ImportRefused as refused:
        raise BadInput(f"{file.name}: {refused}") from None


def mapping_in(path: Path) -> FileMapping:
    """:raises BadInput, MappingError: there is no such mapping file, or it is wrong."""
    try:
        text = existing(path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadInput(f"{path.name}: a mapping file is UTF-8 text") from None
    return read_mapping(path.name, text)


def report(
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A UTC day; today when not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """What happened on one day, counted from the records."""
    ledger = wiring.open_ledger(Settings())
    with ledger.read() as work:
        date = day.date() if day else work.now.date()
        if date > work.now.date():
            raise BadInput(f"--day has not begun: it is {work.now.date()} in UTC")
        since = datetime.combine(date, time.min, UTC)
        counted = count_period(work, since, since + timedelta(days=1))
    answer(counted, as_json=as_json, text=lambda: table(dataclasses.asdict(counted)))
