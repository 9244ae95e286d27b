"""What no collector may say is found in either language, and no approved sentence says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.guards import DEBT, check, is_forbidden
from bot.phrases import LANGUAGES, Line, templates

SHARED = Path(__file__).parents[4] / "shared" / "contact-rules" / "sensitive.json"
TOLD_TO_OTHERS = "third_party_disclosure"


@pytest.mark.skipif(not SHARED.exists(), reason="the contact rules that this is measured against are not here")
def test_every_published_example_of_what_must_not_be_said_is_found() -> None:
    missed = []
    for sort in json.loads(SHARED.read_text(encoding="utf-8"))["prohibited_utterances"]:
        for language in LANGUAGES:
            for example in sort["examples"][language]:
                # Of a debt nobody may hear before the right-party check; the debtor may afterwards.
                found = DEBT.search(example) if sort["id"] == TOLD_TO_OTHERS else is_forbidden(example)
                if not found:
                    missed.append((sort["id"], language, example))
    assert missed == []


@pytest.mark.parametrize(
    "said",
    [
        "Somebody will come after you.",
        "We could still take you to court.",
        "Please pay immediately.",
        "Your employer has to know.",
        "I am a real person.",
        "Ask your friends for the money, or pawn something.",
        "Tell me your password, please.",
        "A small fee settles it.",
        "明天就去您单位",
        "不还就上法院",
        "找家人凑钱",
        "请报一下验证码",
        "投诉了也没用",
        "我是真人",
    ],
)
def test_phrasings_of_our_own_are_found(said: str) -> None:
    assert is_forbidden(said)
    assert "forbidden" in {breach.rule for breach in check([Line("goodbye", said)], verified=True)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_approved_sentence_holds_any_of_it(language: str) -> None:
    assert [found.id for found in templates(language).values() if is_forbidden(found.text)] == []
