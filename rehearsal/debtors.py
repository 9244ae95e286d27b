"""Simulated debtors: seeded people who act from facts the bot cannot see and a mood it moves, in Chinese or English."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

import yaml

from bot.phrases import Line
from rehearsal.debtor_facts import HiddenFacts, draw_facts
from rehearsal.debtor_hearing import (
    ASKS_AMOUNT,
    ASKS_AMOUNT_IN_BOUNDS,
    ASKS_BOTH,
    ASKS_CALLBACK_TIME,
    ASKS_CAUSE,
    ASKS_CHANGE,
    ASKS_DAY,
    ASKS_DAY_IN_BOUNDS,
    ASKS_DISPUTE_REASON,
    ASKS_FIRST_DAY,
    ASKS_FOR_MORE,
    ASKS_IDENTITY,
    ASKS_MEANS,
    ASKS_PARTS,
    ASKS_WHY,
    COUNTERS,
    COUNTERS_DAY,
    COUNTERS_OR_OWN,
    HANDS_OVER,
    LOST,
    PUTS_PLAN_FORWARD,
    READS_BACK,
    READS_PLAN_BACK,
)
from rehearsal.debtor_mood import DISTRUSTS, GIVES_IN, Mood
from rehearsal.debtor_noise import Noise, noisy
from rehearsal.debtor_personas import PERSONAS
from rehearsal.debtor_says import amount_words, day_words
from rehearsal.recheck.words import names_day, numbers

WORDS: Final = Path(__file__).parent / "debtor_words.yaml"
OPENS: Final = (0.75, 0.35)
"""How likely a chat link is opened, for somebody who would surely pay and could, and for one who would surely not."""
LEAVES_MIDWAY: Final = 0.01
"""How likely somebody is gone at any one turn, whatever the bot does."""
MOST_TURNS: Final = 16
ASIDE: Final = 0.04
"""How likely somebody says something else first: a question, the weather, an idiom that sounds worse than it is."""
ASIDES: Final = ("near_miss", "off_topic", "ask_amount", "ask_due", "ask_minimum", "repeat")


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One line of a debtor: what kind it is (the truth behind it), and the words as they arrived."""

    kind: str
    text: str


