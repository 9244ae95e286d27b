"""Who the simulated debtors are: what each kind of person comes to say, can truly pay, and would call a good end. Pure.

The shares are assumptions, not measurements: nothing public says how often which kind of person answers a bot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

Style = Literal["plain", "terse", "rambling", "mixed"]
Goal = Literal["promise", "paid", "callback", "person", "privacy", "dispute", "left_alone", "stopped", "help"]


@dataclass(frozen=True, slots=True)
class Persona:
    """One kind of person.

    `shares`: how likely, for somebody who would surely pay and could, and for somebody who would surely not. `says`:
    what they say of their own accord, in this order (kinds of line in rehearsal/debtor_words.yaml). `means`: least and
    most that they can truly pay, as shares of what is due. `willing`, `trust`, `anger`, `patience`, `private` and
    `slips` go from 0 to 1: readiness to pay, the mood they arrive in, and how likely they guard their identity number
    or get it wrong once.
    """

    shares: tuple[float, float]
    says: tuple[str, ...]
    goal: Goal
    means: tuple[float, float] = (1.0, 2.5)
    willing: float = 0.9
    waits_for_income: bool = True
    style: Style = "plain"
    trust: float = 0.6
    anger: float = 0.1
    patience: float = 0.8
    private: float = 0.08
    slips: float = 0.05
    events: tuple[str, ...] = ()


PERSONAS: Final[Mapping[str, Persona]] = {
    "cooperative": Persona((0.24, 0.03), ("promise",), "promise", waits_for_income=False),
    "forgetful": Persona((0.17, 0.04), ("forgot", "promise_day_first"), "promise", slips=0.35),
    "asks_how": Persona((0.11, 0.03), ("how_to_pay", "promise"), "promise", private=0.15),
    "part_payer": Persona((0.09, 0.12), ("part",), "promise", means=(0.28, 0.8)),
    "tight": Persona((0.04, 0.08), ("ask_extension", "part"), "promise", means=(0.05, 0.45), patience=0.7),
    "terse": Persona((0.06, 0.04), ("promise",), "promise", style="terse", patience=0.6),
    "rambling": Persona((0.05, 0.05), ("forgot", "promise"), "promise", style="rambling", patience=0.95),
    "code_switcher": Persona((0.05, 0.04), ("how_to_pay", "promise"), "promise", style="mixed"),
    "evader": Persona((0.03, 0.08), ("vague", "vague"), "promise", means=(0.3, 1.2), willing=0.35, trust=0.4),
    "already_paid": Persona((0.06, 0.05), ("paid",), "paid"),
    "callback": Persona((0.03, 0.06), ("callback",), "callback", patience=0.5),
    "asks_human": Persona((0.02, 0.06), ("human",), "person", trust=0.3),
    "third_party": Persona((0.03, 0.04), ("wrong_person",), "privacy"),
    "unemployed": Persona((0.01, 0.12), ("unemployed",), "help", means=(0.0, 0.1), events=("unemployed",)),
    "disputer": Persona((0.01, 0.05), ("dispute",), "dispute", willing=0.1, anger=0.4),
    "refuser": Persona((0.00, 0.05), ("refuse", "stay_firm"), "left_alone", willing=0.0, trust=0.3, anger=0.4),
    "angry": Persona((0.00, 0.04), ("vent", "cease"), "stopped", willing=0.2, trust=0.2, anger=0.7, patience=0.5),
    "vulnerable": Persona(
        (0.00, 0.01),
        ("life_event",),
        "help",
        means=(0.0, 0.2),
        patience=0.6,
        events=("self_harm", "capacity", "illness", "bereavement", "elderly", "abuse_home"),
    ),
    "fraud_victim": Persona((0.00, 0.01), ("fraud",), "help", means=(0.0, 0.1), events=("fraud",)),
}


def cast(seed: int, external_ref: str, willingness: float, ability: float) -> str:
    """Which kind of person somebody is, drawn from what they really would and could (0 to 1 each)."""
    good = willingness * ability
    weights = [good * each.shares[0] + (1 - good) * each.shares[1] for each in PERSONAS.values()]
    return Random(f"{seed}|persona|{external_ref}").choices(tuple(PERSONAS), weights)[0]
