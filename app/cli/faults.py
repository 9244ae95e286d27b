"""Exceptions whose message is written for the person at the keyboard: shown as one line, exit status 2."""

from __future__ import annotations

import errno
import sqlite3
from typing import Final

from pydantic import ValidationError

CLEAR_FAULTS: Final = frozenset(
    {
        "app.auditing.NoSuchEntry",
        "app.cli.console.BadInput",
        "app.database.DatabaseUnusable",
        "app.demo_database.NotForDemos",
        "app.serving.PortTaken",
        "app.trunks.TrunkUnusable",
        "app.wiring.HomeUnusable",
        "bot.rasa_process.RasaUnavailable",
        "bot.triggers.classifier.NoModel",
        "ledger.audit_anchor.AnchorUnusable",
        "ledger.audit_form.FactsRefused",
        "ledger.importing.rows.ImportRefused",
        "ledger.key_check.WrongKeys",
        "ledger.keys.KeysUnusable",
        "ledger.keys.SealBroken",
        "ledger.migrate.SchemaUnknown",
        "speech.asr_model.ModelMissing",
        "speech.natural.NoNaturalVoice",
        "strategy.dispatch.leader.NotLeader",
        "strategy.experiments.records.ExperimentRefused",
        "strategy.policy.check.CasesError",
        "strategy.quality.feed.NotAcceptable",
        "strategy.scoring.book.BookUnusable",
        "strategy.models.model_files.ModelUnusable",
        "strategy.models.promotion.PromotionRefused",
        "strategy.models.registry.RegistryUnwritable",
        "strategy.scoring.fitting.NotEnoughHistory",
        "strategy.versions.StrategyUnreadable",
    }
)
"""By name, so that refusing a wrong file name does not load every room of the house."""
NO_COMMAND: Final = "NoArgsIsHelpError"
"""No command at all: its message is the page of help."""
USAGE: Final = "typer._click.exceptions.UsageError"
"""A command, option or value that there is not."""
UNUSABLE_DISK: Final = frozenset(
    {
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOSPC,
        errno.EDQUOT,
        errno.ENOTDIR,
        errno.EEXIST,
        errno.EISDIR,
        errno.ENAMETOOLONG,
    }
)
"""What a disk refuses, wherever in a command it does."""
UNUSABLE_DATABASE: Final = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it cannot be written",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written, or is full",
    sqlite3.SQLITE_NOTADB: "the file is not a database",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_BUSY: "another process is writing to it for longer than we wait",
}

UNUSABLE_SERVER: Final = ("08", "53", "57", "58", "25006")
"""Beginnings of PostgreSQL's codes: no connection, no room, shut down, a disk that fails, a server for reading only."""


def clear_line(error: Exception) -> str | None:
    """The line to show for an error that the caller can mend; None for a fault of ours."""
    if isinstance(error, ValidationError):
        wrong = error.errors()[0]
        return f"the setting AMENDS_{'_'.join(str(part) for part in wrong['loc']).upper()} is wrong: {wrong['msg']}"
    if isinstance(error, OSError) and error.errno in UNUSABLE_DISK and error.filename:
        return f"{error.filename}: {error.strerror}"
    cause = getattr(error, "orig", error)  # SQLAlchemy's errors carry the driver's
    if isinstance(cause, sqlite3.Error):
        # The low byte is the kind of error; what is above it says more than a reader needs.
        why = UNUSABLE_DATABASE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
        return why and f"the database in AMENDS_HOME cannot be used: {why}"
    if type(cause).__module__.startswith("psycopg"):
        # No code at all: the connection broke off.
        code = getattr(cause, "sqlstate", None) or ("08" if type(cause).__name__ == "OperationalError" else "")
        if code.startswith(UNUSABLE_SERVER):
            return f"the database of AMENDS_DATABASE_URL cannot be used: {str(cause).splitlines()[0]}"
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    if USAGE in kinds:
        # Typer carries click inside itself under a name of its own, so the class cannot be named here.
        said, command = error.format_message().rstrip("."), error.ctx.command_path  # type: ignore[attr-defined]
        return f"{said}; see `{command} --help`"
    return str(error) if kinds & CLEAR_FAULTS else None
