"""Commands of the loop: train, score, plan, dispatch."""

from __future__ import annotations

import dataclasses

import typer

from app import wiring
from app.cli.console import BadInput, answer, progress, table
from app.cli.records import AsJson
from app.floor import registry_of
from app.settings import Settings
from app.tiering import score_and_hand_over
from bot.chat.outbox import Outbox
from strategy.dispatch.attempts import reconcile
from strategy.dispatch.leader import leadership
from strategy.dispatch.planning import plan as plan_contacts
from strategy.dispatch.tick import tick
from strategy.policy.packs import shipped_packs
from strategy.scoring.book import read_books
from strategy.scoring.registry import publish
from strategy.scoring.train import train as train_models

CARRIED = frozenset({"chat"})
"""What leaves by the outbox file; there is no telephone line yet."""


def register(cli: typer.Typer) -> None:
    for command in (train, score, plan, dispatch):
        cli.command()(command)


def train(as_json: AsJson = False) -> None:
    """Train willingness and ability on every imported book, and put the model into use."""
    settings = Settings()
    ledger = wiring.open_ledger(settings)
    books = sorted((settings.home / "book").glob("*.parquet"))
    if not books:
        raise BadInput(f"no book in {settings.home / 'book'}: run `amends import` first")
    with progress("training willingness and ability") as step:
        trained = train_models(read_books(books), lambda _stage, done, total: step(done, total))
    model_id = publish(registry_of(settings), trained, ledger.clock())
    with ledger.begin() as work:
        work.audit("model.published", model_id, {})
    told = {"model_id": model_id, "registry": registry_of(settings), "card": trained.card}
    answer(told, as_json=as_json, text=lambda: table(told))


def score(as_json: AsJson = False) -> None:
    """Score every open account and put it into a tier; a tier that belongs to people opens a case."""
    settings = Settings()
    ledger = wiring.open_ledger(settings)
    with progress("scoring") as step:
        run = score_and_hand_over(ledger, registry_of(settings), step)
    answer(run, as_json=as_json, text=lambda: table({name: getattr(run, name) for name in run.__slots__}))


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
