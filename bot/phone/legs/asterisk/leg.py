"""One answered call in Asterisk: a telephone and its sound in a bridge, and the ways to hand the telephone on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from bot.phone.legs.asterisk.ari import GONE, AriDown, AriRefused, Event
from bot.phone.legs.asterisk.media import Media
from bot.phone.legs.live import LiveLeg
from bot.phone.seam import NotReached

if TYPE_CHECKING:
    from bot.phone.legs.asterisk.calls import AsteriskCalls

TONE: Final = "tone:880"
"""What a collector hears alone before being joined: somebody is about to be there."""
TONE_SECONDS: Final = 0.25


class AsteriskLeg(LiveLeg):
    """A `CallLeg`. Made by `AsteriskCalls`.

    :param call: the id of the bridge; those of the channels begin with it.
    """

    def __init__(self, calls: AsteriskCalls, call: str, rate: int, keys_by_ari: bool) -> None:
        super().__init__(rate)
        self._calls = calls
        self._call = call
        self._media: Media | None = None
        self._keys_by_ari = keys_by_ari
        self._handed_on = False
        self._tidied = False
        self.cause: int | None = None
        """Q.850, once the telephone has hung up."""

    @property
    def channel(self) -> str:
        """The telephone's channel in Asterisk."""
        return f"{self._call}.far"

    def joined(self, media: Media) -> None:
        self._media = media
        self.answered()
        media.listen(_Sound(self))

    def take(self, event: Event) -> None:
        """An event about the telephone, or about the collector's once that is in the bridge too."""
        match event:
            case {"type": kind} if kind == GONE:
                cause = event.get("cause")
                self.cause = cause if isinstance(cause, int) else None
                self._handed_on = False
                if self.over:
                    self._tidy()
                self.ended(self.cause)
            case {"type": "ChannelDtmfReceived", "digit": str(digit)} if self._keys_by_ari:
                self.pressed(digit)

    def key_with_sound(self, digit: str) -> None:
        """A key that came with the sound."""
        if not self._keys_by_ari:
            self.pressed(digit)

    def ended(self, cause: int | None = None) -> None:
        if self.over:
            return
        super().ended(cause)
        if not self._handed_on:
            self._tidy()

    async def warm_transfer(self, endpoint: str, ring_seconds: float) -> NotReached | None:
        """Ring a collector at an endpoint of Asterisk's while the debtor stays with us. None: they talk with each
        other now, our sound is gone and the leg is over. Anything else: the debtor is still ours.

        :raises AriDown, AriRefused, TimeoutError: as `AsteriskCalls.ring`; the debtor is still ours then too.
        """
        ari, second = self._calls.ari, f"{self._call}.second"
        rung = await self._calls.ring(endpoint, ring_seconds, second)
        if isinstance(rung, NotReached):
            return rung
        if self.over:
            ari.forget(second)
            await ari.remove(f"/channels/{second}")
            return NotReached("unknown", self.cause)
        ari.watch(second, self.take)
        try:
            await ari.ask("POST", f"/channels/{second}/play/{second}.tone", media=TONE)
            await asyncio.sleep(TONE_SECONDS)
            # A tone has no end of its own, and whoever hears one cannot be joined to anybody.
            await ari.remove(f"/playbacks/{second}.tone")
            await ari.ask("POST", f"/bridges/{self._call}/addChannel", channel=second)
        except (AriRefused, AriDown):
            ari.forget(second)
            await ari.remove(f"/channels/{second}")
            raise
        self._handed_on = True
        self.ended(None)
        await self._leave()
        return None

    async def blind_transfer(self, extension: str, context: str = "amends-transfer") -> None:
        """Give the telephone to the dialplan and leave; the leg is over.

        :raises AriDown, AriRefused: the debtor is still ours.
        """
        ari = self._calls.ari
        await ari.ask("POST", f"/channels/{self.channel}/continue", context=context, extension=extension, priority="1")
        self._handed_on = True
        self.ended(None)
        ari.forget(self.channel)
        await self._leave()
        await ari.remove(f"/bridges/{self._call}")

    def _may_send(self) -> bool:
        return self._media is None or not self._media.paused

    async def _send_sound(self, pcm: bytes) -> None:
        if self._media is not None:
            await self._media.sound(pcm)

    async def _send_mark(self, mark: str) -> None:
        if self._media is not None:
            await self._media.mark(mark)

    async def _send_clear(self) -> None:
        if self._media is not None:
            await self._media.clear()

    async def _send_hang_up(self) -> None:
        """`ended` has begun to tidy up, and the telephone goes with the rest."""

    def _tidy(self) -> None:
        if not self._tidied:
            self._tidied = True
            self._calls.later(self._remove_all())

    async def _remove_all(self) -> None:
        """Nothing of the call stays in Asterisk, whoever ended it."""
        ari = self._calls.ari
        for channel in (self.channel, f"{self._call}.second"):
            ari.forget(channel)
            await ari.remove(f"/channels/{channel}")
        await self._leave()
        await ari.remove(f"/bridges/{self._call}")

    async def _leave(self) -> None:
        """Our sound leaves the bridge."""
        media, self._media = self._media, None
        if media is not None:
            await media.close()
        await self._calls.ari.remove(f"/channels/{self._call}.media")


class _Sound:
    """What comes with the sound, for the leg."""

    def __init__(self, leg: AsteriskLeg) -> None:
        self._leg = leg
        self.heard = leg.heard
        self.reached = leg.reached
        self.pressed = leg.key_with_sound
        self.ended = leg.ended
