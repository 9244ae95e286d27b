"""The files that the trigger classifier learns from, and what is refused in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.triggers.sentences import BadSentences, load
from bot.triggers.training import main


def written(folder: Path, place: str, text: str) -> None:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_every_sentence_is_read_with_its_key_and_its_place(tmp_path: Path) -> None:
    written(tmp_path, "p1/serious_illness.yaml", "id: serious_illness\nzh: [我在化疗]\nen: [I am on dialysis]\n")
    written(tmp_path, "ordinary/a.yaml", "id: near_miss/self_harm\nzh: [笑死我了]\nen: [dying to know]\n")
    assert [(each.key, each.lang, each.place) for each in load(tmp_path)] == [
        ("near_miss/self_harm", "zh", "ordinary/a.yaml: zh 1"),
        ("near_miss/self_harm", "en", "ordinary/a.yaml: en 1"),
        ("serious_illness", "zh", "p1/serious_illness.yaml: zh 1"),
        ("serious_illness", "en", "p1/serious_illness.yaml: en 1"),
    ]


@pytest.mark.parametrize(("folder", "key"), [("p0", "threat_or_abuse_to_bot"), ("p2", "threat_or_abuse_to_bot.2")])
def test_the_folder_says_which_priority_of_a_trigger_is_meant(tmp_path: Path, folder: str, key: str) -> None:
    written(tmp_path, f"{folder}/a.yaml", "id: threat_or_abuse_to_bot\nzh: [等着瞧]\nen: [you wait]\n")
    assert {each.key for each in load(tmp_path)} == {key}


@pytest.mark.parametrize(
    ("place", "text", "complaint"),
    [
        ("p0/a.yaml", "id: self_harm\nzh: [我想死]\nen: [我想死了]\n", "p0/a.yaml: en 1: Chinese"),
        ("p0/a.yaml", "id: self_harm\nzh: [so tired]\nen: [so tired]\n", "zh 1: no Chinese character"),
        ("p0/a.yaml", "id: self_harm\nzh: ['。']\nen: [end it]\n", "zh 1: empty"),
        ("p0/a.yaml", "id: self_harm\nzh: [不活]\nen: [1]\n", "en 1: not a text"),
        ("p0/a.yaml", "id: self_harm\nzh: [不活]\n", "en is no list"),
        ("p0/a.yaml", "id: self_harm\nzh: [不活, 不 活!]\nen: [end it]\n", "zh 2: stands in p0/a.yaml: zh 1 too"),
        ("p1/a.yaml", "id: self_harm\nzh: [不活]\nen: [end it]\n", "no trigger self_harm of this folder's priority"),
        ("ordinary/a.yaml", "id: near_miss/nothing\nzh: [不活]\nen: [end it]\n", "no trigger near_miss/nothing"),
        ("p0/a.yaml", "zh: [不活]\n", "expected the keys"),
        ("p0/a.yaml", "id: [", "not YAML"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused_in_one_line(
    tmp_path: Path, place: str, text: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, place, text)
    with pytest.raises(BadSentences) as refused:
        load(tmp_path)
    assert complaint in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    with pytest.raises(SystemExit, match="1 wrong"):
        main(["--check", "--sentences", str(tmp_path)])
    assert capsys.readouterr().out == ""


def test_one_sentence_cannot_mean_two_things(tmp_path: Path) -> None:
    written(tmp_path, "p0/a.yaml", "id: self_harm\nzh: [不活]\nen: [end it]\n")
    written(tmp_path, "p1/b.yaml", "id: serious_illness\nzh: [我在化疗]\nen: ['End it!']\n")
    with pytest.raises(BadSentences, match=r"p1/b\.yaml: en 1: stands in p0/a\.yaml: en 1 too"):
        load(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSentences, match="holds no sentences"):
        load(tmp_path)
