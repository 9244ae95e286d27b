"""What a what-if is asked in, wired: the book, the strategy in force, the gate's packs and the champion's card."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.settings import Settings, registry_of
from app.web.words import ZONE
from ledger.ledger import UnitOfWork
from strategy.models.model_files import read_card
from strategy.models.registry import ModelUnusable
from strategy.models.roles import read_roles
from strategy.policy.packs import shipped_packs
from strategy.settings import StrategySettings
from strategy.versions import active
from strategy.whatif.book import Book
from strategy.whatif.calibration import draws_of
from strategy.whatif.read import read_room
from strategy.whatif.recovery import CalibrationDraws
from strategy.whatif.simulate import Day, Side, Simulation, side, simulate


@dataclass(frozen=True)
class Standing:
    """The whole book under the strategy in force; any number of drafts may be held against it."""

    version: int
    book: Book
    day: Day
    before: Side
    draws: CalibrationDraws | None

    @property
    def in_force(self) -> StrategySettings:
        return self.before.placed.settings

    def against(self, draft: StrategySettings) -> Simulation:
        return simulate(self.book, self.before, draft, self.day, self.draws)


def read_standing(work: UnitOfWork, settings: Settings, clock: ZoneInfo = ZONE) -> Standing:
    """Read all of it once. In a ledger that has no strategy yet the defaults are put in force, which is a write."""
    version, in_force = active(work)
    room = read_room(work, in_force, shipped_packs(), clock, settings.home)
    return Standing(version, room.book, room.day, side(room.book, in_force, room.day), _draws(settings))


def _draws(settings: Settings) -> CalibrationDraws | None:
    registry = registry_of(settings)
    try:
        champion = read_roles(registry).champion
        return draws_of(read_card(registry / champion, champion)) if champion else None
    except ModelUnusable:
        # Scores stay when a model is lost; only how sure they are is not known then.
        return None
