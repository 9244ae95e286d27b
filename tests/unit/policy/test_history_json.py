"""Past contacts that were alike are written once; whatever else stands in a history denies, and is never left out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from strategy.policy.facts import PastContact
from strategy.policy.flags import FactsError
from strategy.policy.history_json import alike_json, each_alone

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
ALIKE = ["voice", "outbound", "busy", "debt", "number", "bank", "consumer"]


def past(hours: int, channel: str = "voice") -> PastContact:
    return PastContact(NOON - timedelta(hours=hours, microseconds=hours), channel, "outbound", "busy", "debt", "number")


def test_what_was_alike_is_written_once_in_whatever_order_it_came() -> None:
    spelled = [
        ["sms", *ALIKE[1:], ["2026-11-20T04:00:00Z"]],
        [*ALIKE, ["2026-11-20T01:59:59.999998Z", "2026-11-20T02:59:59.999999Z", "2026-11-20T02:59:59.999999Z"]],
    ]
    contacts = [past(1), past(0, "sms"), past(2), past(1)]
    assert alike_json(contacts) == alike_json(reversed(contacts)) == spelled
    assert [len(each_alone(item)) for item in spelled] == [1, 3]


def test_a_contact_spelled_out_is_left_alone() -> None:
    contact = {"ts_utc": "2026-11-20T04:00:00Z", "channel": "voice"}
    assert each_alone(contact) == [contact]


@pytest.mark.parametrize(
    "item", [[], [*ALIKE], [*ALIKE, "2026-11-20T04:00:00Z"], [*ALIKE[1:], ["now"]], [*ALIKE, "more", ["now"]]]
)
def test_a_list_of_another_form_denies(item: Any) -> None:
    with pytest.raises(FactsError) as error:
        each_alone(item)
    assert error.value.code == "HISTORY_INVALID"
