"""The peer: a plain pipecat pipeline, put together as its documentation does, on the same leg and the same talk.

Its own Whisper service (the same model), its own voice activity and turns. It has no voice of its own that needs no
network, so ours speaks for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from loguru import logger
from pipecat.audio.utils import create_stream_resampler
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    StartFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transcriptions.language import Language
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_processor import UserTurnProcessor
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from bench.voice.sayings import Say
from bot.phone.ports import Talks
from bot.phone.seam import CallLeg, HungUp, Sound
from bot.phrases import Line
from speech.spoken import spoken

HEARD_AT = 16_000  # what its Whisper service takes

logger.remove()


async def run_plain(leg: CallLeg, talks: Talks, say: Say, model: str, account_id: str, language: str) -> None:
    """One call from its opening to the end."""
    params = TransportParams(audio_in_enabled=True, audio_out_enabled=True)
    heard = Language.ZH if language == "zh" else Language.EN
    strategies = UserTurnStrategies(start=[VADUserTurnStartStrategy()], stop=[SpeechTimeoutUserTurnStopStrategy()])
    pipeline = Pipeline(
        [
            entry := _In(leg, params),
            VADProcessor(vad_analyzer=SileroVADAnalyzer()),
            WhisperSTTService(
                device="cpu",
                compute_type="int8",
                settings=WhisperSTTService.Settings(model=model, language=heard, no_speech_prob=1.0),
            ),
            UserTurnProcessor(user_turn_strategies=strategies),
            _Talk(talks, account_id, language),
            _Voice(say, language),
            _Out(leg, params),
        ]
    )
    worker = PipelineWorker(
        pipeline,
        params=PipelineParams(audio_in_sample_rate=HEARD_AT, audio_out_sample_rate=leg.rate),
        enable_turn_tracking=False,
        enable_rtvi=False,
        idle_timeout_secs=None,
    )
    entry.hung_up = lambda: worker.queue_frame(EndFrame())
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()


class _In(BaseInputTransport):
    def __init__(self, leg: CallLeg, params: TransportParams) -> None:
        super().__init__(params)
        self._leg = leg
        self._resampler = create_stream_resampler()
        self.hung_up: Any = None

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        self._listening = self.create_task(self._listen())

    async def _listen(self) -> None:
        async for event in self._leg.events():
            if isinstance(event, Sound):
                pcm = await self._resampler.resample(event.pcm, self._leg.rate, HEARD_AT)
                await self.push_audio_frame(InputAudioRawFrame(pcm, HEARD_AT, 1))
            elif isinstance(event, HungUp):
                await self.hung_up()


class _Out(BaseOutputTransport):
    def __init__(self, leg: CallLeg, params: TransportParams) -> None:
        super().__init__(params)
        self._leg = leg

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        await self._leg.play(frame.audio)
        return True

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            await self._leg.clear()


class _Talk(FrameProcessor):
    """What the debtor said goes to the same conversations as in our engine."""

    def __init__(self, talks: Talks, account_id: str, language: str) -> None:
        super().__init__()
        self._talks, self._account, self._language = talks, account_id, language
        self._said: list[str] = []
        self._conversation = ""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, StartFrame):
            await self.push_frame(frame, direction)
            opened = await asyncio.to_thread(self._talks.start, self._account, "voice", self._language)
            self._conversation = opened.conversation_id
            await self._say(opened.lines)
        elif isinstance(frame, TranscriptionFrame):
            self._said.append(frame.text)
        elif isinstance(frame, UserStoppedSpeakingFrame):
            await self.push_frame(frame, direction)
            text, self._said = " ".join(self._said), []
            reply = await asyncio.to_thread(self._talks.turn, self._conversation, text)
            await self._say(reply.lines)
        else:
            await self.push_frame(frame, direction)

    async def _say(self, lines: tuple[Line, ...]) -> None:
        for line in lines:
            await self.push_frame(TTSSpeakFrame(line.text))


class _Voice(TTSService):
    def __init__(self, say: Say, language: str) -> None:
        super().__init__(settings=TTSSettings(model=None, voice=None, language=None), push_stop_frames=True)
        self._say, self._speaks = say, language

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        samples = await asyncio.to_thread(self._say, spoken(text, self._speaks), self._speaks)
        pcm = (samples * 32767).astype("int16").tobytes()
        yield TTSAudioRawFrame(pcm, HEARD_AT, 1, context_id=context_id)
