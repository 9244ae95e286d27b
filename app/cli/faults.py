"""Exceptions whose message is written for the person at the keyboard: shown as one line, exit status 2."""

from __future__ import annotations

from typing import Final

from pydantic import ValidationError

CLEAR_FAULTS: Final = frozenset(
    {
        "app.cli.console.BadInput",
        "app.serving.PortTaken",
        "bot.rasa_process.RasaUnavailable",
        "ledger.importing.rows.ImportRefused",
        "ledger.keys.KeysUnusable",
        "speech.hear.ModelMissing",
        "strategy.dispatch.leader.NotLeader",
        "strategy.policy.check.CasesError",
        "strategy.scoring.book.BookUnusable",
        "strategy.scoring.registry.ModelUnusable",
        "strategy.scoring.train.NotEnoughHistory",
        "strategy.versions.StrategyUnreadable",
    }
)
"""By name, so that refusing a wrong file name does not load every room of the house."""


def clear_line(error: Exception) -> str | None:
    """The line to show for an error that the caller can mend; None for a fault of ours."""
    if isinstance(error, ValidationError):
        wrong = error.errors()[0]
        return f"the setting AMENDS_{'_'.join(str(part) for part in wrong['loc']).upper()} is wrong: {wrong['msg']}"
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    return str(error) if kinds & CLEAR_FAULTS else None
