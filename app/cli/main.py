"""The command line: a contract. Exit 0 on success, 2 on bad input with one clear line, 1 on a fault of ours."""

from __future__ import annotations

import sys

import structlog
import typer
from pydantic import ValidationError

from app import logs
from app.cli import bot, collect, demo, policy, records, serve, speech, strategy
from app.cli.console import stderr
from app.cli.faults import CLEAR_FAULTS

cli = typer.Typer(
    name="amends",
    help="Amends (善还): the collections floor of a bank, as software.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for room in (demo, records, collect, strategy, policy, bot, speech, serve):
    room.register(cli)


def main() -> None:
    """Run one command; turn what the caller can mend into one line and exit status 2."""
    logs.configure("info")
    try:
        cli()
    except ValidationError as error:
        wrong = error.errors()[0]
        name = "_".join(str(part) for part in wrong["loc"]).upper()
        stderr.print(f"amends: the setting AMENDS_{name} is wrong: {wrong['msg']}", markup=False)
        sys.exit(2)
    except CLEAR_FAULTS as error:
        stderr.print(f"amends: {error}", markup=False)
        sys.exit(2)
    except KeyboardInterrupt:
        stderr.print("amends: stopped")
        sys.exit(130)
    except Exception:
        # The words of an unforeseen exception may quote a debtor; its type and place are what we need.
        structlog.get_logger().error("command failed", exc_info=True)
        stderr.print("amends: an unexpected fault; the log line above says where", markup=False)
        sys.exit(1)
