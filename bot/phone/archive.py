"""The recordings of the house: started when the law allows, kept as long as the packs say, played, then deleted."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlmodel import col, select

from bot.phone.recording import Verdict
from bot.phone.tape_file import PIECE, TapeBroken, TapeReader, TapeWriter, new_key
from bot.redaction import CARD, IDENTITY, SECRET
from bot.utterance import Listener, may_record
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Case, Conversation, Debtor, Disclosure, Hold, RecordedTurn, Recording, Turn
from strategy.holds.kinds import kind_of
from strategy.policy.packs import Packs

KEPT: Final = "recordings"
"""What the packs call sound in their rows of retention."""
ELSEWHERE_DAYS: Final = 184
"""Where no pack says how long: half a year."""
ROUNDED: Final = 0.002
"""Seconds by which a noted place may miss its sound."""
FRAME: Final = 4
"""Bytes of one sample on both channels."""
LONGEST_CALL: Final = timedelta(hours=6)
"""A recording that has run for longer belongs to a process that is gone."""
OBJECTION: Final = "recording_objection"
FROZEN_BY: Final = frozenset({"dispute", "attorney", "complaint", "fraud_identity_theft", "bankruptcy"})
"""Holds of these kinds say that somebody may still want the recording as evidence: it is not deleted meanwhile."""
_MUST_NOT_BE_KEPT = (CARD, IDENTITY, SECRET)


class NoRecording(Exception):
    """There is no such recording, or no longer; one line says which."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A recording to be listened to. `whole`: it was brought to its end."""

    conversation_id: str
    rate: int
    reader: TapeReader
    whole: bool


