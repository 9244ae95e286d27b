"""Exceptions whose message is written for the person at the keyboard: shown as one line, exit status 2."""

from __future__ import annotations

from app.cli.console import BadInput
from app.serving import PortTaken
from bot.rasa_process import RasaUnavailable
from ledger.importing.rows import ImportRefused
from ledger.keys import KeysUnusable
from speech.hear import ModelMissing
from strategy.dispatch.leader import NotLeader
from strategy.policy.check import CasesError
from strategy.scoring.book import BookUnusable
from strategy.scoring.registry import ModelUnusable
from strategy.scoring.train import NotEnoughHistory
from strategy.versions import StrategyUnreadable

CLEAR_FAULTS: tuple[type[Exception], ...] = (
    BadInput,
    BookUnusable,
    CasesError,
    ImportRefused,
    KeysUnusable,
    ModelMissing,
    ModelUnusable,
    NotEnoughHistory,
    NotLeader,
    PortTaken,
    RasaUnavailable,
    StrategyUnreadable,
)
