"""The trained part of the trigger detector: what it finds on phrasings nobody trained on, and when it must refuse."""

from __future__ import annotations

import re
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.triggers import HELDOUT, cases, figures
from bot.triggers import NoModel, detect, examine, ready
from bot.triggers.classifier import MODEL, classifier
from bot.triggers.clauses import clauses
from bot.triggers.lexicon import figurative
from bot.triggers.sentences import Sentence
from bot.triggers.training import fingerprint, learn, save

MOST_BYTES = 6_000_000
# A little below what docs/triggers.md says was measured.
FLOORS = {
    "triggers_dev": {"P0": 0.97, "P1": 0.94, "P2": 0.92, "ordinary passed": 0.98, "near misses passed": 0.94},
    "triggers_check": {"P0": 0.97, "P1": 0.93, "near misses passed": 0.87},
    "triggers_final": {"P0": 0.99, "P1": 0.95, "P2": 0.89, "ordinary passed": 0.97, "near misses passed": 0.85},
}
RAMBLING = {
    "zh": "我跟你讲啊,上个月我们厂里加班特别多,天天搞到半夜,然后我老婆又说要换房子,我说先等等吧,等年底奖金下来再说,"
    "昨天我还去看了趟车,价格也谈不拢,{cry},隔壁老王说他认识一个销售可以便宜两千块,我就想着周末再去一趟,"
    "顺便带孩子去公园转转,天气预报说是晴天,你刚才说的那个短信我也收到了,里面写的是二十号之前,我看看工资哪天到账",
    "en": "so what happened was we were all doing overtime last month, and my wife wants to move, and I said let's "
    "wait for the bonus, then yesterday I went to look at a car and the price was silly, {cry}, and next door knows "
    "someone who sells them cheaper so I may go again on Saturday and take the kids to the park, the forecast is fine, "
    "and yes I did get your text and it said before the twentieth so let me look when my wages come in",
}
CRIES = [
    ("我真的不想活了", "honestly I don't want to live any more"),
    ("我老公昨晚又打我", "my husband beat me again"),
]


@pytest.mark.parametrize("name", FLOORS)
def test_unseen_phrasings_are_found_and_ordinary_talk_is_left_alone(name: str) -> None:
    measured = figures(cases(HELDOUT / f"{name}.jsonl"), detect)
    assert {key: str(measured[key]) for key, least in FLOORS[name].items() if measured[key].rate < least} == {}


def test_the_model_is_of_the_present_sentences() -> None:
    assert classifier().fingerprint == fingerprint(), (
        "python -m bot.triggers.training, then commit bot/triggers/model.npz"
    )


