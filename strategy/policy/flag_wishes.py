"""Flags of what a person has asked for: times and places that do not suit, and media they will not have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from strategy.policy.clocks import WEEKDAYS, WHOLE_DAY, Span
from strategy.policy.facts import CHANNELS, Inconvenient, in_utc

_TIMES: Final = (
    "avoid_hours",
    "bad_hours",
    "bad_time",
    "do_not_call_hours",
    "inconvenient",
    "no_calls_between",
    "no_contact_between",
    "no_contact_hours",
    "not_between",
    "quiet",
    "sleep",
    "unsuitable",
    "work_hours",
    "working_hours",
)
_ONLY_TIMES: Final = ("convenient_hours", "convenient_time", "convenient_window", "only_between", "only_hours")
_WORK: Final = ("employer", "workplace", "at_work", "work_call", "work_phone", "work_contact", "work_prohibit")
_DAY_GROUPS: Final = {
    "weekday": WEEKDAYS[:5],
    "weekdays": WEEKDAYS[:5],
    "weekend": WEEKDAYS[5:],
    "weekends": WEEKDAYS[5:],
}
_WEEKDAY_NAMES: Final = {name: day for day, name in enumerate(WEEKDAYS)} | {
    name: day for day, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
}
_WORKPLACES: Final = frozenset({"work", "office", "employer", "workplace", "job"})
_REFUSING: Final = (
    "asked_not",
    "block",
    "declin",
    "do_not_",
    "dont_",
    "exclud",
    "medi",
    "never",
    "no_",
    "not_by",
    "opt_out",
    "opted_out",
    "prohibit",
    "refus",
    "stop",
    "unsubscrib",
    "unwanted",
)
_TAKING_BACK: Final = ("revok", "revoc", "opt_out", "opted_out", "unsubscrib", "stop")
# 'email' stands before 'mail', which is in it.
_MEDIA: Final = (
    ("email", ("email", "e_mail")),
    ("sms", ("sms", "text")),
    ("voice", ("call", "dial", "phone", "voice")),
    ("chat", ("chat", "whatsapp", "wechat")),
    ("mail", ("letter", "post", "mail")),
)
_SPELLINGS: Final = {word: channel for channel, words in _MEDIA for word in words} | {
    "calls": "voice",
    "e-mail": "email",
    "letters": "mail",
    "phone_call": "voice",
    "post": "mail",
    "postal": "mail",
    "postal_mail": "mail",
    "telephone": "voice",
    "text_message": "sms",
    "texts": "sms",
    "webchat": "chat",
}


@dataclass(frozen=True, slots=True)
class Unsuitable:
    """What a person has said does not suit."""

    times: tuple[Inconvenient, ...] = ()
    places: tuple[str, ...] = ()


def inconvenient(name: str, value: Any) -> Unsuitable | None:
    """The times and places a flag rules out, or None when its name speaks of neither.

    :raises ValueError: it does, and they cannot be read.
    """
    if name.endswith(("_before", "_after")):
        hours = f"00:00-{value}" if name.endswith("_before") else f"{value}-24:00"
        return Unsuitable((Inconvenient(WEEKDAYS, Span.read(hours)),))
    if any(word in name for word in _ONLY_TIMES) and "inconvenient" not in name:
        return Unsuitable(tuple(each for text in [_only_hours(value)] for each in _outside(Span.read(text))))
    if "place" in name and any(word in name for word in _REFUSING) and not isinstance(value, bool):
        return _said(value, about_places=True)
    if any(word in name for word in _TIMES):
        return _said(value, about_places="place" in name)
    if any(word in name for word in _WORK):
        return Unsuitable(places=("workplace",))
    return None


def _said(value: Any, *, about_places: bool) -> Unsuitable:
    times, places = list[Inconvenient](), list[str]()
    for item in value if isinstance(value, list | tuple) else [value]:
        if isinstance(item, Mapping):
            places += (place_name(place) for place in listed(item.get("places", item.get("place", ()))))
            if not places or {"days", "hours"} & set(item):
                times += _times(item)
        elif about_places:
            places.append(place_name(_text(item)))
        elif ":" in _text(item):
            times.append(Inconvenient(WEEKDAYS, Span.read(item)))
        elif place_name(item) == "workplace":
            places.append("workplace")
        else:
            times += _times({"days": item})
    return Unsuitable(tuple(times), tuple(places))


def _only_hours(value: Any) -> str:
    return _text(value["hours"] if isinstance(value, Mapping) and set(value) == {"hours"} else value)


def _outside(span: Span) -> list[Inconvenient]:
    """Every hour but these."""
    if span.start > span.end:
        return [Inconvenient(WEEKDAYS, Span(span.end, span.start))]
    around = [(0, span.start), (span.end, WHOLE_DAY.end)]
    return [Inconvenient(WEEKDAYS, Span(start, end)) for start, end in around if start < end]


def _times(item: Mapping[str, Any]) -> list[Inconvenient]:
    if not {"days", "hours", "start", "end"} & set(item):
        raise ValueError("neither days nor hours")
    named = {day for text in listed(item.get("days", WEEKDAYS)) for day in _weekdays(text)}
    days = tuple(day for day in WEEKDAYS if day in named)
    if not days:
        raise ValueError("no day is named")
    if item.get("hours"):
        return [Inconvenient(days, Span.read(text)) for text in listed(item["hours"])]
    if item.get("start") and item.get("end"):
        return [Inconvenient(days, Span.read(f"{item['start']}-{item['end']}"))]
    return [Inconvenient(days, WHOLE_DAY)]


def _weekdays(text: str) -> tuple[str, ...]:
    """'fri', 'Friday', 'mon-fri', 'weekdays' or 'weekends' as weekdays. ValueError for anything else."""
    said = text.strip().lower()
    if said in _DAY_GROUPS:
        return _DAY_GROUPS[said]
    if "-" in said:
        first, last = (_WEEKDAY_NAMES[part.strip()] for part in said.split("-"))
        return tuple(WEEKDAYS[day % 7] for day in range(first, last + 1 if last >= first else last + 8))
    if said not in _WEEKDAY_NAMES:
        raise ValueError(f"not a weekday: {text!r}")
    return (WEEKDAYS[_WEEKDAY_NAMES[said]],)


def channels_in(name: str, value: Any) -> tuple[str, ...]:
    """The media a flag refuses: named in its value, or else in its name."""
    if not any(word in name for word in _REFUSING):
        return ()
    return _media(name, value)


def consents_taken_back(name: str, value: Any) -> tuple[str, ...]:
    """The kinds of consent that a flag says were revoked: in its value, or else in its name."""
    if any(word in name for word in ("revok", "revoc")) and any(word in name for word in ("artificial", "robo", "ai_")):
        return ("artificial_voice",)
    if any(word in name for word in _TAKING_BACK):
        return _media(name, value)
    return ()


def _media(name: str, value: Any) -> tuple[str, ...]:
    named = [] if isinstance(value, bool) else _items(value)
    media = {channel_name(item) for item in named} & CHANNELS
    if not media:
        media = {next((channel for channel, words in _MEDIA if any(word in name for word in words)), "")} & CHANNELS
    return tuple(sorted(media))


def channel_of(name: str) -> str:
    """:raises ValueError: there is no such channel."""
    channel = channel_name(name)
    if channel not in CHANNELS:
        raise ValueError(f"not a channel: {name!r}")
    return channel


def channel_name(name: str) -> str:
    """One word for one channel; a word nobody knows stays as it is."""
    return _SPELLINGS.get(name.lower(), name.lower())


def place_name(name: str) -> str:
    """One word for one place."""
    return "workplace" if name.lower() in _WORKPLACES else name.lower()


def _items(value: Any) -> list[str]:
    """Every word in a flag's value that might name a medium."""
    if isinstance(value, Mapping):
        said = [item for key, item in value.items() if key in ("channel", "channels", "media", "medium", "kind")]
        return [word for item in said for word in _items(item)] + [key for key, item in value.items() if item]
    return [word for item in value for word in _items(item)] if isinstance(value, list | tuple) else [str(value)]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"must be a word, not {type(value).__name__}")
    return value


def listed(value: Any) -> tuple[str, ...]:
    """A word, or a list of words."""
    return (value,) if isinstance(value, str) else tuple(_text(item) for item in value)


def read_time(value: Any) -> datetime:
    """An ISO time with a zone, as aware UTC. ValueError for a naive one: nobody can say which hour it meant."""
    return in_utc(datetime.fromisoformat(str(value)))
