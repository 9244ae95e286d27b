"""Whether somebody wants to be contacted at another time, where the text was read as something else."""

from __future__ import annotations

from typing import Final

from bot.actions_protocol import ActionRequest
from bot.acts.act import SURE_OF_CONSEQUENCES
from bot.acts.words import first_in

# Readings that such a wish is mistaken for. What ends contact for good, or calls a person, is never among them.
MISTAKEN_FOR: Final = frozenset(
    {"nlu_fallback", "ask_contact", "ask_who", "wait", "deny", "off_topic", "cancel", "repeat", "greet", "goodbye"}
    | {"give", "promise", "part_payment", "pay_now", "change_promise", "ask_extension", "waiting_for_money"}
)
# The readings that mean it; they need no more confidence where the words say so too.
MEANT: Final = frozenset({"busy", "callback"})


def wants_another_time(request: ActionRequest) -> bool:
    """ "Contact me on March 24": a day to be called, not to pay. In a form only words that say so outright count."""
    found = first_in("later", request.text)
    # A form that has asked for nothing yet has only just been proposed for this very text.
    arranging = request.form is not None and request.requested is not None
    if found is None or (arranging and found != "contact"):
        return False
    return request.intent in MISTAKEN_FOR or (request.intent in MEANT and request.confidence < SURE_OF_CONSEQUENCES)
