"""Recordings over HTTP: for staff alone, whole or in ranges, and never without an entry in the audit chain."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from floor_for_pages import PageFloor, furnish
from recorded import RATE, SECONDS, recorded_call
from sqlmodel import select

from app.web.gatekeeper import Gatekeeper
from app.web.server import build_api
from app.web.staff import StaffDoor
from ledger.tables import AuditEntry

KEY = "a key of twenty letters"


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> PageFloor:
    home = tmp_path_factory.mktemp("floor")
    return furnish(home, "http://testserver", mode="production", staff_key=KEY, people=2)


@pytest.fixture(scope="module")
def recording(floor: PageFloor) -> str:
    return recorded_call(floor)[1]


@pytest.fixture
def visitor(floor: PageFloor) -> TestClient:
    app = build_api(floor)
    app.add_middleware(Gatekeeper, door=StaffDoor(floor.settings, floor.ledger))
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def staff(visitor: TestClient) -> TestClient:
    assert visitor.post("/sign-in", data={"name": "Anna", "key": KEY, "next": "/desk"}).status_code == 303
    return visitor


def played(floor: PageFloor) -> list[dict[str, object]]:
    with floor.ledger.read() as work:
        return list(work.session.exec(select(AuditEntry.facts).where(AuditEntry.kind == "recording.played")))


def test_staff_hear_the_whole_of_it(staff: TestClient, floor: PageFloor, recording: str) -> None:
    before = len(played(floor))
    answer = staff.get(f"/recordings/{recording}/sound.wav")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert answer.headers["cache-control"] == "no-store"
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (2, RATE, SECONDS * RATE)
        heard = np.frombuffer(sound.readframes(SECONDS * RATE), "<i2").reshape(-1, 2)
    assert np.abs(heard[4 * RATE : 6 * RATE]).max() > 7_000
    assert not heard[8 * RATE : 9 * RATE].any()
    assert played(floor)[before:] == [{"by": "Anna", "from": 0}]


@pytest.mark.parametrize(
    ("asked", "begin", "end"), [("bytes=0-99", 0, 100), ("bytes=40-50", 40, 51), ("bytes=200000-", 200_000, None)]
)
def test_staff_hear_a_part_of_it(staff: TestClient, recording: str, asked: str, begin: int, end: int | None) -> None:
    whole = staff.get(f"/recordings/{recording}/sound.wav").content
    answer = staff.get(f"/recordings/{recording}/sound.wav", headers={"range": asked})
    assert answer.status_code == 206
    assert answer.content == whole[begin:end]
    assert answer.headers["content-range"] == f"bytes {begin}-{(end or len(whole)) - 1}/{len(whole)}"


def test_the_last_bytes_can_be_asked_for(staff: TestClient, recording: str) -> None:
    whole = staff.get(f"/recordings/{recording}/sound.wav").content
    assert staff.get(f"/recordings/{recording}/sound.wav", headers={"range": "bytes=-500"}).content == whole[-500:]


def test_a_range_beyond_the_end_is_refused(staff: TestClient, recording: str) -> None:
    answer = staff.get(f"/recordings/{recording}/sound.wav", headers={"range": "bytes=99999999-"})
    assert answer.status_code == 416


@pytest.mark.parametrize("asked", ["nonsense", "bytes=-", "bytes=1-2,5-6"])
def test_a_range_that_is_none_gives_the_whole(staff: TestClient, recording: str, asked: str) -> None:
    assert staff.get(f"/recordings/{recording}/sound.wav", headers={"range": asked}).status_code == 200


def test_seconds_that_were_listened_to_are_on_the_chain(staff: TestClient, floor: PageFloor, recording: str) -> None:
    staff.get(f"/recordings/{recording}/sound.wav", headers={"range": f"bytes={44 + 7 * RATE * 4}-"})
    assert played(floor)[-1] == {"by": "Anna", "from": 7}


def test_nobody_else_hears_anything(visitor: TestClient, floor: PageFloor, recording: str) -> None:
    before = len(played(floor))
    assert visitor.get(f"/recordings/{recording}/sound.wav").status_code == 401
    assert len(played(floor)) == before


def test_no_such_recording(staff: TestClient) -> None:
    assert staff.get("/recordings/none/sound.wav").status_code == 404


def test_a_file_that_was_tampered_with_is_not_played(floor: PageFloor, staff: TestClient) -> None:
    _, other = recorded_call(floor, "account-001")
    folder: Path = floor.settings.home / "recordings"
    newest = max(folder.iterdir(), key=lambda each: each.stat().st_mtime_ns)
    newest.write_bytes(newest.read_bytes()[: 2 * 32_016])
    assert staff.get(f"/recordings/{other}/sound.wav").status_code == 409
