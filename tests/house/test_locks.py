"""The lock files hold what the pyproject files ask for, with hashes and without addresses."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNTIME = tomllib.loads((ROOT / "pyproject.toml").read_text())
RASA = tomllib.loads((ROOT / "bot/rasa/pyproject.toml").read_text())
GROUPS = RUNTIME["dependency-groups"]
WANTED = {
    "requirements.lock": RUNTIME["project"]["dependencies"] + GROUPS["build"],
    "requirements-dev.lock": RUNTIME["project"]["dependencies"] + GROUPS["build"] + GROUPS["dev"],
    "bot/rasa/requirements.lock": RASA["project"]["dependencies"],
    "bot/rasa/requirements-py311.lock": RASA["project"]["dependencies"],
}


def pinned(lock):
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize(("lock", "wanted"), WANTED.items(), ids=WANTED)
def test_every_dependency_is_pinned(lock, wanted):
    names = {re.split(r"[<>=~! \[]", requirement, maxsplit=1)[0].lower() for requirement in wanted}
    assert names - set(pinned(lock)) == set()


@pytest.mark.parametrize("lock", WANTED)
def test_every_pin_has_a_hash_and_no_line_has_an_address(lock):
    text = (ROOT / lock).read_text()
    blocks = re.findall(r"^[a-z0-9._-]+==.*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == len(pinned(lock))
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_the_development_lock_agrees_with_the_runtime_lock():
    development = pinned("requirements-dev.lock")
    assert {name: development.get(name) for name in pinned("requirements.lock")} == pinned("requirements.lock")
