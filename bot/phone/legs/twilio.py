"""A call over Twilio Media Streams: JSON messages over a websocket that the carrier opens, mu-law at 8 kHz inside.

Everything is called in the loop of the calls; the websocket itself lives elsewhere and posts here what it receives.
Pipecat's own serialiser is not used: it passes over `mark`, which is what proves that a disclosure was heard.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from bot.phone.legs.browser import Line
from bot.phone.legs.live import LiveLeg
from bot.phone.legs.mu_law import from_pcm, to_pcm

RATE: Final = 8_000
UNREAD: Final = 6_000
"""Messages of sound nobody has read, after which the call is given up: two minutes of it."""
NORMAL: Final = 16
GIVEN_UP: Final = 27

Message = Mapping[str, Any]


class TwilioLeg(LiveLeg):
    """A `CallLeg`.

    :param line: the websocket.
    :param stream: the stream's id, which everything sent must carry.
    :param end_call: asks the carrier to end the call; closing the websocket alone leaves the call to its script.
    """

    def __init__(self, line: Line, stream: str, end_call: Callable[[], Awaitable[None]]) -> None:
        super().__init__(RATE)
        self._line = line
        self._stream = stream
        self._end_call = end_call
        self.answered()

    def take(self, message: Message) -> None:
        """What came over the websocket. A message that is not understood is passed over: new kinds are added."""
        match message:
            case {"event": "media", "media": {"payload": str(payload), **media}}:
                # `both_tracks` gives our own voice back as "outbound".
                if media.get("track", "inbound") == "inbound":
                    self._sound(payload)
            case {"event": "dtmf", "dtmf": {"digit": str(digit)}}:
                self.pressed(digit)
            case {"event": "mark", "mark": {"name": str(name)}}:
                self.reached(name)
            case {"event": "stop"}:
                self.ended(NORMAL)

    def closed(self) -> None:
        """The websocket is gone without a `stop`."""
        self.ended(None)

    def _sound(self, payload: str) -> None:
        try:
            law = base64.b64decode(payload, validate=True)
        except (binascii.Error, ValueError):
            return
        if law:
            self.heard(to_pcm(law))
        if self._inbox.qsize() > UNREAD:
            self.ended(GIVEN_UP)
            self._line.close()

    async def _send_sound(self, pcm: bytes) -> None:
        self._tell({"event": "media", "media": {"payload": base64.b64encode(from_pcm(pcm)).decode()}})

    async def _send_mark(self, mark: str) -> None:
        self._tell({"event": "mark", "mark": {"name": mark}})

    async def _send_clear(self) -> None:
        self._tell({"event": "clear"})

    async def _send_hang_up(self) -> None:
        self._line.close()
        await self._end_call()

    def _tell(self, message: dict[str, Any]) -> None:
        self._line.send({**message, "streamSid": self._stream})
