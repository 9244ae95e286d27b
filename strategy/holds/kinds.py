"""The kinds of hold, as data: how wide each reaches, how long, whom it binds, and who may lift it. Pure.

docs/holds.md shows this table; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Scope = Literal["person", "debt", "channel", "number"]
Binds = Literal["automated", "all"]
Lift = Literal["one", "two", "nobody"]

SCOPES: Final[tuple[Scope, ...]] = ("person", "debt", "channel", "number")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of hold.

    `days`: how long it lasts at least; None until somebody lifts it. `binds`: 'automated' lets people go on, 'all'
    stops everyone. `lift`: 'one' person may lift it, 'two' must agree, or 'nobody' while it has an end. `scopes`: how
    far it may reach, its own scope first. `stop`: the fact that the packs know it by (strategy/policy/facts.py).
    `also`: the triggers and older words that mean this kind. `by_hand`: whether people may place it.
    """

    id: str
    days: int | None
    binds: Binds
    lift: Lift
    scopes: tuple[Scope, ...] = ("person",)
    stop: str | None = None
    also: tuple[str, ...] = ()
    by_hand: bool = False


BREATHING_SPACE_DAYS: Final = 60
"""It runs for so many days from the day after it is registered (SI 2020/1311)."""
AFTER_TREATMENT_DAYS: Final = 30
"""A mental health crisis moratorium runs this long after the treatment has ended (SI 2020/1311)."""

KINDS: Final[tuple[Kind, ...]] = (
    Kind("cease", None, "all", "two", ("person", "debt"), "cease", ("cease_request",), by_hand=True),
    Kind("attorney", None, "all", "two", ("person", "debt"), "attorney", ("lawyer_represented",), by_hand=True),
    Kind("bankruptcy", None, "all", "two", ("person",), "bankruptcy", ("bankruptcy_insolvency",), by_hand=True),
    # A dispute suspends contact until the debt is verified, however long that takes.
    Kind("dispute", None, "all", "one", ("debt", "person"), "dispute", ("dispute_not_mine",), by_hand=True),
    Kind("hardship", 14, "automated", "one", also=("hardship_unemployment",), by_hand=True),
    Kind(
        "bereavement",
        14,
        "all",
        "two",
        stop="sensitive_occasion",
        also=("bereavement_or_family_event", "sensitive_occasion"),
        by_hand=True,
    ),
    Kind("death", None, "all", "two", stop="sensitive_occasion", also=("death_of_debtor",), by_hand=True),
    Kind("capacity", None, "all", "two", stop="capacity", also=("mental_capacity",), by_hand=True),
    # A debt adviser may end a breathing space early, so two people may lift it; nobody may alone.
    Kind("moratorium", BREATHING_SPACE_DAYS + 1, "all", "two", stop="moratorium", by_hand=True),
    Kind("moratorium_crisis", None, "all", "two", stop="moratorium", by_hand=True),
    Kind("wrong_number", None, "all", "one", ("number",), by_hand=True),
    Kind("consent_revoked", None, "all", "two", ("person", "channel", "number"), "consent_revoked", by_hand=True),
    Kind("channel_refused", None, "all", "one", ("channel",), by_hand=True),
    Kind("complaint", None, "automated", "one", also=("complaint_regulator",), by_hand=True),
    Kind("self_harm", None, "automated", "two", by_hand=True),
    Kind("domestic_or_economic_abuse", None, "automated", "two", by_hand=True),
    Kind("elderly_cognitive_vulnerability", 14, "automated", "two", by_hand=True),
    Kind("fraud_identity_theft", 60, "automated", "one", ("person", "debt"), by_hand=True),
    Kind("serious_illness", 30, "automated", "one", by_hand=True),
    Kind("disaster", 60, "all", "one", stop="sensitive_occasion", by_hand=True),
    Kind("military_service", 90, "automated", "one", by_hand=True),
    Kind("incarceration_or_detention", 90, "automated", "one", by_hand=True),
    Kind("language_barrier", 3, "automated", "one", by_hand=True),
    Kind("says_paid", 5, "automated", "one", ("person", "debt"), by_hand=True),
    Kind("third_party_answering", None, "automated", "one", ("number", "person")),
    # These end by themselves before anybody could have learnt better.
    Kind("minor_answering", 1, "automated", "nobody", ("number", "person")),
    Kind("medical_or_safety_emergency_now", 1, "automated", "nobody"),
    Kind("callback_wanted", 1, "automated", "nobody"),
    Kind("threat_or_abuse_to_bot", 1, "automated", "one"),
    Kind("identity_failed", None, "automated", "one"),
    Kind("record_failed", None, "automated", "one"),
    Kind("guard_breach", None, "automated", "one"),
    Kind("disclosure_missing", None, "automated", "one"),
    Kind("dialogue_down", 3, "automated", "one"),
)

UNKNOWN: Final = Kind("unknown", None, "all", "two")
"""What a reason nobody knows is taken for: the widest and the gravest."""

_BY_REASON: Final[Mapping[str, Kind]] = {word: kind for kind in KINDS for word in (kind.id, *kind.also)}


def kind_of(reason: str) -> Kind:
    """The kind that a hold's reason means."""
    return _BY_REASON.get(reason, UNKNOWN)
