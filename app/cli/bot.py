"""Commands that talk in the terminal: bot say and the commands beside it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import select

from app import wiring
from app.cli.console import BadInput, stderr, tell
from app.cli.rehearse import rehearse
from app.cli.replay import replay
from app.cli.triage import triage
from app.floor import Floor, open_floor
from app.settings import Settings
from bot.session import Reply
from ledger.tables import Account, Debtor
from rehearsal.practice import PracticeDebtor, practice_debtor

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


def say(lang: Language = "en", account: AccountRef = None, seed: Seed = 1) -> None:
    """Talk to the bot in the terminal, through the real dialogue server. End with Ctrl-D."""
    with debtor_on_a_floor(lang, account, seed) as (floor, debtor):
        _show(reply := floor.sessions.start(debtor.account_id, "terminal", debtor.language))
        while not reply.ended:
            stderr.print("> " if sys.stdin.isatty() else "", end="")
            line = sys.stdin.readline()
            if not line:
                break
            if line.strip():
                _show(reply := floor.sessions.turn(reply.conversation_id, line.strip()))


@contextmanager
def debtor_on_a_floor(language: str, external_ref: str | None, seed: int) -> Iterator[tuple[Floor, PracticeDebtor]]:
    """A floor, and somebody on it to talk with: of your own ledger by `external_ref`, else made up in one apart."""
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
