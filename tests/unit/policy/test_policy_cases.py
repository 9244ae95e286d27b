"""Policy cases: our own, written to be read by a lawyer, and the shared ones where they are at hand."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from strategy.policy.check import CasesError, check_case, check_cases
from strategy.policy.packs import shipped_packs

SHARED = Path(__file__).parents[4] / "shared" / "contact-rules" / "cases.json"

BASE: dict[str, Any] = {
    "now_utc": "2026-11-20T17:00:00Z",
    "jurisdictions": ["US-FED"],
    "entity_role": "third_party_collector",
    "tz_candidates": ["America/New_York"],
    "action": {
        "type": "outbound_contact",
        "channel": "voice",
        "agent": "ai_voice",
        "number_type": "mobile",
        "number_id": "N1",
        "debt_id": "D1",
        "target": "consumer",
        "place": "unknown",
    },
    "consent": {"artificial_voice": "granted", "sms": "granted", "email": "granted"},
    "content": {
        "ai_disclosure_at_start": True,
        "recording_notice_given": True,
        "debt_collector_notice": True,
        "opt_out_instructions": True,
        "limited_content_only": True,
        "identity_verified": True,
        "discloses_debt_to_third_party": False,
        "threat_of_suit_time_barred": False,
    },
    "flags": {},
    "history": [],
}


def case(**changes: Any) -> dict[str, Any]:
    """BASE with changes; 'action', 'content' and 'consent' are merged."""
    given = copy.deepcopy(BASE)
    for name, value in changes.items():
        given[name] = given[name] | value if name in ("action", "content", "consent") else value
    return given


def past(ts: str, outcome: str = "ring_no_answer", **changes: str) -> dict[str, str]:
    return {
        "ts_utc": ts,
        "channel": "voice",
        "direction": "outbound",
        "outcome": outcome,
        "debt_id": "D1",
        "number_id": "N1",
        "by": "bank",
        "target": "consumer",
    } | changes


def codes(given: dict[str, Any]) -> tuple[str, ...]:
    return check_case({"id": "x", "given": given}, shipped_packs()).codes


def place(jurisdiction: str, zone: str, now: str, **changes: Any) -> dict[str, Any]:
    return case(jurisdictions=[jurisdiction], tz_candidates=[zone], now_utc=now, **changes)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-18T12:59:59Z", "OUTSIDE_CONTACT_WINDOW"),  # 07:59:59
        ("2026-11-18T13:00:00Z", "ALLOWED"),  # 08:00:00, the window is closed on the left
        ("2026-11-19T01:49:59Z", "ALLOWED"),  # 20:49:59
        ("2026-11-19T01:50:00Z", "OUTSIDE_CONTACT_WINDOW"),  # 20:50, the last ten minutes
        ("2026-11-01T12:30:00Z", "OUTSIDE_CONTACT_WINDOW"),  # 07:30 EST, hours after the clocks went back
        ("2026-03-08T12:30:00Z", "ALLOWED"),  # 08:30 EDT, hours after they went forward
    ],
)
def test_the_window_is_half_open_in_local_time(now: str, expected: str) -> None:
    assert codes(case(now_utc=now)) == (expected,)


def test_a_text_may_go_out_in_the_last_ten_minutes_but_not_after_them() -> None:
    text = {"channel": "sms", "agent": "system"}
    assert codes(case(now_utc="2026-11-19T01:55:00Z", action=text)) == ("ALLOWED",)
    assert codes(case(now_utc="2026-11-19T02:00:00Z", action=text)) == ("OUTSIDE_CONTACT_WINDOW",)


def test_every_candidate_zone_must_be_inside_the_window() -> None:
    now = "2026-11-18T15:30:00Z"  # 10:30 in New York, 07:30 in Los Angeles
    assert codes(case(now_utc=now)) == ("ALLOWED",)
    both = ["America/New_York", "America/Los_Angeles"]
    assert codes(case(now_utc=now, tz_candidates=both)) == ("OUTSIDE_CONTACT_WINDOW",)
    assert codes(case(now_utc=now, tz_candidates=["America/New_York", "Etc/Unknown"])) == ("TZ_UNKNOWN",)


@pytest.mark.parametrize(
    ("jurisdiction", "zone", "now", "expected"),
    [
        ("US-FED", "America/Phoenix", "2026-07-15T14:30:00Z", "OUTSIDE_CONTACT_WINDOW"),  # 07:30, no summer time
        ("US-FED", "America/Denver", "2026-07-15T14:30:00Z", "ALLOWED"),  # 08:30
        ("IN", "Asia/Kolkata", "2026-11-20T02:30:00Z", "ALLOWED"),  # 08:00
        ("IN", "Asia/Kolkata", "2026-11-20T13:30:00Z", "OUTSIDE_CONTACT_WINDOW"),  # 19:00
        ("CN", "Asia/Shanghai", "2026-11-20T14:00:00Z", "OUTSIDE_CONTACT_WINDOW"),  # 22:00
        ("CN", "Asia/Taipei", "2026-11-20T00:00:00Z", "ALLOWED"),  # 08:00
        ("UK", "Europe/London", "2026-11-22T11:00:00Z", "NON_CONTACT_DAY"),  # a Sunday
        ("UK", "Europe/London", "2026-11-21T18:00:00Z", "OUTSIDE_CONTACT_WINDOW"),  # Saturday 18:00
        ("UK", "Europe/London", "2026-12-25T11:00:00Z", "HOLIDAY_NO_CONTACT"),
        ("AU", "Australia/Sydney", "2026-01-26T02:00:00Z", "HOLIDAY_NO_CONTACT"),
        ("AU", "Australia/Lord_Howe", "2026-11-20T20:30:00Z", "OUTSIDE_CONTACT_WINDOW"),  # Saturday 07:30
        ("ID", "Asia/Jakarta", "2026-08-17T03:00:00Z", "HOLIDAY_NO_CONTACT"),
        ("ID", "Asia/Jayapura", "2026-11-20T23:00:00Z", "ALLOWED"),  # Saturday 08:00 in the east
        ("PH", "Asia/Manila", "2026-11-19T22:00:00Z", "ALLOWED"),  # 06:00
        ("HK", "Asia/Hong_Kong", "2026-11-20T13:00:00Z", "OUTSIDE_CONTACT_WINDOW"),  # 21:00
        ("EU", "Europe/Berlin", "2026-11-20T10:00:00Z", "ALLOWED"),
    ],
)
def test_hours_and_days_of_each_place(jurisdiction: str, zone: str, now: str, expected: str) -> None:
    assert codes(place(jurisdiction, zone, now)) == (expected,)


def test_at_a_workplace_in_australia_the_narrower_hours_hold() -> None:
    evening = "2026-11-20T07:00:00Z"  # Friday 18:00 in Sydney
    assert codes(place("AU", "Australia/Sydney", evening)) == ("ALLOWED",)
    at_work = {"place": "workplace"}
    assert codes(place("AU", "Australia/Sydney", evening, action=at_work)) == ("OUTSIDE_CONTACT_WINDOW",)


def test_the_eighth_call_in_seven_days_is_denied_and_the_first_may_fall_out() -> None:
    week = [past(f"2026-11-{day}T18:00:00Z") for day in range(14, 21)]
    assert codes(case(now_utc="2026-11-20T19:00:00Z", history=week)) == ("FREQ_CAP",)
    assert codes(case(now_utc="2026-11-21T19:00:00Z", history=week)) == ("ALLOWED",)


def test_another_debt_has_calls_of_its_own_and_an_agency_shares_the_bank_s() -> None:
    week = [past(f"2026-11-{day}T18:00:00Z", by="agency") for day in range(14, 21)]
    assert codes(case(now_utc="2026-11-20T19:00:00Z", history=week)) == ("FREQ_CAP",)
    assert codes(case(now_utc="2026-11-20T19:00:00Z", history=week, action={"debt_id": "D2"})) == ("ALLOWED",)


def test_a_day_ends_at_local_midnight() -> None:
    talks = [past(f"2026-11-20T{hour}:00:00Z", "conversation") for hour in ("01", "02", "03")]
    shanghai = {"jurisdictions": ["CN"], "tz_candidates": ["Asia/Shanghai"], "history": talks}
    assert codes(case(now_utc="2026-11-20T13:00:00Z", **shanghai)) == ("FREQ_CAP",)
    assert codes(case(now_utc="2026-11-21T00:00:00Z", **shanghai)) == ("ALLOWED",)


def test_an_attempt_with_an_unknown_outcome_counts_as_a_talk() -> None:
    lost = [past(f"2026-11-20T{hour}:00:00Z", "unknown") for hour in ("01", "02", "03")]
    assert codes(place("CN", "Asia/Shanghai", "2026-11-20T10:00:00Z", history=lost)) == ("FREQ_CAP",)
    assert codes(case(now_utc="2026-11-20T17:00:00Z", history=lost[:1])) == ("CONVERSATION_COOLDOWN",)


def test_six_unanswered_tries_a_day_on_one_number_are_enough_in_china() -> None:
    tries = [past(f"2026-11-20T0{hour}:00:00Z") for hour in range(1, 7)]
    assert codes(place("CN", "Asia/Shanghai", "2026-11-20T10:00:00Z", history=tries)) == ("FREQ_CAP",)
    other = {"number_id": "N2"}
    assert codes(place("CN", "Asia/Shanghai", "2026-11-20T10:00:00Z", history=tries, action=other)) == ("ALLOWED",)


def test_after_a_talk_the_eighth_day_is_the_first_free_one_and_inbound_talks_count() -> None:
    talk = [past("2026-11-13T18:00:00Z", "conversation", direction="inbound")]
    assert codes(case(now_utc="2026-11-19T17:00:00Z", history=talk)) == ("CONVERSATION_COOLDOWN",)
    assert codes(case(now_utc="2026-11-20T17:00:00Z", history=talk)) == ("ALLOWED",)


def test_a_call_back_that_was_asked_for_lasts_seven_days_and_for_one_debt() -> None:
    talk = [past("2026-11-14T18:00:00Z", "conversation")]
    asked = {"consented_callback": {"given_utc": "2026-11-14T18:00:00Z", "debt_id": "D1"}}
    assert codes(case(history=talk, flags=asked)) == ("ALLOWED",)
    asked["consented_callback"]["debt_id"] = "D2"
    assert codes(case(history=talk, flags=asked)) == ("CONVERSATION_COOLDOWN",)


def test_massachusetts_brings_the_federal_pack_along() -> None:
    twice = [past("2026-11-18T18:00:00Z"), past("2026-11-19T18:00:00Z", "delivered", channel="sms")]
    assert codes(case(jurisdictions=["US-MA"], history=twice)) == ("FREQ_CAP",)
    assert codes(case(jurisdictions=["US-MA"], now_utc="2026-11-18T12:00:00Z")) == ("OUTSIDE_CONTACT_WINDOW",)


def test_artificial_voice_on_a_landline_needs_no_consent_three_times_in_thirty_days() -> None:
    landline = case(action={"number_type": "landline"}, consent={"artificial_voice": "none"})
    assert codes(landline) == ("ALLOWED",)
    landline["history"] = [past(f"2026-11-{day:02d}T18:00:00Z") for day in (2, 5, 9)]
    assert codes(landline) == ("FREQ_CAP",)


def test_a_person_may_dial_without_consent_to_artificial_voice() -> None:
    assert codes(case(consent={"artificial_voice": "none"}, action={"agent": "human"})) == ("ALLOWED",)
    assert codes(case(consent={"artificial_voice": "none"})) == ("NO_CONSENT_ARTIFICIAL_VOICE",)


@pytest.mark.parametrize(
    ("flags", "changes", "expected"),
    [
        ({"cease_request": {"received_utc": "2026-11-01T10:00:00Z"}}, {}, "CEASE_COMMUNICATION"),
        ({"represented_by_attorney": True}, {}, "ATTORNEY_REPRESENTED"),
        ({"bankruptcy": {"filed": "2026-10-01"}}, {}, "BANKRUPTCY_STAY"),
        ({"dispute_pending": True}, {}, "DISPUTE_PENDING"),
        ({"mental_capacity_concern": True}, {}, "CAPACITY_SUSPENSION"),
        ({"bereavement": True}, {}, "SENSITIVE_OCCASION"),
        ({"refused_media": ["voice"]}, {}, "MEDIUM_REFUSED"),
        ({"inconvenient": {"days": ["fri"], "hours": "11:00-13:00"}}, {}, "KNOWN_INCONVENIENT_TIME"),
        ({"employer_prohibits": True}, {"action": {"place": "workplace"}}, "INCONVENIENT_PLACE"),
        ({"breathing_space": {"start": "2026-11-20", "end": "2026-11-20"}}, {}, "MORATORIUM_ACTIVE"),
        ({"holds": [{"reason": "hardship"}]}, {}, "HOLD_ACTIVE"),
        ({"something_nobody_understands": 1}, {}, "FACTS_UNREADABLE"),
        ({"agreed_window": "from nine to five"}, {}, "FACTS_UNREADABLE"),
        ({}, {"consent": {"artificial_voice": "revoked"}}, "CONSENT_REVOKED"),
        ({}, {"consent": {"sms": "revoked"}}, "CONSENT_REVOKED"),
        ({}, {"content": {"limited_content_only": False}}, "VOICEMAIL_NOT_LIMITED_CONTENT"),
        ({}, {"content": {"ai_disclosure_at_start": False}}, "AI_DISCLOSURE_MISSING"),
        ({}, {"content": {"threat_of_suit_time_barred": True}}, "TIME_BARRED_SUIT_THREAT"),
        ({}, {"action": {"agent": "parrot"}}, "FACTS_UNREADABLE"),
        ({}, {"tz_candidates": []}, "TZ_UNKNOWN"),
        ({}, {"jurisdictions": []}, "POLICY_UNREADABLE"),
        ({}, {"jurisdictions": ["US-FED", "ATLANTIS"]}, "POLICY_UNREADABLE"),
        ({}, {"now_utc": "2026-11-20T17:00:00"}, "FACTS_UNREADABLE"),
        ({}, {"history": [past("2026-11-20T17:00:01Z")]}, "HISTORY_INVALID"),
        ({}, {"history": [past("2026-11-20T16:00:00Z", "teleported")]}, "HISTORY_INVALID"),
        ({}, {"history": [past("2026-11-20T16:00:00")]}, "HISTORY_INVALID"),
    ],
)
def test_what_stops_a_contact(flags: dict[str, Any], changes: dict[str, Any], expected: str) -> None:
    assert expected in codes(case(flags=flags, **changes))


@pytest.mark.parametrize(
    "flags",
    [
        {"breathing_space": {"start": "2026-08-20", "end": "2026-11-19"}},
        {"inconvenient": {"days": ["fri"], "hours": "09:00-12:00"}},
        {"employer_prohibits": True},
        {"dispute": {"received_utc": "2026-11-01T00:00:00Z", "verification_sent_utc": "2026-11-10T00:00:00Z"}},
        {"cease_request": None, "refused_media": ["sms"]},
    ],
)
def test_what_no_longer_or_not_here_stops_a_contact(flags: dict[str, Any]) -> None:
    assert codes(case(flags=flags)) == ("ALLOWED",)


def test_a_hold_on_automated_contact_lets_a_person_call() -> None:
    held = {"holds": [{"reason": "wants_person", "agents": "automated"}]}
    assert codes(case(flags=held)) == ("HOLD_ACTIVE",)
    assert codes(case(flags=held, action={"agent": "human"})) == ("ALLOWED",)


@pytest.mark.parametrize(
    ("jurisdiction", "agent", "flags", "expected"),
    [
        ("CN", "human", {"debtor_unreachable": True}, "ALLOWED"),
        ("CN", "human", {}, "THIRD_PARTY_CONTACT_NOT_PERMITTED"),
        ("CN", "ai_voice", {"debtor_unreachable": True}, "THIRD_PARTY_CONTACT_NOT_PERMITTED"),
        ("CN", "human", {"debtor_unreachable": True, "third_party_refused": True}, "THIRD_PARTY_REFUSED"),
        ("HK", "human", {"debtor_unreachable": True}, "THIRD_PARTY_CONTACT_NOT_PERMITTED"),
    ],
)
def test_third_parties(jurisdiction: str, agent: str, flags: dict[str, Any], expected: str) -> None:
    who = {"target": "contact_person", "agent": agent, "number_id": "N9"}
    assert codes(place(jurisdiction, "Asia/Shanghai", "2026-11-20T03:00:00Z", action=who, flags=flags)) == (expected,)


def test_in_the_united_states_a_third_party_is_asked_once() -> None:
    who = {"target": "relative", "agent": "human", "number_id": "N9"}
    unknown = {"location_unknown": True}
    assert codes(case(action=who, flags=unknown)) == ("ALLOWED",)
    asked = [past("2026-11-01T17:00:00Z", "conversation", target="relative", number_id="N9")]
    assert codes(case(action=who, flags=unknown, history=asked)) == ("THIRD_PARTY_CONTACT_NOT_PERMITTED",)


def test_in_a_talk_only_what_is_said_counts() -> None:
    night = "2026-11-20T05:00:00Z"
    verified = case(now_utc=night, action={"type": "disclose_debt"})
    assert codes(verified) == ("ALLOWED",)
    assert codes(case(action={"type": "disclose_debt"}, content={"identity_verified": False})) == (
        "IDENTITY_NOT_VERIFIED",
    )
    unannounced = {"action": {"type": "start_recording"}, "content": {"recording_notice_given": False}}
    assert codes(case(**unannounced)) == ("ALLOWED",)
    assert codes(case(jurisdictions=["US-FED", "US-CA"], **unannounced)) == ("RECORDING_NOTICE_REQUIRED",)


def test_a_debt_is_told_to_the_person_who_owes_it_and_to_nobody_else() -> None:
    telling = {"type": "disclose_debt", "target": "relative"}
    assert codes(case(action=telling)) == ("THIRD_PARTY_CONTACT_NOT_PERMITTED",)
    assert codes(case(action=telling | {"target": "guarantor"})) == ("ALLOWED",)


def test_a_letter_has_no_hour() -> None:
    night = {"now_utc": "2026-11-20T05:00:00Z", "action": {"channel": "mail", "agent": "system"}}
    assert codes(case(**night)) == ("ALLOWED",)
    assert codes(case(**night, flags={"cease": True})) == ("CEASE_COMMUNICATION",)


def test_the_same_thing_by_other_names() -> None:
    assert codes(case(action={"number_type": "residential"}, consent={"artificial_voice": "none"})) == ("ALLOWED",)
    spoken = {"target": "voicemail", "type": "utterance"}
    assert codes(case(action=spoken, content={"limited_content_only": False})) == ("VOICEMAIL_NOT_LIMITED_CONTENT",)
    assert codes(case(flags={"inconvenient_places": ["work"]}, action={"place": "office"})) == ("INCONVENIENT_PLACE",)
    assert codes(case(flags={"days_past_due": 70})) == ("ALLOWED",)


def test_all_reasons_come_back_each_with_its_pack_and_clause() -> None:
    night = case(
        now_utc="2026-11-20T09:00:00Z",
        jurisdictions=["US-FED", "US-NYC"],
        flags={"cease_request": True},
        content={"ai_disclosure_at_start": False},
    )
    result = check_case({"id": "x", "given": night}, shipped_packs()).as_json()
    assert result["reason_codes"] == ["AI_DISCLOSURE_MISSING", "CEASE_COMMUNICATION", "OUTSIDE_CONTACT_WINDOW"]
    assert {"code": "CEASE_COMMUNICATION", "pack": "US-FED", "clause": "US-CEASE: 12 CFR 1006.6(c)"} in result[
        "reasons"
    ]
    assert result["next_allowed_at"] is None
    assert [name.split("@")[0] for name in result["packs"]] == ["HOUSE", "US-FCC", "US-FED", "US-NYC"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (case(now_utc="2026-11-18T12:00:00Z"), "2026-11-18T13:00:00Z"),
        (case(now_utc="2026-11-19T01:50:00Z"), "2026-11-19T13:00:00Z"),
        (case(history=[past("2026-11-19T18:00:00Z", "conversation")]), "2026-11-26T13:00:00Z"),
        (place("UK", "Europe/London", "2026-12-24T20:55:00Z"), "2026-12-29T08:00:00Z"),
        (case(consent={"artificial_voice": "none"}), None),
    ],
)
def test_the_next_allowed_time(given: dict[str, Any], expected: str | None) -> None:
    result = check_case({"id": "x", "given": given}, shipped_packs()).as_json()
    assert (result["decision"], result["next_allowed_at"]) == ("deny", expected)


def test_a_file_that_holds_no_cases_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text('{"cases": 3}')
    with pytest.raises(CasesError, match=r"^cases\.json: "):
        check_cases(path)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared policy cases are not on this machine")
def test_the_shared_cases_are_decided_as_expected() -> None:
    results = check_cases(SHARED)
    assert len(results) == len(json.loads(SHARED.read_text())["cases"]) > 0
    assert [result.id for result in results if not result.passed] == []
