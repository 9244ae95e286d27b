"""The command line is a contract: exit 0 on success, 2 on bad input with one clear line and nothing on stdout."""

import json
import sqlite3
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from app.cli.faults import CLEAR_FAULTS, clear_line
from app.cli.main import COMMANDS

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "data" / "example_accounts.csv"


def refused(done):
    """The one line of a refusal."""
    return done.refusal


def test_a_file_is_imported_once_and_the_book_of_records_is_whole(amends):
    first = json.loads(amends("import", EXAMPLE, "--json").stdout)
    assert first["accounts"] > 0
    assert not first["already_imported"]
    again = json.loads(amends("import", EXAMPLE, "--json").stdout)
    assert again["already_imported"]
    assert again["accounts"] == first["accounts"]
    assert json.loads(amends("audit", "verify", "--json").stdout)["intact"]
    assert json.loads(amends("report", "--json").stdout)["accounts"] == first["accounts"]


def test_without_a_model_every_account_goes_to_people(amends):
    accounts = json.loads(amends("import", EXAMPLE, "--json").stdout)["accounts"]
    line = refused(amends("score", "--json"))
    assert "run `amends train`" in line
    assert "accounts without one went to people" in line
    report = json.loads(amends("report", "--json").stdout)
    assert report["cases_waiting"] == accounts - report["holds"] > 0
    planned = json.loads(amends("plan", "--json").stdout)
    assert planned["planned"] == {}


def test_scoring_by_hand_brings_to_people_whom_the_tier_gives_them(amends):
    amends("import", EXAMPLE)
    amends("score")
    report = json.loads(amends("report", "--json").stdout)
    # Whoever stands under a hold already was brought to somebody before the import.
    assert report["cases_waiting"] == report["accounts"] - report["holds"] > 0
    amends("score")
    assert json.loads(amends("report", "--json").stdout)["cases_waiting"] == report["cases_waiting"]


def test_the_strategy_in_force_is_a_draft_that_changes_nothing(amends, tmp_path):
    amends("import", EXAMPLE)
    amends("score")
    draft = tmp_path / "draft.json"
    draft.write_text(amends("strategy", "show").stdout)
    in_chinese = amends("strategy", "simulate", "--draft", draft).stdout
    in_english = amends("strategy", "simulate", "--draft", draft, "--lang", "en").stdout
    for words, written in (
        (("换层的账户", "预期回款", "机器人", "闸门"), in_chinese),
        (("self-cure", "95%", "denied"), in_english),
    ):
        assert all(word in written for word in words)
    outcome = json.loads(amends("strategy", "simulate", "--draft", draft, "--json").stdout)
    assert outcome["moved"] == 0
    assert outcome["before"] == outcome["after"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["import", "nowhere.csv"], "no such file"),
        (["import", __file__], "test_commands.py"),
        (["train"], "amends import"),
        (["policy", "check", "nowhere.json"], "no such file"),
        (["strategy", "simulate", "--draft", "nowhere.json"], "no such file"),
        (["speech", "transcribe", EXAMPLE], "example_accounts.csv"),
        (["call", "--wav", EXAMPLE, "--out", "bot.wav"], "example_accounts.csv"),
        (["call", "--wav", EXAMPLE, "--out", "."], "folder"),
        (["speech", "say", "hello", "--out", "no/such/folder/x.wav"], "folder"),
        (["bot", "say", "--lang", "fr"], "zh or en"),
        (["demo", "--day", "2999-01-01"], "must be over"),
        (["demo", "--day", "someday"], "amends demo --help"),
        (["demo", "--day", "9999-12-31"], "must be over"),
        (["report", "--day", "9999-12-31"], "has not begun"),
        (["demo", "--accounts", "0"], "--accounts"),
        (["demo", "--seed", "-1"], "--seed"),
        (["import", EXAMPLE, "--seed", "-1"], "--seed"),
        (["bot", "say", "--seed", "-1"], "--seed"),
        (["import"], "file"),
        (["report", "--nonsense"], "--nonsense"),
        (["nonsense"], "nonsense"),
        (["serve"], "AMENDS_STAFF_KEY"),
    ],
)
def test_bad_input_gets_one_clear_line(amends, arguments, says):
    assert says in refused(amends(*arguments))


NO_CASES = ["", "[" * 100_000, '{"no": "cases"}', '{"cases": {}}', '"x"', "[1", '{"cases": [{"id": "a", "id": "b"}]}']


@pytest.mark.parametrize("content", NO_CASES)
def test_policy_cases_that_are_none_get_one_clear_line(amends, tmp_path, content):
    (tmp_path / "cases.json").write_text(content)
    assert "no JSON of {cases: [{id, given}]}" in refused(amends("policy", "check", tmp_path / "cases.json"))


