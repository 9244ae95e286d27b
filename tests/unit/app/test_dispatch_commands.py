"""`amends dispatch` and `amends plan --explain`: one clear line for bad input, the same answer in words and as data."""

import json
import re
from pathlib import Path

import pytest

from app.web.words import entries
from strategy.dispatch.pace import DRAINING, LINES_BUSY, MINUTE_FULL, OUTSIDE_HOURS, PAUSED
from strategy.plan import WHY_NOT

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "data" / "example_accounts.csv"


def states(amends) -> dict[str, str]:
    told = json.loads(amends("dispatch", "status", "--json").stdout)
    return {each["scope"]: each["state"] for each in told["scopes"]}


def test_a_scope_is_paused_drained_and_resumed_by_name(amends):
    amends("init")
    assert set(states(amends).values()) == {"running"}
    done = json.loads(amends("dispatch", "pause", "--by", "Anna", "--scope", "campaign:remind/chat", "--json").stdout)
    assert (done["scope"], done["state"], done["by"]) == ("campaign:remind/chat", "paused", "Anna")
    amends("dispatch", "drain", "--by", "Anna", "--scope", "channel:voice")
    amends("dispatch", "pause", "--by", "Bo")
    found = states(amends)
    assert (found["all"], found["channel:voice"], found["campaign:remind/chat"]) == ("paused", "draining", "paused")
    assert found["channel:chat"] == "running"
    amends("dispatch", "resume", "--by", "Bo")
    assert states(amends)["all"] == "running"
    assert states(amends)["channel:voice"] == "draining"


def test_the_status_is_said_in_both_languages(amends):
    amends("init")
    amends("dispatch", "drain", "--by", "Anna", "--scope", "channel:voice")
    assert "channel: call" in (english := amends("dispatch", "status", "--lang", "en").stdout)
    assert "drained, empty" in english
    assert "已排空" in amends("dispatch", "status").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["dispatch", "pause", "--by", " "], "must give a name"),
        (["dispatch", "pause", "--by", "A" * 65], "must give a name"),
        (
            ["dispatch", "pause", "--by", "breaker", "--scope", "channel:fax"],
            "channel:fax; there are all, channel:chat",
        ),
        (["dispatch", "resume", "--by", "breaker"], "only a person resumes"),
        (["dispatch", "pause"], "--by"),
        (["dispatch", "stop", "--by", "Anna"], "stop"),
        (["plan", "--explain", "nobody"], "there is no account nobody"),
        (["plan", "--explain", "nobody", "--lang", "fr"], "fr"),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(amends, arguments, says):
    amends("init")
    assert says in amends(*arguments).refusal
    assert set(states(amends).values()) == {"running"}


def test_dispatch_alone_still_sends_what_is_due_once(amends):
    amends("init")
    alone, run = (json.loads(amends("dispatch", *more, "--json").stdout) for more in ([], ["run"]))
    assert alone == run
    assert (alone["due"], alone["left"]) == (0, {})


def test_an_account_is_explained_in_words_and_as_data(amends):
    amends("import", EXAMPLE)
    amends("score")
    ref = EXAMPLE.read_text().splitlines()[1].split(",")[0]
    told = json.loads(amends("plan", "--explain", ref, "--lang", "en", "--json").stdout)
    assert (told["account"], told["answer"], told["today"]) == (ref, "no", False)
    assert told["said"][0]["code"] == "people"
    assert "a person takes this account" in amends("plan", "--explain", ref, "--lang", "en").stdout
    assert "由人处理" in amends("plan", "--explain", ref).stdout


def test_there_are_words_for_whatever_an_explanation_may_say():
    source = (ROOT / "strategy" / "dispatch" / "explain.py").read_text()
    codes = set(re.findall(r'Said\(\s*"(\w+)"', source)) | {
        "planned_today",
        "planned",
        "overdue",
        "expected",
        "expected_soon",
    }
    codes |= {f"never_{code}" for code in WHY_NOT} | {f"is_{PAUSED}", f"is_{DRAINING}"}
    codes |= {f"now_{code}" for code in (LINES_BUSY, MINUTE_FULL, OUTSIDE_HOURS)}
    assert {code for code in codes if f"explain.{code}" not in entries()} == set()
    assert len(codes) > 25
