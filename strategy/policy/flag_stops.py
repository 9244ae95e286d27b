"""Flags that suspend contact: which kind of stop a name means, and from when to when it holds.

A stop with a date nobody can read holds without end. Only what plainly says that it is over ends one.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from strategy.policy.facts import STOPS, Stop
from strategy.policy.flag_wishes import read_time

_STOP_WORDS: Final = ("stop_keyword", "stop_message", "stop_received", "stop_request", "stop_word")
# A name can mean several; every one of them is said.
_WORDS: Final = (
    ("crisis_moratorium", ("crisis",)),
    ("moratorium", ("breathing_space", "moratorium", "crisis", "debt_respite")),
    ("consent_revoked", ("revok", "revoc", "opt_out", "opted_out", "unsubscribe", *_STOP_WORDS)),
    (
        "cease",
        (
            "cease",
            "stop_contact",
            *_STOP_WORDS,
            "do_not_contact",
            "no_contact",
            "no_further_contact",
            "refusal",
            "refused_to_pay",
            "refuses_to_pay",
        ),
    ),
    ("attorney", ("attorney", "lawyer", "solicitor", "counsel", "represented", "representation")),
    ("bankruptcy", ("bankrupt", "insolven", "automatic_stay")),
    ("dispute", ("dispute",)),
    ("capacity", ("capacity", "mental", "vulnerab", "capacitated")),
    (
        "sensitive_occasion",
        (
            "bereave",
            "calamity",
            "ceremony",
            "death_in",
            "disaster",
            "family_event",
            "festival",
            "funeral",
            "marriage",
            "mourning",
            "occasion",
            "wedding",
        ),
    ),
)
_NO: Final = frozenset({"none", "no", "false"})
_START_KEYS: Final = ("start", "from", "begin", "since", "received_utc", "given_utc", "filed_utc", "filed", "date")
_END_KEYS: Final = ("end", "until", "to", "ends", "end_date", "until_utc", "end_utc", "expires", "expires_utc")
_TREATMENT_ENDS: Final = (
    "treatment_end",
    "treatment_end_date",
    "treatment_ended",
    "treatment_ended_utc",
    "treatment_ends",
    "treatment_end_utc",
)
_OVER_KEYS: Final = (
    "cancelled",
    "cancelled_utc",
    "ended",
    "ended_utc",
    "lifted",
    "lifted_utc",
    "resolved",
    "resolved_utc",
    "withdrawn",
    "withdrawn_utc",
)
_OVER_BY_KIND: Final[Mapping[str, tuple[str, ...]]] = {
    "dispute": (
        "verification_mailed",
        "verification_mailed_utc",
        "verification_provided_utc",
        "verification_sent",
        "verification_sent_utc",
        "verified",
        "verified_utc",
    ),
    "attorney": ("consented", "consents", "no_reply", "unresponsive"),
}
_STANDS: Final = ("active", "known", "open", "pending")
_STANDS_BY_KIND: Final[Mapping[str, tuple[str, ...]]] = {"attorney": ("represented", "responsive")}
"""Said as plain `false`, these end a stop: nobody represents the person, or nobody answers."""
_OVER_WORDS: Final = frozenset({"cancelled", "closed", "ended", "expired", "lifted", "over", "resolved", "withdrawn"})
_PER_DEBT: Final = frozenset({"attorney", "dispute"})


def is_absent(value: Any) -> bool:
    """Whether a flag is only mentioned, to say that it is not so."""
    if isinstance(value, str):
        return not value.strip() or value.strip().lower() in _NO
    return value is None or value is False or (isinstance(value, Mapping | list | tuple) and not value)


def join_dates(flags: Mapping[str, Any]) -> dict[str, Any]:
    """`x_start` and `x_end`, given apart, as one `x: {start, end}`."""
    joined = dict(flags)
    for name in flags:
        base, _, part = name.rpartition("_")
        other = f"{base}_{'end' if part == 'start' else 'start'}"
        if part == "start" and base and other in flags and base not in flags and stop_kinds(base):
            joined[base] = {"start": joined.pop(name), "end": joined.pop(other)}
    return joined


def stop_kinds(name: str) -> tuple[str, ...]:
    """The kinds of stop that a flag of this name speaks of."""
    kinds = [kind for kind, words in _WORDS if any(word in name for word in words)]
    # A mental health crisis is a moratorium of its own, not a doubt about capacity.
    other = {"capacity" if "crisis" in name else "", "" if "treatment" in name else "crisis_moratorium"}
    return tuple(kind for kind in kinds if kind not in other)


def kinds_of_value(value: Any) -> tuple[str, ...]:
    """The kinds of stop that a flag's value names, where its own name says nothing: `event: bereavement`."""
    word = value.get("kind", value.get("type")) if isinstance(value, Mapping) else value
    return stop_kinds(word.lower()) if isinstance(word, str) else ()


def read_stop(kind: str, value: Any, name: str = "") -> Stop | None:
    """The stop of this kind; None when `value` says that it is over.

    :raises ValueError: there is no such kind.
    """
    if kind not in STOPS:
        raise ValueError(f"not a kind of stop: {kind!r}")
    if not isinstance(value, Mapping):
        day = _day(value) if isinstance(value, str) else None
        ends = name.endswith(("_until", "_end", "_ends", "_ended"))
        return Stop(kind, None, day) if ends else Stop(kind, day)
    start, end = _first(value, _START_KEYS), _first(value, _END_KEYS)
    if kind == "moratorium" and (treatment := _first(value, _TREATMENT_ENDS)) is not None:
        kind, end = "crisis_moratorium", treatment
    over = _over(kind, value)
    if over is True:
        return None
    if isinstance(over, date):
        end = over if end is None else min(end, over)
    debt_id = value.get("debt_id") if kind in _PER_DEBT else None
    over_at = None if value.get("over_utc") is None else read_time(value["over_utc"])
    return Stop(kind, start, end, debt_id if debt_id and isinstance(debt_id, str) else None, over_at)


def _over(kind: str, value: Mapping[str, Any]) -> date | bool | None:
    """True for 'it is over', the last day on which it held, or None when nothing says so."""
    if any(value.get(key) is False for key in (*_STANDS, *_STANDS_BY_KIND.get(kind, ()))):
        return True
    if str(value.get("status", "")).lower() in _OVER_WORDS | ({"verified"} if kind == "dispute" else set()):
        return True
    for key in (*_OVER_KEYS, *_OVER_BY_KIND.get(kind, ())):
        said = value.get(key)
        if said is True:
            return True
        if isinstance(said, str) and (day := _day(said)) is not None:
            return day - timedelta(days=1)
    return None


def _first(value: Mapping[str, Any], keys: tuple[str, ...]) -> date | None:
    return next((day for key in keys if value.get(key) and (day := _day(value[key])) is not None), None)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
