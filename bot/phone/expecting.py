"""What the bot has asked for, read off its last words: recognition and turn taking listen for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, get_args

from bot.phrases import Line

Expecting = Literal["identity", "amount", "date", "yes_no", "anything"]
KINDS: Final = get_args(Expecting)

_ASKS: Final[dict[str, Expecting]] = {
    **dict.fromkeys(("ask_identity", "identity_retry", "identity_four_digits", "not_before_identity"), "identity"),
    **dict.fromkeys(
        (
            *("ask_amount", "ask_amount_and_date", "amount_not_understood", "amount_ambiguous", "amount_alike"),
            *("promise_too_large", "counter_amount_or_own", "plan_how_many", "ask_can_pay_any", "ask_intention"),
            *("read_back_corrected",),
        ),
        "amount",
    ),
    **dict.fromkeys(
        (
            *("ask_date", "date_not_understood", "date_ambiguous", "date_which", "promise_in_the_past"),
            *("plan_first_day", "ask_callback_time"),
        ),
        "date",
    ),
    **dict.fromkeys(
        (
            *("read_back", "read_back_voice", "read_back_again", "plan_read_back", "promise_already_open"),
            *("counter_amount", "counter_day", "promise_too_small", "promise_too_far", "plan_put_forward"),
            *("plan_first_by", "anything_else"),
        ),
        "yes_no",
    ),
}
READS_BACK: Final = frozenset({"read_back", "read_back_voice", "read_back_again", "plan_read_back"})
"""A yes to one of these makes a promise, so only a yes to the whole of it counts."""


def expected_after(lines: Sequence[Line], before: Expecting = "anything") -> Expecting:
    """What the last question among `lines` asks for; `before` where there is nothing said at all."""
    if not lines:
        return before
    return next((_ASKS[line.template] for line in reversed(lines) if line.template in _ASKS), "anything")
