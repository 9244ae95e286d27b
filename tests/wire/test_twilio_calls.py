"""Calls over Twilio's protocol, whole, on loopback: REST, signed callbacks, the media stream both ways."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx
import numpy as np
import pytest
from twilio.request_validator import RequestValidator
from twilio_serving import TOKEN, trunk
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from bot.phone.seam import Dial, HungUp, Key, LegEvent, NotReached, Played, Sound
from rehearsal.far_end import FarEnd
from rehearsal.twilio_carrier import Line

RATE = 8000
SOMEBODY = "+15005550100"
DIAL = Dial("attempt-1", "account-1", SOMEBODY, "en", 5.0)
SILENCE = bytes(RATE * 2 * 60)


def tone(seconds: float, hertz: float = 440.0) -> bytes:
    at = np.arange(round(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * hertz * at) * 8000).astype("<i2").tobytes()


def loud_seconds(pcm: bytes) -> float:
    frames = np.abs(np.frombuffer(pcm, "<i2").astype(int))[: len(pcm) // 320 * 160].reshape(-1, 160)
    return float((frames.max(axis=1) > 500).sum() * 0.02)


def has_tone(pcm: bytes, hertz: float) -> bool:
    samples = np.frombuffer(pcm, "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(samples))
    return abs(np.fft.rfftfreq(samples.size, 1 / RATE)[int(spectrum.argmax())] - hertz) < 5


class Ear:
    """All that a leg tells, as it comes."""

    def __init__(self, leg) -> None:
        self.events: list[LegEvent] = []
        self._task = asyncio.create_task(self._listen(leg))

    async def _listen(self, leg) -> None:
        async for event in leg.events():
            self.events.append(event)

    @property
    def sound(self) -> bytes:
        return b"".join(event.pcm for event in self.events if isinstance(event, Sound))

    def told(self, event: LegEvent) -> bool:
        return event in self.events

    async def until(self, true: Callable[[], bool], seconds: float = 5.0) -> None:
        limit = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < limit, [event for event in self.events if not isinstance(event, Sound)]
            await asyncio.sleep(0.01)

    async def over(self) -> HungUp:
        await asyncio.wait_for(self._task, 5)
        assert isinstance(self.events[-1], HungUp)
        return self.events[-1]


async def test_a_call_carries_sound_keys_and_marks_both_ways_and_ends() -> None:
    line = Line(FarEnd(tone(0.5) + SILENCE, polite=False))
    async with trunk({SOMEBODY: line}) as wire:
        leg = await wire.calls.originate(DIAL)
        assert not isinstance(leg, NotReached)
        ear = Ear(leg)
        await leg.play(tone(0.7, 600))
        await leg.mark("greeting")
        line.keys.put_nowait("7")
        line.keys.put_nowait("#")
        await ear.until(lambda: ear.told(Played("greeting")) and ear.told(Key("#")))
        assert ear.events.index(Key("7")) < ear.events.index(Key("#"))
        assert has_tone(ear.sound, 440)
        assert loud_seconds(ear.sound) == pytest.approx(0.5, abs=0.1)
        assert has_tone(bytes(line.far_end.heard), 600)
        assert loud_seconds(bytes(line.far_end.heard)) == pytest.approx(0.7, abs=0.1)
        await leg.hang_up()
        await leg.hang_up()
        await ear.over()
        (placed,) = wire.carrier.calls.values()
        assert await asyncio.wait_for(placed.done, 5) == "completed"
        assert placed.form["To"] == SOMEBODY


async def test_a_mark_is_told_when_all_before_it_has_been_heard_and_not_sooner() -> None:
    line = Line(FarEnd(SILENCE))
    async with trunk({SOMEBODY: line}) as wire:
        leg = await wire.calls.originate(DIAL)
        ear = Ear(leg)
        await leg.play(tone(0.4))
        await leg.mark("end")
        await ear.until(lambda: ear.told(Played("end")))
        assert loud_seconds(bytes(line.far_end.heard)) == pytest.approx(0.4, abs=0.06)
        await leg.hang_up()


async def test_what_is_cleared_is_not_heard_and_its_mark_never_comes() -> None:
    """Twilio sends the marks of a cleared queue back: they prove nothing, and must not pass for a disclosure heard."""
    line = Line(FarEnd(SILENCE))
    async with trunk({SOMEBODY: line}) as wire:
        leg = await wire.calls.originate(DIAL)
        ear = Ear(leg)
        await leg.play(tone(0.35))
        await leg.mark("disclosure")
        await leg.clear()
        heard = loud_seconds(bytes(line.far_end.heard))
        await leg.play(tone(0.2))
        await leg.mark("disclosure again")
        await ear.until(lambda: ear.told(Played("disclosure again")))
        assert not ear.told(Played("disclosure"))
        assert loud_seconds(bytes(line.far_end.heard)) < heard + 0.35
        await leg.hang_up()


async def test_a_mark_that_was_cleared_does_not_answer_for_its_namesake() -> None:
    line = Line(FarEnd(SILENCE))
    async with trunk({SOMEBODY: line}) as wire:
        leg = await wire.calls.originate(DIAL)
        ear = Ear(leg)
        await leg.play(tone(0.3))
        await leg.mark("turn")
        await leg.clear()
        began = time.monotonic()
        await leg.play(tone(0.5))
        await leg.mark("turn")
        await ear.until(lambda: ear.told(Played("turn")))
        assert time.monotonic() - began > 0.4
        await leg.hang_up()


async def test_no_more_than_half_a_second_lies_ahead_of_what_is_heard() -> None:
    line = Line(FarEnd(SILENCE))
    async with trunk({SOMEBODY: line}) as wire:
        leg = await wire.calls.originate(DIAL)
        began = time.monotonic()
        for _ in range(3):
            await leg.play(tone(1.0))
        assert time.monotonic() - began > 2.4
        await leg.mark("all")
        ear = Ear(leg)
        await ear.until(lambda: ear.told(Played("all")))
        # Half a second, and half a second more for a far end that a busy machine keeps waiting.
        assert line.far_end.most_ahead_seconds <= 1.0
        assert loud_seconds(bytes(line.far_end.heard)) == pytest.approx(3.0, abs=0.1)
        await leg.hang_up()


async def test_who_hangs_up_is_told_as_such() -> None:
    async with trunk({SOMEBODY: Line(FarEnd(tone(0.2), polite=False))}) as wire:
        leg = await wire.calls.originate(DIAL)
        ear = Ear(leg)
        assert await ear.over() == HungUp(16)
        await leg.play(tone(1.0))
        await leg.mark("nobody")
        await leg.clear()
        await leg.hang_up()


ENDINGS = {
    ("busy", 486): NotReached("busy", 17),
    ("busy", None): NotReached("busy", 17),
    ("no-answer", None): NotReached("ring_no_answer", 19),
    ("failed", 404): NotReached("not_in_service", 1),
    ("failed", 480): NotReached("failed", 19),
    ("failed", 503): NotReached("failed", 34),
    ("failed", 603): NotReached("ring_no_answer", 21),
    ("failed", 607): NotReached("ring_no_answer", 127, unwanted=True),
    ("failed", None): NotReached("unknown"),
    ("canceled", None): NotReached("unknown", 16),
}


async def test_a_call_that_nobody_takes_comes_to_what_the_carrier_says_of_it() -> None:
    numbers = {f"+1500555{at:04}": ending for at, ending in enumerate(ENDINGS)}
    async with trunk({number: Line(FarEnd(b""), *ending) for number, ending in numbers.items()}) as wire:
        dials = [Dial(number, "account-1", number, "en", 5.0) for number in numbers]
        found = await asyncio.gather(*(wire.calls.originate(dial) for dial in dials))
    assert dict(zip(numbers.values(), found, strict=True)) == ENDINGS


async def test_a_number_the_carrier_will_not_dial_never_rang() -> None:
    async with trunk({}) as wire:
        assert await wire.calls.originate(Dial("a", "b", "no number", "en")) == NotReached("failed")


async def test_a_carrier_that_cannot_be_reached_is_a_fault() -> None:
    async with trunk({}) as wire:
        calls = wire.calls
    with pytest.raises(httpx.HTTPError):
        await calls.originate(DIAL)


async def test_a_carrier_that_signs_with_another_token_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.phone.legs.twilio_calls.PATIENCE_SECONDS", 0.3)
    line = Line(FarEnd(SILENCE))
    async with trunk({SOMEBODY: line}) as wire:
        wire.carrier._token = "stolen"
        with pytest.raises((TimeoutError, httpx.HTTPError)):
            await wire.calls.originate(Dial("a", "b", SOMEBODY, "en", 0.2))
        assert not line.far_end.heard


async def test_a_stream_is_opened_by_its_signature_and_a_key_that_waits() -> None:
    async with trunk({}) as wire:
        stream = f"{wire.url}/twilio/stream/guessed".replace("http", "ws")
        for headers in ({}, {"X-Twilio-Signature": "bm8="}):
            with pytest.raises(InvalidStatus) as refused:
                await connect(stream, additional_headers=headers)
            assert refused.value.response.status_code == 403
        signed = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(stream, {})}
        async with connect(stream, additional_headers=signed) as socket:
            await socket.send('{"event": "connected"}')
            await socket.send('{"event": "start", "streamSid": "MZ1", "start": {"callSid": "CA1"}}')
            with pytest.raises(Exception, match=r"1001|going away"):
                await asyncio.wait_for(socket.recv(), 5)


async def test_a_status_is_believed_once_and_only_with_its_signature() -> None:
    line = Line(FarEnd(SILENCE))
    async with trunk({SOMEBODY: line}) as wire, httpx.AsyncClient() as client:
        leg = await wire.calls.originate(DIAL)
        (placed,) = wire.carrier.calls.values()
        url = str(placed.form["StatusCallback"])
        fields = {"CallSid": placed.sid, "CallStatus": "completed", "SequenceNumber": "9"}
        assert (await client.post(url, data=fields)).status_code == 403
        signature = RequestValidator(TOKEN).compute_signature(url, fields)
        altered = {**fields, "CallStatus": "busy"}
        assert (await client.post(url, data=altered, headers={"X-Twilio-Signature": signature})).status_code == 403
        assert not leg.over
        assert (await client.post(url, data=fields, headers={"X-Twilio-Signature": signature})).status_code == 204
        assert (await Ear(leg).over()) == HungUp(16)


async def test_messages_that_make_no_sense_end_nothing_and_garbage_ends_the_stream() -> None:
    line = Line(FarEnd(SILENCE))
    async with trunk({SOMEBODY: line}) as wire:
        leg = await wire.calls.originate(DIAL)
        for message in (
            {},
            {"event": "media"},
            {"event": "media", "media": {"payload": "not base64!"}},
            {"event": "media", "media": {"payload": "AAAA", "track": "outbound"}},
            {"event": "dtmf", "dtmf": {"digit": "X"}},
            {"event": "mark", "mark": {"name": "never set"}},
            {"event": "from the future"},
        ):
            leg.take(message)
        assert not leg.over
        await leg.hang_up()


async def test_what_is_told_of_another_call_does_not_end_this_one() -> None:
    line = Line(FarEnd(SILENCE))
    async with trunk({SOMEBODY: line}) as wire, httpx.AsyncClient() as client:
        leg = await wire.calls.originate(DIAL)
        (placed,) = wire.carrier.calls.values()
        url = str(placed.form["StatusCallback"])
        fields = {"CallSid": "CA-of-another", "CallStatus": "completed", "SequenceNumber": "9"}
        signed = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, fields)}
        assert (await client.post(url, data=fields, headers=signed)).status_code == 204
        await asyncio.sleep(0.1)
        assert not leg.over
