"""Draft strategies as files, for the commands that take one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import BadInput, existing
from strategy.settings import InvalidSettings, StrategySettings, from_json

Draft = Annotated[Path, typer.Option(help="A draft strategy as JSON, as `amends strategy show` prints it.")]


def draft_in(path: Path) -> StrategySettings:
    """A draft from a file.

    :raises BadInput: it is not one; says what is wrong with it.
    """
    try:
        wanted = from_json(json.loads(existing(path).read_text(encoding="utf-8")))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path.name} is not JSON: {error}") from error
    if isinstance(wanted, InvalidSettings):
        raise BadInput(f"{path.name}: {wanted}")
    return wanted
