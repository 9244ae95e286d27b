"""What was found when groups were compared, and whether somebody has to answer for it before it takes effect. Pure.

The rule is that of employment law's four-fifths test: a figure past its limit counts when chance does not explain it.

* `block`: past the limit, and the interval leaves out "no difference". Takes effect only when a second person accepts
  it, with a reason.
* `warn`: past the limit, but the interval does not leave out "no difference", or a group is smaller than
  `smallest_group`. Shown, blocks nothing.
* `note`: within the limit.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from strategy.fairness.wording import Language, fact, sentence

Level = Literal["block", "warn", "note"]
Measure = Literal["to_people", "unwilling", "opportunity", "calibration", "unmeasured"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The largest difference between groups of one trait by one measure."""

    level: Level
    measure: Measure
    head: str
    """Of a calibration: which probability; else empty."""
    trait: str
    group: str
    against: str
    """The group it is compared with; empty for a calibration, which is held against what happened."""
    figure: float
    """A ratio of shares (to_people, unwilling), a difference of shares (opportunity), or what happened less what was
    predicted (calibration)."""
    low: float
    high: float
    """95 %, for all comparisons of the trait together."""
    limit: float
    accounts: int
    """In the smaller one of the two groups."""

    @property
    def blocking(self) -> bool:
        """Whether a second person has to accept it before it takes effect."""
        return self.level == "block"

    def sentence(self, language: Language) -> str:
        """The finding in plain words."""
        return sentence(language, self.measure, self.level, asdict(self))

    def fact(self, language: Language) -> str:
        """The same without what follows from it, for a list that says so once."""
        return fact(language, self.measure, asdict(self))

    def to_json(self) -> dict[str, Any]:
        """Plain values; figures to four places."""
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


UNMEASURED = Finding("block", "unmeasured", "", "", "", "", 0.0, 0.0, 0.0, 0.0, 0)
"""The data say who belongs to which group, and nobody has looked at how the model does by group."""


def level_of(past: bool, low: float, high: float, even: float, large_enough: bool) -> Level:
    """By the rule above; `even` is the figure of "no difference"."""
    if not past:
        return "note"
    return "block" if large_enough and not low <= even <= high else "warn"
