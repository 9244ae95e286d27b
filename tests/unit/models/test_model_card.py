"""The page of a model for people: everything it must say is said, in both languages, whatever the card lacks."""

import pytest

from strategy.models.card import _entries, page
from strategy.models.proxies import proxies
from strategy.reasons.codes import reason_codes
from strategy.scoring.features import STANDARD

HEAD = {"rows": 2073, "auc": 0.8331, "auc_interval": [0.812, 0.851], "brier": 0.0916, "ece": 0.012}
CARD = {
    "trained_at": "2026-03-04T09:00:00+00:00",
    "code": "git abc",
    "catboost": "1.2.10",
    "spec": STANDARD.to_json(),
    "data": {"sha256": "d" * 64, "accounts": 30_000, "panel_rows": 7_008, "months": ["2005-06", "2005-07"]},
    "out_of_time": {"trained_on": ["2005-06"], "tested_on": "2005-07", "willingness": HEAD, "cure": None},
    "calibration": {"willingness": {"slope": 1.0, "intercept": 0.1}, "contact": {"slope": 1.0, "intercept": 0.0}},
    "weight_of_groups": {"willingness": {"payments": 0.6, "capacity": 0.4}},
    "absent_heads": {"ability": "too few rows"},
    "simulated_heads": ["contact"],
    "files": {"willingness.cbm": "f" * 64},
    "settings": {"iterations": 300},
}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["0.8331 [0.812, 0.851]", "| 60% |", "too few rows", "simulated outcomes", "Not measured.", "30,000"]),
        ("zh", ["0.8331 [0.812, 0.851]", "| 60% |", "too few rows", "用模拟的结果训练", "没有测过。", "30,000"]),
    ],
)
def test_the_facts_of_the_model_stand_on_its_page(language, said):
    text = page("3f1c08a2b9d4", CARD, language)
    for each in (*said, "3f1c08a2b9d4", "git abc", "d" * 64, "f" * 64):
        assert each in text
    assert "None" not in text.replace("None. Contact", "")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_watched_proxy_is_named_on_the_page(language):
    text = page("3f1c08a2b9d4", CARD, language)
    for proxy in proxies():
        assert getattr(proxy, language) in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_card_that_lacks_nearly_everything_still_has_its_limits_on_the_page(language):
    text = page("3f1c08a2b9d4", {}, language)
    assert len([line for line in text.splitlines() if line.startswith("## ")]) == 13
    assert ("分不清“不愿”和“不能”" if language == "zh" else "unwilling and unable cannot be told apart") in text


def test_fairness_by_group_is_a_table_in_the_language_of_the_page():
    row = {"head": "willingness", "trait": "sex", "group": "1", "predicted": 0.81, "observed": 0.8, "gap": 0.01}
    chinese = page("3f1c08a2b9d4", {**CARD, "fairness": [row]}, "zh")
    assert "| 意愿 W | 性别 | 1 | 0.81 | 0.8 | 0.01 |" in chinese
    assert "没有测过。" not in chinese


def test_every_word_of_the_card_is_there_in_both_languages():
    for name, entry in _entries().items():
        assert set(entry) == {"zh", "en"}, name
        assert type(entry["zh"]) is type(entry["en"])
        assert len(entry["zh"]) > 0 < len(entry["en"])
        if isinstance(entry["zh"], list):
            assert len(entry["zh"]) == len(entry["en"]), name


def test_the_inputs_on_the_list_of_proxies_are_inputs():
    for proxy in proxies():
        assert bool(proxy.features) == proxy.input
        assert set(proxy.features) <= set(STANDARD.names)


def test_no_reason_names_a_proxy():
    for code in reason_codes().values():
        english = f" {code.en.lower()} ".replace(",", " ").replace(".", " ")
        for proxy in proxies():
            assert not [word for word in proxy.words_zh if word in code.zh], (code.code, proxy.id)
            assert not [word for word in proxy.words_en if f" {word} " in english], (code.code, proxy.id)
