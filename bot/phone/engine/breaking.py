"""What happens when a part of a call breaks: the bot apologises once, and where that cannot be heard, the call ends."""

from __future__ import annotations

from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from bot.phone.engine.frames import DebtorTurn
from bot.phone.engine.state import CallState
from bot.phone.record import Understood


async def broken(state: CallState, part: FrameProcessor) -> None:
    """One more try with the words that end the call; if these cannot be said either, it ends without them.

    :param part: what broke; it stands behind the talk in the pipeline.
    """
    state.air.drop_all()
    if state.ending == "failed":
        state.finish("failed")
        return
    state.begin_work()
    await part.push_frame(DebtorTurn(Understood("fault", "")), FrameDirection.UPSTREAM)
