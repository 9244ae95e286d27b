from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_description(name):
    row = next((line for line in DOCS.read_text().splitlines() if f"`AMENDS_{name.upper()}`" in line), None)
    assert row is not None
    assert Settings.model_fields[name].description in row


def test_every_documented_setting_exists():
    documented = {
        line.split("`")[1].removeprefix("AMENDS_").lower()
        for line in DOCS.read_text().splitlines()
        if line.startswith("| `AMENDS_")
    }
    assert documented == set(Settings.model_fields)


def test_a_setting_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("AMENDS_PORT", "9001")
    assert Settings().port == 9001


def test_a_wrong_value_is_refused(monkeypatch):
    monkeypatch.setenv("AMENDS_PORT", "high")
    with pytest.raises(ValidationError):
        Settings()
