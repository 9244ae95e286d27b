"""What is true of a simulated debtor and hidden from the bot: what they can pay, what they would, what happened. Pure.

How far ability goes at which score, and when people are paid, are assumptions; nothing public tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from random import Random
from typing import Final

from rehearsal.debtor_personas import Persona

PAYDAY_WITHIN: Final = 14
"""Days until the next income, at most: everybody's payday lies inside the days most treatments allow."""
NOW_SHARE: Final = (0.1, 0.7)
"""How much of what somebody can pay lies ready today; the rest comes with the next income."""


@dataclass(frozen=True, slots=True)
class HiddenFacts:
    """One person's truth. Money is in the account's currency, whole units.

    `spare_now` can be paid today, `spare_later` from `payday` on, and the due amount never hurts more than that.
    `willing` (0 to 1) is how ready they are to pay what they can. `private` people ask why they should say who they
    are. `event` is what happened to them, a kind of line (rehearsal/debtor_words.yaml), or None.
    """

    spare_now: Decimal
    spare_later: Decimal
    payday: date
    willing: float
    private: bool
    slips: bool
    event: str | None

    def able(self, day: date) -> Decimal:
        """The most that this person can truly pay by `day`."""
        return self.spare_now if day < self.payday else self.spare_later


def draw_facts(
    persona: Persona, seed: str, amount_due: Decimal, today: date, willingness: float, ability: float
) -> HiddenFacts:
    """The truth behind a persona: where its range of means is wide, a better `ability` (0 to 1) means more of it."""
    draw = Random(f"{seed}|truth")
    low, high = persona.means
    share = low + (high - low) * (0.5 * ability + 0.5 * draw.random())
    later = _whole(amount_due * Decimal(str(round(share, 4))), ROUND_UP)
    ready = draw.uniform(*NOW_SHARE) if persona.waits_for_income else 1.0
    return HiddenFacts(
        spare_now=_whole(later * Decimal(str(round(ready, 4))), ROUND_DOWN),
        spare_later=later,
        payday=today + timedelta(days=draw.randint(2, PAYDAY_WITHIN)),
        willing=round(min(1.0, max(0.0, persona.willing + 0.3 * (willingness - 0.5))), 4),
        private=draw.random() < persona.private,
        slips=draw.random() < persona.slips,
        event=draw.choice(persona.events) if persona.events else None,
    )


def _whole(amount: Decimal, rounding: str) -> Decimal:
    return amount.to_integral_value(rounding=rounding)
