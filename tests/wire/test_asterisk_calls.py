"""Real SIP telephones through a real Asterisk with the configuration that ships: ring, talk, keys, transfers, endings.

They run where `scripts/peers` has put Asterisk, baresip and sipp.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from asterisk_serving import Asterisk, Phone, asterisk, baresip, free_port, left_in, missing, sipp, trunk

from bot.phone.legs.asterisk.ari import Ari, AriDown
from bot.phone.legs.asterisk.calls import AsteriskCalls
from bot.phone.legs.asterisk.leg import AsteriskLeg
from bot.phone.seam import Dial, HungUp, Key, LegEvent, NotReached, Played, Sound

pytestmark = [pytest.mark.slow, pytest.mark.skipif(missing() is not None, reason=str(missing()))]

RATE = 8000
NUMBER = "+15005550100"


def dial(seconds: float = 5.0) -> Dial:
    return Dial("attempt-1", "account-1", NUMBER, "en", seconds)


def tone(seconds: float, hertz: float) -> bytes:
    at = np.arange(round(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * hertz * at) * 8000).astype("<i2").tobytes()


def samples_of(path: Path) -> np.ndarray:
    # Not wave: a recording that is still being written has no lengths in its header yet.
    return np.frombuffer(path.read_bytes()[44:][: (path.stat().st_size - 44) // 2 * 2], "<i2")


def seconds_with(samples: np.ndarray, hertz: float) -> float:
    """Seconds in which this tone is the loudest thing."""
    frames = samples[: samples.size // 160 * 160].reshape(-1, 160).astype(float)
    spectra = np.abs(np.fft.rfft(frames, axis=1))
    loud = np.abs(frames).max(axis=1) > 500
    return float((loud & (np.abs(spectra.argmax(axis=1) * 50 - hertz) <= 50)).sum() * 0.02)


@pytest.fixture(scope="module")
def pbx() -> Iterator[Asterisk]:
    with asterisk() as running:
        yield running


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("phone") / "microphone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone(60, 440))
    return path


@pytest.fixture(scope="module")
def phone(microphone: Path) -> Iterator[Phone]:
    with baresip(microphone) as running:
        yield running


@pytest.fixture(params=["websocket", "audiosocket"])
async def calls(request: pytest.FixtureRequest, pbx: Asterisk, phone: Phone) -> AsyncIterator[AsteriskCalls]:
    async with trunk(pbx, f"PJSIP/trunk/sip:{{number}}@127.0.0.1:{phone.port}", request.param) as calls:
        yield calls


@pytest.fixture
async def websocket_calls(pbx: Asterisk, phone: Phone) -> AsyncIterator[AsteriskCalls]:
    async with trunk(pbx, f"PJSIP/trunk/sip:{{number}}@127.0.0.1:{phone.port}") as calls:
        yield calls


class Ear:
    """All that a leg tells, as it comes."""

    def __init__(self, leg: AsteriskLeg) -> None:
        self.events: list[LegEvent] = []
        self._task = asyncio.create_task(self._listen(leg))

    async def _listen(self, leg: AsteriskLeg) -> None:
        async for event in leg.events():
            self.events.append(event)

    @property
    def samples(self) -> np.ndarray:
        return np.frombuffer(b"".join(event.pcm for event in self.events if isinstance(event, Sound)), "<i2")

    async def until(self, true: Callable[[], bool], seconds: float = 6.0) -> None:
        limit = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < limit, [event for event in self.events if not isinstance(event, Sound)]
            await asyncio.sleep(0.02)

    async def over(self) -> HungUp:
        await asyncio.wait_for(self._task, 5)
        assert isinstance(self.events[-1], HungUp)
        return self.events[-1]


async def answered(calls: AsteriskCalls) -> tuple[AsteriskLeg, Ear]:
    leg = await calls.originate(dial())
    assert isinstance(leg, AsteriskLeg), leg
    return leg, Ear(leg)


async def test_a_telephone_rings_hears_the_bot_is_heard_and_presses_keys(calls: AsteriskCalls, phone: Phone) -> None:
    leg, ear = await answered(calls)
    for name in ("greeting", "question"):
        await leg.play(tone(0.6, 600))
        await leg.mark(name)
    await ear.until(lambda: Played("question") in ear.events)
    assert ear.events.index(Played("greeting")) < ear.events.index(Played("question"))
    await phone.press("90#")
    await ear.until(lambda: Key("#") in ear.events)
    assert [event.digit for event in ear.events if isinstance(event, Key)] == ["9", "0", "#"]
    assert seconds_with(ear.samples, 450) > 1.0
    recording = phone.heard()
    assert recording is not None
    # Its own buffer keeps the last tenth of a second until more comes.
    assert 0.95 <= seconds_with(samples_of(recording), 600) <= 1.25
    await leg.hang_up()
    assert await ear.over()
    assert await left_in(calls) == []


async def test_the_debtor_hangs_up_and_nothing_is_left_in_asterisk(calls: AsteriskCalls, phone: Phone) -> None:
    leg, ear = await answered(calls)
    await leg.play(tone(0.2, 600))
    await phone.do("hangup")
    assert await ear.over() == HungUp(16)
    await leg.play(tone(0.2, 600))
    await leg.mark("nobody hears")
    await leg.clear()
    await leg.hang_up()
    assert await left_in(calls) == []


async def test_what_is_cleared_is_not_heard_and_proves_nothing(calls: AsteriskCalls, phone: Phone) -> None:
    leg, ear = await answered(calls)
    await leg.play(tone(0.5, 600))
    await leg.mark("disclosure")
    await leg.clear()
    await leg.play(tone(0.4, 1000))
    await leg.mark("after")
    await ear.until(lambda: Played("after") in ear.events)
    assert Played("disclosure") not in ear.events
    recording = phone.heard()
    assert recording is not None
    samples = samples_of(recording)
    assert seconds_with(samples, 600) < 0.4
    assert seconds_with(samples, 1000) > 0.25
    await leg.hang_up()
    assert await left_in(calls) == []


async def test_a_long_sentence_is_heard_to_its_end(websocket_calls: AsteriskCalls, phone: Phone) -> None:
    """Asterisk's queue drops what does not fit into it; ours is never more than half a second long."""
    leg, ear = await answered(websocket_calls)
    for hertz in (600,) * 5 + (1000,):
        await leg.play(tone(1.0, hertz))
    began = time.monotonic()
    await leg.mark("end")
    await ear.until(lambda: Played("end") in ear.events)
    assert time.monotonic() - began < 0.7
    recording = phone.heard()
    assert recording is not None
    samples = samples_of(recording)
    assert seconds_with(samples, 600) == pytest.approx(5.0, abs=0.2)
    assert seconds_with(samples, 1000) > 0.8
    await leg.hang_up()


