"""Commands on holds, consents, wishes and contacts made elsewhere."""

import json
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[3] / "data" / "example_accounts.csv"


@pytest.fixture
def floor(amends):
    """The command line, with the example accounts imported."""
    amends("import", EXAMPLE)
    return amends


def told(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_grave_hold_is_lifted_by_a_second_person(floor):
    hold = told(floor("holds", "place", "EX-001", "cease", "--by", "Anna", "--json"))
    (listed,) = told(floor("holds", "list", "--account", "EX-001", "--open", "--json"))
    assert (listed["id"], listed["account"], listed["binds"], listed["lift"]) == (hold["id"], "EX-001", "all", "two")
    assert "two" in floor("holds", "lift", hold["id"], "--by", "Anna").refusal
    told(floor("holds", "ask-lift", hold["id"], "--by", "Anna", "--why", "person_asked", "--json"))
    assert "asks to lift it" in floor("holds", "list", "--account", "EX-001").stdout
    assert "somebody else" in floor("holds", "lift", hold["id"], "--by", "anna ").refusal
    lifted = told(floor("holds", "lift", hold["id"], "--by", "Bo", "--json"))
    assert (lifted["lifted_by"], lifted["lift_why"]) == ("Bo", "person_asked")
    assert told(floor("holds", "list", "--account", "EX-001", "--open", "--json")) == []
    (over,) = told(floor("holds", "list", "--account", "EX-001", "--json"))
    assert not over["binding"]
    assert told(floor("audit", "verify", "--json"))["intact"]


def test_an_imported_hold_says_that_it_was_imported(floor):
    (hold,) = told(floor("holds", "list", "--open", "--json"))
    assert (hold["reason"], hold["placed_by"]) == ("dispute", "import")


BAD_INPUT = [
    (("holds", "place", "EX-999", "cease", "--by", "Anna"), "no such account: EX-999"),
    (("holds", "place", "EX-001", "boredom", "--by", "Anna"), "no hold of this kind"),
    (("holds", "place", "EX-001", "cease", "--by", "bot"), "under their name"),
    (("holds", "place", "EX-001", "cease", "--by", "Anna", "--until", "2099-01-01"), "an end cannot be chosen"),
    (("holds", "place", "EX-001", "hardship", "--by", "Anna", "--until", "2001-01-01"), "in the past"),
    (("holds", "place", "EX-001", "hardship", "--by", "Anna", "--until", "soon"), "soon"),
    (("holds", "place", "EX-001", "cease"), "--by"),
    (("holds", "lift", "no-such-id", "--by", "Anna"), "no such hold"),
    (("holds", "ask-lift", "no-such-id", "--by", "Anna", "--why", "resolved"), "no such hold"),
    (("consent", "grant", "EX-001", "telepathy", "--by", "Anna"), "no such kind of consent"),
    (("consent", "revoke", "EX-001", "sms", "--by", " "), "under their name"),
    (("wishes", "add", "EX-001", "inconvenient_time", "--by", "Anna", "--hours", "late"), "hours are written as"),
    (("wishes", "add", "EX-001", "refused_medium", "--by", "Anna", "--value", "pigeon"), "no such channel"),
    (("wishes", "withdraw", "no-such-id", "--by", "Anna"), "no such wish"),
    (("holds", "import", "nowhere.csv", "--by", "Anna"), "no such file"),
    (("holds", "import", EXAMPLE, "--by", "bot"), "under their name"),
    (("holds", "import", EXAMPLE, "--by", "Anna"), "the header lacks: account_ref, what, kind"),
    (("contacts", "import", "nowhere.csv", "--by", "Agency"), "no such file"),
    (("contacts", "import", "x" * 5_000, "--by", "Agency"), "File name too long"),
    (("contacts", "import", EXAMPLE, "--by", "A" * 65), "up to 64 letters"),
    (("contacts", "import", EXAMPLE, "--by", "two\nlines"), "up to 64 letters"),
    (("holds", "list", "--account", ""), "no such account"),
    (("holds", "place", "EX-\udcff", "cease", "--by", "Anna"), "not text in UTF-8"),
    (("holds", "place", "EX-\n\x1b[31m", "cease", "--by", "Anna"), "no such account: EX-  [31m"),
]


def test_bad_input_is_one_clear_line(floor):
    # One floor for all of them: each is refused before it has changed anything.
    for arguments, line in BAD_INPUT:
        assert line in floor(*arguments).refusal


def test_a_refusal_stays_short_whatever_it_quotes(floor):
    assert len(floor("holds", "place", "x" * 100_000, "cease", "--by", "Anna").refusal) < 2_100


def test_a_hold_may_last_to_the_end_of_the_calendar(floor):
    placed = ("holds", "place", "EX-001", "--by", "Anna", "--json")
    assert told(floor(*placed, "hardship", "--until", "9999-12-31"))["until"] > "9999-12"
    assert told(floor(*placed, "moratorium_crisis", "--treatment-ends", "9999-12-20"))["until"] > "9999-12"


def test_consent_is_granted_and_revoked_by_name(floor):
    told(floor("consent", "grant", "EX-001", "sms", "--by", "Anna", "--json"))
    assert told(floor("consent", "show", "EX-001", "--json"))["sms"]["status"] == "granted"
    told(floor("consent", "revoke", "EX-001", "sms", "--by", "Anna", "--json"))
    assert "sms" in floor("consent", "show", "EX-001").stdout
    assert told(floor("consent", "show", "EX-001", "--json"))["sms"]["status"] == "revoked"


def test_a_wish_is_recorded_and_withdrawn(floor):
    by = ("--by", "Anna", "--json")
    when = ("--days", "sun, mon", "--hours", "8:00-9:30")
    wish = told(floor("wishes", "add", "EX-001", "inconvenient_time", *when, *by))
    assert (wish["days"], wish["hours"]) == ("mon sun", "08:00-09:30")
    told(floor("wishes", "add", "EX-001", "callback", "--until", "2099-01-01", *by))
    listed = told(floor("wishes", "list", "EX-001", "--json"))
    assert [each["kind"] for each in listed] == ["callback", "inconvenient_time"]
    told(floor("wishes", "withdraw", wish["id"], *by))
    assert "inconvenient_time" not in floor("wishes", "list", "EX-001").stdout


def test_a_row_that_was_not_recorded_is_named(floor, tmp_path):
    file = tmp_path / "contacts.csv"
    file.write_text(
        "account_ref,at,channel,direction,outcome,reference\n"
        "EX-001,2026-03-04T10:05:00+08:00,voice,outbound,busy,1\n"
        "EX-001,2999-03-04T10:05:00+08:00,voice,outbound,busy,2\n"
    )
    done = floor("contacts", "import", file, "--by", "Agency One", "--json")
    assert "line 3: at lies in the future" in done.stderr
    report = told(done)
    assert (report["recorded"], report["rejected"]) == (1, 1)
    assert "lies in the future" in Path(report["reject_file"]).read_text(encoding="utf-8-sig")


def test_a_file_of_holds_is_told_line_by_line(floor, tmp_path):
    file = tmp_path / "standing.csv"
    file.write_text(
        "account_ref,what,kind,since,status,at,value\n"
        "EX-001,hold,cease,2026-02-01,,,\n"
        "EX-001,consent,sms,,revoked,2026-01-05T10:00:00+08:00,\n"
        "EX-001,wish,refused_medium,,,,smoke\n"
    )
    done = floor("holds", "import", file, "--by", "Anna", "--json")
    found = told(done)
    assert (found["holds"], found["consents"], found["wishes"], found["rejected"]) == (1, 1, 0, 1)
    assert "line 4: value" in done.stderr
    assert "smoke" not in done.stderr
    assert told(floor("holds", "import", file, "--by", "Anna", "--json"))["known"] == 2
    (hold,) = told(floor("holds", "list", "--account", "EX-001", "--json"))
    assert (hold["reason"], hold["placed_by"]) == ("cease", "Anna")
    assert told(floor("consent", "show", "EX-001", "--json"))["sms"]["status"] == "revoked"
    assert told(floor("audit", "verify", "--json"))["intact"]
