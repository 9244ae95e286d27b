"""Recordings on a real ledger: when one may begin, what of it is kept, who listened, and when it goes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from seeded import StoppedClock, add_person, fresh_ledger
from sqlmodel import select

from bot.phone import archive
from bot.phone.archive import Archive, NoRecording
from bot.phone.recording import CallTape, Tapes
from bot.phone.tape_file import TapeBroken
from ledger.ledger import Ledger
from ledger.tables import AuditEntry, Case, Conversation, Debtor, Disclosure, Hold, RecordedTurn, Recording, Turn
from strategy.policy.packs import shipped_packs

RATE = 8_000
TWO_YEARS = timedelta(days=731)
"""As the packs have it for mainland China."""


class House:
    """One ledger with one talk in it, and the recordings beside it."""

    def __init__(self, folder: Path, law: list[str], notice: bool) -> None:
        self.clock = StoppedClock(datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
        self.ledger: Ledger = fresh_ledger(folder / "ledger.db", self.clock)
        self.folder = folder / "recordings"
        self.archive = Archive(self.ledger, shipped_packs(), self.folder)
        with self.ledger.begin() as work:
            account = add_person(work)
            debtor = work.session.get_one(Debtor, account.debtor_id)
            debtor.jurisdictions = law
            self.debtor_id, self.account_id = debtor.id, account.id
            work.session.add(
                Conversation(
                    id="talk", account_id=account.id, debtor_id=debtor.id, channel="voice", language="zh",
                    stage="talking", facts={}, opened_at=work.now,
                )
            )  # fmt: skip
            work.session.flush()
            if notice:
                for kind in ("automated", "recorded"):
                    told = {"conversation_id": "talk", "language": "zh", "turn_seq": 1, "at": work.now}
                    work.session.add(Disclosure(id=kind, kind=kind, **told))

    def turn(self, turn_id: str, words: str, seq: int, trigger: str | None = None) -> None:
        with self.ledger.begin() as work:
            sealed = work.seal("turn", "text_sealed", turn_id, words)
            work.session.add(
                Turn(
                    id=turn_id, conversation_id="talk", seq=seq, speaker="debtor", text_sealed=sealed, language="zh",
                    trigger=trigger, at=work.now,
                )
            )  # fmt: skip

    def call(self, seconds: float = 40, close: bool = True, *turns: tuple[str, float, float]) -> CallTape:
        tapes = Tapes(self.archive.start)
        tape = tapes.tape_for("attempt")
        tape.begin("talk", RATE)
        tape.resume(0)
        for frame in range(round(seconds * 50)):
            tape.debtor(frame / 50, np.full(160, 1_000, "<i2").tobytes())
            tape.bot(frame / 50, np.full(160, 2_000, "<i2").tobytes())
        for turn in turns:
            tape.spoken(*turn)
        if close:
            tape.close()
        tapes.close()
        return tape

    def recording(self) -> Recording:
        with self.ledger.read() as work:
            return work.session.exec(select(Recording)).one()

    def sound(self) -> np.ndarray:
        opened = self.archive.play(self.recording().id, "Ann")
        return np.frombuffer(b"".join(opened.reader.read(0, opened.reader.size)), "<i2").reshape(-1, 2)

    def audited(self) -> list[str]:
        with self.ledger.read() as work:
            kinds = work.session.exec(select(AuditEntry.kind).order_by(AuditEntry.seq))
            return [kind for kind in kinds if kind.startswith("recording.")]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path, ["CN"], notice=True)


def test_a_call_is_recorded_sealed_and_played_and_each_step_is_on_the_chain(house: House) -> None:
    house.call()
    recording = house.recording()
    assert (recording.status, recording.seconds) == ("whole", 40)
    assert recording.keep_until == house.clock() + TWO_YEARS
    sound = house.sound()
    assert sound.shape == (40 * RATE, 2)
    assert (sound == [1_000, 2_000]).all()
    assert house.audited() == ["recording.started", "recording.finished", "recording.played"]


def test_nothing_names_anybody(house: House) -> None:
    house.call()
    (file,) = house.folder.iterdir()
    assert set(file.stem) <= set("0123456789abcdef")
    assert len(file.stem) == 32
    level = np.full(160, 1_000, "<i2").tobytes()
    assert level not in file.read_bytes()


@pytest.mark.parametrize("law", [["CN"], ["US-CA"], ["EU"], ["UK"], []])
def test_without_the_notice_on_record_nothing_is_kept_anywhere(tmp_path: Path, law: list[str]) -> None:
    house = House(tmp_path, law, notice=False)
    house.call()
    assert not house.folder.exists()
    assert not house.audited()


def test_a_country_whose_law_is_unknown_is_not_recorded(tmp_path: Path) -> None:
    house = House(tmp_path, ["ZZ"], notice=True)
    house.call()
    assert not house.folder.exists()


@pytest.mark.parametrize(("law", "days"), [("CN", 731), ("UK", 184), ("US-CA", 1096)])
def test_each_is_kept_as_long_as_its_law_asks(tmp_path: Path, law: str, days: int) -> None:
    house = House(tmp_path, [law], notice=True)
    house.call(5)
    assert house.recording().keep_until == house.clock() + timedelta(days=days)


def test_the_sound_of_a_card_number_is_left_out_and_the_place_is_known(house: House) -> None:
    house.turn("card", "卡号是[card number]", 2)
    house.turn("plain", "月底可以", 3)
    house.call(40, True, ("card", 3.0, 8.0), ("plain", 9.0, 11.0))
    sound = house.sound()
    assert not sound[3 * RATE : 8 * RATE].any()
    assert sound[8 * RATE :].all()
    with house.ledger.read() as work:
        turns = {each.turn_id: (each.begins, each.ends, each.kept) for each in work.session.exec(select(RecordedTurn))}
    assert turns == {"card": (3.0, 8.0, False), "plain": (9.0, 11.0, True)}


def test_who_objects_to_the_recording_is_recorded_no_further(house: House) -> None:
    house.turn("no", "不要录音", 2, trigger="recording_objection")
    house.call(40, True, ("no", 30.0, 32.0))
    sound = house.sound()
    assert sound[: 30 * RATE].all()
    assert not sound[30 * RATE :].any()


def test_a_process_that_dies_leaves_what_was_written(house: House) -> None:
    house.call(50, close=False)
    assert house.recording().status == "running"
    assert house.archive.tidy() == 0
    house.clock.advance(hours=7)
    house.archive.tidy()
    recording = house.recording()
    assert recording.status == "cut"
    assert recording.seconds == pytest.approx(20, abs=2)
    assert recording.keep_until is not None
    sound = house.sound()
    assert sound.all()
    assert len(sound) / RATE == recording.seconds


def test_a_file_that_was_shortened_afterwards_is_not_played(house: House) -> None:
    house.call()
    (file,) = house.folder.iterdir()
    os.truncate(file, 5 * 32_016)
    with pytest.raises(TapeBroken, match="cut off"):
        house.sound()


def test_files_of_two_recordings_cannot_be_exchanged(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    first, second = House(tmp_path / "1", ["CN"], True), House(tmp_path / "2", ["CN"], True)
    first.call(5)
    second.call(5)
    (ours,), (theirs,) = first.folder.iterdir(), second.folder.iterdir()
    ours.write_bytes(theirs.read_bytes())
    with pytest.raises(TapeBroken):
        first.sound()


def test_what_was_kept_long_enough_goes_for_good(house: House) -> None:
    house.call()
    house.clock.advance(days=730)
    assert house.archive.tidy() == 0
    house.clock.advance(days=2)
    assert house.archive.tidy() == 1
    assert house.archive.tidy() == 0
    recording = house.recording()
    assert (recording.status, recording.key_sealed) == ("deleted", b"")
    assert not list(house.folder.iterdir())
    assert house.audited()[-1] == "recording.deleted"
    with pytest.raises(NoRecording, match="was deleted"):
        house.sound()


@pytest.mark.parametrize("reason", ["dispute", "dispute_not_mine", "attorney", "complaint"])
def test_evidence_in_a_dispute_is_not_deleted(house: House, reason: str) -> None:
    house.call()
    with house.ledger.begin() as work:
        hold = Hold(id="h", debtor_id=house.debtor_id, scope="person", reason=reason, created_at=work.now)
        work.session.add(hold)
    house.clock.advance(days=800)
    assert house.archive.tidy() == 0
    with house.ledger.begin() as work:
        work.session.get_one(Hold, "h").lifted_at = work.now
    assert house.archive.tidy() == 1


def test_what_an_open_case_may_need_is_not_deleted(house: House) -> None:
    house.call()
    with house.ledger.begin() as work:
        work.session.add(
            Case(
                id="case", account_id=house.account_id, debtor_id=house.debtor_id, conversation_id="talk", queue="q",
                priority="P1", trigger="dispute_not_mine", language="zh", packet_sealed=b"", opened_at=work.now,
                due_at=work.now,
            )
        )  # fmt: skip
    house.clock.advance(days=800)
    assert house.archive.tidy() == 0
    with house.ledger.begin() as work:
        work.session.get_one(Case, "case").status = "wrapped"
    assert house.archive.tidy() == 1


def test_a_late_pause_writes_the_file_anew_and_nothing_of_it_can_be_found(house: House) -> None:
    tapes = Tapes(house.archive.start)
    tape = tapes.tape_for("attempt")
    tape.begin("talk", RATE)
    tape.resume(0)
    for frame in range(60 * 50):
        tape.debtor(frame / 50, np.full(160, 1_000, "<i2").tobytes())
    tape.pause(10)
    tape.resume(20)
    for frame in range(60 * 50, 62 * 50):
        tape.debtor(frame / 50, np.full(160, 1_000, "<i2").tobytes())
    tape.close()
    tapes.close()
    sound = house.sound()
    assert sound[: 10 * RATE, 0].all()
    assert not sound[10 * RATE : 20 * RATE].any()
    assert sound[31 * RATE :, 0].all()
    assert len(list(house.folder.iterdir())) == 1


def test_a_listener_who_asks_for_nothing_is_told_so(house: House) -> None:
    with pytest.raises(NoRecording, match="no such recording"):
        house.archive.play("nothing", "Ann")


def fails(*_: object) -> None:
    raise OSError("no room on the disk")


def test_what_cannot_be_taken_out_of_a_recording_takes_all_of_it_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive._Reel, "blank", fails)
    house.turn("card", "卡号是[card number]", 2)
    house.call(60, True, ("card", 3.0, 8.0))
    assert (house.recording().status, house.recording().key_sealed) == ("deleted", b"")
    assert not list(house.folder.iterdir())


def test_what_a_dead_process_did_not_take_out_is_never_played_and_soon_gone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive._Reel, "blank", fails)
    monkeypatch.setattr(archive._Reel, "destroy", fails)
    house.turn("card", "卡号是[card number]", 2)
    house.call(60, False, ("card", 3.0, 8.0))
    with pytest.raises(TapeBroken, match="must not be kept"):
        house.sound()
    house.clock.advance(hours=7)
    house.archive.tidy()
    assert house.recording().status == "deleted"


def test_what_was_taken_out_before_a_process_died_is_no_hindrance(house: House) -> None:
    house.turn("card", "卡号是[card number]", 2)
    house.call(60, False, ("card", 3.0, 8.0))
    assert not house.sound()[3 * RATE : 8 * RATE].any()
    house.clock.advance(hours=7)
    house.archive.tidy()
    assert house.recording().status == "cut"
