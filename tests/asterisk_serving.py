"""Real telephones for tests: an Asterisk with the configuration that ships, and baresip and sipp, from `.peers/`.

They run where `scripts/peers` unpacked them, through their own loader, on loopback and free ports.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bot.phone.legs.asterisk.ari import Ari
from bot.phone.legs.asterisk.audiosocket import AudioSocketDoor
from bot.phone.legs.asterisk.calls import AsteriskCalls
from bot.phone.legs.asterisk.chan_websocket import ChanWebsocketDoor

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".peers"
SHIPPED = ROOT / "deploy/asterisk"
PASSWORD = "only-for-tests"
LIBRARIES = f"{PEERS}/usr/lib/x86_64-linux-gnu:{PEERS}/usr/lib"
LOADER = [str(PEERS / "usr/lib64/ld-linux-x86-64.so.2"), "--library-path", LIBRARIES]


def missing() -> str | None:
    """Why no real telephone can ring here; None when one can."""
    if not (PEERS / "usr/sbin/asterisk").exists():
        return "Asterisk, baresip and sipp are not here: scripts/peers fetches them"
    return None


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    with socket.socket(type=kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Asterisk:
    """One that runs: its ports, and its process."""

    http: int
    sip: int
    folder: Path
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


@contextmanager
def asterisk() -> Iterator[Asterisk]:
    """The shipped configuration, its placeholders filled in for loopback."""
    # A unix socket's name may not be long, so this lies beside the tests' own folders.
    folder = Path(tempfile.mkdtemp(prefix="ast"))
    http, sip = free_port(socket.SOCK_STREAM), free_port()
    given = {
        "ARI_PASSWORD": PASSWORD,
        "HTTP_PORT": str(http),
        "SIP_BIND": f"127.0.0.1:{sip}",
        "TRUNK_HOST": "127.0.0.1:9",
        "TRUNK_ADDRESS": "127.0.0.2",
        "TRUNK_USER": "nobody",
        "TRUNK_PASSWORD": PASSWORD,
        "COLLECTOR_PASSWORD": PASSWORD,
        "COLLECTOR_WEBRTC": "no",
        "TRANSFER_TO": "PJSIP/desk-1",
        "RTP_FROM": "20000",
        "RTP_TO": "24000",
        "AMENDS_HOST": "127.0.0.1",
    }
    configuration = folder / "etc"
    configuration.mkdir()
    for shipped in SHIPPED.glob("*.conf"):
        text = re.sub(r"@([A-Z_]+)@", lambda found: given[found[1]], shipped.read_text())
        (configuration / shipped.name).write_text(text)
    for name in ("logger.conf", "indications.conf"):
        shutil.copy(PEERS / "etc/asterisk" / name, configuration)
    (configuration / "asterisk.conf").write_text(
        "[directories]\n"
        f"astetcdir => {configuration}\nastmoddir => {PEERS}/usr/lib/x86_64-linux-gnu/asterisk/modules\n"
        f"astvarlibdir => {folder}\nastdbdir => {folder}\nastkeydir => {folder}\n"
        f"astdatadir => {PEERS}/usr/share/asterisk\nastagidir => {folder}\nastspooldir => {folder}\n"
        f"astrundir => {folder}\nastlogdir => {folder}\nastsbindir => {folder}\n"
        "[options]\nnocolor = yes\ndontwarn = yes\n"
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*LOADER, str(PEERS / "usr/sbin/asterisk"), "-f", "-n", "-v", "-C", str(configuration / "asterisk.conf")],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    running = Asterisk(http, sip, folder, process)
    try:
        _until_ready(running)
        yield running
    finally:
        _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _until_ready(running: Asterisk) -> None:
    limit = time.monotonic() + 30
    while "Asterisk Ready" not in running.log():
        assert running.process.poll() is None, running.log()[-3000:]
        assert time.monotonic() < limit, running.log()[-3000:]
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@asynccontextmanager
async def trunk(
    pbx: Asterisk, endpoint: str, media: str = "websocket", rate: int = 8_000, app: str = "amends"
) -> AsyncIterator[AsteriskCalls]:
    """Our side, connected. `endpoint`: as in the settings."""
    ari = Ari(f"http://127.0.0.1:{pbx.http}", "amends", PASSWORD, app)
    door = ChanWebsocketDoor(ari, rate) if media == "websocket" else AudioSocketDoor(ari, "127.0.0.1", 0)
    ids = count(1)
    calls = AsteriskCalls(ari, door, endpoint, "+15005550006", lambda: f"{next(ids):04}")
    await calls.start()
    try:
        yield calls
    finally:
        await calls.stop()


async def left_in(calls: AsteriskCalls, seconds: float = 3.0) -> list[str]:
    """Channels and bridges that are still there after a moment."""
    limit = time.monotonic() + seconds
    while True:
        ids = [each["id"] for kind in ("channels", "bridges") for each in await calls.ari.ask("GET", f"/{kind}")]
        if not ids or time.monotonic() > limit:
            return ids
        await asyncio.sleep(0.05)


@dataclass
class Phone:
    """A baresip that answers, or is told to."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]
    control: int

    async def do(self, command: str, params: str = "") -> None:
        """Have it do something: `hangup`, `accept`; digits are pressed one after another."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.control)
        text = json.dumps({"command": command, "params": params, "token": "t"})
        writer.write(f"{len(text)}:{text},".encode())
        await writer.drain()
        await asyncio.wait_for(reader.read(1), 2)
        writer.close()

    async def press(self, digits: str) -> None:
        for digit in digits:
            await self.do("sndcode", digit)
            await asyncio.sleep(0.15)
            await self.do("sndcode", "\x04")  # the key is let go
            await asyncio.sleep(0.1)

    def heard(self) -> Path | None:
        """The recording of what came over the line, if there is one yet."""
        found = sorted(self.folder.glob("dump-*-dec.wav"))
        return found[-1] if found else None

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


@contextmanager
def baresip(
    microphone: Path, answer: str = "auto", codec: str = "pcmu", register: Asterisk | None = None, keep: bool = True
) -> Iterator[Phone]:
    """A SIP telephone whose microphone is a WAV, and which keeps what it hears if told to."""
    recorder = "module sndfile.so\n" if keep else ""
    folder = Path(tempfile.mkdtemp(prefix="phone"))
    port, control = free_port(), free_port(socket.SOCK_STREAM)
    (folder / "config").write_text(
        f"poll_method epoll\nsip_listen 127.0.0.1:{port}\ncall_local_timeout 120\ncall_max_calls 4\n"
        f"audio_player aufile,{folder}/player.wav\naudio_alert aufile,{folder}/alert.wav\n"
        f"audio_source aufile,{microphone}\n"
        "audio_level no\nausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\n"
        "audio_buffer 20-160\naudio_buffer_mode fixed\nrtp_ports 30000-39000\nsip_cafile /dev/null\n"
        f"module_path {PEERS}/usr/lib/baresip/modules\nmodule g711.so\nmodule g722.so\nmodule aufile.so\n"
        f"{recorder}snd_path {folder}\nmodule_app account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n"
        f"ctrl_tcp_listen 127.0.0.1:{control}\n"
    )
    where, login = f"127.0.0.1:{port}", "regint=0"
    if register is not None:
        where, login = f"127.0.0.1:{register.sip}", f"auth_user=desk-1;auth_pass={PASSWORD};regint=60"
    user = "phone" if register is None else "desk-1"
    (folder / "accounts").write_text(f"<sip:{user}@{where}>;{login};answermode={answer};audio_codecs={codec}\n")
    (folder / "contacts").write_text("")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*LOADER, str(PEERS / "usr/bin/baresip"), "-f", str(folder)],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            cwd=folder,
        )
    phone = Phone(port, folder, process, control)
    try:
        limit = time.monotonic() + 10
        while "ready" not in phone.log():
            assert process.poll() is None, phone.log()
            assert time.monotonic() < limit, phone.log()
            time.sleep(0.05)
        yield phone
    finally:
        _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


_HEAD = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]S[call_number]\n[last_Call-ID:]\n"


def _response(status: str, cseq: str = "[last_CSeq:]") -> str:
    return f"<send><![CDATA[\n\nSIP/2.0 {status}\n{_HEAD}{cseq}\nContent-Length: 0\n\n]]></send>\n"


@contextmanager
def sipp(final: str | None, rings: bool) -> Iterator[int]:
    """A telephone that never takes a call; gives its port.

    :param final: the SIP status it refuses with; None: it does not refuse, and can be cancelled.
    :param rings: it says that it rings; without that and without a status it is dead.
    """
    steps = '<recv request="INVITE"/>\n'
    if rings:
        steps += _response("180 Ringing")
    if final is not None:
        steps += ('<pause milliseconds="200"/>\n' if rings else "") + _response(final) + '<recv request="ACK"/>\n'
    elif rings:
        ended = _response("487 Request Terminated", "CSeq: [cseq] INVITE")
        steps += '<recv request="CANCEL"/>\n' + _response("200 OK") + ended + '<recv request="ACK"/>\n'
    else:
        steps += '<pause milliseconds="60000"/>\n'
    folder, port = Path(tempfile.mkdtemp(prefix="sipp")), free_port()
    scenario = folder / "scenario.xml"
    scenario.write_text(f'<?xml version="1.0"?>\n<scenario name="refuses">\n{steps}</scenario>\n')
    told = ["-sf", str(scenario), "-i", "127.0.0.1", "-p", str(port), "-nostdin"]
    process = subprocess.Popen(
        [*LOADER, str(PEERS / "usr/bin/sipp"), *told],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        cwd=folder,
        env={**os.environ, "TERM": "dumb"},
    )
    try:
        _until_bound(port, process)
        yield port
    finally:
        _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _until_bound(port: int, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 10
    while f":{port:04X} " not in Path("/proc/net/udp").read_text():
        assert process.poll() is None, "sipp ended"
        assert time.monotonic() < limit, "sipp does not listen"
        time.sleep(0.02)
