"""Keep the heartbeats while we lead, and wait for the lead while somebody else does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from ledger.ledger import Clock
from strategy.dispatch.heartbeats import Beat, Heartbeat, schedule
from strategy.dispatch.leader import LOOK_EVERY, Lead

Tell = Callable[[str], None]


def beat_while_leading(
    lead: Lead, beats: Sequence[Heartbeat], clock: Clock, stopped: threading.Event, tell: Tell = lambda _: None
) -> None:
    """Go on until `stopped`; then let running beats end, and let go of the lead.

    Every beat looks first whether the lead is still ours, so that whoever lost it begins none any more.
    """
    waiting = False
    while not stopped.is_set():
        if lead.take():
            tell("this process leads: it dispatches what is due")
            waiting = False
            _lead(lead, beats, clock, stopped)
            if not stopped.is_set():
                tell("the lead is lost: nothing more is dispatched here until it is ours again")
        elif not waiting:
            tell(f"another process leads ({lead.holder()}): this one waits for the lead")
            waiting = True
        stopped.wait(LOOK_EVERY)


def _lead(lead: Lead, beats: Sequence[Heartbeat], clock: Clock, stopped: threading.Event) -> None:
    log = structlog.get_logger()
    scheduler = BackgroundScheduler(timezone="UTC")
    schedule(scheduler, [replace(each, beat=_only_leading(lead, each.beat)) for each in beats], clock())
    log.info("lead.taken")
    scheduler.start()
    try:
        while not stopped.wait(LOOK_EVERY):
            if not lead.held():
                log.error("lead.lost")
                # What runs ends by itself; each step of it holds without a lead, too.
                scheduler.shutdown(wait=False)
                return
    finally:
        if scheduler.running:
            ending = threading.Thread(target=scheduler.shutdown, name="ending")
            ending.start()
            while ending.is_alive():
                # A lead that nobody looks after is given to somebody else, while a beat of ours still runs.
                lead.held()
                ending.join(LOOK_EVERY)
        lead.release()


def _only_leading(lead: Lead, beat: Beat) -> Beat:
    return lambda: beat() if lead.held() else None