async def test_ten_calls_at_once_take_little_of_a_processor(
    pbx: Asterisk, microphone: Path, record_property: Callable[[str, object], None]
) -> None:
    """Sound alone, both ways and without recognition; `--junit-xml` shows the figures."""
    with contextlib.ExitStack() as phones:
        ports = [phones.enter_context(baresip(microphone, keep=False)).port for _ in range(10)]
        async with trunk(pbx, "PJSIP/trunk/sip:{number}@127.0.0.1:9") as calls:
            to = [f"PJSIP/trunk/sip:100@127.0.0.1:{port}" for port in ports]
            legs = await asyncio.gather(*(calls.call(endpoint, 5.0) for endpoint in to))
            assert all(isinstance(leg, AsteriskLeg) for leg in legs)
            ears = [Ear(leg) for leg in legs]
            before, ours, began = pbx.cpu_seconds(), time.process_time(), time.monotonic()
            await asyncio.gather(*(speak(leg, 4) for leg in legs))
            took = time.monotonic() - began
            theirs, ours = (pbx.cpu_seconds() - before) / took, (time.process_time() - ours) / took
            record_property("cores", f"Asterisk {theirs:.3f}, ours {ours:.3f}")
            assert all(Played("end") in ear.events for ear in ears)
            assert min(seconds_with(ear.samples, 450) for ear in ears) > 3
            assert theirs < 0.8
            assert ours < 0.8
            await asyncio.gather(*(leg.hang_up() for leg in legs))
            assert await left_in(calls) == []


