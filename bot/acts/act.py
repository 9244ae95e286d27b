"""What every act is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.actions_protocol import ActionRequest
from bot.talk import Talk


@dataclass(frozen=True, slots=True)
class Effect:
    """What the dialogue model must know afterwards: slots, whether the open form is over, or which one is open now.

    `requests` is the slot of `open_form` that has been asked for. `passes`: the text is no answer to the form's
    question, and another act is to be proposed for it.
    """

    slots: Mapping[str, str | bool | None] = field(default_factory=dict)
    end_form: bool = False
    open_form: str | None = None
    requests: str | None = None
    passes: bool = False


Act = Callable[[Talk, ActionRequest], Effect]

SURE_ENOUGH: Final = 0.35
"""Confidence from which a reading goes before what the words themselves hold: a day, an amount."""
SURE_OF_CONSEQUENCES: Final = 0.5
"""Confidence from which a reading may end a talk, hold contact or open a case; below it the debtor is asked to say it
another way. Of 1,008 held-out sentences it lets 5 wrong ones through, and asks 6 right ones of 212 once more; 0.35 let
8 through."""
NOTED: Final = "noted"
"""What the dialogue model knows of a value: that there is one."""
FORM_OF: Final = "validate_"
"""The name of a form, where an act's name begins with this, is the rest."""

NOTHING = Effect()
PASSED = Effect(passes=True)
# Forget what is being talked about, on Rasa's side.
NO_DRAFT: Mapping[str, None] = dict.fromkeys(
    (
        "amount",
        "day",
        "confirmed",
        "parts",
        "first_day",
        "plan_confirmed",
        "callback_time",
        "dispute_reason",
        "hardship_cause",
        "hardship_means",
    )
)


def ended(asked: str | None = None) -> Effect:
    """No form is open any more; `asked` is what a bare yes or no would answer now."""
    return Effect({**NO_DRAFT, "asked": asked}, end_form=True)