@dataclass
class SimulatedDebtor:
    """One person at the other end of a talk. The same seed and the same lines of the bot give the same words.

    `identity_answer` is None for somebody who does not know it. `amount_due` is in the account's currency.
    `willingness` and `ability` (0 to 1) are what they really would and could; `noise` is what happens to their words.
    """

    persona: str
    language: str
    seed: str
    identity_answer: str | None
    amount_due: Decimal
    today: date
    chance_to_open: float = 0.6
    willingness: float = 0.5
    ability: float = 0.5
    noise: Noise = "none"
    hidden: HiddenFacts = field(init=False)
    mood: Mood = field(init=False)
    said: list[SaidLine] = field(default_factory=list, init=False)
    meant: tuple[Decimal, date] | None = field(default=None, init=False)
    """The amount and the day of the promise as they would have it."""
    first_offer: Decimal | None = field(default=None, init=False)
    lied: bool = field(default=False, init=False)
    """Promised what they know they cannot pay."""
    _random: Random = field(init=False, repr=False)
    _turns: int = field(default=0, init=False)
    _before: frozenset[str] = field(default=frozenset(), init=False)

    def __post_init__(self) -> None:
        persona = PERSONAS[self.persona]
        self.hidden = draw_facts(persona, self.seed, self.amount_due, self.today, self.willingness, self.ability)
        self.mood = Mood(persona.trust, persona.anger, persona.patience)
        self._random = Random(f"{self.seed}|talk")

    def opens_chat(self) -> bool:
        """Whether the link is followed at all."""
        return Random(f"{self.seed}|opens").random() < self.chance_to_open

    def reply(self, lines: Sequence[Line], seconds: float = 0.0) -> str | None:
        """The answer to the bot's latest lines, which took it so many seconds; None: gone."""
        self._turns += 1
        asked = frozenset(line.template for line in lines)
        self.mood = self.mood.after(asked, self._before, seconds)
        self._before = asked
        if self._turns > MOST_TURNS or self._random.random() < LEAVES_MIDWAY:
            return None
        if self.mood.leaves:
            return self._once("goodbye")
        if self.mood.boils and not self._has_said("vent", "swear"):
            return self._say("swear" if self._random.random() < 0.25 else "vent")
        if self._random.random() < ASIDE and not asked & ASKS_IDENTITY and not self._has_said(*ASIDES):
            return self._say(self._random.choice(ASIDES))
        return self._answer(asked, lines)

    def _answer(self, asked: frozenset[str], lines: Sequence[Line]) -> str | None:
        if asked & ASKS_IDENTITY:
            return self._to_identity(asked)
        if asked & READS_BACK:
            return self._to_read_back(_said_by(lines, READS_BACK))
        if asked & READS_PLAN_BACK:
            return self._to_plan(_said_by(lines, READS_PLAN_BACK), "confirm")
        if asked & PUTS_PLAN_FORWARD:
            return self._to_plan(_said_by(lines, PUTS_PLAN_FORWARD), "agree_least")
        if asked & COUNTERS_OR_OWN:
            return self._to_more(_said_by(lines, COUNTERS_OR_OWN))
        if asked & COUNTERS_DAY:
            return self._to_day(_said_by(lines, COUNTERS_DAY))
        if asked & (COUNTERS | ASKS_AMOUNT_IN_BOUNDS):
            return self._to_bound(_said_by(lines, COUNTERS | ASKS_AMOUNT_IN_BOUNDS))
        if asked & ASKS_DAY_IN_BOUNDS:
            return self._to_last_day(asked)
        if asked & (ASKS_DAY | ASKS_FIRST_DAY):
            return self._offer("day")
        if asked & ASKS_AMOUNT:
            return self._offer("amount")
        if asked & ASKS_BOTH:
            return self._offer("promise")
        for question, kind in self._small_questions():
            if asked & question:
                return self._say(kind)
        if asked & (ASKS_FOR_MORE | ASKS_CHANGE):
            return self._once("no_more")
        if asked & ASKS_WHY and self._has_said("refuse"):
            return self._once("stay_firm")
        if asked & HANDS_OVER and not asked & LOST and self._to_the_point():
            return self._once("accept_help")
        return self._main(asked)

    def _small_questions(self) -> tuple[tuple[frozenset[str], str], ...]:
        some = self.hidden.able(self.hidden.payday) >= self.amount_due / 10
        return (
            (ASKS_PARTS, "parts"),
            (ASKS_MEANS, "means_some" if some else "means_no"),
            (ASKS_CAUSE, "cause"),
            (ASKS_DISPUTE_REASON, "dispute_reason"),
            (ASKS_CALLBACK_TIME, "callback_time"),
        )

    def _to_the_point(self) -> bool:
        """Whether what this person came for has been said."""
        return self._next_kind() is None

    def _to_identity(self, asked: frozenset[str]) -> str | None:
        if self.persona == "third_party":
            kinds = ("third_party_curious", "wrong_person") if self.hidden.private else ("wrong_person",)
            return next((self._say(kind) for kind in kinds if not self._has_said(kind)), None)
        early = self.persona in ("vulnerable", "fraud_victim", "angry", "asks_human", "callback", "unemployed")
        # Some cries come before any question is answered.
        if early and self._next_kind() is not None and self._random.random() < 0.3:
            return self._main(asked)
        if self.mood.trust < DISTRUSTS and not self._has_said("legitimacy"):
            return self._say("legitimacy")
        if self.hidden.private and not self._has_said("identity_doubt"):
            return self._say("identity_doubt")
        if self.hidden.slips and not self._has_said("identity_slip"):
            return self._say("identity_slip")
        return self._say("identity") if self.identity_answer is not None else None

    def _to_read_back(self, read_back: str) -> str | None:
        """Yes to what was meant; anything else is put right, once, and then they want a person."""
        if self.meant is not None and self.meant[0] in numbers(read_back) and names_day(read_back, self.meant[1]):
            return self._say("confirm")
        return self._once("correct") or self._once("human")

    def _to_bound(self, line: str) -> str | None:
        """The smallest amount the bot can note, if it is within their means; else what they can do, then a person."""
        least = min(numbers(line), default=None)
        if least is None:
            return self._offer("amount")
        if least <= self.hidden.able(self._day()):
            self.meant = (least, self._day())
            return self._say("agree_least")
        if self.mood.lies:
            self.lied, self.meant = True, (least, self._day())
            return self._say("agree_least")
        return self._once("too_much") or self._once("ask_plan") or self._once("human")

    def _to_more(self, line: str) -> str:
        """More than they offered, where their own will do as well: more only if they can."""
        more = max(numbers(line), default=self._amount())
        if more <= min(self.hidden.able(self._day()), self.amount_due):
            self.meant = (more, self._day())
            return self._say("agree_least")
        return self._say("amount")

    def _to_day(self, line: str) -> str | None:
        """An earlier day than theirs: only if they have the money by then."""
        amount, own = self._amount(), self._day()
        days = (self.today + timedelta(days=ahead) for ahead in range((own - self.today).days + 1))
        earlier = next((day for day in days if names_day(line, day)), None)
        if earlier is not None and self.hidden.able(earlier) >= amount:
            self.meant = (amount, earlier)
            return self._say("agree_least")
        return self._once("sooner_no") or self._offer("day")

    def _to_plan(self, line: str, yes: str) -> str | None:
        """Parts that they can pay each time are welcome; larger ones are not."""
        largest = max(numbers(line), default=None)
        if largest is None or largest <= self.hidden.spare_later or self.mood.lies:
            self.lied = self.lied or (largest or 0) > self.hidden.spare_later
            return self._say(yes)
        return self._once("too_much") or self._once("human")

    def _to_last_day(self, asked: frozenset[str]) -> str | None:
        if "promise_too_far" in asked and self.hidden.spare_now < self._amount() and not self._has_said("sooner_no"):
            return self._say("sooner_no")
        return self._offer("day", ahead=1)

    def _main(self, asked: frozenset[str]) -> str | None:
        """What this person has come to say; then, for those who can be moved, an offer; else thanks, or nothing."""
        again = self._plain(self.said[-1].kind) if self.said else "confirm"
        if asked & LOST and again not in (*ASIDES, "not_that", "confirm") and self._random.random() < 0.7:
            # Said again in other words, which is what people do.
            return self._once("not_that") if self._count(again) > 2 else self._say(again)
        kind = self._next_kind()
        if kind is not None:
            return self._say(kind)
        goal = PERSONAS[self.persona].goal
        if goal == "promise" and not self._has_said("promise", "part"):
            return self._offer("promise") if self.mood.trust >= GIVES_IN or self.mood.lies else self._once("vague")
        if goal == "promise" and self._turns < MOST_TURNS - 2 and self._count("promise", "part", "amount") < 4:
            return self._offer("promise")
        return self._once("goodbye")

    def _next_kind(self) -> str | None:
        wanted = [self.hidden.event or "" if each == "life_event" else each for each in PERSONAS[self.persona].says]
        for kind in dict.fromkeys(wanted):
            if self._count(kind) < wanted.count(kind):
                return kind
        return None

    def _offer(self, kind: str, ahead: int | None = None) -> str:
        """Name an amount or a day: what they truly can, or what ends the talk when they would rather lie."""
        if self.persona == "evader" and self.mood.trust < GIVES_IN and not self.mood.lies and self._count("vague") < 3:
            return self._say("vague")
        if kind == "promise" and self._amount() < self.amount_due:
            kind = "part"
        day = self.today + timedelta(days=ahead) if ahead else self._day()
        self.meant = (self._amount(), day)
        return self._say(kind)

    def _amount(self) -> Decimal:
        """What they offer: all that is due where they can, else what they can; more where they lie."""
        if self.meant is not None:
            return self.meant[0]
        able = self.hidden.able(self._day())
        honest = min(able, self.amount_due.to_integral_value(ROUND_UP))
        if honest < self.amount_due and self.mood.lies:
            self.lied = True
            return self.amount_due.to_integral_value(ROUND_UP)
        return max(honest, Decimal(1))

    def _day(self) -> date:
        if self.meant is not None:
            return self.meant[1]
        if self.hidden.spare_now >= min(self.hidden.spare_later, self.amount_due):
            return self.today + timedelta(days=1 + Random(f"{self.seed}|day").randrange(6))
        return self.hidden.payday

    def _parts(self) -> int:
        """In how many parts they could pay all of it: from two to six."""
        each = max(self.hidden.spare_later, Decimal(1))
        return int(min(max((self.amount_due / each).to_integral_value(ROUND_UP), Decimal(2)), Decimal(6)))

    def _has_said(self, *kinds: str) -> bool:
        return self._count(*kinds) > 0

    def _count(self, *kinds: str) -> int:
        return sum(self._plain(line.kind) in kinds for line in self.said)

    def _plain(self, kind: str) -> str:
        """A kind of line without the style it was said in."""
        return kind.removeprefix("terse_").removeprefix("mixed_")

    def _once(self, kind: str) -> str | None:
        return None if self._has_said(kind) else self._say(kind)

    def _say(self, kind: str) -> str:
        kind = self._in_style(kind)
        if kind.endswith(("promise", "promise_day_first", "part", "correct", "day", "amount")):
            self.meant = (self._amount(), self._day())
            self.first_offer = self.first_offer or self.meant[0]
        wording = self._random.choice(words()[self.language][kind])
        text = self._spoken(wording)
        self.said.append(SaidLine(kind, text))
        return text

    def _in_style(self, kind: str) -> str:
        prefix = {"terse": "terse_", "mixed": "mixed_"}.get(PERSONAS[self.persona].style, "")
        styled = f"{prefix}{kind}"
        return styled if prefix and styled in words()[self.language] else kind

    def _spoken(self, wording: str) -> str:
        amount, day = self.meant or (self._amount(), self._day())
        text = wording.format(
            digits=self.identity_answer,
            wrong=_wrong(self.identity_answer),
            amount=amount_words(amount, self.language, self._random),
            day=day_words(self.today, day, self.language, self._random),
            parts=self._parts(),
        )
        if "{digits}" in wording or "{wrong}" in wording:
            # Figures of an identity number are keyed or typed with care.
            return text
        if PERSONAS[self.persona].style == "rambling" and self._random.random() < 0.6:
            before, after = (self._random.choice(words()[self.language][kind]) for kind in RAMBLES)
            text = f"{before}{text}" if self._random.random() < 0.6 else f"{text}{after}"
        return noisy(text, self.language, self.noise, self._random, tuple(words()[self.language]["filler"]))


RAMBLES: Final = ("ramble_before", "ramble_after")


@cache
def words() -> Mapping[str, Mapping[str, list[str]]]:
    """Wordings by language and kind of line."""
    loaded: Mapping[str, Mapping[str, list[str]]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return loaded


def chance_to_open(willingness: float, ability: float) -> float:
    """How likely somebody follows a chat link."""
    good = willingness * ability
    return good * OPENS[0] + (1 - good) * OPENS[1]


def _said_by(lines: Sequence[Line], templates: Collection[str]) -> str:
    return " ".join(line.text for line in lines if line.template in templates)


def _wrong(answer: str | None) -> str:
    return "".join(str((int(each) + 3) % 10) if each.isdigit() else "0" for each in answer or "0000")
