"""Commands on the contact policy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import answer, existing
from app.cli.records import AsJson
from strategy.policy.check import CaseResult, check_cases


def register(cli: typer.Typer) -> None:
    policy = typer.Typer(help="The contact policy: law as dated, cited data.", no_args_is_help=True)
    policy.command("check")(check)
    policy.callback()(lambda: None)
    cli.add_typer(policy, name="policy")


def check(
    cases: Annotated[Path, typer.Argument(help="Policy cases as JSON: {cases: [{id, given, expected, reason}]}.")],
    as_json: AsJson = False,
) -> None:
    """Decide each case of a file, and print the decision and every reason."""
    results = check_cases(existing(cases))
    answer([result.as_json() for result in results], as_json=as_json, text=lambda: "\n".join(map(_line, results)))


def _line(result: CaseResult) -> str:
    verdict = {True: "as expected", False: "NOT AS EXPECTED", None: ""}[result.passed]
    return f"{result.id:<16} {', '.join(result.codes):<40} {verdict}"
