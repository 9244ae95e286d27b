"""A night of talks: simulated debtors of every kind against the real bot, one after another on one ledger."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from rehearsal.debtor_noise import Noise
from rehearsal.debtor_personas import PERSONAS
from rehearsal.debtors import SimulatedDebtor
from rehearsal.talks.account_facts import BALANCE_TIMES, COUNTRIES, AccountFacts
from rehearsal.talks.outcome import TalkOutcome, judge
from rehearsal.talks.play import A_LINE_TAKES, Stage
from rehearsal.talks.record import TalkRecord, read_record
from rehearsal.talks.stage import add_account, moment
from rehearsal.talks.violations import violations_by_talk

LIVES_IN: Final = {"zh": ("CN", "CN", "HK"), "en": ("US", "US-CA", "UK")}
TIERS: Final = ("self_cure", "remind", "remind", "persuade")
VOICE_SHARE: Final = 0.3
PERSON_ANSWERS: Final = 2
"""How often a debtor still speaks after the bot has called a person: the talk is over for the rehearsal then."""
FIRST_DAY: Final = date(2026, 3, 2)
DAYS: Final = 40
"""Talks are spread over so many days from the first on, month ends among them: the same for every version."""


@dataclass(frozen=True, slots=True)
class Cast:
    """One talk to come: who, about what, and how."""

    persona: str
    language: str
    channel: str
    seed: str
    account: AccountFacts
    day_offset: int
    willingness: float
    ability: float


def cast_night(talks: int, seed: int, personas: Sequence[str] = tuple(PERSONAS)) -> Iterator[Cast]:
    """Every persona in turn, in both languages, so that the rare ones are measured as well as the common ones."""
    for number in range(talks):
        persona = personas[number % len(personas)]
        language = ("zh", "en")[number // len(personas) % 2]
        draw = Random(f"{seed}|night|{number}")
        country = COUNTRIES[draw.choice(LIVES_IN[language])]
        due = Decimal(round(draw.lognormvariate(8.0, 0.7) * 100)) / 100
        yield Cast(
            persona=persona,
            language=language,
            channel="voice" if draw.random() < VOICE_SHARE else "chat",
            seed=f"{seed}-{number}",
            account=AccountFacts(
                amount_due=due,
                balance=due * BALANCE_TIMES,
                currency=country.currency,
                dpd=draw.randint(3, 60),
                identity_last4=f"{draw.randrange(10_000):04d}",
                jurisdictions=country.jurisdictions,
                zone=country.zone,
                tier=draw.choice(TIERS),
            ),
            day_offset=draw.randrange(DAYS),
            willingness=draw.random(),
            ability=draw.random(),
        )


def play_night(
    stage: Stage, casts: Sequence[Cast], progress: Callable[[int, int], None] = lambda _done, _all: None
) -> list[TalkOutcome]:
    """Play them all, then let the re-check look at the ledger once, and judge each talk."""
    played: list[tuple[Cast, SimulatedDebtor, TalkRecord]] = []
    for number, each in enumerate(casts, start=1):
        debtor = _debtor(each)
        played.append((each, debtor, _play(stage, each, debtor)))
        progress(number, len(casts))
    broken = violations_by_talk(stage.ledger, [record for _, _, record in played])
    return [
        judge(debtor, record, each.account.amount_due, broken.get(record.conversation_id, ()))
        for each, debtor, record in played
    ]


def _debtor(each: Cast) -> SimulatedDebtor:
    noise: Noise = "heard" if each.channel == "voice" else "typed"
    return SimulatedDebtor(
        persona=each.persona,
        language=each.language,
        seed=each.seed,
        identity_answer=None if each.persona == "third_party" else each.account.identity_last4,
        amount_due=each.account.amount_due,
        today=FIRST_DAY + timedelta(days=each.day_offset),
        willingness=each.willingness,
        ability=each.ability,
        noise=noise,
    )


def _play(stage: Stage, each: Cast, debtor: SimulatedDebtor) -> TalkRecord:
    clock = stage.clock.begin(moment(each.account, debtor.today, None))
    account_id = add_account(stage.ledger, f"rehearsed-{each.seed}", each.account, each.language, debtor.today)
    reply = stage.talks.start(account_id, each.channel, each.language)
    seconds, after_person = 0.0, 0
    while not reply.ended and after_person < PERSON_ANSWERS:
        clock.advance(A_LINE_TAKES)
        words = debtor.reply(reply.lines, seconds)
        if words is None:
            stage.talks.hung_up(reply.conversation_id)
            break
        began = time.perf_counter()
        reply = stage.talks.turn(reply.conversation_id, words)
        seconds = time.perf_counter() - began
        after_person += reply.stage == "with_person"
    return read_record(stage.ledger, reply.conversation_id)
