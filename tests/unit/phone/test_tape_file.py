"""The sealed file of a recording: whatever is done to it from outside is seen, and a crash leaves what was written."""

import os
from pathlib import Path

import pytest

from bot.phone.tape_file import PIECE, TapeBroken, TapeReader, TapeWriter, new_key

SEALED = PIECE + 16
KEY = new_key()
SOUND = os.urandom(PIECE * 3 + 1_000)


def written(path: Path, sound: bytes = SOUND, recording: str = "r", key: bytes = KEY) -> Path:
    writer = TapeWriter(path, recording, key)
    for at in range(0, len(sound), 7_777):
        writer.add(sound[at : at + 7_777])
    writer.finish()
    return path


def all_of(path: Path, recording: str = "r", key: bytes = KEY) -> bytes:
    reader = TapeReader(path, recording, key)
    return b"".join(reader.read(0, reader.size))


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 1_000])
def test_what_was_written_is_read_back(tmp_path: Path, length: int) -> None:
    path = written(tmp_path / "a", SOUND[:length])
    assert all_of(path) == SOUND[:length]
    assert TapeReader(path, "r", KEY).whole


@pytest.mark.parametrize(("begin", "end"), [(0, 1), (PIECE - 1, PIECE + 1), (500, 3 * PIECE + 7), (9, 10**9)])
def test_any_stretch_can_be_read(tmp_path: Path, begin: int, end: int) -> None:
    reader = TapeReader(written(tmp_path / "a"), "r", KEY)
    assert b"".join(reader.read(begin, end)) == SOUND[begin:end]


def test_nothing_of_the_sound_lies_in_clear_and_the_file_is_private(tmp_path: Path) -> None:
    path = written(tmp_path / "folder" / "a", b"a voice " * 10_000)
    assert b"voice" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kept", [SEALED, 2 * SEALED, 2 * SEALED + 5, 3 * SEALED + 10, 3 * SEALED + 900])
def test_a_file_that_was_cut_off_is_known_and_read_so_far(tmp_path: Path, kept: int) -> None:
    path = written(tmp_path / "a")
    os.truncate(path, kept)
    reader = TapeReader(path, "r", KEY)
    assert not reader.whole
    assert all_of(path) == SOUND[: kept // SEALED * PIECE]


def test_a_crash_leaves_what_was_written(tmp_path: Path) -> None:
    writer = TapeWriter(tmp_path / "a", "r", KEY)
    writer.add(SOUND)
    writer.abandon()
    assert all_of(tmp_path / "a") == SOUND[: 3 * PIECE]
    assert not TapeReader(tmp_path / "a", "r", KEY).whole


def swapped(sealed: bytes) -> bytes:
    return sealed[SEALED : 2 * SEALED] + sealed[:SEALED] + sealed[2 * SEALED :]


def without_the_middle(sealed: bytes) -> bytes:
    return sealed[:SEALED] + sealed[2 * SEALED :]


def altered(sealed: bytes) -> bytes:
    return sealed[:100] + bytes([sealed[100] ^ 1]) + sealed[101:]


@pytest.mark.parametrize("change", [swapped, without_the_middle, altered])
def test_what_was_moved_removed_or_altered_does_not_open(tmp_path: Path, change: object) -> None:
    path = written(tmp_path / "a")
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(TapeBroken):
        all_of(path)


def test_another_recording_or_another_key_does_not_open(tmp_path: Path) -> None:
    path = written(tmp_path / "a")
    for recording, key in (("another", KEY), ("r", new_key())):
        with pytest.raises(TapeBroken):
            all_of(path, recording, key)


def test_a_piece_of_another_recording_under_the_same_key_does_not_fit(tmp_path: Path) -> None:
    ours, theirs = written(tmp_path / "a").read_bytes(), written(tmp_path / "b", recording="other").read_bytes()
    (tmp_path / "a").write_bytes(theirs[:SEALED] + ours[SEALED:])
    with pytest.raises(TapeBroken):
        all_of(tmp_path / "a")


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    written(tmp_path / "a")
    with pytest.raises(FileExistsError):
        TapeWriter(tmp_path / "a", "r", KEY)
