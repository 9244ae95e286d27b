"""The two ways in which the sound of a call leaves Asterisk: chan_websocket, and AudioSocket for older ones."""

from __future__ import annotations

from typing import Protocol


class Sink(Protocol):
    """Who is told what comes from the far end (`bot.phone.legs.live.LiveLeg`)."""

    def heard(self, pcm: bytes) -> None: ...
    def pressed(self, digit: str) -> None: ...
    def reached(self, mark: str) -> None: ...
    def ended(self, cause: int | None = None) -> None: ...


class Media(Protocol):
    """The sound of one call. Nothing here raises because the far end has gone."""

    @property
    def paused(self) -> bool:
        """The far end takes no more sound for now."""

    def listen(self, sink: Sink) -> None:
        """From now on all that comes goes to `sink`, what has come already first."""

    async def sound(self, pcm: bytes) -> None: ...
    async def mark(self, mark: str) -> None: ...
    async def clear(self) -> None: ...
    async def close(self) -> None: ...


class MediaDoor(Protocol):
    """Where media channels are made."""

    @property
    def rate(self) -> int: ...

    @property
    def gives_keys(self) -> bool:
        """Keys come with the sound; where they do not, ARI tells them."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...

    async def open(self, channel: str) -> Media:
        """Make the media channel of this id and connect to it.

        :raises AriRefused, AriDown, OSError, TimeoutError: there is no sound to be had.
        """
