"""Commands on holds: list, place, ask-lift, lift, import."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from app import wiring
from app.cli.console import BadInput, aligned, answer, existing, operator, progress, table
from app.cli.contacts import imported
from app.cli.records import AsJson
from app.settings import Settings
from app.web.words import say
from desk.looked_up import HOLDS, asked_about, listed_holds
from ledger.ledger import UnitOfWork
from ledger.named_account import account_called
from ledger.tables import Account, Hold
from strategy.holds.importing import import_said
from strategy.holds.kinds import KINDS, SCOPES
from strategy.holds.lifting import LIFT_REASONS, Refused
from strategy.holds.placing import over_everywhere
from strategy.holds.reading import HeldNow, holds_of
from strategy.holds.recording import ask_lift, lift, place_by_hand

T = TypeVar("T")

By = Annotated[str, typer.Option("--by", help="The name of whoever does this.")]
AccountRef = Annotated[str, typer.Argument(help="The account's reference, or its id.")]
HoldId = Annotated[str, typer.Argument(help="The hold's id, as the list shows it.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its last day.")]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day a breathing space was registered.")]
TreatmentEnds = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day of a crisis treatment.")
]
_KINDS = ", ".join(kind.id for kind in KINDS if kind.by_hand)
_REASONS = ", ".join(LIFT_REASONS)


def register(cli: typer.Typer) -> None:
    holds = typer.Typer(help="What forbids contact: see it, place it, lift it.", no_args_is_help=True)
    holds.command("list")(show)
    holds.command("place")(place)
    holds.command("ask-lift")(ask)
    holds.command("lift")(lift_one)
    holds.command("import")(import_file)
    cli.add_typer(holds, name="holds")


def show(
    account: Annotated[str | None, typer.Option(help="Only of the person who owes this account.")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only what binds now.")] = False,
    as_json: AsJson = False,
) -> None:
    """The holds on record, the latest first."""
    with wiring.open_ledger(Settings()).begin() as work:
        debtor_id = account_of(work, account).debtor_id if account is not None else None
        found = holds_of(work, debtor_id, only_binding=only_open)
        if account is not None:
            asked_about(work, account, HOLDS, operator())
        else:
            listed_holds(work, len(found), operator())
    answer([dataclasses.asdict(each) for each in found], as_json=as_json, text=lambda: _listed(found))


def place(
    account: AccountRef,
    kind: Annotated[str, typer.Argument(help=f"One of {_KINDS}.")],
    by: By,
    scope: Annotated[str | None, typer.Option(help=f"One of {', '.join(SCOPES)}; the kind's own if not given.")] = None,
    channel: Annotated[str | None, typer.Option(help="The channel that a hold of that scope means.")] = None,
    until: Until = None,
    since: Since = None,
    treatment_ends: TreatmentEnds = None,
    as_json: AsJson = False,
) -> None:
    """Place a hold on the person who owes an account."""
    with wiring.open_ledger(Settings()).begin() as work:
        made = done(
            place_by_hand(
                work,
                account_of(work, account).id,
                kind,
                by,
                scope=scope,
                channel=channel,
                until=over_everywhere(until.date()) if until else None,
                since=since.date() if since else None,
                treatment_ends=treatment_ends.date() if treatment_ends else None,
            )
        )
    _told(made, as_json=as_json)


def ask(
    hold: HoldId, by: By, why: Annotated[str, typer.Option(help=f"One of {_REASONS}.")], as_json: AsJson = False
) -> None:
    """Ask for a hold to be lifted; a grave one is then lifted by somebody else."""
    with wiring.open_ledger(Settings()).begin() as work:
        made = done(ask_lift(work, hold, by, why))
    _told(made, as_json=as_json)


def lift_one(
    hold: HoldId,
    by: By,
    why: Annotated[str, typer.Option(help=f"One of {_REASONS}; needed where nobody has asked with one.")] = "",
    as_json: AsJson = False,
) -> None:
    """Lift a hold. A refusal is recorded, too."""
    # The answer is looked at outside the transaction: a refusal must not take its own record back.
    with wiring.open_ledger(Settings()).begin() as work:
        answered = lift(work, hold, by, why)
    _told(done(answered), as_json=as_json)


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, in the layout of docs/holds.md.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Record holds, consents and wishes that are on file elsewhere; what cannot be read is named."""
    settings = Settings()
    ledger = wiring.open_ledger(settings)
    with progress(f"importing {file.name}"):
        done = import_said(ledger, existing(file), by, settings.home)
    imported(done, as_json=as_json)


def account_of(work: UnitOfWork, account: str) -> Account:
    """:raises BadInput: there is no such account."""
    found = account_called(work, account)
    if found is None:
        raise BadInput(f"no such account: {account}")
    return found


def done(answered: T | Refused) -> T:
    """:raises BadInput: it was refused; the line says why."""
    if isinstance(answered, Refused):
        raise BadInput(say(f"refused.{answered.why}", "en"))
    return answered


def _told(hold: Hold, *, as_json: bool) -> None:
    names = ("id", "reason", "scope", "placed_by", "until", "lift_asked_by", "lift_why", "lifted_at", "lifted_by")
    told: dict[str, Any] = {name: getattr(hold, name) for name in names}
    shown = {name: value for name, value in told.items() if value is not None}
    answer(told, as_json=as_json, text=lambda: table(shown))


def _listed(found: tuple[HeldNow, ...]) -> str:
    if not found:
        return "no hold"
    head = ["hold", "account", "reason", "scope", "binds", "until", "lift", "placed by", "state"]
    return "\n".join(aligned([head, *(_row(each) for each in found)]))


def _row(each: HeldNow) -> list[str]:
    until = f"{each.until:%Y-%m-%d %H:%M}" if each.until else "-"
    state = "binding" if each.binding else f"lifted by {each.lifted_by}" if each.lifted_at else "over"
    if each.binding and each.asked_by:
        state = f"{each.asked_by} asks to lift it ({each.why})"
    scope = f"{each.scope} {each.what}".strip()
    return [each.id, each.account, each.reason, scope, each.binds, until, each.lift, each.placed_by, state]
