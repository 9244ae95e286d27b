"""A whole phone call on any leg: the bot speaks first, then answers turn after turn until one side ends it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.utils.asyncio.task_manager import TaskManager
from pipecat.workers.base_worker import WorkerParams

from bot.disclosures import told_by
from bot.phone.engine.conversing import CallOf, Conversing
from bot.phone.engine.frames import DebtorTurn
from bot.phone.engine.leg_input import LegInput
from bot.phone.engine.leg_output import LegOutput
from bot.phone.engine.speaking import Speaking
from bot.phone.engine.state import STOP, CallState
from bot.phone.engine.taping import Taping
from bot.phone.ports import Hears, LastIntent, Speaks, Talks, Tape
from bot.phone.record import CallRecord, Understood
from bot.phone.seam import CallLeg


@dataclass(frozen=True)
class Voicebox:
    """The ears and the mouth of the bot, shared by all calls."""

    hears: Hears
    speaks: Speaks


async def run_call(
    leg: CallLeg,
    *,
    talks: Talks,
    voicebox: Voicebox,
    account_id: str,
    language: str,
    attempt_id: str | None = None,
    last_intent: LastIntent = lambda _: None,
    tape: Tape | None = None,
) -> CallRecord:
    """Take the call on `leg` to its end. Whatever happens, the leg is hung up and the attempt is told what came of it.

    :param language: "zh" or "en": what the debtor is known to speak.
    :raises Exception: the talk could not be opened; nothing was said.
    """
    state = CallState(language, Taping(tape, leg.rate))
    worker = _worker(leg, state, talks, voicebox, CallOf(account_id, language, attempt_id), last_intent)
    state.begin_work()
    await worker.queue_frame(DebtorTurn(Understood("opening", "")))
    running = asyncio.create_task(worker.run(WorkerParams(task_manager=TaskManager())))
    try:
        await asyncio.wait([state.over, running], return_when=asyncio.FIRST_COMPLETED)
        if not state.over.done():
            state.finish("failed")
    finally:
        state.air.drop_all()
        state.taping.close(state.now)
        await leg.hang_up()
        await worker.cancel()
        await asyncio.wait([running], timeout=5)
    if state.fault is not None:
        raise state.fault
    await asyncio.to_thread(_tell_what_was_heard, state, talks)
    if state.let_be:
        await asyncio.to_thread(talks.key, state.conversation_id, STOP)
    return _record(state)


def _tell_what_was_heard(state: CallState, talks: Talks) -> None:
    heard, cut_off = state.air.heard, state.air.unheard
    try:
        talks.heard_to_end(
            state.conversation_id,
            [sentence.turn_id for sentence in heard if sentence.turn_id],
            [sentence.turn_id for sentence in cut_off if sentence.turn_id],
        )
    except Exception as fault:
        structlog.get_logger().error(
            "hearing_not_recorded", conversation_id=state.conversation_id, code=type(fault).__name__
        )


def _worker(
    leg: CallLeg, state: CallState, talks: Talks, voicebox: Voicebox, call: CallOf, last_intent: LastIntent
) -> PipelineWorker:
    pipeline = Pipeline(
        [
            LegInput(leg, state, voicebox.hears),
            Conversing(state, talks, call, last_intent),
            Speaking(state, voicebox.speaks, leg.rate),
            LegOutput(leg, state),
        ]
    )
    return PipelineWorker(
        pipeline,
        params=PipelineParams(audio_in_sample_rate=leg.rate, audio_out_sample_rate=leg.rate),
        # A call has its own clock, its own watch and its own notes; whatever looks at each frame costs every call.
        enable_rtvi=False,
        enable_turn_tracking=False,
        idle_timeout_secs=None,
        check_dangling_tasks=False,
    )


def _record(state: CallState) -> CallRecord:
    outcome = state.over.result()
    heard = state.air.heard
    structlog.get_logger().info(
        "call_ended", conversation_id=state.conversation_id, outcome=outcome, count=len(state.notes)
    )
    kinds = {kind for sentence in heard for kind in told_by(sentence.line.template, "voice")}
    return CallRecord(
        state.conversation_id,
        outcome,
        tuple(note.as_turn(heard) for note in state.notes),
        tuple(sorted(kinds)),
        round(state.now, 2),
    )
