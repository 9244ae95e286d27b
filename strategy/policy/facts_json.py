"""ContactFacts to and from JSON: the `given` form of a policy case, and the form a Decision row keeps for replay."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

from strategy.policy.decision import canonical_json, digest
from strategy.policy.facts import Action, ContactFacts, Content, Flags, PastContact
from strategy.policy.flag_wishes import channel_name
from strategy.policy.flags import PURPOSES, REOPENED_NAMES, FactsError, place_name, read_flags, read_time, taken_back
from strategy.policy.history_json import alike_json, each_alone

_AGENTS: Final = {
    "ai": "ai_voice",
    "ai_agent": "ai_voice",
    "ai_call": "ai_voice",
    "ai_text": "ai_chat",
    "artificial_voice": "ai_voice",
    "bot": "ai_voice",
    "chatbot": "ai_chat",
    "collector": "human",
    "human_agent": "human",
    "person": "human",
    "notification": "system",
    "notification_voice": "system",
    "prerecorded": "system",
    "prerecorded_voice": "system",
    "recorded": "system",
    "robocall": "system",
    "voicebot": "ai_voice",
}
_DEBTORS: Final = frozenset({"borrower", "cardholder", "customer", "debtor"})
_LANDLINES: Final = frozenset(
    {"fixed", "fixed_line", "home", "landline_residential", "residential", "residential_landline"}
)
_MAILBOXES: Final = frozenset({"answering_machine", "mailbox", "voice_mail", "voicemail"})
_VOICEMAIL_FLAGS: Final = frozenset(
    {
        "answering_machine",
        "answering_machine_detected",
        "machine_answered",
        "machine_detected",
        "reached_voicemail",
        "voicemail",
        "voicemail_detected",
        "voicemail_reached",
    }
)
_OUTCOMES: Final = {
    "answered": "conversation",
    "connected": "conversation",
    "no_answer": "ring_no_answer",
    "sent": "delivered",
    "unanswered": "ring_no_answer",
    "voicemail": "voicemail_left",
}
"""Other words for outcomes that count. Those that would not count are known by their one name only."""
_DIRECTIONS: Final = {"out": "outbound", "in": "inbound"}
_TAKEN_BACK: Final = ("revok", "revoc", "withdr", "opt_out", "opted_out", "stop", "unsubscrib", "refus")
_CONSENT_KEYS: Final = frozenset({"status", "given_utc", "source"})
_WRITTEN_TO: Final = frozenset({"email", "mail", "chat", "terminal"})
_NEVER: Final = ("discloses_debt_to_third_party", "threat_of_suit_time_barred")
"""What must not be said: only a plain `false` says that it is not, so that a case that lacks the word is denied."""


def read_facts(given: Mapping[str, Any]) -> ContactFacts:
    """The facts of one case. A flag or a word about the content that cannot be read denies later, and stops no reading.

    No part of it may be missing: a history that is not there is not an empty one.
    :raises FactsError: the case itself cannot be read; its `code` is the reason to deny with.
    """
    try:
        flags, on_voicemail = _without_voicemail(given["flags"])
        content, unread = _content(given["content"])
        unread += _unclear_consents(given["consent"])
        action = _action(given["action"], on_voicemail)
        history = tuple(_past(item, index, action) for index, item in enumerate(_history(given["history"])))
        read = read_flags(_with_purpose(_with_reopened(flags, history), given["action"]))
        return ContactFacts(
            jurisdictions=tuple(str(name) for name in _list(given["jurisdictions"], "jurisdictions")),
            entity_role=_word(given, "entity_role"),
            tz_candidates=_zones(given.get("tz_candidates")),
            action=action,
            consent=_consent(given["consent"], taken_back(flags)),
            content=content,
            flags=replace(
                read,
                unread=tuple(sorted({*read.unread, *unread})),
                consented_at=tuple(sorted({*read.consented_at, *_given(given["consent"])})),
            ),
            history=history,
        )
    except FactsError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FactsError("given", f"{type(error).__name__} {error}") from error


def _list(value: Any, path: str, code: str = "FACTS_UNREADABLE") -> list[Any]:
    if not isinstance(value, list):
        raise FactsError(path, "must be a list", code)
    return value


def _history(value: Any) -> list[Any]:
    return [each for item in _list(value, "history", "HISTORY_INVALID") for each in each_alone(item)]


def _zones(value: Any) -> tuple[str, ...]:
    """None where nobody has said: as good as an empty list, which no contact is allowed on."""
    return () if value is None else tuple(str(zone) for zone in _list(value, "tz_candidates", "TZ_UNKNOWN"))


def _word(raw: Mapping[str, Any], key: str) -> str:
    """:raises ValueError: there is no word of this name. KeyError: there is nothing of this name."""
    if not isinstance(value := raw[key], str) or not value.strip():
        raise ValueError(f"{key}: must be a word")
    return value.strip()


def _without_voicemail(flags: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The flags, and whether one of them said that a mailbox answers."""
    if not isinstance(flags, Mapping):
        raise FactsError("flags", "must be a mapping of names to values")
    said = {name for name, value in flags.items() if value is True and name in _VOICEMAIL_FLAGS}
    return {name: value for name, value in flags.items() if name not in said}, bool(said)


