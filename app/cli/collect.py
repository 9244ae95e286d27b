"""Commands of the loop: train, score, plan, dispatch."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from app import wiring
from app.cli.console import BadInput, answer, existing, progress, stages, table
from app.cli.records import AsJson
from app.settings import Settings, registry_of
from app.tiering import score_and_hand_over
from bot.chat.outbox import Outbox
from strategy.dispatch.attempts import reconcile
from strategy.dispatch.leader import leadership
from strategy.dispatch.planning import plan as plan_contacts
from strategy.dispatch.tick import tick
from strategy.policy.packs import shipped_packs
from strategy.quality.feed import feed_state
from strategy.scoring.book import read_books
from strategy.scoring.disk import UNFINISHED
from strategy.scoring.promotion import entered
from strategy.scoring.registry import load, publish
from strategy.scoring.score import score_book
from strategy.scoring.train import train as train_models

CARRIED = frozenset({"chat"})
"""What leaves by the outbox file; there is no telephone line yet."""


def register(cli: typer.Typer) -> None:
    for command in (train, score, plan, dispatch):
        cli.command()(command)


def train(as_json: AsJson = False) -> None:
    """Train on every imported book: the first model is champion, a later one challenger until a person promotes it."""
    settings = Settings()
    registry = registry_of(settings)
    ledger = wiring.open_ledger(settings)
    books = sorted((settings.home / "book").glob("*.parquet"))
    if not books:
        raise BadInput(f"no book in {settings.home / 'book'}: run `amends import` first")
    with ledger.read() as work:
        broken = feed_state(work).broken_imports
    books = [book for book in books if book.stem not in broken]
    if not books:
        raise BadInput("every book came in broken, and nobody accepted one: `amends quality` says what is wrong")
    with stages("training") as stage:
        stage("reading books", 0, len(books))
        book = read_books(books)
        trained = train_models(book, stage)
        stage("publishing", 0, 1)
        model_id = publish(registry, trained, ledger.clock())
    with ledger.begin() as work:
        role = entered(work, registry, model_id)
    told = {"model_id": model_id, "role": role, "registry": registry, "card": load(registry, model_id).card}
    shown = {**told, "card": registry / model_id / "card.zh.md", "figures": trained.card.get("out_of_time", {})}
    answer(told, as_json=as_json, text=lambda: table(shown))


def score(
    input_file: Annotated[Path | None, typer.Option("--input", help="A book (Parquet) to score instead.")] = None,
    output_file: Annotated[Path | None, typer.Option("--output", help="Where its scores go (Parquet or CSV).")] = None,
    as_json: AsJson = False,
) -> None:
    """Score every open account and put it into a tier; a tier that belongs to people opens a case.

    With --input and --output, score a file instead and leave the ledger alone.
    """
    settings = Settings()
    registry = registry_of(settings)
    if input_file is not None and output_file is not None:
        _score_file(registry, existing(input_file), output_file, as_json)
        return
    if input_file is not None or output_file is not None:
        raise BadInput("--input and --output go together")
    ledger = wiring.open_ledger(settings)
    with progress("scoring") as step:
        run = score_and_hand_over(ledger, registry, step)
    if run.model_problem is not None:
        raise BadInput(
            f"{run.model_problem}. Nothing was scored: old scores stay, and accounts without one went to people"
        )
    answer(run, as_json=as_json, text=lambda: table({name: getattr(run, name) for name in run.__slots__}))


def _score_file(registry: Path, input_file: Path, output_file: Path, as_json: bool) -> None:
    model = load(registry)
    with progress(f"scoring {input_file.name}") as step:
        book = read_books([input_file])
        model.require_columns(book)
        scores = score_book(model, book, step)
        _write(scores, output_file)
    told = {"rows": scores.height, "scored": scores["willingness"].count(), "model_id": model.id, "output": output_file}
    answer(told, as_json=as_json, text=lambda: table(told))


def _write(scores: pl.DataFrame, file: Path) -> None:
    """In one step: a reader never meets half a file."""
    unfinished = file.with_name(file.name + UNFINISHED)
    try:
        if file.suffix == ".csv":
            scores.write_csv(unfinished)
        else:
            scores.write_parquet(unfinished)
        unfinished.replace(file)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise BadInput(f"{file} cannot be written: {error.strerror or error}") from error


def plan(as_json: AsJson = False) -> None:
    """Plan the contacts of the next 24 hours."""
    ledger = wiring.open_ledger(Settings())
    planned = plan_contacts(ledger, carried=CARRIED)
    told = {"planned": dict(planned.planned), "not_planned": dict(planned.not_planned)}
    answer(told, as_json=as_json, text=lambda: table(told))


def dispatch(as_json: AsJson = False) -> None:
    """Send what is due now through the gate, once; chat links go into the outbox file."""
    settings = Settings()
    ledger = wiring.open_ledger(settings)
    outbox = Outbox(ledger, settings.home / "outbox.jsonl", settings.public_url, settings.invite_hours)
    with leadership(settings.home / "dispatch.lock"):
        reconcile(ledger)
        ticked = tick(ledger, shipped_packs(), outbox.place)
    told = dataclasses.asdict(ticked)
    answer(told, as_json=as_json, text=lambda: table(told))
