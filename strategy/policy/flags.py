"""Reading flags: known names exactly, other names by what they speak of, and never by leaving them out.

Only an exact name can loosen a decision (an agreed time, a call-back, a debtor out of reach). A name nobody knows
always leads to a denial; a word in it merely picks the reason that says why.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

from strategy.policy.clocks import WEEKDAYS, WHOLE_DAY, Span
from strategy.policy.facts import CHANNELS, STOPS, Callback, Flags, HoldFact, Inconvenient, Stop

GROUNDS: Final = ("debtor_unreachable", "debtor_deceased", "debtor_incapacitated", "location_unknown")

_NEUTRAL: Final = frozenset({"time_barred", "debt_time_barred", "days_past_due"})
"""Facts that forbid no contact by themselves."""

# First match wins, so the narrow words stand before the broad ones.
_WORDS: Final = (
    ("moratorium", ("breathing_space", "moratorium", "crisis")),
    ("consent_revoked", ("revok", "opt_out", "opted_out", "unsubscribe")),
    ("cease", ("cease", "stop_contact", "do_not_contact", "no_contact", "refusal", "refused_to_pay")),
    ("attorney", ("attorney", "lawyer", "solicitor", "counsel", "represented")),
    ("bankruptcy", ("bankrupt", "insolven", "automatic_stay")),
    ("dispute", ("dispute",)),
    ("capacity", ("capacity", "mental", "vulnerab")),
    ("sensitive_occasion", ("occasion", "bereave", "funeral", "wedding", "festival", "calamity", "disaster")),
)
_THIRD_PARTIES: Final = ("third_party", "contact_person", "relative", "reference")
_START_KEYS: Final = ("start", "from", "received_utc", "given_utc", "filed", "date")
_END_KEYS: Final = ("end", "until", "to")
_SETTLED_KEYS: Final = ("verified", "verified_utc", "verification_sent_utc", "resolved", "resolved_utc")


class FactsError(ValueError):
    """The facts cannot be read: {path} {message}."""

    def __init__(self, path: str, message: str, code: str = "FACTS_UNREADABLE") -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.code = code


def read_flags(raw: Mapping[str, Any]) -> Flags:
    """:raises FactsError: a flag that is known has a value that cannot be read."""
    flags = Flags()
    for name, value in sorted(raw.items()):
        if name in _NEUTRAL or value is None or value is False or value in ("", [], {}):
            continue
        try:
            flags = _with_flag(flags, name, value)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise FactsError(f"flags.{name}", str(error)) from error
    return flags


def _with_flag(flags: Flags, name: str, value: Any) -> Flags:
    if name in ("agreed_window", "agreed_windows"):
        spans = tuple(sorted(Span.read(text) for text in _listed(value)))
        return replace(flags, agreed_windows=flags.agreed_windows + spans)
    if name == "consented_callback":
        return replace(flags, consented_callback=Callback(read_time(value["given_utc"]), str(value["debt_id"])))
    if name in GROUNDS:
        return replace(flags, third_party_grounds=(*flags.third_party_grounds, name))
    if name == "stops":
        return replace(flags, stops=flags.stops + tuple(sorted((_stop(s["kind"], s) for s in value), key=repr)))
    if name == "holds":
        holds = sorted(HoldFact(str(h["reason"]), str(h.get("agents", "all"))) for h in value)
        return replace(flags, holds=flags.holds + tuple(holds))
    return _with_restriction(flags, name, value)


def _with_restriction(flags: Flags, name: str, value: Any) -> Flags:
    """Everything here can only take contacts away, so names are understood generously."""
    if "inconvenient" in name:
        return _inconvenient(flags, value, about_places="place" in name)
    if any(word in name for word in ("employer", "workplace")):
        return replace(flags, inconvenient_places=(*flags.inconvenient_places, "workplace"))
    if "refus" in name or name[:3] == "no_":
        media = tuple(sorted(c for c in CHANNELS if c in name or (value is not True and c in _listed(value))))
        if media:
            return replace(flags, refused_media=tuple(sorted({*flags.refused_media, *media})))
        if name == "contact_refused" or any(word in name for word in _THIRD_PARTIES):
            return replace(flags, third_party_refused=True)
    for kind, words in _WORDS:
        if any(word in name for word in words):
            stop = _stop(kind, value)
            settled = kind == "dispute" and isinstance(value, Mapping) and any(value.get(k) for k in _SETTLED_KEYS)
            return flags if settled else replace(flags, stops=tuple(sorted((*flags.stops, stop), key=repr)))
    return replace(flags, unread=(*flags.unread, name))


def _inconvenient(flags: Flags, value: Any, *, about_places: bool) -> Flags:
    times, places = list(flags.inconvenient), list(flags.inconvenient_places)
    for item in value if isinstance(value, list | tuple) else [value]:
        if about_places:
            places.append(place_name(str(item)))
        elif isinstance(item, str):
            times.append(Inconvenient(WEEKDAYS, Span.read(item)))
        else:
            places.extend(place_name(place) for place in _listed(item.get("places", [])))
            if "days" in item or "hours" in item:
                days = tuple(day for day in WEEKDAYS if day in _weekdays(item.get("days", WEEKDAYS)))
                hours = [Span.read(text) for text in _listed(item["hours"])] if item.get("hours") else [WHOLE_DAY]
                times.extend(Inconvenient(days, span) for span in hours)
    return replace(flags, inconvenient=tuple(sorted(times)), inconvenient_places=tuple(sorted({*places})))


def _weekdays(names: Any) -> set[str]:
    days = {str(name).lower()[:3] for name in _listed(names)}
    if unknown := days - set(WEEKDAYS):
        raise ValueError(f"not a weekday: {sorted(unknown)}")
    return days


def _stop(kind: str, value: Any) -> Stop:
    if kind not in STOPS:
        raise ValueError(f"not a kind of stop: {kind!r}")
    if not isinstance(value, Mapping):
        return Stop(kind)
    start = next((value[key] for key in _START_KEYS if value.get(key)), None)
    end = next((value[key] for key in _END_KEYS if value.get(key)), None)
    return Stop(kind, _day(start), _day(end))


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(str(value)[:10])


def place_name(name: str) -> str:
    """One word for one place."""
    return "workplace" if name in ("work", "office", "employer") else name


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value)


def read_time(value: Any) -> datetime:
    """An ISO time with a zone, as aware UTC. ValueError for a naive one: nobody can say which hour it meant."""
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {value!r}")
    return moment.astimezone(UTC)
