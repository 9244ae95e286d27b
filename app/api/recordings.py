"""A recording as a WAV, for staff who are signed in. Each request says who listened from where, on the audit chain."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Annotated, Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from app.web.staff import StaffDoor
from bot.phone.archive import FRAME, Archive, NoRecording, Opened
from bot.phone.tape_file import TapeBroken

HEAD: Final = 44
"""Bytes before the sound in a WAV."""
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def recordings_router(archive: Archive, door: StaffDoor) -> APIRouter:
    """`GET /recordings/{id}/sound.wav`, whole or a range of its bytes."""
    router = APIRouter()

    @router.get("/recordings/{recording_id}/sound.wav", include_in_schema=False)
    async def sound(request: Request, recording_id: str, range: Annotated[str, Header()] = "") -> Response:
        staff = door.who(request)
        if staff is None:
            return JSONResponse({"error": "sign_in"}, 401)
        wanted = _RANGE.fullmatch(range.strip())
        asked = int(wanted[1]) if wanted and wanted[1] else 0
        try:
            opened = await run_sync(archive.play, recording_id, staff.name, max(0, asked - HEAD) // FRAME)
        except NoRecording:
            return JSONResponse({"error": "no_recording"}, 404)
        except TapeBroken:
            return JSONResponse({"error": "recording_broken"}, 409)
        return _answer(opened, range.strip())

    return router


def _answer(opened: Opened, asked: str) -> Response:
    size = HEAD + opened.reader.size
    headers = {"Accept-Ranges": "bytes"}
    wanted = _RANGE.fullmatch(asked)
    if wanted is None or wanted.group() == "bytes=-":
        headers["Content-Length"] = str(size)
        return StreamingResponse(_bytes(opened, 0, size), media_type="audio/wav", headers=headers)
    if wanted[1]:
        begin, end = int(wanted[1]), min(int(wanted[2]) + 1 if wanted[2] else size, size)
    else:
        begin, end = max(0, size - int(wanted[2])), size
    if begin >= end:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    headers |= {"Content-Range": f"bytes {begin}-{end - 1}/{size}", "Content-Length": str(end - begin)}
    return StreamingResponse(_bytes(opened, begin, end), 206, media_type="audio/wav", headers=headers)


def _bytes(opened: Opened, begin: int, end: int) -> Iterator[bytes]:
    if begin < HEAD:
        yield _head(opened)[begin:end]
    if end > HEAD:
        yield from opened.reader.read(max(0, begin - HEAD), end - HEAD)


def _head(opened: Opened) -> bytes:
    """The head of a 16-bit WAV of two channels (RIFF WAVE)."""
    size, rate = opened.reader.size, opened.rate
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, rate, rate * FRAME, FRAME, 16)
    return struct.pack("<4sI4s", b"RIFF", size + HEAD - 8, b"WAVE") + form + struct.pack("<4sI", b"data", size)
