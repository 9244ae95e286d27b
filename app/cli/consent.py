"""Commands on what people agree to (consent: show, grant, revoke) and wish (wishes: list, add, withdraw)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from app import wiring
from app.cli.console import BadInput, aligned, answer, operator, table
from app.cli.holds import AccountRef, By, account_of, done
from app.cli.records import AsJson
from app.settings import Settings
from app.web.words import say
from desk.looked_up import CONSENTS, WISHES, asked_about
from ledger.tables import ContactWish
from strategy.holds.consents import KINDS
from strategy.holds.lifting import is_person
from strategy.holds.placing import over_everywhere
from strategy.holds.said import change_consent, consents_of, record_wish, wishes_of, withdraw_wish
from strategy.holds.wishes import PLACES, WISH_KINDS, new_wish

ConsentKind = Annotated[str, typer.Argument(help=f"One of {', '.join(KINDS)}.")]


def register(cli: typer.Typer) -> None:
    consent = typer.Typer(help="What people agreed to, and took back.", no_args_is_help=True)
    consent.command("show")(show)
    consent.command("grant")(grant)
    consent.command("revoke")(revoke)
    cli.add_typer(consent, name="consent")
    wishes = typer.Typer(help="When, where and how people wish to be contacted.", no_args_is_help=True)
    wishes.command("list")(show_wishes)
    wishes.command("add")(add)
    wishes.command("withdraw")(withdraw)
    cli.add_typer(wishes, name="wishes")


def show(account: AccountRef, as_json: AsJson = False) -> None:
    """What holds of each kind of consent for the person who owes an account, and since when."""
    with wiring.open_ledger(Settings()).begin() as work:
        asked_about(work, account, CONSENTS, operator())
        found = consents_of(work, account_of(work, account).debtor_id)
    told = {kind: {"status": each.status, "since": each.at} for kind, each in sorted(found.items())}
    lines = {kind: f"{each['status']} since {each['since']:%Y-%m-%d %H:%M}" for kind, each in told.items()}
    answer(told, as_json=as_json, text=lambda: table(lines) or "nothing was ever agreed to, or taken back")


def grant(account: AccountRef, kind: ConsentKind, by: By, as_json: AsJson = False) -> None:
    """Record that the person has agreed."""
    _change(account, kind, "granted", by, as_json=as_json)


def revoke(account: AccountRef, kind: ConsentKind, by: By, as_json: AsJson = False) -> None:
    """Record that the person has taken it back; it binds at once."""
    _change(account, kind, "revoked", by, as_json=as_json)


def _change(account: str, kind: str, status: str, by: str, *, as_json: bool) -> None:
    named(by)
    with wiring.open_ledger(Settings()).begin() as work:
        made = done(change_consent(work, account_of(work, account).debtor_id, kind, status, "desk", by))
    told = {"kind": made.kind, "status": made.status, "at": made.at}
    answer(told, as_json=as_json, text=lambda: table(told))


def show_wishes(account: AccountRef, as_json: AsJson = False) -> None:
    """What the person who owes an account wishes now."""
    with wiring.open_ledger(Settings()).begin() as work:
        asked_about(work, account, WISHES, operator())
        found = [_plain(wish) for wish in wishes_of(work, account_of(work, account).debtor_id)]
    answer(found, as_json=as_json, text=lambda: _listed(found))


def add(
    account: AccountRef,
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(WISH_KINDS)}.")],
    by: By,
    days: Annotated[str, typer.Option(help="Weekdays of a time: mon,tue; every day if not given.")] = "",
    hours: Annotated[str, typer.Option(help="Local hours of a time: 09:00-12:00.")] = "",
    value: Annotated[str, typer.Option(help=f"The channel, or the place: {', '.join(PLACES)}.")] = "",
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its last day.")] = None,
    as_json: AsJson = False,
) -> None:
    """Record a wish. An agreed time and a call-back are of this account alone; what forbids is of the person."""
    named(by)
    with wiring.open_ledger(Settings()).begin() as work:
        owed = account_of(work, account)
        wanted = done(
            new_wish(
                kind,
                work.now,
                days=[day.strip().lower() for day in days.split(",") if day.strip()],
                hours=hours,
                value=value,
                account_id=owed.id if kind in ("agreed_time", "callback") else None,
                until=over_everywhere(until.date()) if until else None,
            )
        )
        told = _plain(record_wish(work, owed.debtor_id, wanted, "desk", by))
    answer(told, as_json=as_json, text=lambda: table(told))


def withdraw(
    wish: Annotated[str, typer.Argument(help="The wish's id, as the list shows it.")], by: By, as_json: AsJson = False
) -> None:
    """Record that the person wishes it no more."""
    named(by)
    with wiring.open_ledger(Settings()).begin() as work:
        told = _plain(done(withdraw_wish(work, wish, by)))
    answer(told, as_json=as_json, text=lambda: table(told))


def named(by: str) -> None:
    """:raises BadInput: that is nobody's name."""
    if not is_person(by):
        raise BadInput(say("refused.no_name", "en"))


def _plain(wish: ContactWish) -> dict[str, Any]:
    names = ("id", "kind", "days", "hours", "value", "given_at", "until", "source")
    return {name: getattr(wish, name) for name in names} | {"days": " ".join(wish.days)}


def _listed(found: list[dict[str, Any]]) -> str:
    if not found:
        return "no wish"
    return "\n".join(aligned([list(found[0]), *([str(cell or "") for cell in row.values()] for row in found)]))
