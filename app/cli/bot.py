"""Commands that talk: bot say, call."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from app import wiring
from app.cli.console import BadInput, answer, existing, stderr, tell
from app.cli.records import AsJson
from app.cli.rehearse import rehearse
from app.cli.replay import replay
from app.cli.triage import triage
from app.floor import Floor, open_floor
from app.settings import Settings
from bot.phone.call import Voicebox, run_call
from bot.phone.record import CallRecord
from bot.phone.wav_leg import WavLeg
from bot.session import Reply
from ledger.tables import Account, Debtor, Turn
from rehearsal.practice import PracticeDebtor, practice_debtor
from speech.audio import BadAudio
from speech.hear import HearSettings, Recogniser
from speech.speak import Speaker

Language = Annotated[str, typer.Option("--lang", help="zh or en.")]
AccountRef = Annotated[
    str | None,
    typer.Option("--account", help="external_ref of an account in your ledger; else a made-up debtor in one apart."),
]
Seed = Annotated[int, typer.Option(min=0, help="Which made-up debtor.")]


def register(cli: typer.Typer) -> None:
    talk = typer.Typer(help="Talk to the bot.", no_args_is_help=True)
    talk.command("say")(say)
    talk.command("replay")(replay)
    talk.command("rehearse")(rehearse)
    talk.command("triage")(triage)
    talk.callback()(lambda: None)
    cli.add_typer(talk, name="bot")
    cli.command("call")(call)


def say(lang: Language = "en", account: AccountRef = None, seed: Seed = 1) -> None:
    """Talk to the bot in the terminal, through the real dialogue server. End with Ctrl-D."""
    with _debtor_on_a_floor(lang, account, seed) as (floor, debtor):
        _show(reply := floor.sessions.start(debtor.account_id, "terminal", debtor.language))
        while not reply.ended:
            stderr.print("> " if sys.stdin.isatty() else "", end="")
            line = sys.stdin.readline()
            if not line:
                break
            if line.strip():
                _show(reply := floor.sessions.turn(reply.conversation_id, line.strip()))


def call(
    wav: Annotated[Path, typer.Option(help="The debtor's side of the call; each utterance answers the bot.")],
    out: Annotated[Path, typer.Option(help="Where the bot's side is written, as a 16 kHz WAV.")],
    lang: Language = "en",
    account: AccountRef = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Run a whole phone call: voice activity, recognition, dialogue, synthesis, with the time of each stage."""
    existing(wav)
    if out.is_dir():
        raise BadInput(f"--out is a folder: {out}")
    if not out.resolve().parent.is_dir():
        raise BadInput(f"no such folder: {out.parent}")
    leg = WavLeg.open(wav, out)
    if isinstance(leg, BadAudio):
        raise BadInput(f"{wav.name}: {leg.detail}")
    recogniser = Recogniser(HearSettings(model=Settings().asr_model))
    if recogniser.caution:
        tell(f"amends: {recogniser.caution}")
    with _debtor_on_a_floor(lang, account, seed) as (floor, debtor), Speaker() as speaker:

        def last_intent(conversation_id: str) -> str | None:
            with floor.ledger.read() as work:
                heard = select(Turn.intent).where(Turn.conversation_id == conversation_id, Turn.speaker == "debtor")
                return work.session.exec(heard.order_by(col(Turn.seq).desc())).first()

        done = run_call(
            leg,
            sessions=floor.sessions,
            voicebox=Voicebox(recogniser, speaker),
            account_id=debtor.account_id,
            language=debtor.language,
            last_intent=last_intent,
        )
    answer(done, as_json=as_json, text=lambda: _told(done))


@contextmanager
def _debtor_on_a_floor(language: str, external_ref: str | None, seed: int) -> Iterator[tuple[Floor, PracticeDebtor]]:
    if language not in ("zh", "en"):
        raise BadInput(f"--lang must be zh or en, got {language}")
    settings = Settings()
    with tempfile.TemporaryDirectory(prefix="amends-practice-") as folder:
        if external_ref is None:
            apart = settings.model_copy(update={"home": Path(folder), "database_url": None, "mode": "demo"})
            ledger = wiring.open_ledger(apart)
            debtor = practice_debtor(ledger, apart.home, language, seed, wiring.real_clock().date())
            tell(f"A made-up debtor, in a ledger of their own. Identity answer: {debtor.identity_answer}")
        else:
            ledger = wiring.open_ledger(settings)
            with ledger.read() as work:
                found = select(Account.id, Debtor.language).join(Debtor).where(Account.external_ref == external_ref)
                row = work.session.exec(found).first()
            if row is None:
                raise BadInput(f"no account {external_ref} in {settings.home}")
            debtor = PracticeDebtor(row[0], language, "")
        with open_floor(settings, ledger, wiring.free_port(), lambda step: tell(f"==> {step}")) as floor:
            yield floor, debtor


def _show(reply: Reply) -> None:
    for line in reply.lines:
        typer.echo(f"bot: {line.text}")
    if reply.escalated:
        tell("    (a person has this case now)")


def _told(record: CallRecord) -> str:
    lines = []
    for turn in record.turns:
        if turn.heard_by != "opening":
            lines.append(f"debtor ({turn.heard_by}, {turn.confidence:.2f}): {turn.text}")
        lines.extend(f"bot: {text}" for text in turn.bot_text)
        times = turn.ms
        lines.append(
            f"    ms: activity {times.activity:.0f}, waiting {times.waiting:.0f}, recognition {times.recognition:.0f}, "
            f"dialogue {times.dialogue:.0f}, synthesis {times.synthesis:.0f}, first audio {times.first_audio:.0f}"
        )
    return "\n".join([*lines, f"outcome: {record.outcome}"])