async def speak(leg: AsteriskLeg, seconds: int) -> None:
    for _ in range(seconds):
        await leg.play(tone(1.0, 600))
    await leg.mark("end")
    await asyncio.sleep(0.8)


SIP_ENDINGS = [
    ("busy", "486 Busy Here", False, NotReached("busy", 17)),
    ("declined", "603 Decline", False, NotReached("ring_no_answer", 21)),
    ("unknown number", "404 Not Found", False, NotReached("not_in_service", 1)),
    ("away", "480 Temporarily Unavailable", False, NotReached("failed", 19)),
    ("no line", "503 Service Unavailable", False, NotReached("failed", 34)),
    ("half a number", "484 Address Incomplete", False, NotReached("not_in_service", 28)),
    ("unwanted", "607 Unwanted", False, NotReached("ring_no_answer", 127, unwanted=True)),
    ("pressed away while it rang", "486 Busy Here", True, NotReached("ring_no_answer", 17)),
]


async def test_how_a_telephone_refuses_decides_what_is_recorded(pbx: Asterisk) -> None:
    found = {}
    async with trunk(pbx, "PJSIP/trunk/sip:{number}@127.0.0.1:9") as calls:

        async def refused(name: str, status: str, rings: bool) -> None:
            with sipp(status, rings) as port:
                found[name] = await calls.call(f"PJSIP/trunk/sip:100@127.0.0.1:{port}", 5.0)

        await asyncio.gather(*(refused(name, status, rings) for name, status, rings, _ in SIP_ENDINGS))
        assert found == {name: outcome for name, _, _, outcome in SIP_ENDINGS}
        assert await left_in(calls) == []


async def test_a_telephone_that_only_rings_and_one_that_is_dead(pbx: Asterisk) -> None:
    async with trunk(pbx, "PJSIP/trunk/sip:{number}@127.0.0.1:9") as calls:
        with sipp(None, True) as rings, sipp(None, False) as dead:
            ringing, nothing = await asyncio.gather(
                calls.call(f"PJSIP/trunk/sip:100@127.0.0.1:{rings}", 1.5),
                calls.call(f"PJSIP/trunk/sip:100@127.0.0.1:{dead}", 1.5),
            )
        assert ringing == NotReached("ring_no_answer", 19)
        assert nothing == NotReached("failed", 19)
        assert await calls.call("PJSIP/desk-1", 1.0) == NotReached("failed")
        assert await calls.originate(Dial("a", "b", "0@127.0.0.1", "en")) == NotReached("not_in_service", 28)
        assert await left_in(calls) == []


async def test_giving_up_while_it_rings_stops_the_ringing(pbx: Asterisk) -> None:
    async with trunk(pbx, "PJSIP/trunk/sip:{number}@127.0.0.1:9") as calls:
        with sipp(None, True) as rings:
            ringing = asyncio.create_task(calls.call(f"PJSIP/trunk/sip:100@127.0.0.1:{rings}", 20))
            await asyncio.sleep(0.6)
            ringing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await ringing
            assert await left_in(calls) == []