class Archive:
    """The recordings of one installation.

    :param folder: where their files lie.
    """

    def __init__(self, ledger: Ledger, packs: Packs, folder: Path) -> None:
        self._ledger = ledger
        self._packs = packs
        self._folder = folder

    def start(self, conversation_id: str, rate: int) -> _Reel | None:
        """Begin a recording, if the notice is on record and no law is against it; see `recording.StartReel`."""
        with self._ledger.begin() as work:
            talk = work.session.get(Conversation, conversation_id)
            if talk is None or not self._allowed(work, talk):
                return None
            recording = Recording(
                id=work.new_id(), conversation_id=talk.id, file="", key_sealed=b"", rate=rate, started_at=work.now
            )
            key = _lock_up(work, recording, _new_name(), new_key())
            work.audit("recording.started", recording.id, {"conversation": talk.id})
        return _Reel(self, recording.id, self._folder / recording.file, key, rate)

    def _allowed(self, work: UnitOfWork, talk: Conversation) -> bool:
        told = set(work.session.exec(select(Disclosure.kind).where(Disclosure.conversation_id == talk.id)))
        if "recorded" not in told:
            return False
        debtor = work.session.get_one(Debtor, talk.debtor_id)
        listener = Listener(
            tuple(debtor.jurisdictions), tuple(debtor.tz_candidates), talk.account_id, talk.channel, talk.verified
        )
        return not may_record(listener, told, self._packs, work.now)

    def note_turn(self, recording_id: str, turn_id: str, begins: float, ends: float) -> Verdict:
        """See `recording.Reel.turn`."""
        with self._ledger.begin() as work:
            turn = work.session.get(Turn, turn_id)
            if turn is None:
                return "keep"
            words = work.open("turn", "text_sealed", turn.id, turn.text_sealed)
            secret = any(mark in words for mark in _MUST_NOT_BE_KEPT)
            objected = turn.trigger == OBJECTION
            work.session.merge(
                RecordedTurn(
                    turn_id=turn.id,
                    recording_id=recording_id,
                    begins=round(begins, 3),
                    ends=round(ends, 3),
                    kept=not (secret or objected),
                )
            )
        return "objected" if objected else "leave_out" if secret else "keep"

    def replace(self, recording_id: str, key: bytes) -> tuple[Path, Callable[[], None]]:
        """The path of a new file for a recording, and what makes it the recording's once it is written."""
        name = _new_name()

        def take_over() -> None:
            with self._ledger.begin() as work:
                _lock_up(work, work.session.get_one(Recording, recording_id), name, key)

        return self._folder / name, take_over

    def finished(self, recording_id: str, seconds: float, status: str) -> None:
        """Note the end of a recording, and until when it is kept."""
        with self._ledger.begin() as work:
            recording = work.session.get_one(Recording, recording_id)
            recording.seconds, recording.status = round(seconds, 2), status
            recording.keep_until = work.now + timedelta(days=self._days_kept(work, recording))
            work.session.add(recording)
            facts = {"status": status, "seconds": round(seconds), "keep_until": recording.keep_until.isoformat()}
            work.audit("recording.finished", recording_id, facts)

    def _days_kept(self, work: UnitOfWork, recording: Recording) -> int:
        talk = work.session.get_one(Conversation, recording.conversation_id)
        debtor = work.session.get_one(Debtor, talk.debtor_id)
        packs, _ = self._packs.stack(tuple(debtor.jurisdictions))
        rows = (row for pack in packs if pack.status == "active" for row in pack.retention if row.what == KEPT)
        return max((row.keep_days for row in rows if row.in_force(work.now.date())), default=ELSEWHERE_DAYS)

    def play(self, recording_id: str, by: str, from_frame: int = 0) -> Opened:
        """Open a recording for a member of staff; that they did, and from which second, is recorded first.

        :raises NoRecording: it is not there, or is no longer.
        :raises TapeBroken: the file is not what was written.
        """
        with self._ledger.begin() as work:
            recording = work.session.get(Recording, recording_id)
            if recording is None or recording.status == "deleted":
                raise NoRecording("there is no such recording" if recording is None else "the recording was deleted")
            key = _key_of(work, recording)
            work.audit("recording.played", recording_id, {"by": by, "from": from_frame // recording.rate})
        try:
            reader = TapeReader(self._folder / recording.file, recording_id, key)
        except FileNotFoundError:
            raise NoRecording("the file of the recording is gone") from None
        if recording.status == "whole" and not reader.whole:
            raise TapeBroken("the recording was cut off after it had been finished")
        if self._holds_what_must_go(recording, reader):
            raise TapeBroken("the recording still holds what must not be kept")
        return Opened(recording.conversation_id, recording.rate, reader, reader.whole)

    def tidy(self) -> int:
        """End what a process left behind, and delete what has been kept long enough; how many were deleted."""
        now = self._ledger.clock()
        with self._ledger.read() as work:
            left = work.session.exec(
                select(Recording).where(Recording.status == "running", Recording.started_at < now - LONGEST_CALL)
            ).all()
            lapsed = work.session.exec(
                select(Recording).where(Recording.status != "deleted", col(Recording.keep_until) < now)
            ).all()
        for recording in left:
            self._end_what_was_left(recording.id)
        return sum(self._delete(recording.id) for recording in lapsed)

    def _end_what_was_left(self, recording_id: str) -> None:
        with self._ledger.read() as work:
            recording = work.session.get_one(Recording, recording_id)
            key = _key_of(work, recording)
        try:
            reader = TapeReader(self._folder / recording.file, recording_id, key)
            if self._holds_what_must_go(recording, reader):
                self.destroy(recording_id)
                return
            size = reader.size
        except (OSError, TapeBroken) as fault:
            structlog.get_logger().error("recording_unreadable", recording_id=recording_id, code=type(fault).__name__)
            size = 0
        self.finished(recording_id, size / (recording.rate * FRAME), "cut")

    def _delete(self, recording_id: str) -> bool:
        with self._ledger.read() as work:
            if self._frozen(work, work.session.get_one(Recording, recording_id)):
                return False
        self.destroy(recording_id)
        return True

    def destroy(self, recording_id: str) -> None:
        """The key first: from then on the file is noise, even if it cannot be unlinked."""
        with self._ledger.begin() as work:
            recording = work.session.get_one(Recording, recording_id)
            recording.status, recording.key_sealed, recording.deleted_at = "deleted", b"", work.now
            work.session.add(recording)
            work.audit("recording.deleted", recording_id, {"conversation": recording.conversation_id})
        (self._folder / recording.file).unlink(missing_ok=True)

    def _holds_what_must_go(self, recording: Recording, reader: TapeReader) -> bool:
        """Whether there is sound where none may be: a process died, or failed, before it had taken it out."""
        if recording.status == "whole":
            return False
        with self._ledger.read() as work:
            gone = select(RecordedTurn).where(
                RecordedTurn.recording_id == recording.id, col(RecordedTurn.kept).is_(False)
            )
            spans = [(each.begins + ROUNDED, each.ends - ROUNDED) for each in work.session.exec(gone)]
        parts = ((round(at * recording.rate) * FRAME for at in span) for span in spans)
        return any(any(piece) for begin, end in parts for piece in reader.read(begin, end))

    def _frozen(self, work: UnitOfWork, recording: Recording) -> bool:
        """Whether it may still be wanted as evidence: an open case, or a dispute that stands."""
        talk = work.session.get_one(Conversation, recording.conversation_id)
        cases = select(Case.id).where(Case.account_id == talk.account_id, Case.status != "wrapped")
        if work.session.exec(cases.limit(1)).first() is not None:
            return True
        holds = select(Hold).where(Hold.debtor_id == talk.debtor_id, col(Hold.lifted_at).is_(None))
        standing = (hold for hold in work.session.exec(holds) if hold.until is None or hold.until > work.now)
        return any(kind_of(hold.reason).id in FROZEN_BY for hold in standing)


class _Reel:
    """One running recording; implements `recording.Reel`."""

    def __init__(self, archive: Archive, recording_id: str, path: Path, key: bytes, rate: int) -> None:
        self._archive = archive
        self._id = recording_id
        self._path, self._key = path, key
        self._writer = TapeWriter(path, recording_id, key)
        self._rate = rate

    def add(self, sound: bytes) -> None:
        self._writer.add(sound)

    def turn(self, turn_id: str, begins: float, ends: float) -> Verdict:
        return self._archive.note_turn(self._id, turn_id, begins, ends)

    def blank(self, begins: float, ends: float) -> None:
        """Write the file anew, under another key: a piece is never sealed twice."""
        self._writer.finish()
        before, reader = self._path, TapeReader(self._path, self._id, self._key)
        self._key = new_key()
        self._path, take_over = self._archive.replace(self._id, self._key)
        self._writer = TapeWriter(self._path, self._id, self._key)
        first, last = (round(at * self._rate) * FRAME for at in (begins, ends))
        for begin in range(0, reader.size, PIECE):
            sound = bytearray(b"".join(reader.read(begin, begin + PIECE)))
            left, right = (max(0, min(len(sound), at - begin)) for at in (first, last))
            sound[left:right] = bytes(right - left)
            self._writer.add(bytes(sound))
        take_over()
        before.unlink()

    def destroy(self) -> None:
        self._writer.abandon()
        self._archive.destroy(self._id)

    def finish(self, seconds: float) -> None:
        self._writer.finish()
        self._archive.finished(self._id, seconds, "whole")


def _new_name() -> str:
    return f"{secrets.token_hex(16)}.tape"


def _lock_up(work: UnitOfWork, recording: Recording, name: str, key: bytes) -> bytes:
    """Note where a recording lies, and its key, sealed."""
    recording.file = name
    recording.key_sealed = work.keys.seal_bytes("recording", "key_sealed", recording.id, key)
    work.session.add(recording)
    return key


def _key_of(work: UnitOfWork, recording: Recording) -> bytes:
    return work.keys.open_bytes("recording", "key_sealed", recording.id, recording.key_sealed)
