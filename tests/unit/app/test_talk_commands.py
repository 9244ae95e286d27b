"""`amends bot replay` and `bot rehearse`: what they refuse, before anything is started."""

import pytest


def test_a_script_that_is_not_there(amends, tmp_path):
    assert amends("bot", "replay", "nowhere.yaml").refusal == "amends: no such file: nowhere.yaml"
    (tmp_path / "empty").mkdir()
    assert amends("bot", "replay", "empty").refusal == "amends: no YAML file in empty"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"turns: [a]\nexpct: {}", "amends: s.yaml: line 2: expct is no key of a script; did you mean expect?"),
        (b"\xff\xfe\x00", "amends: s.yaml: not readable as text in UTF-8"),
        (b"turns: [a]\naccount: {zone: Mars/Base}", "amends: s.yaml: no time zone Mars/Base"),
        (b"- [a", "amends: s.yaml: line 1: no YAML"),
    ],
)
def test_a_script_that_cannot_be_read(amends, tmp_path, content, line):
    (tmp_path / "s.yaml").write_bytes(content)
    assert amends("bot", "replay", "s.yaml", "--json").refusal.startswith(line)


def test_one_bad_script_in_a_folder_is_named(amends, tmp_path):
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "good.yaml").write_text("- hello\n")
    (tmp_path / "talks" / "bad.yaml").write_text("turns: []\n")
    assert amends("bot", "replay", "talks").refusal == "amends: bad.yaml: line 1: nothing is said in it"


def test_a_night_of_nobody(amends, tmp_path):
    assert amends("bot", "rehearse", "--persona", "clown").refusal.startswith("amends: no persona clown; there are ")
    assert amends("bot", "rehearse", "--scoreboard", "none.md").refusal == "amends: no such file: none.md"
    assert amends("bot", "rehearse", "--out", "no/where.jsonl").refusal == "amends: no such folder: no"
