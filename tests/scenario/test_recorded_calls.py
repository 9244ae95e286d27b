"""A whole call with its recording: real talks, a real gate, a real file. The ears follow a script; Rasa is away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from phoned import ScriptedEars, pause
from seeded import StoppedClock, add_person, add_strategy, fresh_ledger
from sqlmodel import select

from bot.dialogue import RasaDialogue
from bot.phone.archive import Archive
from bot.phone.call import Voicebox, run_call
from bot.phone.legs.wav import WavLeg
from bot.phone.recording import Tapes
from bot.session import Sessions
from bot.talk import Terms
from desk.intake import open_case
from ledger.ledger import Ledger
from ledger.tables import RecordedTurn, Recording, Turn
from speech.audio import Samples
from speech.speaking import SpeakingPool
from strategy.policy.packs import shipped_packs
from strategy.settings import StrategySettings, to_json

RATE = 16_000
CARDS = {
    "en": "my card is four one one one one one one one one one one one one one one one",
    "zh": "我的卡号是四幺幺幺幺幺幺幺幺幺幺幺幺幺幺幺",
}
TERMS = Terms(bank={"zh": "善还银行", "en": "Amends Bank"}, pay_link="https://pay.example.invalid/")


class Called:
    """A call that was made: its ledger and its recording."""

    def __init__(self, ledger: Ledger, archive: Archive) -> None:
        self.ledger = ledger
        with ledger.read() as work:
            self.recording = work.session.exec(select(Recording)).one()
            self.turns = {
                turn.id: (turn.speaker, work.open("turn", "text_sealed", turn.id, turn.text_sealed))
                for turn in work.session.exec(select(Turn).order_by(Turn.seq))
            }
            self.places = {place.turn_id: place for place in work.session.exec(select(RecordedTurn))}
        opened = archive.play(self.recording.id, "Ann")
        self.sound = np.frombuffer(b"".join(opened.reader.read(0, opened.reader.size)), "<i2").reshape(-1, 2)

    def loudest(self, begins: float, ends: float) -> tuple[int, int]:
        part = np.abs(self.sound[round(begins * RATE) : round(ends * RATE)].astype(int))
        return int(part[:, 0].max()), int(part[:, 1].max())


async def called(folder: Path, language: str, debtor: Samples, speaks: SpeakingPool, *said: str) -> Called:
    ledger = fresh_ledger(folder / "ledger.db", StoppedClock())
    with ledger.begin() as work:
        account_id = add_person(work, language=language).id
        add_strategy(work, to_json(StrategySettings()))
    talks = Sessions(ledger, RasaDialogue("http://127.0.0.1:9", "secret", 0.2), TERMS, open_case)
    archive = Archive(ledger, shipped_packs(), folder / "recordings")
    with Tapes(archive.start) as tapes:
        await run_call(
            WavLeg(debtor),
            talks=talks,
            voicebox=Voicebox(ScriptedEars(*((text, 0.9) for text in said)), speaks),
            account_id=account_id,
            language=language,
            tape=tapes.tape_for("attempt"),
        )
    return Called(ledger, archive)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_card_number_that_is_said_is_neither_written_down_nor_kept_as_sound(
    tmp_path: Path, language: str
) -> None:
    with SpeakingPool(1) as speaks:
        debtor = np.concatenate([pause(0.5), speaks.say("this stands for the number of a card", "en"), pause(2)])
        call = await called(tmp_path, language, debtor, speaks, CARDS[language])
    ((turn_id, (_, words)),) = [each for each in call.turns.items() if each[1][0] == "debtor"]
    assert "[card number]" in words
    for _, said in call.turns.values():
        assert not any(figure in said for figure in ("one one", "幺幺", "0000"))
    place = call.places[turn_id]
    assert not place.kept
    assert place.ends - place.begins > 0.5
    assert call.loudest(place.begins, place.ends) == (0, 0)


async def test_only_what_follows_the_notice_is_kept_and_each_side_on_its_channel(tmp_path: Path) -> None:
    with SpeakingPool(1) as speaks:
        debtor = np.concatenate([pause(0.5), speaks.say("can i speak to a person please", "en"), pause(2)])
        call = await called(tmp_path, "en", debtor, speaks, "can i speak to a person please")
    assert call.recording.status == "whole"
    assert call.recording.rate == RATE
    heard = {call.turns[each.turn_id][0]: each for each in call.places.values()}
    left, right = call.loudest(heard["debtor"].begins, heard["debtor"].ends)
    assert left > 1_000
    assert right == 0
    left, right = call.loudest(heard["bot"].begins, heard["bot"].ends)
    assert right > 1_000
    # The greeting tells of the recording, and is over before anything is kept.
    assert not call.sound[:RATE].any()
