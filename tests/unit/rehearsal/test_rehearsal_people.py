"""Made-up people: repeatable, unreachable, and spread as documented."""

from __future__ import annotations

import re
from collections import Counter
from zoneinfo import ZoneInfo

from rehearsal.people import MadeUpPeople

PEOPLE = MadeUpPeople(seed=7)
REFS = [str(number) for number in range(1, 5_001)]
MADE = {ref: PEOPLE.contact_for(ref) for ref in REFS}


def share(count: int) -> float:
    return count / len(REFS)


def test_the_same_seed_and_reference_give_the_same_person() -> None:
    again = MadeUpPeople(seed=7)
    assert all(again.contact_for(ref) == MADE[ref] for ref in REFS[:50])
    assert all(again.identity_last4(ref) == MADE[ref].person.identity_last4 for ref in REFS[:50])
    assert MadeUpPeople(seed=8).contact_for("1") != MADE["1"]


def test_no_number_can_be_dialled() -> None:
    for made in MADE.values():
        # +86 0...: no Chinese subscriber number starts with the trunk prefix. +1 NPA 0..: no exchange starts with 0.
        assert re.fullmatch(r"\+860\d{10}|\+1[2-9]\d{2}0\d{6}", made.person.phone)


def test_numbers_and_mailboxes_are_nearly_all_different() -> None:
    """Daily limits are counted per number: shared numbers would distort a rehearsal."""
    assert len({made.person.phone for made in MADE.values()}) >= len(REFS) - 3
    assert len({made.person.email for made in MADE.values()}) == len(REFS)
    assert all(made.person.email.endswith("@example.com") for made in MADE.values())


def test_identity_answers_are_four_digits_well_spread() -> None:
    answers = {made.person.identity_last4 for made in MADE.values()}
    assert all(re.fullmatch(r"\d{4}", answer) for answer in answers)
    assert len(answers) > 3_500


def test_languages_places_and_consents_are_spread_as_documented() -> None:
    zh = [made for made in MADE.values() if made.language == "zh"]
    assert 0.57 < share(len(zh)) < 0.63
    assert {made.jurisdictions for made in zh} == {("CN",)}
    assert {made.jurisdictions for made in MADE.values() if made.language == "en"} == {("US-FED",), ("US-FED", "US-CA")}
    assert 0.01 < share(sum(not made.tz_candidates for made in MADE.values())) < 0.03
    assert any(len(made.tz_candidates) == 2 for made in MADE.values())
    statuses = Counter(dict(made.consents).get("chat", "never asked") for made in MADE.values())
    assert 0.01 < share(statuses["revoked"]) < 0.03
    assert 0.02 < share(statuses["never asked"]) < 0.04


def test_every_zone_exists() -> None:
    for zone in {zone for made in MADE.values() for zone in made.tz_candidates}:
        assert ZoneInfo(zone).key == zone
