"""The sound of Asterisk's two kinds, against a far end that does what the notes of real ones say."""

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

from bot.phone.legs.asterisk.audiosocket import FAULT, HANG_UP, KEY, SOUND, AudioSocket, message, read_message
from bot.phone.legs.asterisk.chan_websocket import BARE, ChanWebsocket, parse


class Told:
    """Whoever listens to the sound."""

    def __init__(self):
        self.all = []
        self.over = asyncio.Event()

    def heard(self, pcm):
        self.all.append(pcm)

    def pressed(self, digit):
        self.all.append(("key", digit))

    def reached(self, mark):
        self.all.append(("mark", mark))

    def ended(self, cause=None):
        self.over.set()


@pytest.mark.parametrize(
    ("text", "event", "told"),
    [
        ("MEDIA_XOFF channel_id:a.b", "MEDIA_XOFF", {"channel_id": "a.b"}),
        ("DTMF_END digit:# channel_id:a", "DTMF_END", {"digit": "#", "channel_id": "a"}),
        ("MEDIA_MARK_PROCESSED 7", "MEDIA_MARK_PROCESSED", {BARE: "7"}),
        ('{"event": "DTMF_END", "digit": "5"}', "DTMF_END", {"event": "DTMF_END", "digit": "5"}),
        ("", "", {}),
        ("{broken", "", {}),
    ],
)
def test_control_messages_in_both_forms(text, event, told):
    assert parse(text) == (event, told)


async def test_a_websocket_gives_early_sound_too_obeys_a_pause_and_tells_keys_marks_and_the_end():
    got = []

    async def asterisk(socket):
        await socket.send(b"early")
        await socket.send("MEDIA_START connection_id:1 optimal_frame_size:320 format:slin")
        async for frame in socket:
            got.append(frame)
            match frame:
                case "MARK_MEDIA 1":
                    await socket.send("MEDIA_MARK_PROCESSED 1")
                    await socket.send("DTMF_END digit:9 channel_id:x")
                    await socket.send("MEDIA_XOFF channel_id:x")
                case "FLUSH_MEDIA":
                    await socket.send("MEDIA_XOFF channel_id:x")
                    await socket.send("MEDIA_XON channel_id:x")
                    await socket.send(b"late")
                case "HANGUP":
                    return

    async with serve(asterisk, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        media = ChanWebsocket(await connect(f"ws://127.0.0.1:{port}"))
        await asyncio.sleep(0.1)
        told = Told()
        media.listen(told)
        assert told.all == [b"early"]
        await media.sound(b"\1\0" * 160)
        await media.mark("1")
        await asyncio.sleep(0.1)
        assert told.all[1:] == [("mark", "1"), ("key", "9")]
        assert media.paused
        await media.clear()
        assert not media.paused
        await asyncio.sleep(0.1)
        assert told.all[-1] == b"late"
        await media.close()
        await media.sound(b"to nobody")
    assert got == [b"\1\0" * 160, "MARK_MEDIA 1", "FLUSH_MEDIA", "HANGUP"]


async def test_a_websocket_that_breaks_ends_the_call():
    async def asterisk(socket):
        await socket.close()

    async with serve(asterisk, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        media = ChanWebsocket(await connect(f"ws://127.0.0.1:{port}"))
        told = Told()
        media.listen(told)
        await asyncio.wait_for(told.over.wait(), 2)
        await media.mark("1")
        await media.close()


def read_all(data):
    async def read():
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        found = []
        while got := await read_message(reader):
            found.append(got)
        return found

    return asyncio.run(read())


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=400)), max_size=5))
def test_messages_of_audiosocket_come_through_as_they_were(messages):
    data = b"".join(message(*each) for each in messages)
    assert read_all(data) == messages
    assert data == b"".join(struct.pack("!BH", kind, len(body)) + body for kind, body in messages)


@given(st.binary(max_size=60))
def test_whatever_comes_over_audiosocket_is_read_to_its_end(data):
    assert sum(3 + len(body) for _, body in read_all(data)) <= len(data)


async def test_audiosocket_is_paced_marked_cleared_and_hung_up_by_us():
    received = []

    async def asterisk(reader, writer):
        writer.write(message(SOUND, b"hello") + message(KEY, b"3") + message(0x42, b"from the future"))
        while got := await read_message(reader):
            received.append((asyncio.get_running_loop().time(), got))
        writer.close()

    async with await asyncio.start_server(asterisk, "127.0.0.1", 0) as server:
        media = AudioSocket(*await asyncio.open_connection(*server.sockets[0].getsockname()))
        told = Told()
        media.listen(told)
        await media.sound(b"\1\0" * 160 * 10)
        await media.mark("1")
        await asyncio.sleep(0.1)
        assert ("mark", "1") not in told.all
        await asyncio.sleep(0.3)
        assert told.all == [b"hello", ("key", "3"), ("mark", "1")]
        (first, _), *_, (last, _) = received
        assert last - first > 0.14
        await media.sound(b"\2\0" * 160 * 50)
        await media.mark("2")
        await asyncio.sleep(0.05)
        await media.clear()
        await asyncio.sleep(0.1)
        assert len(received) < 30
        assert ("mark", "2") not in told.all
        await media.close()
        await asyncio.sleep(0.05)
        assert received[-1][1] == (HANG_UP, b"")


@pytest.mark.parametrize("ending", [message(HANG_UP), message(FAULT, b"\1"), b"\x10\x01"])
async def test_audiosocket_ends_as_asterisk_ends_it(ending):
    async def asterisk(reader, writer):
        writer.write(ending)
        writer.close()

    async with await asyncio.start_server(asterisk, "127.0.0.1", 0) as server:
        media = AudioSocket(*await asyncio.open_connection(*server.sockets[0].getsockname()))
        told = Told()
        media.listen(told)
        await asyncio.wait_for(told.over.wait(), 2)
        await media.close()
