"""Commands on the contact policy: check cases, list packs, show one, and what the drafts would have denied."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from app import wiring
from app.cli.console import BadInput, aligned, answer, existing
from app.cli.records import AsJson
from app.settings import Settings
from strategy.policy.check import CaseResult, check_cases
from strategy.policy.listing import ClauseRow, PackRow, clauses_on, pack_rows
from strategy.policy.packs import shipped_packs
from strategy.shadow import Shadow, shadow_of

Day = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="A day; today when not given.")]


def register(cli: typer.Typer) -> None:
    policy = typer.Typer(help="The contact policy: law as dated, cited data.", no_args_is_help=True)
    for command in (check, show, shadow):
        policy.command()(command)
    policy.command("list")(list_packs)
    cli.add_typer(policy, name="policy")


def check(
    cases: Annotated[Path, typer.Argument(help="Policy cases as JSON: {cases: [{id, given, expected, reason}]}.")],
    as_json: AsJson = False,
) -> None:
    """Decide each case of a file, and print the decision and every reason."""
    results = check_cases(existing(cases))
    answer([result.as_json() for result in results], as_json=as_json, text=lambda: "\n".join(map(_line, results)))


def list_packs(as_json: AsJson = False) -> None:
    """Every pack: its version, status and calendar, and what is wrong or about to be."""
    rows = pack_rows(shipped_packs(), wiring.real_clock().date())
    answer(rows, as_json=as_json, text=lambda: "\n".join(_packs_table(rows)))


def show(
    pack: Annotated[str, typer.Argument(help="The id of a pack, e.g. US-FED.")], on: Day = None, as_json: AsJson = False
) -> None:
    """The clauses of a pack that are in force on a day, each with its source and confidence."""
    packs = shipped_packs()
    if pack in packs.broken:
        raise BadInput(f"{pack} cannot be read: {packs.broken[pack]}")
    if pack not in packs.by_id:
        raise BadInput(f"there is no pack {pack!r}; there are {', '.join(sorted(packs.by_id))}")
    day = on.date() if on else wiring.real_clock().date()
    rows = clauses_on(packs.by_id[pack], day)
    answer(rows, as_json=as_json, text=lambda: "\n".join(_clause_lines(rows, pack, day)))


def shadow(
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="How many days back.")] = 30,
    as_json: AsJson = False,
) -> None:
    """What the draft packs would have denied, by clause, counted from recorded decisions."""
    ledger = wiring.open_ledger(Settings())
    with ledger.read() as work:
        counted = shadow_of(work, work.now - timedelta(days=days), work.now + timedelta(microseconds=1))
    answer(counted, as_json=as_json, text=lambda: "\n".join(_shadow_lines(counted)))


def _line(result: CaseResult) -> str:
    verdict = {True: "as expected", False: "NOT AS EXPECTED", None: ""}[result.passed]
    return f"{result.id:<16} {', '.join(result.codes):<40} {verdict}"


def _packs_table(rows: list[PackRow]) -> list[str]:
    cells = [["pack", "name", "status", "over", "clauses", "holidays through", "version"]]
    cells += [
        [row.id, row.name, row.status, row.under or "", str(row.clauses), str(row.verified_through or ""), row.version]
        for row in rows
    ]
    said = [f"{row.id}: {warning}" for row in rows for warning in row.warnings]
    said += [f"{row.id}: {row.broken}" for row in rows if row.broken]
    return [*aligned(cells), *([""] if said else []), *said]


def _clause_lines(rows: list[ClauseRow], pack: str, day: date) -> list[str]:
    lines = [f"{pack} on {day}"]
    for row in rows:
        until = f" to {row.effective_to}" if row.effective_to else ""
        lines += [
            f"{row.id} ({row.section}, {row.confidence}, from {row.effective_from}{until})",
            f"    {_spelled(row.values)}",
            f"    {row.source}",
        ]
    return lines


def _spelled(values: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}: {_word(value)}" for name, value in values.items())


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_word(item["text"] if isinstance(item, Mapping) else item) for item in value) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _shadow_lines(counted: Shadow) -> list[str]:
    since, until = (moment.astimezone(UTC).date() for moment in (counted.since, counted.until))
    lines = [
        f"{since} to {until}: {counted.decisions} decisions; drafts objected to {counted.objected}, "
        f"{counted.newly_denied} of them allowed by what is in force"
    ]
    if counted.clauses:
        cells = [["draft", "objected", "alone", "code", "clause"]]
        cells += [[each.pack, str(each.objected), str(each.alone), each.code, each.clause] for each in counted.clauses]
        lines += aligned(cells)
    return lines
