"""Whether a contact that is due may begin now."""

from datetime import UTC, datetime, time
from types import MappingProxyType

import pytest

from strategy.dispatch.pace import SCOPES, Due, Traffic, closed_by, inside, state_of, why_not_now
from strategy.pacing import Hours, Pacing, hours_between

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # Friday 10:00 in Shanghai
DUE = Due("P1", "A1", NOW, "voice", "bot", "remind", ("Asia/Shanghai",))
FREE = Pacing({"chat": None, "voice": None}, {"chat": None, "voice": None})
NOTHING = MappingProxyType({})


def why(switches=NOTHING, pacing: Pacing = FREE, hours: Hours | None = None, due: Due = DUE, **busy: int) -> str | None:
    return why_not_now(
        due, switches, Traffic(NOW, {"voice": busy.get("lines", 0)}, {"voice": busy.get("minute", 0)}), pacing, hours
    )


def test_without_switch_limit_or_hours_everything_that_is_due_begins():
    assert why() is None


@pytest.mark.parametrize("scope", ["all", "channel:voice", "campaign:remind/voice"])
@pytest.mark.parametrize(
    ("state", "told"), [("paused", "paused"), ("draining", "draining"), ("of a new kind", "paused")]
)
def test_whatever_covers_it_and_does_not_run_keeps_it_waiting(scope: str, state: str, told: str):
    assert why({scope: state}) == told
    assert closed_by({scope: state}, "voice", "remind") == scope


@pytest.mark.parametrize("scope", ["channel:chat", "campaign:remind/chat", "campaign:persuade/voice"])
def test_another_scope_does_not_matter(scope: str):
    assert why({scope: "paused"}) is None


def test_a_scope_nobody_knows_may_mean_anything():
    assert why({"kampagne": "paused"}) == "paused"
    assert why({"kampagne": "running"}) is None


def test_a_contact_of_an_unknown_campaign_waits_while_one_on_its_channel_is_paused():
    unknown = Due("P1", "A1", NOW, "voice", "bot", "", ("Asia/Shanghai",))
    assert why({"campaign:remind/voice": "paused"}, due=unknown) == "paused"
    assert why({"campaign:remind/chat": "paused"}, due=unknown) is None
    assert why(due=Due("P1", "A1", NOW, "fax", "bot", "remind", ())) == "paused"


def test_lines_and_the_minute_fill_up():
    limited = Pacing({"chat": None, "voice": 2}, {"chat": None, "voice": 3})
    assert why(pacing=limited, lines=1, minute=2) is None
    assert why(pacing=limited, lines=2) == "lines_busy"
    assert why(pacing=limited, minute=3) == "minute_full"
    assert why(pacing=Pacing({"voice": 0, "chat": 0}, FREE.per_minute)) == "lines_busy"


def test_a_batch_counts_what_it_has_let_through_itself():
    traffic = Traffic(NOW)
    limited = Pacing(FREE.lines, {"chat": None, "voice": 2})
    let_through = 0
    for _ in range(5):
        if why_not_now(DUE, {}, traffic, limited, None) is None:
            traffic.begin("voice")
            let_through += 1
    assert let_through == 2


def test_hours_hold_in_every_zone_and_never_where_none_is_known():
    morning = Hours(time(10), time(11), ("fri",))
    assert why(hours=morning) is None
    assert why(hours=Hours(time(11), time(12))) == "outside_hours"
    assert why(hours=Hours(time(9), time(10))) == "outside_hours", "half-open"
    assert why(hours=Hours(time(10), time(11), ("thu",))) == "outside_hours"
    assert not inside(morning, ("Asia/Shanghai", "Asia/Tokyo"), NOW)
    assert not inside(morning, (), NOW)
    assert not inside(morning, ("Mars/Olympus",), NOW)
    saturday = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)
    assert not inside(Hours(time(9), time(18)), ("Asia/Shanghai",), saturday)


def test_every_scope_has_a_state_and_a_new_word_is_paused():
    assert len(SCOPES) == 1 + 2 + 2 * 5
    assert (state_of({}, "all"), state_of({"all": "draining"}, "all"), state_of({"all": "?"}, "all")) == (
        "running",
        "draining",
        "paused",
    )


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("10:00-17:00", Hours(time(10), time(17))),
        ("09:00-18:00", Hours(time(9), time(18))),
        *((text, None) for text in ("", "10-17", "8:00-17:00", "08:00-17:00", "10:00-18:01", "17:00-10:00")),
        *((text, None) for text in ("10:00-10:00", "25:00-26:00", "10:00-12:60", "10:00-17:00 ", "１０:00-17:00")),
    ],
)
def test_hours_are_read_as_people_type_them_or_not_at_all(text: str, hours: Hours | None) -> None:
    assert hours_between(text) == hours
