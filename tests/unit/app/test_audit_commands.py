"""`amends audit`, and the verifier that needs no Amends, as somebody calls them."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "data/example_accounts.csv"


@pytest.fixture
def alone(tmp_path):
    def run(*arguments):
        # -I -S: nothing of this environment but the standard library.
        command = [sys.executable, "-I", "-S", str(ROOT / "scripts/verify_audit.py"), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    return run


def test_a_chain_is_checked_anchored_exported_and_checked_without_amends(amends, alone, tmp_path):
    home, public, chain, anchor = (tmp_path / name for name in ("home", "public.pem", "chain.jsonl", "anchor.jsonl"))
    set_to = {"AMENDS_AUDIT_ANCHOR": str(anchor)}
    assert amends("init").returncode == 0
    assert "begins one" in amends("audit", "verify", **set_to).refusal
    amends("import", EXAMPLE)
    assert amends("audit", "anchor", **set_to).returncode == 0
    public.write_text(amends("audit", "key").stdout)
    told = json.loads(amends("audit", "verify", "--export", chain, "--json", **set_to).stdout)
    assert (told["intact"], told["tail_guarded"], told["heads"]) == (True, True, 1)
    assert told["anchored"] == told["entries"]
    assert chain.stat().st_mode & 0o777 == 0o600
    assert "overwrites nothing" in amends("audit", "verify", "--export", chain).refusal
    with sqlite3.connect(home / "amends.db") as database:
        kind, facts = database.execute("SELECT kind, facts FROM auditentry ORDER BY seq DESC LIMIT 1").fetchone()
    assert (kind, json.loads(facts)["rows"]) == ("export.made", told["entries"])

    outside = ("--anchor", anchor, "--key", public)
    found = alone(chain, *outside, "--audit-key", home / "keys", "--json")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["hash"] == told["hash"]
    assert "were not checked" in alone(chain, *outside).stdout
    assert "would not be noticed" in alone(chain).stdout

    lines = chain.read_text().splitlines(keepends=True)
    (tmp_path / "cut.jsonl").write_text("".join(lines[:-1]))
    cut = alone(tmp_path / "cut.jsonl", *outside)
    assert (cut.returncode, f"entry {len(lines)} is missing" in cut.stdout) == (1, True)


def test_a_broken_chain_is_exported_whole_for_others_to_find_the_break(amends, alone, tmp_path):
    amends("init")
    amends("import", EXAMPLE)
    with sqlite3.connect(tmp_path / "home/amends.db") as database:
        database.execute("UPDATE auditentry SET facts = '{\"accounts\":0}' WHERE seq = 2")
        entries = database.execute("SELECT count(*) FROM auditentry").fetchone()[0]
    done = amends("audit", "verify", "--export", tmp_path / "broken.jsonl", "--json")
    assert (done.returncode, json.loads(done.stdout)["first_broken"]) == (1, 2)
    assert len((tmp_path / "broken.jsonl").read_text().splitlines()) == entries
    named = alone(tmp_path / "broken.jsonl", "--audit-key", tmp_path / "home/keys")
    assert (named.returncode, named.stdout) == (1, "broken: entry 2 was altered\n")
    signed = amends("audit", "anchor")
    assert (signed.returncode, "nothing was signed" in signed.stderr) == (1, True)


def test_heads_that_the_anchor_or_the_database_lost_are_told_and_written_again(amends, tmp_path):
    home, anchor = tmp_path / "home", tmp_path / "anchor.jsonl"
    set_to = {"AMENDS_AUDIT_ANCHOR": str(anchor)}
    amends("init")
    for _ in range(2):
        assert amends("audit", "anchor", **set_to).returncode == 0
        amends("import", EXAMPLE)
    whole = anchor.read_text()
    (first, *_) = whole.splitlines(keepends=True)
    anchor.write_text(first)
    found = amends("audit", "verify", **set_to)
    assert (found.returncode, "the anchor lacks 1 heads" in found.stdout) == (0, True)
    assert json.loads(amends("audit", "verify", "--json", **set_to).stdout)["anchor_lost"] == 1
    assert json.loads(amends("audit", "anchor", "--json", **set_to).stdout)["written"] == 1
    assert anchor.read_text() == whole
    with sqlite3.connect(home / "amends.db") as database:
        database.execute("DELETE FROM audithead")
    assert "the database lacks 2 heads" in amends("audit", "verify", **set_to).stdout


@pytest.mark.parametrize("table", ["auditentry", "audithead", "auditcheck"])
def test_a_table_of_the_chain_that_is_gone_is_a_break(amends, tmp_path, table):
    amends("init")
    with sqlite3.connect(tmp_path / "home/amends.db") as database:
        database.execute(f"DROP TABLE {table}")
    for command in ("verify", "anchor"):
        done = amends("audit", command)
        assert (done.returncode, done.stderr) == (1, f"amends: the audit chain is broken: the table {table} is gone\n")


def test_a_time_stamp_request_lies_beside_the_very_head_that_it_is_about(amends, tmp_path):
    amends("init")
    told = amends(
        "audit", "anchor", "--timestamp-request", tmp_path / "asked.tsq", "--to", tmp_path / "there", "--json"
    )
    head = (tmp_path / "asked.tsq.head").read_text()
    assert (tmp_path / "there").read_text() == f"{head}\n"
    assert json.loads(head)["hash"] == json.loads(told.stdout)["hash"]
    assert len((tmp_path / "asked.tsq").read_bytes()) > 50


def test_what_cannot_be_checked_is_refused_in_one_line(amends, alone, tmp_path):
    amends("init")
    nonsense = tmp_path / "nonsense"
    nonsense.write_text("nonsense\n")
    assert "line 1 is no head" in amends("audit", "verify", "--anchor", nonsense).refusal
    assert "no such file" in amends("audit", "verify", "--anchor", tmp_path / "nothing").refusal
    assert "there is no entry 9" in amends("audit", "verify", "--since", 9).refusal
    assert "part of it" in amends("audit", "verify", "--since", 1, "--export", tmp_path / "x").refusal
    assert "cannot be written" in amends("audit", "anchor", "--to", tmp_path / "none" / "here").refusal
    export = tmp_path / "chain.jsonl"
    amends("audit", "verify", "--export", export)
    for wrong in (
        (tmp_path / "nothing",),
        (export, "--key", nonsense),
        (export, "--anchor", nonsense, "--key", nonsense),
        (export, "--audit-key", nonsense),
    ):
        refused = alone(*wrong)
        assert (refused.returncode, refused.stderr.count("\n"), refused.stdout) == (2, 1, "")


def test_who_looks_at_an_account_from_the_command_line_is_in_the_chain(amends, tmp_path):
    amends("import", EXAMPLE)
    with sqlite3.connect(tmp_path / "home/amends.db") as database:
        account, reference, debtor = database.execute("SELECT id, external_ref, debtor_id FROM account").fetchone()
    looks = (
        ("explain", reference),
        ("plan", "--explain", reference),
        ("holds", "list", "--account", account),
        ("consent", "show", reference),
        ("wishes", "list", reference),
    )
    for command in looks:
        assert amends(*command).returncode == 0, command
    with sqlite3.connect(tmp_path / "home/amends.db") as database:
        entries = database.execute("SELECT subject, facts FROM auditentry WHERE kind = 'person.looked_up'").fetchall()
    assert [subject for subject, _ in entries] == [debtor] * len(looks)
    assert all(json.loads(facts)["account"] == account and json.loads(facts)["by"] for _, facts in entries)
