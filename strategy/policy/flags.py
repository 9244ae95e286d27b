"""Reading flags: known names exactly, other names by what they speak of, and never by leaving them out.

Only an exact name with a value of the right form can loosen a decision (an agreed time, a call-back, a debtor out of
reach). A name nobody knows always leads to a denial; a word in it merely picks the reason that says why. What cannot be
read is kept by its name in `unread`, which denies, and everything else still counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from strategy.policy.clocks import WHOLE_DAY, Span
from strategy.policy.facts import CHANNELS, Callback, Flags, HoldFact, Reopened, Stop
from strategy.policy.flag_stops import is_absent, join_dates, kinds_of_value, read_stop, stop_kinds
from strategy.policy.flag_wishes import (
    channel_of,
    channels_in,
    consents_taken_back,
    inconvenient,
    listed,
    place_name,
    read_time,
)

__all__ = ["GROUNDS", "PURPOSES", "REOPENED_NAMES", "FactsError", "place_name", "read_flags", "read_time", "taken_back"]

GROUNDS: Final = ("debtor_unreachable", "debtor_deceased", "debtor_incapacitated", "location_unknown")
"""Why somebody else may have to be asked."""

_NEUTRAL: Final = frozenset(
    {
        "agreed_at",
        "agreed_utc",
        "charged_off",
        "debt_time_barred",
        "first_contact",
        "in_validation_period",
        "initial_communication",
        "language",
        "limitation_expired",
        "preferred_language",
        "statute_barred",
        "time_barred",
        "time_barred_debt",
        "validation_notice_sent_utc",
        "validation_period_ends",
        "validation_period_ends_utc",
        "validation_period_open",
    }
)
"""Facts that forbid no contact by themselves."""
_GROUND_NAMES: Final = {name: name for name in GROUNDS} | {
    "debtor_dead": "debtor_deceased",
    "debtor_died": "debtor_deceased",
    "debtor_incapable": "debtor_incapacitated",
    "debtor_lacking_capacity": "debtor_incapacitated",
    "debtor_lacks_capacity": "debtor_incapacitated",
    "address_unknown": "location_unknown",
    "location_call": "location_unknown",
    "location_info": "location_unknown",
    "location_info_needed": "location_unknown",
    "location_info_only": "location_unknown",
    "location_information": "location_unknown",
    "location_information_needed": "location_unknown",
    "location_information_only": "location_unknown",
    "seeking_location_info": "location_unknown",
}
PURPOSES: Final = ("location", "location_info", "location_information")
"""What a third party may be asked: where the person is."""
_AGREED_NAMES: Final = frozenset(
    {
        "agreed_contact_time",
        "agreed_contact_window",
        "agreed_hours",
        "agreed_time",
        "agreed_window",
        "agreed_windows",
        "consented_hours",
        "consented_window",
    }
)
_ANY_HOUR_NAMES: Final = frozenset({"agreed_outside_hours", "consent_outside_hours", "consented_outside_hours"})
_BEGUN_NAMES: Final = frozenset(
    {
        "collection_procedures_begun",
        "debt_collection_procedures",
        "debt_collection_procedures_begun",
        "debt_collection_procedures_started",
    }
)
_CALLBACK_NAMES: Final = frozenset({"consented_callback", "callback_consent"})
_PAST_DUE_NAMES: Final = frozenset({"days_past_due", "dpd", "past_due_days"})
REOPENED_NAMES: Final = frozenset({"reopened_media", "consumer_reinitiated", "reinitiated"})
_SETTLES: Final = {
    "attorney_consented": "attorney",
    "attorney_consents": "attorney",
    "attorney_no_reply": "attorney",
    "attorney_no_response": "attorney",
    "attorney_nonresponsive": "attorney",
    "attorney_unresponsive": "attorney",
    "debt_verified": "dispute",
    "dispute_resolved": "dispute",
    "dispute_verified": "dispute",
    "verification_sent": "dispute",
}
"""Said as plain `true`, or with its time as `..._utc`, these end a stop that another flag names."""
_MACHINES_ONLY: Final = ("hardship", "forbearance", "deceased", "minor")
_THIRD_PARTIES: Final = ("third_party", "contact", "relative", "referee", "reference", "family", "guarantor")
_PLAINLY_OTHERS: Final = ("third_party", "contact_person", "relative", "referee")
_SAYS_NO: Final = ("object", "opt_out", "said_no")
_UNREAD: Final = "unread"


class FactsError(ValueError):
    """The facts cannot be read: {path} {message}."""

    def __init__(self, path: str, message: str, code: str = "FACTS_UNREADABLE") -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.code = code


def read_flags(raw: Mapping[str, Any]) -> Flags:
    """What the flags say. One that cannot be read is named in `unread`.

    :raises FactsError: this is no mapping.
    """
    if not isinstance(raw, Mapping):
        raise FactsError("flags", "must be a mapping of names to values")
    flags, settled = Flags(), set[str]()
    for name, value in sorted(join_dates({_plain(name): value for name, value in raw.items()}).items()):
        if name in _BEGUN_NAMES and isinstance(value, bool):
            flags = replace(flags, collection_begun=flags.collection_begun and value)
            continue
        if name in _NEUTRAL or (is_absent(value) and name not in _PAST_DUE_NAMES and not _is_bare_stop(name, value)):
            continue
        if name.removesuffix("_utc") in _SETTLES and (value is True or _is_time(value)):
            settled.add(_SETTLES[name.removesuffix("_utc")])
            continue
        try:
            flags = _with_flag(flags, name, value)
        except (TypeError, ValueError, KeyError, AttributeError):
            flags = _unread(flags, name)
    stops = (stop for stop in flags.stops if stop.kind not in settled)
    return replace(flags, stops=tuple(sorted({*stops}, key=repr)))


def _is_bare_stop(name: str, value: Any) -> bool:
    """A stop of which nothing is told, not even that it is over, is one."""
    return isinstance(value, Mapping) and bool(stop_kinds(name))


def taken_back(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds of consent ('sms', 'artificial_voice', ...) that flags, and not the consents, say were revoked."""
    return tuple(
        sorted(
            {
                kind
                for name, value in raw.items()
                if not is_absent(value)
                for kind in consents_taken_back(_plain(name), value)
            }
        )
    )


