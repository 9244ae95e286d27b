"""Serve the pages and keep the heartbeats going on the real clock."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence

import typer

from app import wiring
from app.beats import beats_of
from app.cli.console import BadInput, tell
from app.floor import Floor, open_floor, registry_of
from app.leading import beat_while_leading
from app.phone import browser_calls, open_voice
from app.recordings import archive_of, tapes_of
from app.settings import Settings
from app.speaking import learn_fixed
from bot.chat.confirmations import ConfirmationOutbox
from bot.chat.outbox import Outbox
from strategy.dispatch.heartbeats import Heartbeat
from strategy.dispatch.leader import Lead
from strategy.dispatch.lines import Lines
from strategy.dispatch.tick import Place
from strategy.policy.packs import shipped_packs

PAGE_RATE, LINE_RATE = 16_000, 8_000
"""Samples a second at a debtor's page, and on most telephone lines."""


def register(cli: typer.Typer) -> None:
    cli.command("serve")(serve)


def serve() -> None:
    """Serve the debtor's chat, the desk and the strategy room; dispatch what is due while no other process does.

    Several may serve one ledger: one of them leads, and when it ends or dies another takes over within ten seconds.
    """
    settings = Settings()
    if settings.staff_key is None and settings.mode != "demo":
        raise BadInput("set AMENDS_STAFF_KEY first: it is what staff type to sign in (AMENDS_MODE=demo needs none)")
    ledger = wiring.open_ledger(settings)
    with (
        tapes_of(settings, ledger) as tapes,
        open_voice(settings, _say) as voice,
        open_floor(settings, ledger, settings.port, _say, phones=voice.phones if voice else None) as floor,
    ):
        outbox = Outbox(ledger, settings.home / "outbox.jsonl", settings.public_url, settings.invite_hours)
        carriers: dict[str, Place] = {"chat": outbox.place}
        lines: dict[str, Lines] = {}
        if voice is not None:
            calls = browser_calls(voice, ledger, floor.sessions, floor.terms, tapes, alarm=floor.pager.alarm)
            carriers["voice"], lines["voice"] = calls.place, calls
            learn_fixed(voice.speaking, LINE_RATE if voice.trunk else PAGE_RATE)
        confirmations = ConfirmationOutbox(ledger, settings.home / "confirmations.jsonl", shipped_packs())
        auditing = wiring.auditing_of(settings, ledger)
        beats = beats_of(
            ledger,
            shipped_packs(),
            registry_of(settings),
            carriers,
            floor.sessions,
            auditing,
            send_pages=floor.pager.send,
            send_confirmations=confirmations.hand_over,
            tidy_recordings=archive_of(settings, ledger).tidy,
            lines=lines,
        )
        keep_serving(floor, beats, wiring.dispatch_lead(settings, ledger))


def _say(step: str) -> None:
    tell(f"==> {step}")


def keep_serving(floor: Floor, beats: Sequence[Heartbeat], lead: Lead) -> None:
    """Serve until the process is told to stop, and keep the heartbeats while it leads."""
    tell(f"==> serving on {floor.url} (stop with Ctrl-C)")
    stopped = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stopped.set())
    beat_while_leading(lead, beats, floor.ledger.clock, stopped, lambda line: tell(f"==> {line}"))
    tell("==> stopping")
