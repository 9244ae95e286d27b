"""What a call that nobody took is recorded as: the table, SIP statuses as they were seen, and its laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.phone.outcomes import BY_CAUSE, CAUSE_OF_SIP, NEVER_LEFT, not_reached
from strategy.policy.facts import OUTCOMES

UNCOUNTED_SOMEWHERE = {"busy", "not_in_service"}
CODES = st.none() | st.integers(min_value=0, max_value=700)


@pytest.mark.parametrize(
    ("case", "cause", "sip", "rang", "outcome"),
    [
        ("busy", 17, 486, False, "busy"),
        ("busy everywhere", 17, 600, False, "busy"),
        ("declined by who saw it ring", 21, 603, True, "ring_no_answer"),
        ("declined without a ring", 21, 603, False, "ring_no_answer"),
        ("no such number", 1, 404, False, "not_in_service"),
        ("moved", 22, 410, False, "not_in_service"),
        ("part of a number", 28, 484, False, "not_in_service"),
        ("away", 19, 480, False, "failed"),
        ("no line free", 34, 503, False, "failed"),
        ("rang until the time was up", 19, None, True, "ring_no_answer"),
        ("dead telephone, never rang", 19, None, False, "failed"),
        ("hung up while it rang", 16, None, True, "ring_no_answer"),
        ("ended in the usual way and never rang", 16, None, False, "unknown"),
        ("ended, no cause told", 0, None, False, "unknown"),
        ("pressed away while it rang", 17, 486, True, "ring_no_answer"),
        ("our trunk is not let in", 21, 403, False, "failed"),
        ("a cause nobody knows", 99, None, False, "unknown"),
        ("nothing told at all", None, None, False, "unknown"),
        ("the status alone", None, 486, False, "busy"),
    ],
)
def test_how_it_ended_decides_what_is_recorded(case, cause, sip, rang, outcome):
    found = not_reached(cause, sip=sip, rang=rang)
    assert (found.outcome, found.unwanted) == (outcome, False), case


@pytest.mark.parametrize("rang", [False, True])
def test_who_calls_us_unwanted_is_to_be_left_alone(rang):
    found = not_reached(127, sip=607, rang=rang)
    assert found.unwanted
    assert found.outcome == "ring_no_answer"
    assert found.cause == 127


def test_interworking_without_the_status_is_no_wish():
    assert not_reached(127) == not_reached(127, sip=500)
    assert not not_reached(127).unwanted


@given(CODES, CODES, st.booleans())
def test_every_ending_has_an_outcome_that_the_caps_know(cause, sip, rang):
    assert not_reached(cause, sip=sip, rang=rang).outcome in OUTCOMES


@given(CODES, CODES)
def test_a_telephone_that_rang_is_never_left_out_of_a_cap(cause, sip):
    assert not_reached(cause, sip=sip, rang=True).outcome not in UNCOUNTED_SOMEWHERE | {"failed"}


@given(st.integers(min_value=0, max_value=700).filter(lambda code: code not in BY_CAUSE), st.none() | st.just(500))
def test_a_cause_outside_the_table_counts_toward_every_cap(cause, sip):
    assert not_reached(cause, sip=sip).outcome == "unknown"


def test_the_tables_hold_nothing_the_caps_do_not_know():
    assert set(BY_CAUSE.values()) | {NEVER_LEFT.outcome} <= OUTCOMES
    assert set(CAUSE_OF_SIP.values()) - {127} <= BY_CAUSE.keys()
