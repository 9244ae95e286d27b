"""What a simulated debtor makes of the bot's sentences, by their ids (bot/phrases): which ask, which are kind. Pure."""

from __future__ import annotations

from typing import Final

ASKS_IDENTITY: Final = frozenset({"ask_identity", "identity_retry", "identity_four_digits", "not_before_identity"})
ASKS_AMOUNT: Final = frozenset(
    {"ask_amount", "amount_not_understood", "amount_ambiguous", "amount_alike", "read_back_corrected"}
)
ASKS_AMOUNT_IN_BOUNDS: Final = frozenset({"promise_too_small", "promise_too_large"})
ASKS_DAY: Final = frozenset({"ask_date", "date_not_understood", "date_ambiguous", "date_which"})
ASKS_DAY_IN_BOUNDS: Final = frozenset({"promise_too_far", "promise_in_the_past"})
READS_BACK: Final = frozenset({"read_back", "read_back_again", "read_back_voice"})
COUNTERS: Final = frozenset({"counter_amount"})
"""An amount is put forward that the debtor has not named; in the next, their own will do as well."""
COUNTERS_OR_OWN: Final = frozenset({"counter_amount_or_own"})
COUNTERS_DAY: Final = frozenset({"counter_day"})
ASKS_BOTH: Final = frozenset({"ask_amount_and_date"})
ASKS_MEANS: Final = frozenset({"ask_can_pay_any", "ask_hardship_means"})
ASKS_CAUSE: Final = frozenset({"ask_hardship_cause"})
ASKS_DISPUTE_REASON: Final = frozenset({"ask_dispute_reason", "ask_dispute_part"})
ASKS_CALLBACK_TIME: Final = frozenset({"ask_callback_time"})
ASKS_CHANGE: Final = frozenset({"ask_change"})
PUTS_PLAN_FORWARD: Final = frozenset({"plan_put_forward"})
ASKS_PARTS: Final = frozenset({"plan_how_many"})
ASKS_FIRST_DAY: Final = frozenset({"plan_first_day", "plan_first_by"})
READS_PLAN_BACK: Final = frozenset({"plan_read_back"})
ASKS_FOR_MORE: Final = frozenset({"anything_else", "promise_already_open"})
ASKS_WHY: Final = frozenset({"reminder_reason"})
ASKS_INTENTION: Final = frozenset({"ask_intention"})
HANDS_OVER: Final = frozenset({"handoff_next_day", "cannot_pay", "plan_by_colleague", "trigger_human"})
"""A colleague comes into it: whoever wanted one is content."""

KIND: Final = frozenset(
    {
        *("it_happens", "take_your_time", "thanks", "minimum_depends", "cannot_pay"),
        *(
            "why_identity",
            "how_to_pay",
            "upset_heard",
            "promise_recorded",
            "promise_recorded_part",
            "callback_noted",
            "busy_now",
        ),
        *("plan_put_forward", "plan_recorded", "handoff_next_day", "plan_by_colleague", "no_pressure", "forbearance"),
    }
)
HARD: Final = frozenset({"reminder_firm", "promise_too_small", "promise_too_far", "reminder_reason"})
"""Not unkind, but they press."""
LOST: Final = frozenset(
    {
        *("rephrase", "choices", "choices_before_verified", "amount_not_understood", "date_not_understood"),
        *("read_back_again", "read_back_corrected", "nothing_heard"),
    }
)
"""The bot has not understood."""
QUESTIONS: Final = (
    ASKS_PARTS
    | ASKS_BOTH
    | COUNTERS
    | COUNTERS_DAY
    | ASKS_FIRST_DAY
    | ASKS_AMOUNT
    | ASKS_AMOUNT_IN_BOUNDS
    | ASKS_DAY
    | ASKS_DAY_IN_BOUNDS
    | ASKS_WHY
    | ASKS_INTENTION
    | ASKS_IDENTITY
)
