"""The changes of a strategy, field by field, and in words."""

from dataclasses import replace
from datetime import time

import pytest

from app.web.strategy_changes import change_line, change_lines
from strategy.changes import Changed, changes
from strategy.pacing import Breaker, Hours, Pacing
from strategy.settings import StrategySettings, to_json

PLAIN = StrategySettings()
SLOWER = replace(
    PLAIN,
    pacing=Pacing({"chat": None, "voice": 8}, {"chat": 600, "voice": None}),
    breaker=Breaker(complaint_rate=0.02),
    treatments={
        **PLAIN.treatments,
        "remind": replace(PLAIN.treatments["remind"], hours=Hours(time(10), time(17), ("mon", "tue")), tone="gentle"),
    },
)


def test_equal_settings_have_no_changes():
    assert changes(PLAIN, StrategySettings()) == ()


def test_every_field_that_differs_is_told_in_words_in_both_languages():
    assert change_lines(PLAIN, SLOWER, "en") == [
        "remind · tone: plain → gentle",
        "remind · hours of contact (local): all business hours → 10:00-17:00 (Mon, Tue)",
        "pacing · at once · call: 30 → 8",
        "pacing · a minute · call: 60 → no limit",
        "breaker · rate of complaints: 0.15 → 0.02",
    ]
    in_chinese = change_lines(PLAIN, SLOWER, "zh")
    assert "提醒 · 联系时段（当地）：整个工作时段 → 10:00-17:00 (周一、周二)" in in_chinese


def leaves(table: dict, at: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], object]]:
    found = []
    for name, value in table.items():
        found += leaves(value, (*at, name)) if isinstance(value, dict) else [((*at, name), value)]
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_field_of_a_strategy_has_a_name(language):
    for path, value in leaves(to_json(PLAIN)):
        line = change_line(Changed(path, value, value), language)
        name = line.replace("：", ":").split(":")[0]
        assert "_" not in name
        if language == "zh":
            assert not any(step.replace("_", " ") in name for step in path), name
