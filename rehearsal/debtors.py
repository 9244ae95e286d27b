"""Simulated debtors: seeded people who act from facts the bot cannot see, in Chinese or English.

The shares below are assumptions, not measurements: nothing public says how often which kind of person answers a bot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

import yaml

WORDS: Final = Path(__file__).parent / "debtor_words.yaml"

# How likely each persona is, for a person who would surely pay and could (first number) and for one who would surely
# not (second). Everybody else lies between, by willingness times ability.
SHARES: Final[Mapping[str, tuple[float, float]]] = {
    "cooperative": (0.34, 0.06),
    "forgetful": (0.20, 0.04),
    "asks_how": (0.14, 0.03),
    "part_payer": (0.10, 0.14),
    "already_paid": (0.07, 0.05),
    "callback": (0.04, 0.07),
    "asks_human": (0.03, 0.08),
    "third_party": (0.03, 0.04),
    "hardship": (0.02, 0.19),
    "disputer": (0.02, 0.08),
    "refuser": (0.00, 0.10),
    "angry": (0.01, 0.09),
    "vulnerable": (0.00, 0.03),
}
PERSONAS: Final = tuple(SHARES)
OPENS: Final = (0.75, 0.35)
"""How likely a chat link is opened, for the same two people."""
LEAVES_MIDWAY: Final = 0.02
"""How likely somebody is gone at any one turn."""
MOST_TURNS: Final = 14

# What the bot has asked, by the ids of its sentences (bot/phrases).
ASKS_IDENTITY: Final = {"ask_identity", "identity_retry", "not_before_identity"}
ASKS_AMOUNT: Final = {"ask_amount", "amount_not_understood", "amount_ambiguous", "read_back_corrected"}
ASKS_AMOUNT_IN_BOUNDS: Final = {"promise_too_small", "promise_too_large"}
ASKS_DAY: Final = {"ask_date", "date_not_understood", "date_ambiguous", "date_which"}
ASKS_DAY_IN_BOUNDS: Final = {"promise_too_far", "promise_in_the_past"}
READS_BACK: Final = {"read_back", "read_back_again"}
ASKS_FOR_MORE: Final = {"anything_else", "promise_already_open"}
ASKS_WHY: Final = {"reminder_reason"}


def cast(seed: int, external_ref: str, willingness: float, ability: float) -> str:
    """Which kind of person somebody is, drawn from what they really would and could (0 to 1 each)."""
    good = willingness * ability
    weights = [good * high + (1 - good) * low for high, low in SHARES.values()]
    return Random(f"{seed}|persona|{external_ref}").choices(PERSONAS, weights)[0]


@dataclass
class SimulatedDebtor:
    """One person at the other end of a chat. The same seed and the same lines of the bot give the same words.

    `identity_answer` is None for somebody who does not know it. `amount_due` is in the account's currency.
    """

    persona: str
    language: str
    seed: str
    identity_answer: str | None
    amount_due: Decimal
    today: date
    chance_to_open: float = 0.6
    _random: Random = field(init=False, repr=False)
    _turns: int = field(default=0, init=False)
    _said: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._random = Random(f"{self.seed}|talk")

    def opens_chat(self) -> bool:
        """Whether the link is followed at all."""
        return Random(f"{self.seed}|opens").random() < self.chance_to_open

    def reply(self, templates: tuple[str, ...]) -> str | None:
        """The answer to the bot's latest lines, given as the ids of their sentences; None: gone."""
        self._turns += 1
        if self._turns > MOST_TURNS or self._random.random() < LEAVES_MIDWAY:
            return None
        asked = set(templates)
        if asked & ASKS_IDENTITY:
            return self._to_identity()
        if asked & READS_BACK:
            return self._say("confirm")
        if asked & ASKS_FOR_MORE:
            return self._once("no_more")
        if asked & ASKS_DAY_IN_BOUNDS:
            return self._say("day", days_ahead=1)
        if asked & ASKS_DAY:
            return self._say("day")
        if asked & ASKS_AMOUNT_IN_BOUNDS:
            return self._say("amount", share=Decimal(1))
        if asked & ASKS_AMOUNT:
            return self._say("amount")
        if asked & ASKS_WHY and "refuse" in self._said:
            return self._once("stay_firm")
        return self._main()

    def _to_identity(self) -> str | None:
        if self.persona == "third_party":
            return self._once("wrong_person")
        # Some cries come before any question is answered.
        if self.persona in ("vulnerable", "angry", "asks_human", "callback") and self._random.random() < 0.3:
            return self._main()
        return self._say("identity") if self.identity_answer is not None else None

    def _main(self) -> str | None:
        """What this person has come to say; when it has been said, the promise that may follow, or nothing."""
        for kind in LINES[self.persona]:
            if kind not in self._said:
                return self._say(kind)
        return None

    def _once(self, kind: str) -> str | None:
        return None if kind in self._said else self._say(kind)

    def _say(self, kind: str, *, share: Decimal | None = None, days_ahead: int | None = None) -> str:
        self._said.add(kind)
        wording = self._random.choice(words()[self.language][kind])
        return wording.format(
            digits=self.identity_answer,
            amount=_amount(self.amount_due * (share or self._share()), self.language),
            day=_day(self.today, days_ahead or self._random.randint(1, 9), self.language, self._random),
        )

    def _share(self) -> Decimal:
        return Decimal("0.5") if self.persona == "part_payer" else Decimal(1)


LINES: Final[Mapping[str, tuple[str, ...]]] = {
    "cooperative": ("promise",),
    "forgetful": ("forgot", "promise_day_first"),
    "asks_how": ("how_to_pay", "promise"),
    "part_payer": ("part",),
    "already_paid": ("paid",),
    "callback": ("callback",),
    "asks_human": ("human",),
    "third_party": ("wrong_person",),
    "hardship": ("hardship",),
    "disputer": ("dispute",),
    "refuser": ("refuse", "stay_firm"),
    "angry": ("cease",),
    "vulnerable": ("vulnerable",),
}
"""What each persona says of their own accord, in this order."""


@cache
def words() -> Mapping[str, Mapping[str, list[str]]]:
    """Wordings by language and kind of line."""
    loaded: Mapping[str, Mapping[str, list[str]]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return loaded


def chance_to_open(willingness: float, ability: float) -> float:
    """How likely somebody follows a chat link."""
    good = willingness * ability
    return good * OPENS[0] + (1 - good) * OPENS[1]


def _amount(amount: Decimal, language: str) -> str:
    # Rounded up to a whole unit: half of an odd sum must not fall below the smallest part.
    whole = int(amount.to_integral_value(rounding="ROUND_UP"))
    return f"{whole}块" if language == "zh" else f"{whole}"


def _day(today: date, ahead: int, language: str, random: Random) -> str:
    day = today + timedelta(days=ahead)
    wordings: dict[str, list[Callable[[], str]]] = {
        "zh": [lambda: f"{day.month}月{day.day}号", lambda: f"{ahead}天后"],
        "en": [lambda: f"on {day:%B} {day.day}", lambda: f"in {ahead} days" if ahead > 1 else "tomorrow"],
    }
    if ahead == 1:
        wordings["zh"] = [lambda: "明天"]
    return random.choice(wordings[language])()