def _plain(name: Any) -> str:
    return str(name).strip().lower().replace("-", "_").replace(" ", "_")


def _unread(flags: Flags, *names: str) -> Flags:
    return replace(flags, unread=tuple(sorted({*flags.unread, *names})))


def _with_flag(flags: Flags, name: str, value: Any) -> Flags:
    """What can loosen, and what Amends itself writes: by exact name, in exactly one form."""
    if name in _AGREED_NAMES:
        return replace(flags, agreed_windows=tuple(sorted({*flags.agreed_windows, *_spans(value)})))
    if name in _ANY_HOUR_NAMES and value is True:
        return replace(flags, agreed_windows=tuple(sorted({*flags.agreed_windows, WHOLE_DAY})))
    if name in _CALLBACK_NAMES:
        return replace(flags, consented_callback=Callback(read_time(value["given_utc"]), str(value["debt_id"])))
    if name in _GROUND_NAMES:
        grounds = {*flags.third_party_grounds, _GROUND_NAMES[name]}
        return replace(flags, third_party_grounds=tuple(sorted(grounds)))
    if name == "purpose" and value in PURPOSES:
        return replace(flags, third_party_grounds=tuple(sorted({*flags.third_party_grounds, "location_unknown"})))
    if name in _PAST_DUE_NAMES:
        return replace(flags, days_past_due=_days(value))
    if name == "consented_at":
        return replace(flags, consented_at=tuple(sorted((str(kind), read_time(at)) for kind, at in value.items())))
    if name in ("reassigned_number_checked_utc", "number_checked_utc"):
        return replace(flags, number_checked_at=read_time(value))
    if name in REOPENED_NAMES:
        return replace(flags, reopened_media=tuple(sorted({*flags.reopened_media, *_reopened(value)})))
    if name in ("opt_out_confirmation", "confirms_opt_out") and value is True:
        return replace(flags, confirms_opt_out=True)
    if name == "stops":
        return _stopped(flags, (read_stop(stop["kind"], stop) for stop in value))
    if name == "holds":
        return replace(flags, holds=(*flags.holds, *map(_hold, value)))
    if name == "refused_media" and not _has_mappings(value):
        return replace(flags, refused_media=tuple(sorted({*flags.refused_media, *map(channel_of, listed(value))})))
    if name == "third_party_refused":
        return replace(flags, third_party_refused=True)
    if name == _UNREAD:
        return _unread(flags, *listed(value))
    return _with_restriction(flags, name, value)


