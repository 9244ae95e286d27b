"""A call with its recording, for tests that listen to one."""

from __future__ import annotations

import numpy as np
from floor_for_pages import PageFloor, hold_and_hand_over, record_turn
from sqlmodel import select

from app.recordings import archive_of
from bot.phone.recording import Tapes
from ledger.tables import Account, Conversation, Recording, Turn

RATE = 8_000
SECONDS = 12
SAID = (
    ("bot", "您好，本次通话会录音。", 0.5, 3.0),
    ("debtor", "这笔不是我的。", 4.0, 6.5),
    ("debtor", "[card number]", 8.0, 9.0),
)
"""Who said what, and where in the recording, in seconds."""


def recorded_call(floor: PageFloor, account_id: str = "account-000") -> tuple[str, str]:
    """A case of one recorded call: `(case id, recording id)`. The debtor hums at 300 Hz, the bot at 500."""
    ledger = floor.ledger
    with ledger.begin() as work:
        account = work.session.get_one(Account, account_id)
        talk = Conversation(
            id=work.new_id(),
            account_id=account.id,
            debtor_id=account.debtor_id,
            channel="voice",
            language="zh",
            stage="with_person",
            verified=True,
            facts={},
            opened_at=work.now,
        )
        work.session.add(talk)
        work.session.flush()
        for speaker, words, _, _ in SAID:
            record_turn(work, talk, speaker, words)
        case_id = hold_and_hand_over(work, talk, SAID[1][1])
    with ledger.read() as work:
        turns = work.session.exec(select(Turn.id).where(Turn.conversation_id == talk.id).order_by(Turn.seq)).all()
    archive = archive_of(floor.settings, ledger)
    tapes = Tapes(archive.start)
    tape = tapes.tape_for("attempt")
    tape.begin(talk.id, RATE)
    tape.resume(0)
    at = np.arange(SECONDS * RATE) / RATE
    for side, tone in ((tape.debtor, 300), (tape.bot, 500)):
        side(0, (np.sin(2 * np.pi * tone * at) * 8_000).astype("<i2").tobytes())
    for turn, (_, _, begins, ends) in zip(turns, SAID, strict=True):
        tape.spoken(turn, begins, ends)
    tape.close()
    tapes.close()
    with ledger.read() as work:
        made = select(Recording.id).where(Recording.conversation_id == talk.id)
        return case_id, work.session.exec(made).one()
