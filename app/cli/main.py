"""The command line: a contract. Exit 0 on success, 2 on bad input with one clear line, 1 on a fault of ours."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final

import structlog
import typer
from typer.core import TyperGroup

from app import logs
from app.cli.console import refuse, tell
from app.cli.faults import NO_COMMAND, clear_line
from app.settings import Settings

# Each command's module is loaded when it is called: together they load half the scientific Python world.
COMMANDS: Final = {
    "demo": ("demo", "A day of collections: real Rasa, CatBoost and gate; made-up people."),
    "init": ("records", "Make the keys and the database."),
    "import": ("records", "Import a portfolio file."),
    "train": ("collect", "Train willingness and ability on every imported book."),
    "score": ("collect", "Score every open account and put it into a tier; or a file to a file."),
    "explain": ("models", "Why an account has its scores and tier, and what would move it."),
    "models": ("models", "The scoring models: list, show, card, compare, promote, rollback."),
    "plan": ("dispatching", "Plan the contacts of the next 24 hours; --explain says why one account waits."),
    "dispatch": ("dispatching", "Send what is due now, once; pause, drain, resume, status."),
    "serve": ("serve", "Serve the pages and dispatch what is due."),
    "report": ("records", "What happened on one day, counted from the records."),
    "strategy": ("strategy", "The strategy: show, simulate, value; versions, draft, approve, rollback."),
    "fairness": ("fairness", "Whether groups of people are treated alike, and what would block."),
    "capacity": ("capacity", "What today's hours and contacts are best spent on, and what more would be worth."),
    "experiment": ("experiments", "Experiments: forecast, start, status, review, stop."),
    "quality": ("quality", "The quality of the data that came in: show, accept."),
    "holds": ("holds", "Holds on contact: list, place, ask-lift, lift, import."),
    "consent": ("consent", "What people agreed to: show, grant, revoke."),
    "wishes": ("consent", "What people wish about contact: list, add, withdraw."),
    "contacts": ("contacts", "Contacts made elsewhere, which count like ours: import."),
    "policy": ("policy", "The contact policy: check, list, show, shadow."),
    "bot": ("bot", "Talk to the bot, or have talks played: say, replay, rehearse."),
    "call": ("calling", "Run a whole phone call from a WAV."),
    "speech": ("speech", "Hear and speak: transcribe, say, script."),
    "audit": ("audit", "The audit chain: verify, anchor, key."),
}


class LateGroup(TyperGroup):
    """The commands, each loaded when it is called; their list is known without loading any.

    The signatures are click's, which Typer carries inside itself under names of its own.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        shelf = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None)
        # Without a callback Typer turns a single command into the whole program.
        shelf.callback()(lambda: None)
        import_module(f"app.cli.{COMMANDS[cmd_name][0]}").register(shelf)
        group = typer.main.get_command(shelf)
        return group.commands[cmd_name] if isinstance(group, TyperGroup) else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


cli = typer.Typer(
    cls=LateGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)


@cli.callback()
def amends() -> None:
    """Amends (善还): the collections floor of a bank, as software."""
    logs.configure(Settings().log_level)


def main() -> None:
    """Run one command; turn what the caller can mend into one line and exit status 2."""
    logs.configure("info")
    if not all(_is_text(each) for each in sys.argv):
        sys.exit(refuse("an argument is not text in UTF-8", 2))
    try:
        sys.exit(cli(standalone_mode=False))
    except KeyboardInterrupt:
        sys.exit(refuse("stopped", 130))
    except Exception as error:
        sys.exit(_told(error))


def _is_text(argument: str) -> bool:
    # Bytes that are no UTF-8 arrive as half characters, which no database and no key takes.
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _told(error: Exception) -> int:
    """Say what went wrong, and give the exit status."""
    if type(error).__name__ == NO_COMMAND:
        tell(str(error))
        return 2
    line = clear_line(error)
    if line is not None:
        return refuse(line, 2)
    # The words of an unforeseen exception may quote a debtor; its type and place are what we need.
    structlog.get_logger().error("command failed", exc_info=error)
    return refuse("an unexpected fault; the log line above says where", 1)
