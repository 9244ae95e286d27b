"""What each heartbeat of a floor does. The dispatcher only knows when; here is what is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from app.auditing import Auditing, anchor, check, remember
from app.tiering import score_and_hand_over
from bot.idle import Closes, close_idle
from desk.queue import counts
from ledger.audit_anchor import AnchorUnusable
from ledger.audit_check import ChainBroken, Whole
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Promise
from strategy.dispatch.attempts import reconcile
from strategy.dispatch.heartbeats import Heartbeat, heartbeats
from strategy.dispatch.lines import Lines, with_lines
from strategy.dispatch.planning import plan
from strategy.dispatch.tick import AT_ONCE, Place, tick
from strategy.dispatch.turnstile import turnstile
from strategy.dispatch.watch import watch
from strategy.experiments.review import ENDS
from strategy.experiments.review import review as review_experiments
from strategy.policy.packs import Packs
from strategy.promise_review import review

LONGEST_ROUND: Final = timedelta(seconds=20)
"""After which a beat of the dispatcher takes nothing more; whoever ends the process waits for it no longer."""

Timed = Callable[[str, Callable[[], Any]], Any]
"""Runs a beat and may take its time."""


def beats_of(
    ledger: Ledger,
    packs: Packs,
    registry: Path,
    carriers: Mapping[str, Place],
    talks: Closes,
    auditing: Auditing,
    timed: Timed = lambda _name, beat: beat(),
    send_pages: Callable[[], object] = lambda: None,
    send_confirmations: Callable[[], object] = lambda: None,
    tidy_recordings: Callable[[], object] = lambda: None,
    lines: Mapping[str, Lines] = {},
) -> tuple[Heartbeat, ...]:
    """The heartbeats of one floor; `carriers` make, by channel, the contacts that the gate allows.

    `send_pages` calls whoever is on duty about what waits for that; `send_confirmations` hands over what debtors get in
    writing. `lines` are, by channel, what the contacts of that channel have to wait for.
    """
    log = structlog.get_logger()
    at_lines = with_lines(turnstile, lines)
    expected = {channel: each.expected for channel, each in lines.items()}

    def score() -> None:
        # First the experiments: the accounts of one that ends today are nobody's arm any more.
        with ledger.begin() as work:
            ended = {name: state for name, state in review_experiments(work).items() if state in ENDS}
        if ended:
            log.warning("experiment.ended", count=len(ended), outcome=sorted(ended.values()))
        run = timed("score", lambda: score_and_hand_over(ledger, registry))
        if run.model_problem is not None:
            log.error("score.model_unusable", reason=run.model_problem)

    def dispatch() -> None:
        began = ledger.clock()
        while True:
            reconcile(ledger)
            # First what has to stop: if that cannot be judged, nothing is dispatched either.
            watch(ledger)
            done = tick(ledger, packs, lambda reserved: carriers[reserved.channel](reserved), turnstile=at_lines)
            # More at once only while all goes well; what was given back would only come again.
            if done.due < AT_ONCE or done.faults or done.released or ledger.clock() - began > LONGEST_ROUND:
                return

    def promises() -> None:
        with ledger.begin() as work:
            review(work, _paid)
        tidy_recordings()

    def count_queues() -> None:
        with ledger.read() as work:
            for queue, count in counts(work).items():
                log.debug("queue.waiting", queue=queue, count=count)

    def service_levels() -> None:
        # Each is done though one before it fails; the beat has failed all the same.
        with ExitStack() as last_first:
            last_first.callback(count_queues)
            last_first.callback(send_confirmations)
            last_first.callback(close_idle, ledger, talks)
            # What a process that died kept back; all else was sent with the words that called for it.
            last_first.callback(send_pages)

    def looked(since: int, found: Whole | ChainBroken) -> None:
        with ledger.begin() as work:
            remember(work, since, found)
        if isinstance(found, ChainBroken):
            log.error("audit.chain_broken", seq=found.seq, reason=found.why)

    def audit_check() -> None:
        try:
            looked(0, check(auditing).found)
        except AnchorUnusable:
            # Without the anchor, but not unlooked at.
            log.error("audit.anchor_unusable")
            looked(0, check(replace(auditing, anchor=None)).found)

    def audit_anchor() -> None:
        try:
            made = anchor(auditing)
        except AnchorUnusable:
            log.error("audit.anchor_unusable")
            return
        if isinstance(made, ChainBroken):
            looked(made.seq, made)

    return heartbeats(
        score=score,
        plan=lambda: timed("plan", lambda: plan(ledger, carried=frozenset(carriers), only=expected)),
        dispatch=lambda: timed("dispatch", dispatch),
        promises=promises,
        service_levels=service_levels,
        audit_check=audit_check,
        audit_anchor=audit_anchor,
    )


def _paid(_work: UnitOfWork, _promise: Promise) -> None:
    """No payment file has been imported yet, so nothing is known of payments; no promise is called broken on that."""
    return