def test_a_draft_nested_without_end_is_not_json(amends, tmp_path):
    (tmp_path / "draft.json").write_text("[" * 100_000)
    assert "is not JSON" in refused(amends("strategy", "simulate", "--draft", tmp_path / "draft.json"))


def test_the_log_holds_nothing_below_its_level(amends):
    assert "import.finished" in amends("import", EXAMPLE).stderr
    quieter = amends("import", EXAMPLE, "--limit", "1", AMENDS_LOG_LEVEL="error", AMENDS_HOME="elsewhere")
    assert quieter.returncode == 0
    assert "import.finished" not in quieter.stderr


def test_a_wrong_setting_is_named(amends):
    assert "AMENDS_PORT" in refused(amends("report", AMENDS_PORT="high"))


def test_a_damaged_key_file_is_never_overwritten(amends, tmp_path):
    amends("init")
    keys = tmp_path / "home" / "keys"
    keys.write_text("not keys")
    assert "keys" in refused(amends("report"))
    assert keys.read_text() == "not keys"


def test_a_ledger_whose_keys_are_gone_gets_no_new_ones(amends, tmp_path):
    amends("import", EXAMPLE)
    keys = tmp_path / "home" / "keys"
    keys.unlink()
    assert "keys is missing" in refused(amends("import", EXAMPLE))
    assert not keys.exists()


@pytest.mark.parametrize("spoil", [lambda file: file.write_bytes(b"no database" * 500), Path.mkdir])
def test_a_database_that_is_none_is_refused(amends, tmp_path, spoil):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "keys").write_text("\n".join(["ab" * 32] * 3))
    spoil(tmp_path / "home" / "amends.db")
    assert "the database in AMENDS_HOME cannot be used" in refused(amends("init"))


def test_a_home_that_is_a_file_is_refused(amends):
    assert "AMENDS_HOME cannot be made" in refused(amends("init", AMENDS_HOME=str(EXAMPLE)))
    assert str(EXAMPLE) in refused(amends("demo", "--once", AMENDS_HOME=str(EXAMPLE)))


@pytest.mark.parametrize(
    ("code", "says"),
    [(sqlite3.SQLITE_FULL, "full"), (sqlite3.SQLITE_READONLY, "written"), (sqlite3.SQLITE_IOERR_WRITE, "disk")],
)
def test_a_disk_that_fails_under_the_database_is_named(code, says):
    broken = sqlite3.OperationalError("database or disk is full")
    broken.sqlite_errorcode = code
    assert says in clear_line(OperationalError("INSERT", {}, broken))


def test_a_mistake_of_ours_in_a_query_is_no_clear_fault():
    broken = sqlite3.OperationalError("no such column")
    broken.sqlite_errorcode = sqlite3.SQLITE_ERROR
    assert clear_line(OperationalError("SELECT", {}, broken)) is None


def test_the_demo_never_clears_away_the_file_it_is_given(amends, tmp_path):
    file = tmp_path / "home" / "demo" / "mine.csv"
    file.parent.mkdir(parents=True)
    file.write_bytes(EXAMPLE.read_bytes())
    assert "--portfolio lies in" in refused(amends("demo", "--once", "--portfolio", file))
    assert file.exists()


def test_an_altered_audit_entry_is_named(amends, tmp_path):
    amends("import", EXAMPLE)
    with sqlite3.connect(tmp_path / "home" / "amends.db") as database:
        database.execute("UPDATE auditentry SET kind = 'something.else' WHERE seq = 1")
    done = amends("audit", "verify")
    assert done.returncode == 1
    assert "entry 1 was altered" in done.stderr


@pytest.mark.parametrize("name", sorted(CLEAR_FAULTS))
def test_every_clear_fault_is_an_exception_that_exists(name):
    module, _, kind = name.rpartition(".")
    found = getattr(import_module(module), kind)
    assert issubclass(found, Exception)
    # By the room it is written in, for that is the name it is known by when it is raised.
    assert found.__module__ == module


@pytest.mark.parametrize("name", COMMANDS)
def test_every_listed_command_has_a_page_of_help(amends, name):
    done = amends(name, "--help")
    assert done.returncode == 0
    assert "Usage: amends" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["bot"]])
def test_without_a_command_the_page_of_help_is_shown(amends, arguments):
    done = amends(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: amends")


def test_the_list_of_commands_loads_none_of_them(amends):
    done = amends("--help")
    assert all(name in done.stdout for name in COMMANDS)
