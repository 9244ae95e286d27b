"""Experiments on the command line: figures and answers, and one line for what the caller can mend."""

from __future__ import annotations

import json

import pytest
from trying import plan

from app.cli.main import main
from strategy.experiments.design import to_json


@pytest.fixture
def amends(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AMENDS_HOME", str(tmp_path / "home"))

    def run(*words):
        monkeypatch.setattr("sys.argv", ["amends", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, capsys.readouterr()

    return run


@pytest.fixture
def design(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(to_json(plan())))
    return str(path)


def test_an_experiment_from_start_to_stop(amends, design):
    code, said = amends("experiment", "start", "--design", design, "--by", "lin", "--json")
    assert (code, json.loads(said.out)["arms"]) == (0, {"control": 0.5, "kinder": 0.5})
    code, said = amends("experiment", "status")
    assert "kinder_cadence: running, day 0: no verdict before day 7" in said.out
    assert "cure: control not known yet (0 of 0)" in said.out
    code, said = amends("experiment", "status", "kinder_cadence", "--json")
    assert json.loads(said.out)["look"]["state"] == "running"
    code, said = amends("experiment", "review", "--json")
    assert json.loads(said.out) == {"kinder_cadence": "running"}
    code, said = amends("experiment", "stop", "kinder_cadence", "--by", "lin", "--reason", "enough")
    assert code == 0
    code, said = amends("experiment", "status", "kinder_cadence", "--json")
    assert json.loads(said.out)["conclusion"] == {"by": "lin", "reason": "enough"}


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("status", "nothing"), "there is no experiment nothing"),
        (("stop", "nothing", "--by", "lin", "--reason", "x"), "there is no experiment nothing"),
        (("start", "--design", "nowhere.json", "--by", "lin"), "no such file"),
    ],
)
def test_what_is_not_there_is_one_line(amends, words, line):
    code, said = amends("experiment", *words)
    assert code == 2
    assert line in said.err
    assert len(said.err.strip().splitlines()) == 1


def test_a_plan_that_cannot_be_is_refused_with_its_fields(amends, tmp_path):
    path = tmp_path / "bad.json"
    for text, line in [
        ("{", "is not JSON"),
        (json.dumps({**to_json(plan()), "tiers": ["people"]}), "tiers: must hold"),
    ]:
        path.write_text(text)
        code, said = amends("experiment", "start", "--design", str(path), "--by", "lin")
        assert code == 2
        assert line in said.err


def test_a_forecast_needs_no_ledger(amends, design, tmp_path):
    words = ("experiment", "forecast", "--design", design, "--base", "0.3", "--units-a-day", "100", "--json")
    code, said = amends(*words)
    told = json.loads(said.out)
    assert code == 0
    assert told["false_alarms"] < 0.05 < told["false_alarms_of_a_fixed_test"]
    assert not (tmp_path / "home").exists()
    code, said = amends(*words[:-5], "--base", "1.5", "--units-a-day", "100")
    assert code == 2
