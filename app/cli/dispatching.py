"""Commands of contact: plan (and why an account is contacted or not), dispatch, and pause, drain, resume, status."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Literal

import typer

from app import wiring
from app.cli.console import BadInput, aligned, answer, operator, table
from app.cli.records import AsJson
from app.explaining import CARRIED, explanation_json, explanation_lines, scope_name, since_line, state_name
from app.settings import Settings
from app.web.words import say
from bot.chat.outbox import Outbox
from desk.looked_up import CONTACTS, asked_about
from strategy.dispatch.attempts import reconcile
from strategy.dispatch.explain_account import explain_account
from strategy.dispatch.leader import leadership
from strategy.dispatch.lines import NoLines, with_lines
from strategy.dispatch.overview import Overview, ScopeNow, overview
from strategy.dispatch.pace import DRAINING, PAUSED, RUNNING, SCOPES
from strategy.dispatch.planning import plan as plan_contacts
from strategy.dispatch.switches import NO_SUCH_SCOPE, NotSwitched, switch
from strategy.dispatch.tick import tick
from strategy.dispatch.turnstile import turnstile
from strategy.dispatch.watch import watch
from strategy.policy.packs import shipped_packs

Lang = Annotated[Literal["zh", "en"], typer.Option("--lang", help="zh or en.")]
Scope = Annotated[
    str, typer.Option("--scope", help="all, channel:CHANNEL or campaign:TREATMENT/CHANNEL, e.g. campaign:remind/chat.")
]
By = Annotated[str, typer.Option("--by", help="Who does this.")]


def register(cli: typer.Typer) -> None:
    cli.command()(plan)
    dispatch = typer.Typer(help="Send what is due now; pause, drain and resume.", invoke_without_command=True)
    dispatch.callback()(send_unless_told)
    for command in (run, pause, drain, resume, status):
        dispatch.command()(command)
    cli.add_typer(dispatch, name="dispatch")


def plan(
    explain: Annotated[
        str | None, typer.Option("--explain", help="Why this account (reference or id) is or is not contacted today.")
    ] = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
) -> None:
    """Plan the contacts of the next 24 hours; or, with --explain, plan nothing and explain one account."""
    ledger = wiring.open_ledger(Settings())
    if explain is None:
        planned = plan_contacts(ledger, carried=CARRIED)
        told = {"planned": dict(planned.planned), "not_planned": dict(planned.not_planned)}
        answer(told, as_json=as_json, text=lambda: table(told))
        return
    with ledger.begin() as work:
        asked_about(work, explain, CONTACTS, operator())
        found = explain_account(work, shipped_packs(), explain, CARRIED)
    if found is None:
        raise BadInput(f"there is no account {explain}")
    answer(explanation_json(found, lang), as_json=as_json, text=lambda: "\n".join(explanation_lines(found, lang)))


def send_unless_told(context: typer.Context, as_json: AsJson = False) -> None:
    """Without a further word: send what is due now through the gate, once."""
    if context.invoked_subcommand is None:
        run(as_json)


def run(as_json: AsJson = False) -> None:
    """Send what is due now through the gate, once; chat links go into the outbox file."""
    settings = Settings()
    ledger = wiring.open_ledger(settings)
    outbox = Outbox(ledger, settings.home / "outbox.jsonl", settings.public_url, settings.invite_hours)
    with leadership(wiring.dispatch_lead(settings, ledger)):
        reconcile(ledger)
        watch(ledger)
        ticked = tick(ledger, shipped_packs(), outbox.place, turnstile=with_lines(turnstile, {"voice": NoLines()}))
    # Not `asdict`, which would make counters that count pairs.
    told = {each.name: getattr(ticked, each.name) for each in dataclasses.fields(ticked)}
    answer(told, as_json=as_json, text=lambda: table(told))


def pause(by: By, scope: Scope = "all", as_json: AsJson = False) -> None:
    """Let nothing new begin; what is planned stays planned. A process that serves obeys within a minute."""
    _switch(scope, PAUSED, by, as_json)


def drain(by: By, scope: Scope = "all", as_json: AsJson = False) -> None:
    """Let what is under way end and nothing new begin; `amends dispatch status` says when it is empty."""
    _switch(scope, DRAINING, by, as_json)


def resume(by: By, scope: Scope = "all", as_json: AsJson = False) -> None:
    """Let contacts of the scope go out again; what the breaker saw before counts no more."""
    _switch(scope, RUNNING, by, as_json)


def status(lang: Lang = "zh", as_json: AsJson = False) -> None:
    """Every scope: whether it runs, since when, by whom and why, what is under way, and what the breaker counts."""
    with wiring.open_ledger(Settings()).read() as work:
        found = overview(work)
    told = {"window_minutes": found.window_minutes, "scopes": [_plain(each) for each in found.scopes]}
    answer(told, as_json=as_json, text=lambda: "\n".join(_rows(found, lang)))


def _switch(scope: str, state: str, by: str, as_json: bool) -> None:
    with wiring.open_ledger(Settings()).begin() as work:
        done = switch(work, scope, state, by)
    if isinstance(done, NotSwitched):
        known = f": {scope}; there are {', '.join(SCOPES)}" if done.why == NO_SUCH_SCOPE else " (--by)"
        raise BadInput(f"{done.why}{known}")
    told = {"scope": done.scope, "state": done.state, "by": done.by, "at": done.at}
    answer(told, as_json=as_json, text=lambda: table(told))


def _plain(each: ScopeNow) -> dict[str, Any]:
    switched = each.switch
    return {
        "scope": each.scope,
        "state": each.state,
        "stopped_with": each.stopped_with,
        "why": switched.why if switched else None,
        "by": switched.by if switched else None,
        "at": switched.at if switched else None,
        "figures": dict(switched.figures) if switched else {},
        "under_way": each.under_way,
        "empty": each.under_way == 0,
        "window": dataclasses.asdict(each.counts),
    }


def _rows(found: Overview, lang: Literal["zh", "en"]) -> list[str]:
    rows = [[say(f"dispatch.{name}", lang) for name in ("scope", "state", "under_way", "window", "since")]]
    for each in found.worth_telling():
        window = say("dispatch.counts", lang, **dataclasses.asdict(each.counts))
        since = since_line(each.switch, lang)
        rows.append([scope_name(each.scope, lang), state_name(each, lang), str(each.under_way), window, since])
    return [*aligned(rows), say("dispatch.window_of", lang, minutes=found.window_minutes)]
