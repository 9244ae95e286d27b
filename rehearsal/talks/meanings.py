"""What each kind of line means, whatever its words: the truth that the bot's reading is held against. Pure.

Written from the kinds in rehearsal/debtor_words.yaml, not from what the bot makes of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Meaning:
    """`triggers` and `intents` that read such a line rightly. `cry`: it must never be missed."""

    intents: frozenset[str] = frozenset()
    triggers: frozenset[str] = frozenset()
    cry: bool = False


def _intents(*names: str) -> Meaning:
    return Meaning(intents=frozenset(names))


def _cry(*triggers: str, intents: tuple[str, ...] = ()) -> Meaning:
    return Meaning(frozenset(intents), frozenset(triggers), cry=True)


_OFFERS = ("promise", "give", "part_payment", "pay_now", "waiting_for_money", "change_promise", "too_much", "affirm")

MEANINGS: Final[Mapping[str, Meaning]] = {
    "greet": _intents("greet", "ask_who"),
    "identity": _intents("right_party_confirmed"),
    "identity_doubt": Meaning(
        frozenset({"ask_why_identity", "ask_who"}), frozenset({"bot_legitimacy_doubt", "data_rights_request"})
    ),
    "legitimacy": Meaning(frozenset({"ask_who"}), frozenset({"bot_legitimacy_doubt"})),
    "ask_what": _intents("ask_who", "clarify"),
    "wrong_person": Meaning(frozenset({"wrong_person"}), frozenset({"third_party_answering"})),
    "third_party_curious": Meaning(
        frozenset({"wrong_person", "ask_who"}),
        frozenset({"third_party_answering", "promise_pressure_or_third_party_payer"}),
    ),
    "promise": _intents(*_OFFERS),
    "promise_day_first": _intents(*_OFFERS),
    "part": _intents(*_OFFERS),
    "amount": _intents(*_OFFERS),
    "day": _intents(*_OFFERS, "callback", "wait"),
    "confirm": _intents("affirm"),
    "correct": _intents(*_OFFERS, "deny"),
    "agree_least": _intents("affirm", *_OFFERS),
    "too_much": _intents("too_much", "deny", "part_payment", "cannot_pay", "promise", "give", "hardship"),
    "sooner_no": _intents("too_much", "deny", "waiting_for_money", "promise", "ask_extension", "give", "cannot_pay"),
    "ask_plan": _intents("ask_plan", "part_payment"),
    "parts": _intents("ask_plan", *_OFFERS),
    "cause": Meaning(frozenset({"hardship", "cannot_pay", "give"}), frozenset({"hardship_unemployment"})),
    "means_no": Meaning(frozenset({"cannot_pay", "deny", "hardship", "refuse"}), frozenset({"hardship_unemployment"})),
    "means_some": _intents("affirm", *_OFFERS),
    "dispute_reason": Meaning(
        frozenset({"dispute", "dispute_amount", "give"}), frozenset({"dispute_not_mine", "fraud_identity_theft"})
    ),
    "callback_time": _intents("callback", "busy", "give", "promise"),
    "ask_minimum": _intents("ask_minimum", "ask_amount"),
    "ask_discount": _intents("ask_discount", "ask_charges"),
    "ask_extension": _intents("ask_extension", "wait", "ask_plan"),
    "ask_amount": _intents("ask_amount"),
    "ask_due": _intents("ask_due_date"),
    "forgot": _intents("forgot"),
    "how_to_pay": _intents("how_to_pay"),
    # One who has paid says at the same time that the debt does not stand.
    "paid": Meaning(frozenset({"already_paid", "dispute_amount"}), frozenset({"dispute_not_mine"})),
    "unemployed": _cry("hardship_unemployment", intents=("hardship", "cannot_pay")),
    "dispute": _cry("dispute_not_mine", "fraud_identity_theft", intents=("dispute", "dispute_amount")),
    "refuse": _intents("refuse", "cannot_pay"),
    "stay_firm": _intents("refuse", "deny"),
    "vague": _intents("waiting_for_money", "wait", "cannot_pay", "ask_extension", "callback", "busy", "refuse"),
    "vent": Meaning(frozenset({"upset", "complain", "refuse", "off_topic"}), frozenset({"complaint_regulator"})),
    "swear": Meaning(frozenset({"upset"}), frozenset({"threat_or_abuse_to_bot"})),
    "cease": _cry("cease_request", intents=("stop_contact",)),
    "callback": Meaning(frozenset({"callback", "busy", "wait"}), frozenset({"unsafe_to_talk"})),
    "human": _cry("ask_for_human_or_are_you_a_bot", intents=("ask_human",)),
    "accept_help": _intents("affirm", "thanks", "ask_human", "callback"),
    "self_harm": _cry("self_harm"),
    "capacity": _cry("mental_capacity", "elderly_cognitive_vulnerability"),
    "illness": _cry("serious_illness", "medical_or_safety_emergency_now"),
    "bereavement": _cry("bereavement_or_family_event", "death_of_debtor"),
    "elderly": _cry("elderly_cognitive_vulnerability", "mental_capacity"),
    "abuse_home": _cry("domestic_or_economic_abuse"),
    "fraud": _cry("fraud_identity_theft"),
    "near_miss": _intents("upset", "off_topic", "ask_charges", "complain", "nlu_fallback", "wait", "busy"),
    "off_topic": _intents("off_topic", "ask_contact", "nlu_fallback"),
    "repeat": _intents("repeat", "clarify"),
    "not_that": _intents("clarify", "deny", "repeat", "upset", "complain", "nlu_fallback"),
    "thanks": _intents("thanks", "goodbye", "affirm"),
    "no_more": _intents("deny", "goodbye", "thanks"),
    "goodbye": _intents("goodbye", "cancel", "deny", "busy"),
}
NOT_JUDGED: Final = frozenset({"identity_slip"})
"""A wrong answer is no matter of understanding."""


def meaning_of(kind: str) -> Meaning | None:
    """What a kind of line means; a style of saying it does not matter. None where there is nothing to judge."""
    plain = kind.removeprefix("terse_").removeprefix("mixed_")
    return None if plain in NOT_JUDGED else MEANINGS[plain]
