"""Commands of the loop: train, score."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from app import wiring
from app.cli.console import BadInput, answer, existing, operator, progress, stages, table, tell
from app.cli.records import AsJson, mapping_in
from app.fairness import measure_model
from app.outcome_heads import WANTED, with_outcome_heads
from app.settings import Settings, registry_of
from app.tiering import score_and_hand_over
from ledger.importing.book import write_book
from ledger.importing.mapping import FileMapping
from ledger.importing.rejects import write_rejects
from ledger.importing.unrecorded import read_unrecorded
from strategy.models.promotion import entered
from strategy.models.registry import load, publish
from strategy.quality.feed import feed_state
from strategy.scoring.book import is_book, read_books, read_own_features
from strategy.scoring.bulk import score_file
from strategy.scoring.measure_file import figures_of_file
from strategy.scoring.train import train as train_models
from strategy.versions import active


def register(cli: typer.Typer) -> None:
    for command in (train, score):
        cli.command()(command)


def train(
    outcomes: Annotated[
        str,
        typer.Option(help=f"Where contact, promise and promise kept are learnt from: {', '.join(WANTED)}."),
    ] = "auto",
    as_json: AsJson = False,
) -> None:
    """Train on every imported book: the first model is champion, a later one challenger until a person promotes it.

    Contact, promise and promise kept are learnt from the ledger's outcomes once there are enough, and until then from
    simulated ones: the card says which.
    """
    if outcomes not in WANTED:
        raise BadInput(f"--outcomes must be one of {', '.join(WANTED)}, not {outcomes}")
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
        trained = train_models(book, stage, read_own_features(books))
        trained = with_outcome_heads(
            ledger, books, trained, outcomes, lambda done, total: stage("outcomes of contacts", done, total)
        )
        stage("publishing", 0, 1)
        model_id = publish(registry, trained, ledger.clock())
    with ledger.begin() as work:
        role = entered(work, registry, model_id)
    with progress("measuring by group of people") as step:
        measured = measure_model(ledger, settings, model_id, lambda: step(0, 1))
    told = {"model_id": model_id, "role": role, "registry": registry, "card": load(registry, model_id).card}
    shown = {**told, "card": registry / model_id / "card.zh.md", "figures": trained.card.get("out_of_time", {})}
    for name, figure in trained.card.get("too_good", {}).items():
        tell(
            f"warning: {name} alone tells nearly everybody apart (AUC {figure}): it was probably filled in afterwards; "
            "leave it out of `features`, or no figure can be trusted"
        )
    shown["simulated_heads"] = ", ".join(trained.card.get("simulated_heads", ())) or "none"
    shown["fairness"] = "see `amends fairness`" if measured else "not measured: no traits in the data"
    answer(told, as_json=as_json, text=lambda: table(shown))


def score(
    input_file: Annotated[
        Path | None, typer.Option("--input", help="A portfolio file or a book (Parquet) to score instead.")
    ] = None,
    output_file: Annotated[Path | None, typer.Option("--output", help="Its scores and tiers (Parquet).")] = None,
    mapping: Annotated[Path | None, typer.Option(help="What is what in --input, as for `amends import`.")] = None,
    as_json: AsJson = False,
) -> None:
    """Score every open account and put it into a tier; a tier that belongs to people opens a case.

    With --input and --output, score a file instead and leave the ledger alone: a book, or any file that `amends import`
    reads. Where the file tells what happened afterwards, the answer says how good the scores are.
    """
    settings = Settings()
    if input_file is not None and output_file is not None:
        mapped = mapping_in(mapping) if mapping else None
        _score_file(settings, existing(input_file), output_file, mapped, as_json)
        return
    if input_file is not None or output_file is not None or mapping is not None:
        raise BadInput("--input and --output go together, and --mapping goes with them")
    ledger = wiring.open_ledger(settings)
    with progress("scoring") as step:
        run = score_and_hand_over(ledger, registry_of(settings), step)
    if run.model_problem is not None:
        raise BadInput(
            f"{run.model_problem}. Nothing was scored: old scores stay, and accounts without one went to people"
        )
    answer(run, as_json=as_json, text=lambda: table({name: getattr(run, name) for name in run.__slots__}))


def _score_file(settings: Settings, source: Path, target: Path, mapping: FileMapping | None, as_json: bool) -> None:
    model = load(registry_of(settings))
    if not target.parent.is_dir():
        raise BadInput(f"{target} cannot be written: there is no such folder")
    ledger = wiring.open_ledger(settings)
    with ledger.begin() as work:
        _, strategy = active(work)
    try:
        with _as_book(source, target, mapping, ledger.clock().date()) as (book, rejected):
            with progress(f"scoring {source.name}") as step:
                done = score_file(model, strategy, book, target, step)
            measured = figures_of_file(book, target)
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror or error}") from error
    with ledger.begin() as work, target.open("rb") as written:
        facts = {"what": "scores", "rows": done.scored, "model": model.id, "by": operator()}
        work.audit("export.made", hashlib.file_digest(written, "sha256").hexdigest(), facts)
    told = {**dataclasses.asdict(done), **rejected, "model_id": model.id, "output": target}
    if measured:
        told["figures"] = measured
    answer(told, as_json=as_json, text=lambda: table(told))


@contextmanager
def _as_book(
    source: Path, target: Path, mapping: FileMapping | None, today: date
) -> Iterator[tuple[Path, dict[str, object]]]:
    """The file itself if it is a book; else a book of it that is gone again afterwards, and what was left out."""
    if mapping is None and is_book(source):
        yield source, {}
        return
    with progress(f"reading {source.name}"):
        found = read_unrecorded(source, today, mapping)
    rejected: dict[str, object] = {"rejected": len(found.errors)}
    if found.errors:
        reject_file = target.with_name(f"{target.stem}.rejects.csv")
        write_rejects(found.errors, reject_file)
        rejected["reject_file"] = reject_file
    book = target.with_name(f".{target.name}.book")
    try:
        write_book(found.book, book)
        yield book, rejected
    finally:
        book.unlink(missing_ok=True)
