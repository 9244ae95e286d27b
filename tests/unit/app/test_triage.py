"""`amends bot triage`: what is refused before anything starts, and what is answered for each line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from app.cli import triage as command
from app.cli.console import BadInput
from bot.understanding import Reading


class NoRasa:
    """In place of the process: starting it is not what is tried here."""

    url = "http://127.0.0.1:1"

    def __init__(self, *_: Any) -> None: ...

    def __enter__(self) -> NoRasa:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None: ...


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that reach the dialogue model."""
    texts: list[str] = []

    def understand(_url: str, _secret: str, some: Sequence[str]) -> list[Reading]:
        texts.extend(some)
        return [Reading("promise", 0.75) for _ in some]

    monkeypatch.setattr(command, "RasaProcess", NoRasa)
    monkeypatch.setattr(command, "understand", understand)
    return texts


def _file(folder: Path, *lines: str) -> str:
    path = folder / "lines.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("nonsense", "line 2: not JSON"),
        ("[1]", "line 2: not a JSON object"),
        ('{"lang": "en"}', "line 2: text is missing"),
        ('{"lang": "en", "text": " "}', "line 2: text is missing"),
        ('{"lang": "fr", "text": "oui"}', "line 2: lang must be zh or en"),
        ('{"lang": ["zh"], "text": "oui"}', "line 2: lang must be zh or en"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_answered(
    tmp_path: Path, heard: list[str], line: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BadInput, match=complaint):
        command.triage(_file(tmp_path, '{"lang": "en", "text": "hello"}', line), as_json=True)
    assert capsys.readouterr().out == ""
    assert heard == []


def test_a_file_without_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no lines"):
        command.triage(_file(tmp_path, ""))


def test_each_line_is_answered_in_its_place_with_its_other_keys(
    tmp_path: Path, heard: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ('{"id": 7, "lang": "zh", "text": "我不想活了"}', "", '{"lang": "en", "text": "I will pay on Friday"}')
    command.triage(_file(tmp_path, *lines), as_json=True)
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["id"], first["lang"], first["trigger"], first["priority"]) == (7, "zh", "self_harm", "P0")
    assert 0 < first["trigger_confidence"] <= 1
    assert second == {
        "lang": "en",
        "trigger": None,
        "priority": None,
        "trigger_confidence": None,
        "intent": "promise",
        "confidence": 0.75,
    }


def test_no_secret_reaches_the_dialogue_model(tmp_path: Path, heard: list[str]) -> None:
    command.triage(_file(tmp_path, '{"lang": "en", "text": "my card is 4111 1111 1111 1111"}'))
    assert heard == ["my card is [card number]"]


def test_for_people_there_is_a_table(tmp_path: Path, heard: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    command.triage(_file(tmp_path, '{"lang": "en", "text": "I want to die"}'))
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["line", "lang", "priority", "trigger", "sure", "intent", "sure"]
    assert row.split()[:4] == ["1", "en", "P0", "self_harm"]