async def test_a_collector_takes_the_call_over_while_the_debtor_stays(
    websocket_calls: AsteriskCalls, phone: Phone, pbx: Asterisk, tmp_path: Path
) -> None:
    desk_voice = tmp_path / "desk.wav"
    with wave.open(str(desk_voice), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone(30, 1000))
    leg, ear = await answered(websocket_calls)
    with baresip(desk_voice, register=pbx) as desk:
        await registered(websocket_calls)
        assert await leg.warm_transfer("PJSIP/desk-1", 5) is None
        assert await ear.over() == HungUp(None)
        await asyncio.sleep(1.5)
        at_desk, at_debtor = desk.heard(), phone.heard()
        assert at_desk is not None
        assert at_debtor is not None
        assert seconds_with(samples_of(at_desk), 450) > 0.5
        assert seconds_with(samples_of(at_debtor), 1000) > 0.5
        await phone.do("hangup")
        assert await left_in(websocket_calls) == []


async def test_a_collector_who_does_not_answer_leaves_the_debtor_with_the_bot(
    websocket_calls: AsteriskCalls, phone: Phone
) -> None:
    leg, ear = await answered(websocket_calls)
    with sipp(None, True) as rings:
        missed = await leg.warm_transfer(f"PJSIP/trunk/sip:100@127.0.0.1:{rings}", 1.0)
    assert missed == NotReached("ring_no_answer", 19)
    assert await leg.warm_transfer("PJSIP/desk-1", 1.0) == NotReached("failed")
    await leg.play(tone(0.3, 600))
    await leg.mark("still here")
    await ear.until(lambda: Played("still here") in ear.events)
    await leg.hang_up()
    assert await left_in(websocket_calls) == []


async def test_a_call_handed_to_the_dialplan_goes_on_without_us(
    websocket_calls: AsteriskCalls, phone: Phone, pbx: Asterisk, microphone: Path
) -> None:
    leg, ear = await answered(websocket_calls)
    with baresip(microphone, register=pbx) as desk:
        await registered(websocket_calls)
        await leg.blind_transfer("collections")
        assert await ear.over() == HungUp(None)
        limit = time.monotonic() + 5
        while desk.heard() is None or seconds_with(samples_of(desk.heard()), 450) < 0.3:
            assert time.monotonic() < limit
            await asyncio.sleep(0.1)
        await phone.do("hangup")
        assert await left_in(websocket_calls) == []


async def registered(calls: AsteriskCalls) -> None:
    limit = time.monotonic() + 5
    while (await calls.ari.ask("GET", "/endpoints/PJSIP/desk-1"))["state"] != "online":
        assert time.monotonic() < limit
        await asyncio.sleep(0.05)


async def test_calls_that_end_while_nobody_listens_to_events_are_noticed(
    websocket_calls: AsteriskCalls, phone: Phone
) -> None:
    leg, ear = await answered(websocket_calls)
    assert websocket_calls.ari.socket is not None
    await websocket_calls.ari.socket.close()
    await phone.do("hangup")
    assert isinstance(await ear.over(), HungUp)
    assert await left_in(websocket_calls) == []
    leg, ear = await answered(websocket_calls)
    await leg.hang_up()


async def test_what_a_run_before_left_behind_is_cleared_away(pbx: Asterisk, phone: Phone) -> None:
    where = f"PJSIP/trunk/sip:{{number}}@127.0.0.1:{phone.port}"
    async with trunk(pbx, where, app="crashed") as calls:
        await answered(calls)
        # Whoever dies ends nothing: Asterisk is out of reach before the calls are stopped.
        await calls.ari.stop()
    async with trunk(pbx, where, app="crashed-not") as other:
        assert len(await other.ari.ask("GET", "/bridges")) == 1
    async with trunk(pbx, where, app="crashed") as calls:
        assert await left_in(calls) == []


async def test_a_wrong_password_or_no_asterisk_is_said_at_the_start(pbx: Asterisk) -> None:
    for port, password in ((pbx.http, "wrong"), (free_port(), "any")):
        with pytest.raises(AriDown):
            await Ari(f"http://127.0.0.1:{port}", "amends", password, "amends").start(0.5)
