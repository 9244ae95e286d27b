"""No word without a use, and no code on a page without a name."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from app.web.words import entries
from bot.disclosures import all_kinds
from bot.packet import MOODS_ZH
from bot.phrases import LANGUAGES, templates
from desk.routing import QUEUES
from desk.wrap_up import DISPOSITIONS
from ledger.handoff import TIER_TRIGGER
from strategy.arms import ARMS
from strategy.dispatch.breaker import COMPLAINED, FAILURES
from strategy.dispatch.switches import BY_HAND
from strategy.pacing import WEEKDAYS
from strategy.placing import WHYS
from strategy.policy.decision import REASON_CODES
from strategy.policy.facts import OUTCOMES
from strategy.settings import TIERS

ROOT = Path(__file__).parents[2]
TRIGGERS = yaml.safe_load((ROOT / "bot" / "triggers" / "lexicon.yaml").read_text())["triggers"]
CODES = {
    "trigger": {entry["id"] for entry in TRIGGERS} | {TIER_TRIGGER},
    "queue": {*QUEUES, "on_call"},
    "mood": set(MOODS_ZH),
    "told": {*(kind.name for kind in all_kinds()), "debt_facts"},
    "disposition": set(DISPOSITIONS),
    "deny": set(REASON_CODES),
    "tier": set(TIERS),
    "why": {why for each in WHYS for why in each},
    "arm": {*ARMS, "experiment"},
    "outcome": {*OUTCOMES, "reserved", "placing", "released"},
    "stopped": {BY_HAND, FAILURES, COMPLAINED},
    "weekday": set(WEEKDAYS),
}


def words_in(room: str) -> tuple[set[str], list[re.Pattern[str]]]:
    """Every string constant of a room, and a pattern for every f-string that has one in it."""
    constants, patterns = set(), []
    for path in (ROOT / room).rglob("*.py"):
        if path.is_relative_to(ROOT / "bot" / "rasa"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                constants.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(part.value) if isinstance(part, ast.Constant) else r"\w+" for part in node.values]
                if re.search("[a-z]", "".join(parts).replace(r"\w+", "")):
                    patterns.append(re.compile("".join(parts)))
    return constants, patterns


def unused(names: set[str], room: str) -> set[str]:
    constants, patterns = words_in(room)
    return {name for name in names - constants if not any(pattern.fullmatch(name) for pattern in patterns)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_approved_sentence_is_said_somewhere(language: str) -> None:
    answers = {entry["template"] for entry in TRIGGERS}
    answers |= {sentence for kind in all_kinds() for sentence in (*kind.said_in.values(), kind.again)}
    assert unused(set(templates(language)) - answers, "bot") == set()


def test_every_word_of_the_pages_stands_on_one() -> None:
    named_by_code = (
        "trigger",
        "queue",
        "mood",
        "disposition",
        "deny",
        "tier",
        "why",
        "arm",
        "told",
        "scope",
        "outcome",
        "stopped",
        "weekday",
        "setting",
    )
    names = {name for name in entries() if name.split(".")[0] not in (*named_by_code, "promise", "language", "channel")}
    assert unused(names, "app") == set()


@pytest.mark.parametrize("kind", CODES)
def test_a_collector_reads_a_name_for_every_code(kind: str) -> None:
    assert {code for code in CODES[kind] if f"{kind}.{code}" not in entries()} == set()
