"""What every live leg does: whole frames, paced, no endless silence; marks that prove something; a clock in silence."""

import asyncio
import time

import pytest

from bot.phone.legs.live import LiveLeg
from bot.phone.seam import HungUp, Key, Played, Sound

RATE = 8000
SECOND = b"\x01\x10" * RATE


class Wire(LiveLeg):
    """A far end that keeps what it is sent."""

    def __init__(self):
        super().__init__(RATE)
        self.sent = bytearray()
        self.lengths = []
        self.told = []
        self.stopped = False

    def _may_send(self):
        return not self.stopped

    async def _send_sound(self, pcm):
        self.sent += pcm
        self.lengths.append(len(pcm))

    async def _send_mark(self, mark):
        self.told.append(("mark", mark))

    async def _send_clear(self):
        self.told.append("clear")

    async def _send_hang_up(self):
        self.told.append("hang up")


async def rest_of(leg):
    return [event async for event in leg.events()]


async def test_sound_goes_out_whole_and_no_more_than_half_a_second_ahead():
    leg = Wire()
    began = time.monotonic()
    sending = asyncio.create_task(leg.play(SECOND))
    while not sending.done():
        ahead = len(leg.sent) / 2 / RATE - (time.monotonic() - began)
        assert ahead <= 0.52
        await asyncio.sleep(0.01)
    assert bytes(leg.sent) == SECOND
    assert all(length % 320 == 0 for length in leg.lengths)
    assert 0.5 <= time.monotonic() - began <= 1.5


async def test_a_part_of_a_frame_waits_for_the_rest_or_for_a_mark():
    leg = Wire()
    await leg.play(SECOND[:300])
    assert not leg.sent
    await leg.play(SECOND[:300])
    assert len(leg.sent) == 320
    await leg.mark("end")
    assert len(leg.sent) == 640
    assert bytes(leg.sent).rstrip(b"\0") == SECOND[:600]


async def test_silence_goes_out_as_a_pause_and_no_longer():
    leg = Wire()
    for _ in range(12):
        await leg.play(bytes(1600))
    assert len(leg.sent) == 4 * 1600
    await leg.play(SECOND[:1600])
    await leg.play(bytes(1600))
    assert len(leg.sent) == 6 * 1600


async def test_a_far_end_that_asks_for_a_pause_gets_it():
    leg = Wire()
    leg.stopped = True
    sending = asyncio.create_task(leg.play(SECOND[:1600]))
    await asyncio.sleep(0.1)
    assert not leg.sent
    assert not sending.done()
    leg.stopped = False
    await asyncio.wait_for(sending, 1)
    assert len(leg.sent) == 1600


async def test_clear_ends_what_is_being_sent_and_forgets_its_marks():
    leg = Wire()
    await leg.play(SECOND[:1600])
    await leg.mark("before")
    sending = asyncio.create_task(leg.play(SECOND * 5))
    await asyncio.sleep(0.05)
    await leg.clear()
    await asyncio.wait_for(sending, 0.5)
    assert len(leg.sent) < len(SECOND)
    (_, mark), cleared = leg.told
    assert cleared == "clear"
    leg.reached(mark)
    await leg.mark("after")
    leg.reached(leg.told[-1][1])
    leg.ended()
    assert await rest_of(leg) == [Played("after"), HungUp(None)]


async def test_a_mark_counts_once_and_one_never_set_counts_not_at_all():
    leg = Wire()
    await leg.mark("end")
    leg.reached("99")
    leg.reached(leg.told[0][1])
    leg.reached(leg.told[0][1])
    leg.ended(16)
    assert await rest_of(leg) == [Played("end"), HungUp(16)]


async def test_silence_of_the_far_end_is_sound_and_goes_on_with_the_clock():
    leg = Wire()
    leg.answered()
    began = time.monotonic()
    leg.heard(SECOND[:320])
    await asyncio.sleep(1.0)
    leg.ended()
    took = time.monotonic() - began
    sounds = [event.pcm for event in await rest_of(leg) if isinstance(event, Sound)]
    assert sounds[0] == SECOND[:320]
    assert not any(b"".join(sounds[1:]))
    assert sum(map(len, sounds)) / 2 / RATE == pytest.approx(took, abs=0.5)


async def test_a_call_that_is_over_says_so_once_and_takes_everything_in_silence():
    leg = Wire()
    leg.pressed("5")
    leg.pressed("A")
    leg.pressed("55")
    await leg.hang_up()
    leg.ended(17)
    leg.heard(SECOND)
    leg.pressed("6")
    await asyncio.wait_for(leg.play(SECOND), 0.5)
    await leg.mark("nobody")
    await leg.clear()
    await leg.hang_up()
    assert await rest_of(leg) == [Key("5"), HungUp(None)]
    assert leg.told == ["hang up"]
    assert leg.over
