"""The command that makes a call from a recording."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from app.cli.bot import AccountRef, Language, Seed, debtor_on_a_floor
from app.cli.console import BadInput, answer, existing, tell
from app.cli.records import AsJson
from app.hearing import open_recogniser
from app.rehearsed_trunk import RecordedPhone, dialled
from app.settings import Settings
from app.speaking import open_speaking
from bot.phone.call import Voicebox, run_call
from bot.phone.legs.wav import WavLeg, recorded_call
from bot.phone.loop import PhoneLoop
from bot.phone.record import CallRecord
from bot.phone.seam import CallLeg
from ledger.ledger import Ledger
from ledger.tables import Turn
from speech.audio import BadAudio, write_wav
from speech.hearing import HearingPool

CallOn = Callable[[CallLeg], Awaitable[CallRecord]]


def register(cli: typer.Typer) -> None:
    cli.command("call")(call)


def call(
    wav: Annotated[Path, typer.Option(help="The debtor's side of the call; each utterance answers the bot.")],
    out: Annotated[Path, typer.Option(help="Where the bot's side is written, as a 16 kHz WAV.")],
    lang: Language = "en",
    account: AccountRef = None,
    seed: Seed = 1,
    live: Annotated[
        bool, typer.Option("--live", help="The debtor speaks on while the bot does, in real time.")
    ] = False,
    leg: Annotated[str, typer.Option(help="wav; or twilio: its protocol, on loopback, in real time.")] = "wav",
    as_json: AsJson = False,
) -> None:
    """Run a whole phone call: voice activity, recognition, dialogue, synthesis, with the time of each stage."""
    existing(wav)
    if out.is_dir():
        raise BadInput(f"--out is a folder: {out}")
    if not out.resolve().parent.is_dir():
        raise BadInput(f"no such folder: {out.parent}")
    if leg not in ("wav", "twilio"):
        raise BadInput(f"--leg must be wav or twilio, got {leg}")
    debtors_side = recorded_call(wav)
    if isinstance(debtors_side, BadAudio):
        raise BadInput(f"{wav.name}: {debtors_side.detail}")
    settings = Settings()
    recogniser = open_recogniser(settings)
    if recogniser.caution:
        tell(f"amends: {recogniser.caution}")
    with (
        debtor_on_a_floor(lang, account, seed) as (floor, debtor),
        open_speaking(settings) as speaks,
        PhoneLoop() as phones,
    ):
        call_on = partial(
            run_call,
            talks=floor.sessions,
            voicebox=Voicebox(HearingPool(recogniser), speaks),
            account_id=debtor.account_id,
            language=debtor.language,
            last_intent=lambda talk: _last_intent(floor.ledger, talk),
        )
        if leg == "twilio":
            phone = RecordedPhone(debtors_side, polite=not live)
            done = phones.run(_over_twilio(phone, debtor.language, call_on))
            write_wav(out, phone.bot())
        else:
            done = phones.run(call_on(WavLeg(debtors_side, out, polite=not live, real_time=live)))
    answer(done, as_json=as_json, text=lambda: _told(done))


async def _over_twilio(phone: RecordedPhone, language: str, call_on: CallOn) -> CallRecord:
    async with dialled(phone, language) as leg:
        return await call_on(leg)


def _last_intent(ledger: Ledger, conversation_id: str) -> str | None:
    with ledger.read() as work:
        heard = select(Turn.intent).where(Turn.conversation_id == conversation_id, Turn.speaker == "debtor")
        return work.session.exec(heard.order_by(col(Turn.seq).desc())).first()


def _told(record: CallRecord) -> str:
    lines = []
    for turn in record.turns:
        if turn.heard_by in ("voice", "keys"):
            lines.append(f"debtor ({turn.heard_by}, {turn.confidence:.2f}): {turn.text}")
        lines.extend(f"bot: {text}" for text in turn.bot_text)
        if turn.interrupted:
            lines.append("    (interrupted)")
        times = turn.ms
        lines.append(
            f"    ms: activity {times.activity:.0f}, waiting {times.waiting:.0f}, recognition {times.recognition:.0f}, "
            f"dialogue {times.dialogue:.0f}, synthesis {times.synthesis:.0f}, first audio {times.first_audio:.0f}"
        )
    return "\n".join([*lines, f"outcome: {record.outcome}"])