def _with_reopened(flags: Mapping[str, Any], history: tuple[PastContact, ...]) -> Mapping[str, Any]:
    """A bare 'the person came back' holds for the media on which the history shows when: the last time they wrote."""
    came_back = {past.channel: past.at for past in sorted(history) if past.direction == "inbound"}
    items = [{"channel": channel, "at_utc": time_text(at)} for channel, at in came_back.items()]
    return {name: items if name in REOPENED_NAMES and value is True else value for name, value in flags.items()}


def _with_purpose(flags: Mapping[str, Any], action: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a contact is for may stand with the action or with the flags."""
    purpose = action.get("purpose")
    return {**flags, "purpose": purpose} if purpose in PURPOSES else flags


def _action(raw: Mapping[str, Any], on_voicemail: bool) -> Action:
    if not isinstance(raw, Mapping):
        raise FactsError("action", "must be a mapping of names to values")
    # What is written to has an address, which need not be a number.
    optional = ("number_type", "number_id", "place") if channel_name(_word(raw, "channel")) in _WRITTEN_TO else ()
    said = {
        key: "unknown" if key in optional and raw.get(key) is None else _word(raw, key)
        for key in Action.__dataclass_fields__
    }
    said |= {key: said[key].lower() for key in ("type", "agent", "number_type", "target")}
    said["agent"] = _AGENTS.get(said["agent"], said["agent"])
    said["channel"] = channel_name(said["channel"])
    said["place"] = place_name(said["place"])
    if said["type"] in ("leave_voicemail", "voicemail"):
        said |= {"type": "outbound_contact", "channel": "voicemail"}
    if _MAILBOXES & {said["channel"], said["target"], said["place"]} or (on_voicemail and said["channel"] == "voice"):
        said |= {"channel": "voicemail"}
        said |= {key: "consumer" for key in ("target",) if said[key] in _MAILBOXES}
        said |= {key: "unknown" for key in ("place",) if said[key] in _MAILBOXES}
    if said["target"] in _DEBTORS:
        said["target"] = "consumer"
    if said["number_type"] in _LANDLINES:
        said["number_type"] = "landline"
    return Action(**said)


def _content(raw: Mapping[str, Any]) -> tuple[Content, list[str]]:
    """What has been said, and the names of what is neither true nor false."""
    if not isinstance(raw, Mapping):
        raise FactsError("content", "must be a mapping of names to values")
    known = {field.name: raw[field.name] for field in fields(Content) if field.name in raw}
    unread = [f"content.{name}" for name, value in known.items() if not isinstance(value, bool)]
    unread += [f"content.{name}" for name in _NEVER if name not in known]
    return Content(**{name: value for name, value in known.items() if isinstance(value, bool)}), unread


def _consent(raw: Mapping[str, Any], also_revoked: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    said = {str(kind): _status(value) for kind, value in raw.items()}
    return tuple(sorted((said | dict.fromkeys(also_revoked, "revoked")).items()))


def _unclear_consents(raw: Mapping[str, Any]) -> list[str]:
    """The names of consents that are said in no form that anybody knows: they may have been taken back."""
    return [f"consent.{kind}" for kind, value in raw.items() if not _is_said(value)]


def _is_said(value: Any) -> bool:
    if isinstance(value, Mapping):
        return isinstance(value.get("status"), str) or _status(value) == "revoked"
    return value is None or isinstance(value, str | bool)


def _given(raw: Mapping[str, Any]) -> list[tuple[str, datetime]]:
    times = {kind: value.get("given_utc") for kind, value in raw.items() if isinstance(value, Mapping)}
    return [(str(kind), read_time(at)) for kind, at in times.items() if at is not None]


def _status(value: Any) -> str:
    """'granted' only where nothing else is said: nobody can rely on a consent with an end or a condition."""
    if isinstance(value, Mapping):
        revoked = any(said and _is_taken_back(str(key)) for key, said in value.items())
        plain = _CONSENT_KEYS.issuperset(value)
        return "revoked" if revoked else _status(value.get("status") if plain else "unclear")
    if isinstance(value, bool):
        return "granted" if value else "none"
    status = str(value).strip().lower()
    return "revoked" if _is_taken_back(status) else status


def _is_taken_back(text: str) -> bool:
    return any(word in text.lower().replace(" ", "_").replace("-", "_") for word in _TAKEN_BACK)


def _past(raw: Mapping[str, Any], index: int, action: Action) -> PastContact:
    """One past contact. What does not say which debt, number or person it was about counts for the one asked about."""
    path = f"history[{index}]"
    try:
        outcome = _OUTCOMES.get(_word(raw, "outcome"), _word(raw, "outcome"))
        direction, channel = _word(raw, "direction"), channel_name(_word(raw, "channel"))
        about = {"debt_id": action.debt_id, "number_id": action.number_id, "by": "bank", "target": action.target}
        about |= {key: _word(raw, key) for key in about if raw.get(key) not in (None, "")}
        return PastContact(
            at=read_time(raw["ts_utc"]),
            channel="voicemail" if channel in _MAILBOXES else channel,
            direction=_DIRECTIONS.get(direction, direction),
            outcome=outcome,
            debt_id=about["debt_id"],
            number_id=about["number_id"],
            by=about["by"],
            target="consumer" if about["target"] in _DEBTORS else about["target"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FactsError(path, f"{type(error).__name__} {error}", code="HISTORY_INVALID") from error


def facts_json(facts: ContactFacts) -> dict[str, Any]:
    """The JSON form that `read_facts` reads back to an equal value."""
    return {
        "jurisdictions": list(facts.jurisdictions),
        "entity_role": facts.entity_role,
        "tz_candidates": list(facts.tz_candidates),
        "action": _plain(facts.action),
        "consent": dict(facts.consent),
        "content": _plain(facts.content),
        "flags": _flags_json(facts.flags),
        "history": alike_json(facts.history),
    }


def _plain(value: Action | Content) -> dict[str, Any]:
    """As ``dataclasses.asdict``, which copies what needs no copy and takes ten times as long."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def facts_hash(facts: ContactFacts) -> str:
    """SHA-256 of the canonical JSON: equal facts, whatever order they came in, hash alike."""
    return digest(canonical_json(facts_json(facts)))


def time_text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _flags_json(flags: Flags) -> dict[str, Any]:
    spelled: dict[str, Any] = {
        "stops": [
            {
                "kind": stop.kind,
                "start": stop.start.isoformat() if stop.start else None,
                "end": stop.end.isoformat() if stop.end else None,
            }
            | ({"debt_id": stop.debt_id} if stop.debt_id else {})
            | ({"over_utc": time_text(stop.over_at)} if stop.over_at else {})
            for stop in flags.stops
        ],
        "holds": [
            {"reason": hold.reason, "agents": hold.agents}
            | ({"until_utc": time_text(hold.until)} if hold.until else {})
            for hold in flags.holds
        ],
        "agreed_windows": [str(span) for span in flags.agreed_windows],
        "inconvenient": [{"days": list(time.days), "hours": str(time.hours)} for time in flags.inconvenient],
        "inconvenient_places": list(flags.inconvenient_places),
        "refused_media": list(flags.refused_media),
        "reopened_media": [{"channel": item.channel, "at_utc": time_text(item.at)} for item in flags.reopened_media],
        "confirms_opt_out": flags.confirms_opt_out,
        "third_party_refused": flags.third_party_refused,
        # Keep what could not be read, so that a replay denies for the same reason.
        "unread": list(flags.unread),
    }
    if not flags.collection_begun:
        spelled["collection_procedures_begun"] = False
    if flags.consented_at:
        spelled["consented_at"] = {kind: time_text(at) for kind, at in flags.consented_at}
    if flags.number_checked_at is not None:
        spelled["reassigned_number_checked_utc"] = time_text(flags.number_checked_at)
    if flags.days_past_due is not None:
        spelled["days_past_due"] = flags.days_past_due
    if flags.consented_callback:
        callback = flags.consented_callback
        spelled["consented_callback"] = {"given_utc": time_text(callback.given), "debt_id": callback.debt_id}
    spelled |= dict.fromkeys(flags.third_party_grounds, True)
    return {
        name: value
        for name, value in spelled.items()
        if value or name in ("days_past_due", "collection_procedures_begun")
    }