def _with_restriction(flags: Flags, name: str, value: Any) -> Flags:
    """Everything here can only take contacts away, so names are understood generously."""
    wish = inconvenient(name, value)
    if wish is not None:
        return replace(
            flags,
            inconvenient=tuple(sorted({*flags.inconvenient, *wish.times})),
            inconvenient_places=tuple(sorted({*flags.inconvenient_places, *wish.places})),
        )
    media = channels_in(name, value)
    if media:
        return replace(flags, refused_media=tuple(sorted({*flags.refused_media, *media})))
    if consents_taken_back(name, value):
        return flags  # the consents say so, see `taken_back`
    others_refusal = any(word in name for word in _PLAINLY_OTHERS)
    kinds = stop_kinds(name.replace("refusal", "") if others_refusal else name)
    about_others = any(word in name for word in _THIRD_PARTIES)
    refuses = "refus" in name or "declin" in name or (about_others and any(word in name for word in _SAYS_NO))
    if refuses:
        # No third party is asked again, and no debtor either unless the name says whose refusal it is.
        flags = replace(flags, third_party_refused=True)
        kinds = kinds or (() if about_others else ("cease",))
    if kinds:
        return _stopped(flags, (read_stop(kind, value, name) for kind in kinds))
    if not (kinds or refuses) and (named := kinds_of_value(value)):
        return _stopped(flags, (read_stop(kind, value, name) for kind in named))
    if any(word in name for word in _MACHINES_ONLY):
        return replace(flags, holds=(*flags.holds, HoldFact(name, "automated")))
    return flags if refuses else _unread(flags, name)


def _stopped(flags: Flags, stops: Iterable[Stop | None]) -> Flags:
    return replace(flags, stops=(*flags.stops, *(stop for stop in stops if stop is not None)))


def _has_mappings(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(item, Mapping) for item in value))


def _hold(value: Mapping[str, Any]) -> HoldFact:
    until = value.get("until_utc")
    return HoldFact(str(value["reason"]), str(value.get("agents", "all")), None if until is None else read_time(until))


def _spans(value: Any) -> list[Span]:
    """'21:30-23:00', a list of these, ['21:30', '23:00'], or {'start', 'end'} or {'hours'} and nothing else in it."""
    if isinstance(value, Mapping):
        if set(value) == {"start", "end"}:
            return [Span.read(f"{value['start']}-{value['end']}")]
        if set(value) != {"hours"}:
            raise ValueError("an agreed time with more to it than hours")
        value = value["hours"]
    if isinstance(value, list) and len(value) == 2 and not any("-" in str(text) for text in value):
        return [Span.read("-".join(listed(value)))]
    return [Span.read(text) for text in listed(value)]


def _days(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("not a number of days")
    return value


def _reopened(value: Any) -> list[Reopened]:
    items = [value] if isinstance(value, Mapping) else value
    reopened = [Reopened(str(item["channel"]), _moment(item)) for item in items]
    if any(item.channel not in CHANNELS for item in reopened):
        raise ValueError("not a channel")
    return reopened


def _is_time(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(read_time(value))
    except ValueError:
        return False


def _moment(item: Mapping[str, Any]) -> datetime:
    return read_time(item.get("at_utc") or item["given_utc"])
