"""A question in the same breath as an answer ("500 on Friday, and what are the charges?"): it is answered first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.actions_protocol import ActionRequest
from bot.acts import explaining
from bot.acts.words import first_in, patterns
from bot.talk import Talk
from bot.wording import normalise

TELL: Final[Mapping[str, explaining.Tell]] = {
    "ask_charges": explaining.charges,
    "how_to_pay": explaining.how_to_pay,
    "ask_consequences": explaining.consequences,
    "ask_amount": explaining.amount,
    "ask_recorded": explaining.recorded,
    "ask_bot": explaining.automated,
    "ask_who": explaining.who_we_are,
}


def asks_reference(request: ActionRequest) -> bool:
    """Whether somebody asks for the number under which something was noted; no reading of its own stands for that."""
    return first_in("reference", request.text) is not None and bool(
        patterns("asks")["any"].search(normalise(request.text))
    )


def answer(talk: Talk, request: ActionRequest) -> None:
    """Answer the questions in a text that was understood as something else."""
    said = normalise(request.text)
    if not patterns("asks")["any"].search(said):
        return
    for intent, words in patterns("asides").items():
        if intent != request.intent and words.search(said):
            TELL[intent](talk)
