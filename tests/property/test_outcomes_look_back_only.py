"""What a head sees of a moment is what was known before it: no record of that moment or a later one changes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy.outcomes.events import ACCOUNTS, ATTEMPTS, PROMISES, TALKS, Events
from strategy.outcomes.history import NAMES, at_moments

START = datetime(2026, 3, 2, tzinfo=UTC)
HOURS = st.integers(0, 240)
TWO = st.sampled_from(["a", "b"])
LATER = st.one_of(st.none(), st.integers(0, 100))
attempts = st.lists(st.tuples(TWO, HOURS, st.booleans() | st.none(), LATER), max_size=8)
talks = st.lists(st.tuples(TWO, HOURS, st.booleans(), LATER), max_size=5)
promises = st.lists(st.tuples(TWO, HOURS, st.booleans() | st.none(), LATER), max_size=5)


def at(hours):
    return None if hours is None else START + timedelta(hours=hours)


def events(tried, talked, promised, before=None):
    """The records as they stood before hour `before`: later ones are gone, and what was not known is not known."""

    def known(hour, later):
        when = None if later is None else hour + later
        return when if before is None or (when is not None and when < before) else None

    def there(rows):
        return [row for row in rows if before is None or row[1] < before]

    return Events(
        pl.DataFrame([("a", "A", "Asia/Taipei"), ("b", "B", None)], schema=dict(ACCOUNTS), orient="row"),
        pl.DataFrame(
            [
                (who, at(hour), "chat", "bot", yes if when is not None else None, at(when), at(when))
                for who, hour, yes, when in ((w, h, y, known(h, later)) for w, h, y, later in there(tried))
            ],
            schema=dict(ATTEMPTS),
            orient="row",
        ),
        pl.DataFrame(
            [(who, at(hour), "chat", "bot", yes, at(known(hour, later))) for who, hour, yes, later in there(talked)],
            schema=dict(TALKS),
            orient="row",
        ),
        pl.DataFrame(
            [
                (who, at(hour), yes if known(hour, later) is not None else None, at(known(hour, later)), "chat", "bot")
                for who, hour, yes, later in there(promised)
            ],
            schema=dict(PROMISES),
            orient="row",
        ),
    )


@given(attempts, talks, promises, TWO, HOURS)
@settings(max_examples=150, deadline=5000)
def test_records_of_the_moment_and_after_change_nothing(tried, talked, promised, who, hour):
    moment = pl.DataFrame(
        [(who, at(hour), "voice", "bot")],
        schema={name: ATTEMPTS[name] for name in ("account_id", "at", "channel", "agent")},
        orient="row",
    )
    now = at_moments(events(tried, talked, promised), moment)
    then = at_moments(events(tried, talked, promised, before=hour), moment)
    assert now.equals(then)


@given(attempts, HOURS)
@settings(max_examples=80, deadline=5000)
def test_attempts_before_are_counted_one_by_one(tried, hour):
    moment = pl.DataFrame(
        [("a", at(hour), "chat", "human")],
        schema={name: ATTEMPTS[name] for name in ("account_id", "at", "channel", "agent")},
        orient="row",
    )
    found = at_moments(events(tried, [], []), moment).row(0, named=True)
    before = [row for row in tried if row[0] == "a" and row[1] < hour]
    known = [yes for _, then, yes, later in before if later is not None and yes is not None and then + later < hour]
    assert found["x_contact_attempts"] == len(before)
    assert found["x_contact_reached_share"] == (sum(known) / len(known) if known else None)
    assert found["x_contact_hour"] == (8 + hour) % 24
    assert set(found) == {"account_id", "at", "channel", "agent"} | {f"x_{name}" for name in NAMES}
