"""Denials counted by classes of equal facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from strategy.pacing import Hours
from strategy.policy.clocks import Span
from strategy.policy.facts import Action, ContactFacts, Content, Flags, HoldFact, Inconvenient
from strategy.policy.packs import shipped_packs
from strategy.settings import TIERS, StrategySettings
from strategy.whatif.denials import Denials, FactsClass, GateAnswers, denials
from strategy.whatif.hours import slices_of

OPENING = Content(ai_disclosure_at_start=True, recording_notice_given=True, opt_out_instructions=True)
DRAFT = StrategySettings()
NOTHING = Flags()


def facts(zone: str = "Asia/Taipei", jurisdiction: str = "CN", flags: Flags = NOTHING) -> FactsClass:
    by_channel = {}
    for channel in ("chat", "voice"):
        action = Action("outbound_contact", channel, "human", "unknown", "n", "d", "consumer", "unknown")
        by_channel[channel] = ContactFacts(
            (jurisdiction,), "first_party_bank", (zone,), action, content=OPENING, flags=flags
        )
    return FactsClass(by_channel, slices_of((zone,), date(2026, 3, 5), ZoneInfo("UTC")))


def agent_of(channel: str, agent: str) -> str:
    return agent if agent == "human" else {"chat": "ai_chat", "voice": "ai_voice"}[channel]


def counts(rows: list[dict[str, int]]) -> np.ndarray:
    return np.array([[row.get(tier, 0) for tier in TIERS] for row in rows])


def test_each_reason_is_counted_for_every_account_it_would_stop():
    held = facts(flags=Flags(holds=(HoldFact("hardship"),)))
    answers = GateAnswers([facts(), held, facts("")], shipped_packs(), agent_of)
    found = denials(answers, counts([{"self_cure": 10, "people": 2}, {"remind": 3, "people": 4}, {"assist": 5}]), DRAFT)
    assert (found.asked, found.never_planned) == (19, 5)
    # A hold stops machines, not people.
    assert found.denied == pytest.approx(3)
    assert found.reasons == pytest.approx({"HOLD_ACTIVE": 3})
    assert found.out_of_reach == 3


def test_a_window_that_closes_during_the_day_denies_a_part_of_it():
    # Contact hours in one place, business hours by a zone seven hours off.
    away = replace(facts(), slices=slices_of(("Europe/London",), date(2026, 3, 5), ZoneInfo("UTC")))
    found = denials(GateAnswers([away], shipped_packs(), agent_of), counts([{"self_cure": 900}]), DRAFT)
    # 22:00 in Taipei is 14:00 in London, and no ring begins just before it.
    assert found.reasons["OUTSIDE_CONTACT_WINDOW"] == pytest.approx(found.denied)
    assert 300 <= found.denied <= 500
    assert found.out_of_reach == 0


def test_the_gate_is_heard_in_the_hours_of_the_treatment_alone():
    # Nine to six in Taipei; a wish of the debtor's forbids the morning.
    suits = facts(flags=Flags(inconvenient=(Inconvenient(("thu",), Span.read("09:00-12:00")),)))

    def in_hours(starts: int, ends: int) -> Denials:
        treatment = replace(DRAFT.treatments["self_cure"], hours=Hours(time(starts), time(ends)))
        draft = replace(DRAFT, treatments={**DRAFT.treatments, "self_cure": treatment})
        return denials(GateAnswers([suits], shipped_packs(), agent_of), counts([{"self_cure": 90}]), draft)

    assert (in_hours(13, 18).denied, in_hours(13, 18).out_of_reach) == (0, 0)
    assert (in_hours(9, 12).denied, in_hours(9, 12).out_of_reach) == (90, 90)
    assert in_hours(11, 13).denied == pytest.approx(45)


def test_the_gate_is_asked_once_for_each_question(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "strategy.whatif.denials.decide", lambda facts, packs, at: asked.append((facts, at)) or Allowed()
    )
    answers = GateAnswers([facts()], shipped_packs(), agent_of)
    for _ in range(3):
        denials(answers, counts([{"self_cure": 900}]), DRAFT)
    assert len(asked) == 9


class Allowed:
    """Whatever is no Deny."""
