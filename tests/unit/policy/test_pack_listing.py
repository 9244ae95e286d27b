"""Packs as a list and clause by clause; calendars that end; what a script has to tell."""

from datetime import date, timedelta

import pytest

from strategy.policy.disclosures import required_disclosures
from strategy.policy.listing import clauses_on, pack_rows
from strategy.policy.packs import Packs, shipped_packs

TODAY = date(2026, 11, 23)


def test_every_clause_of_every_pack_has_its_papers() -> None:
    for pack in shipped_packs().by_id.values():
        for row in clauses_on(pack, TODAY):
            assert row.source
            assert row.values, f"{row.id} says nothing"


def test_old_values_stay_and_are_shown_on_their_day() -> None:
    hours = [
        [row for row in clauses_on(shipped_packs().by_id["CN"], day) if row.id == "CN-TIME"]
        for day in (date(2025, 2, 27), date(2025, 2, 28))
    ]
    assert [len(rows) for rows in hours] == [1, 1]
    assert "agreed_time_prevails" not in hours[0][0].values
    assert hours[1][0].values["agreed_time_prevails"] is True


@pytest.mark.parametrize(("days", "warned"), [(0, True), (60, True), (61, False), (-1, True)])
def test_a_calendar_that_ends_within_sixty_days_is_warned_of(days: int, warned: bool) -> None:
    today = date(2026, 12, 31) - timedelta(days=days)
    rows = {row.id: row for row in pack_rows(shipped_packs(), today)}
    assert bool(rows["AU"].warnings) is warned
    assert rows["CN"].warnings == ()
    assert rows["AU"].verified_through == date(2026, 12, 31)


def test_a_broken_pack_is_listed_with_what_is_wrong_and_so_is_one_over_it() -> None:
    packs = shipped_packs()
    left = {name: pack for name, pack in packs.by_id.items() if name != "US-FED"}
    rows = {row.id: row for row in pack_rows(Packs(left, {"US-FED": "US-FED.yaml:3: pack.name: missing"}), TODAY)}
    assert (rows["US-FED"].status, rows["US-FED"].broken) == ("broken", "US-FED.yaml:3: pack.name: missing")
    assert "US-FED" in rows["US-CA"].warnings[0]


def told(jurisdictions: tuple[str, ...], when: str, **more: object) -> dict[str, tuple[str, ...]]:
    asked: dict[str, object] = {
        "channel": "voice",
        "days": [TODAY],
        "agent": "ai_voice",
        "entity_role": "third_party_collector",
        "first_contact": False,
    }
    found = required_disclosures(shipped_packs(), jurisdictions, when, **(asked | more))  # type: ignore[arg-type]
    assert found.lacking == ()
    return {each.clause: tuple(text.language for text in each.texts) for each in found.to_tell}


def test_what_a_machine_has_to_say_first() -> None:
    assert set(told(("US-FED",), "opening")) == {"HOUSE-AI-TOLD", "HOUSE-HUMAN-TOLD", "US-IDENT", "US-AIVOICE-TOLD"}
    assert set(told(("US-FED",), "opening", agent="human")) == {"US-IDENT"}
    assert told(("CN",), "opening")["CN-DEEP"] == ("zh", "en")
    assert "EU-AI-TOLD" in told(("EU",), "opening")
    assert "EU-AI-TOLD" not in told(("EU",), "opening", days=[date(2026, 8, 1)])


def test_a_collector_says_who_it_is_and_more_the_first_time_and_a_bank_neither() -> None:
    assert set(told(("US-FED",), "before_debt")) == {"US-MIRANDA-LATER"}
    assert set(told(("US-FED",), "before_debt", first_contact=True)) == {"US-MIRANDA-FIRST", "US-MIRANDA-LATER"}
    assert told(("US-FED",), "before_debt", entity_role="first_party_bank") == {}


def test_a_state_brings_the_federal_disclosures_along_and_a_draft_none() -> None:
    assert set(told(("US-CA",), "recording")) == {"US-CA-REC-TOLD"}
    assert "US-EOPT-TOLD" in told(("US-CA",), "message", channel="sms", agent="system")


def test_nothing_is_to_be_said_by_a_pack_that_cannot_be_read() -> None:
    found = required_disclosures(
        shipped_packs(),
        ("ATLANTIS",),
        "opening",
        "voice",
        days=[TODAY],
        agent="ai_voice",
        entity_role="first_party_bank",
        first_contact=True,
    )
    assert found.lacking == ("ATLANTIS",)


def test_approved_words_are_found_by_language_and_named_once() -> None:
    texts = [text for pack in shipped_packs().by_id.values() for each in pack.disclosures for text in each.texts]
    assert len({text.id for text in texts}) == len(texts)
    (first,) = required_disclosures(
        shipped_packs(),
        ("CN",),
        "recording",
        "voice",
        days=[TODAY],
        agent="human",
        entity_role="first_party_bank",
        first_contact=True,
    ).to_tell
    chinese = first.text_in("zh")
    assert chinese is not None
    assert chinese.id == "cn-recorded-zh"
    assert first.text_in("fr") is None
