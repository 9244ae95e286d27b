"""The supervisor of the Rasa process, without Rasa: a small script stands in for its Python."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from bot.rasa_process import PROJECT, RasaProcess, RasaUnavailable, fingerprint


def _stand_in(folder: Path, body: str) -> Path:
    """An executable in place of the Python of bot/rasa; it gets launch.py and Rasa's arguments."""
    script = folder / "python"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def _process(home: Path, python: Path) -> RasaProcess:
    return RasaProcess(home, 1, "http://127.0.0.1:1/", "channel-secret", "action-secret", python)


def test_a_model_is_trained_once_for_the_same_data(tmp_path: Path) -> None:
    # $4 is the folder, $6 the name: launch.py train --out FOLDER --fixed-model-name NAME
    python = _stand_in(tmp_path, 'echo trained >> "$0.log"; touch "$4/$6.tar.gz"')
    said: list[str] = []
    rasa = _process(tmp_path / "home", python)
    assert rasa.train(said.append).exists()
    assert rasa.train(said.append) == rasa.model
    assert said == ["training the dialogue model", "dialogue model trained"]
    assert (tmp_path / "python.log").read_text().count("trained") == 1


def test_a_training_that_fails_leaves_no_model(tmp_path: Path) -> None:
    rasa = _process(tmp_path / "home", _stand_in(tmp_path, "exit 1"))
    with pytest.raises(RasaUnavailable, match="training failed"):
        rasa.train()
    assert not rasa.model.exists()


def test_a_server_that_ends_at_once_is_reported_and_secrets_stay_off_the_command_line(tmp_path: Path) -> None:
    python = _stand_in(tmp_path, 'echo "$@" >> "$0.log"; [ "$2" = train ] && touch "$4/$6.tar.gz"; exit 0')
    rasa = _process(tmp_path / "home", python)
    with pytest.raises(RasaUnavailable, match="ended at once"):
        rasa.start()
    commands = (tmp_path / "python.log").read_text()
    assert "--interface 127.0.0.1" in commands
    assert "--enable-api" not in commands
    assert "secret" not in commands
    assert not rasa.running()


def test_without_its_environment_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RasaUnavailable, match="scripts/demo"):
        _process(tmp_path / "home", tmp_path / "nowhere").start()


def test_another_sentence_is_another_model(tmp_path: Path) -> None:
    copy = tmp_path / "rasa"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns(".venv", ".rasa", "models", "__pycache__"))
    assert fingerprint(copy) == fingerprint()
    with (copy / "data" / "nlu" / "manners.yml").open("a", encoding="utf-8") as file:
        file.write("    - one more\n")
    assert fingerprint(copy) != fingerprint()
