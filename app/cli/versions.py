"""Strategy versions from the command line: draft, approve, roll back, list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import col, select

from app import wiring
from app.cli.console import BadInput, answer, table
from app.cli.drafts import draft_in
from app.cli.records import AsJson
from app.fairness import judge
from app.settings import Settings
from app.simulating import read_standing
from app.tiering import retier_and_hand_over
from ledger.ledger import UnitOfWork
from ledger.tables import StrategyVersion
from strategy.versions import REASON_NEEDED, NotPutInForce, approve, draft, roll_back, settings_of

Version = Annotated[int, typer.Argument(help="The number of the version.")]
By = Annotated[str, typer.Option("--by", help="Who does this.")]


def register_on(strategy: typer.Typer) -> None:
    """The commands on versions, beside the others of `amends strategy`."""
    strategy.command("versions")(versions)
    strategy.command("draft")(put_down)
    strategy.command("approve")(put_in_force)
    strategy.command("rollback")(put_back)


def versions(as_json: AsJson = False) -> None:
    """Every version there is, newest first, with who wrote it and who approved it."""
    with wiring.open_ledger(Settings()).read() as work:
        rows = work.session.exec(select(StrategyVersion).order_by(col(StrategyVersion.version).desc())).all()
        told = [
            {
                "version": row.version,
                "status": row.status,
                "author": row.author,
                "approved_by": row.approved_by,
                "note": row.note,
                "accepted": row.accepted,
                "published_at": row.published_at,
            }
            for row in rows
        ]
    answer(told, as_json=as_json, text=lambda: "\n\n".join(table(each) for each in told))


def put_down(
    file: Annotated[Path, typer.Argument(help="A draft strategy as JSON, as `amends strategy show` prints it.")],
    by: By,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write a draft down for another person to approve; nothing changes in force."""
    wanted = draft_in(file)
    if not by.strip():
        raise BadInput("--by must name who wrote the draft")
    with wiring.open_ledger(Settings()).begin() as work:
        version = draft(work, wanted, by.strip(), note.strip())
    answer({"draft": version}, as_json=as_json, text=lambda: f"draft {version} waits for another person's approval")


def put_in_force(
    version: Version,
    by: By,
    reason: Annotated[str, typer.Option(help="Why what blocks is accepted (`amends fairness` shows it).")] = "",
    as_json: AsJson = False,
) -> None:
    """Put a draft in force, by a person other than its author; every account gets its tier anew."""
    settings = Settings()
    with wiring.open_ledger(settings).begin() as work:
        try:
            wanted = settings_of(work, version)
        except KeyError:
            raise BadInput(f"there is no version {version}") from None
        findings = judge(read_standing(work, settings), settings, wanted).findings
        done = approve(work, version, by, findings, reason)
        if done == NotPutInForce(REASON_NEEDED):
            blocking = " ".join(each.fact("en") for each in findings if each.blocking)
            raise BadInput(f"{REASON_NEEDED} (--reason). {blocking}")
        _answer(work, done, as_json)


def put_back(version: Version, by: By, as_json: AsJson = False) -> None:
    """Put an earlier version in force again, as a new one; every account gets its tier anew."""
    with wiring.open_ledger(Settings()).begin() as work:
        _answer(work, roll_back(work, version, by), as_json)


def _answer(work: UnitOfWork, done: int | NotPutInForce, as_json: bool) -> None:
    if isinstance(done, NotPutInForce):
        raise BadInput(done.why)
    told: dict[str, Any] = {"in_force": done, "accounts": retier_and_hand_over(work)}
    answer(told, as_json=as_json, text=lambda: table(told))
