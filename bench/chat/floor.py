"""Our whole path in a process of its own: ``python -m bench.chat.floor HOME TALKS [LEARNT]``.

Prints one line of JSON when it is ready, and ends when its standard input is closed. With LEARNT, a file, its acts note
what they answer.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from sqlmodel import select

import app.floor
from app import logs, wiring
from app.floor import open_floor
from app.settings import Settings
from bench.chat.acts import LearntActions
from bench.chat.talks import Debtor
from bot.chat.invites import make_invite
from ledger import tables
from ledger.importing.portfolio import import_file
from ledger.ledger import Ledger
from rehearsal.people import MadeUpPeople
from rehearsal.portfolio import make_book

ROWS_A_TALK = 120
"""About one row in twelve is overdue, and the fewest of those speak English."""


def debtors(ledger: Ledger, home: Path, talks: int) -> list[Debtor]:
    """So many of each language, with a chat link each."""
    people, file = MadeUpPeople(1), home / "book.parquet"
    make_book(max(ROWS_A_TALK * talks, 500), people.seed, ledger.clock().date()).write_parquet(file)
    import_file(ledger, file, people, home)
    found: list[Debtor] = []
    with ledger.begin() as work:
        rows = work.session.exec(
            select(tables.Account, tables.Debtor.language).join(tables.Debtor).order_by(tables.Account.external_ref)
        ).all()
        for language in ("zh", "en"):
            accounts = [account for account, spoken in rows if spoken == language][:talks]
            if len(accounts) < talks:
                raise LookupError(f"only {len(accounts)} of {talks} debtors speak {language}")
            for account in accounts:
                token = make_invite(work, account.id, None, 24).token
                answer = people.identity_last4(account.external_ref)
                found.append(Debtor(token, language, answer, str(account.amount_due)))
    return found


def main(home: Path, talks: int, learnt: Path | None) -> None:
    logs.configure("warning")
    if learnt is not None:
        LearntActions.file = learnt
        setattr(app.floor, "Actions", LearntActions)  # noqa: B010
    # The home is all that is not as it is run in earnest; Rasa's own holds the model, and need not be trained again.
    settings = Settings(home=home, database_url=None, mode="demo")
    ledger = wiring.open_ledger(settings)
    here = debtors(ledger, home, talks)
    with open_floor(settings, ledger, wiring.free_port(), lambda step: print(step, file=sys.stderr)) as floor:  # noqa: T201
        print(json.dumps({"url": floor.url, "debtors": [asdict(each) for each in here]}), flush=True)  # noqa: T201
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
