"""Serve the pages and keep the heartbeats going on the real clock."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence

import typer
from apscheduler.schedulers.background import BackgroundScheduler

from app import wiring
from app.beats import beats_of
from app.cli.console import BadInput, tell
from app.floor import Floor, open_floor, registry_of
from app.settings import Settings
from bot.chat.outbox import Outbox
from strategy.dispatch.heartbeats import Heartbeat, schedule
from strategy.dispatch.leader import leadership
from strategy.policy.packs import shipped_packs


def register(cli: typer.Typer) -> None:
    cli.command("serve")(serve)


def serve() -> None:
    """Serve the debtor's chat, the desk and the strategy room, and dispatch what is due."""
    settings = Settings()
    if settings.staff_key is None and settings.mode != "demo":
        raise BadInput("set AMENDS_STAFF_KEY first: it is what staff type to sign in (AMENDS_MODE=demo needs none)")
    ledger = wiring.open_ledger(settings)
    with (
        leadership(settings.home / "dispatch.lock"),
        open_floor(settings, ledger, settings.port, lambda step: tell(f"==> {step}")) as floor,
    ):
        outbox = Outbox(ledger, settings.home / "outbox.jsonl", settings.public_url, settings.invite_hours)
        carriers = {"chat": outbox.place}
        auditing = wiring.auditing_of(settings, ledger)
        beats = beats_of(ledger, shipped_packs(), registry_of(settings), carriers, floor.sessions, auditing)
        keep_serving(floor, beats)


def keep_serving(floor: Floor, beats: Sequence[Heartbeat]) -> None:
    """Run the heartbeats until the process is told to stop."""
    scheduler = BackgroundScheduler(timezone="UTC")
    schedule(scheduler, beats, floor.ledger.clock())
    scheduler.start()
    tell(f"==> serving on {floor.url} (stop with Ctrl-C)")
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    try:
        stopped.wait()
    except KeyboardInterrupt:
        tell("==> stopping")
    finally:
        scheduler.shutdown(wait=True)
