"""How the dialogue model reads texts that belong to no talk: their intents alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from bot.dialogue import DialogueDown

# As many as one request may hold: MOST_TEXTS of bot/rasa/amends/channel.py, and room for slow machines.
TEXTS_AT_ONCE = 100
LONGEST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Reading:
    """The intent of one text; `confidence` is between 0 and 1."""

    intent: str
    confidence: float


def understand(url: str, secret: str, texts: Sequence[str]) -> list[Reading]:
    """One reading for each of `texts` (redacted), in their order, by the Rasa process at `url`. No talk is touched.

    :raises DialogueDown: it did not answer, or not for every text.
    """
    headers = {"X-Amends-Secret": secret}
    readings: list[Reading] = []
    with httpx.Client(headers=headers, timeout=LONGEST_WAIT_S, trust_env=False) as client:
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            some = list(texts[start : start + TEXTS_AT_ONCE])
            try:
                answered = client.post(f"{url}/webhooks/amends/understand", json={"texts": some})
                answered.raise_for_status()
                found = [
                    Reading(str(each["intent"]), float(each["confidence"])) for each in answered.json()["readings"]
                ]
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
                raise DialogueDown(type(fault).__name__) from fault
            if len(found) != len(some):
                raise DialogueDown("the answer leaves texts out")
            readings += found
    return readings
