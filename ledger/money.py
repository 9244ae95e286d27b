"""An amount of money: a Decimal that never travels without its currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`amount` in major units (dollars, yuan) with at most two decimals; `currency` as ISO 4217.

    :raises ValueError: a currency that is not three capital letters, or an amount that is not finite.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise ValueError(f"currency must be three capital letters, got {self.currency!r}")
        if not self.amount.is_finite():
            raise ValueError("amount must be a finite number")
        object.__setattr__(self, "amount", self.amount.quantize(CENT, rounding=ROUND_HALF_UP))