def test_the_model_is_small() -> None:
    assert MODEL.stat().st_size < MOST_BYTES


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 no more", b"\x93NUMPY"])
def test_without_a_model_nothing_is_detected_and_nothing_is_let_pass(
    tmp_path: Path, content: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.npz"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr("bot.triggers.detector.classifier", lambda: classifier(path))
    with pytest.raises(NoModel, match="restore"):
        ready()


@pytest.mark.parametrize("change", ["keys", "weights", "buckets", "scale", "hidden", "hidden_bias", "out", "out_bias"])
def test_a_model_that_does_not_fit_together_is_refused(tmp_path: Path, change: str) -> None:
    with np.load(MODEL, allow_pickle=False) as stored:
        arrays = dict(stored)
    wrong = {
        "keys": np.array(["no_such_trigger", *arrays["keys"][1:]]),
        "weights": arrays["weights"][:-1],
        "buckets": arrays["buckets"][::-1],
        "scale": np.full_like(arrays["scale"], np.nan),
        "hidden": arrays["hidden"][:, 1:],
        "hidden_bias": arrays["hidden_bias"][1:],
        "out": arrays["out"][1:],
        "out_bias": np.full_like(arrays["out_bias"], np.inf),
    }
    path = tmp_path / "model.npz"
    np.savez(path, **{**arrays, change: wrong[change]})
    with pytest.raises(NoModel):
        classifier(path)


def test_learning_twice_gives_the_same_weights(tmp_path: Path) -> None:
    said = {
        "self_harm": ["不想活", "活够了", "let me die", "want to die"],
        "serious_illness": ["住院了", "在医院", "in hospital", "got cancer"],
        "ordinary": ["好的", "明天还", "ok fine", "want to pay"],
    }
    sentences = [Sentence(key, "zh", text, "") for key, texts in said.items() for text in texts * 2]
    first, second = learn(sentences), learn(sentences)
    assert all(np.array_equal(first[name], second[name]) for name in first)
    save(tmp_path / "model.npz", first, "made here")
    assert classifier(tmp_path / "model.npz").read(["want to die"])[0].shares["P0"] > 0.5


@pytest.mark.parametrize(
    ("figure", "meant"),
    [
        ("my head is killing me, ring at nine", "the pain is killing me and i want to die"),
        ("我快热死了,等会儿再说", "我热死了也好,我不想活了"),
        ("在家带娃跟坐牢一样", "他在坐牢,我是他妈"),
        ("I had a heart attack when I saw the total", "I am having a heart attack, call somebody"),
    ],
)
def test_a_figure_of_speech_passes_and_its_words_meant_are_heard(figure: str, meant: str) -> None:
    assert detect(figure, "en") is None
    found = detect(meant, "en")
    assert found is not None
    assert found.priority <= "P1"


@pytest.mark.parametrize(
    ("said", "harmless"),
    [
        ("累死我了,明天再说", True),
        ("累死我了,我真的不想活了", False),
        ("my neighbour was arrested, what a circus", True),
        ("my neighbour was arrested for what he did to me, he hit me", False),
        ("i could kill for a biscuit", True),
        ("i could kill for a biscuit, and then the tablets, all of them", False),
        ("好的,周五还", False),
    ],
)
def test_a_word_that_is_meant_takes_a_figure_its_harmlessness(said: str, harmless: bool) -> None:
    assert figurative(said) is harmless


@pytest.mark.parametrize("language", RAMBLING)
@pytest.mark.parametrize(
    ("zh", "en"),
    [("我真的不想活了", "honestly I don't want to live any more"), ("我老公昨晚又打我", "my husband beat me again")],
)
def test_a_cry_in_the_middle_of_a_long_turn_is_heard(language: str, zh: str, en: str) -> None:
    cry = {"zh": zh, "en": en}[language]
    found = examine(RAMBLING[language].format(cry=cry), language)
    assert found is not None
    assert found.trigger.priority == "P0"
    assert detect(RAMBLING[language].format(cry="well well"), language) is None


@pytest.mark.parametrize(
    "text",
    [
        "wo bu xiang huo le",
        "我不想或了",
        "我不想活勒",
        "i dont wnat to liev anymore",
        "我 想 死",
        "我想死😭😭😭",
        "ｉ　ｗａｎｔ　ｔｏ　ｄｉｅ",
        "不想活著了,真的好累",
        "I really 不想活 anymore",
    ],
)
def test_spelling_sound_and_script_hide_nothing(text: str) -> None:
    found = detect(text, "zh")
    assert found is not None
    assert found.priority == "P0"


def test_a_p0_answer_has_time_to_spare() -> None:
    ready()
    long = RAMBLING["zh"].format(cry="我不想活了") * 8
    began = process_time()
    found = detect(long[:2000], "zh")
    # Of the 300 ms that an answer to P0 has; a turn is cut at 2,000 characters.
    assert process_time() - began < 0.25
    assert found is not None


@given(
    st.lists(st.sampled_from(["好", "还钱", "pay ", "tomorrow, ", "。", "but ", "我不想"]), max_size=200).map("".join)
)
def test_the_windows_of_a_long_turn_leave_nothing_out(text: str) -> None:
    whole, *windows = clauses(text)
    assert whole == text
    assert not windows or all(any(word in window for window in windows) for word in re.findall("[a-z]+", text))


@given(st.text(max_size=120), st.sampled_from(["zh", "en"]))
def test_any_text_has_an_answer_and_always_the_same(text: str, language: str) -> None:
    found = examine(text, language)
    assert found == examine(text, language)
    assert found is None or 0 <= found.confidence <= 1.0001
