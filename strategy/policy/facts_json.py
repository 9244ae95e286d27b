"""ContactFacts to and from JSON: the `given` form of a policy case, and the form a Decision row keeps for replay."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from strategy.policy.decision import canonical_json, digest
from strategy.policy.facts import OUTCOMES, Action, ContactFacts, Content, Flags, PastContact
from strategy.policy.flag_wishes import channel_name
from strategy.policy.flags import FactsError, place_name, read_flags, read_time, taken_back

_AGENTS: Final = {
    "ai": "ai_voice",
    "ai_call": "ai_voice",
    "ai_text": "ai_chat",
    "artificial_voice": "ai_voice",
    "bot": "ai_voice",
    "chatbot": "ai_chat",
    "collector": "human",
    "person": "human",
    "voicebot": "ai_voice",
}
_DEBTORS: Final = frozenset({"borrower", "cardholder", "customer", "debtor"})
_LANDLINES: Final = frozenset({"residential", "residential_landline", "landline_residential", "fixed_line", "home"})
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
_IN_ORDER: Final = attrgetter(*PastContact.__dataclass_fields__)
"""As past contacts compare, which is slower."""
_DIRECTIONS: Final = {"out": "outbound", "in": "inbound"}


def read_facts(given: Mapping[str, Any]) -> ContactFacts:
    """The facts of one case. A flag or a word about the content that cannot be read denies later, and stops no reading.

    :raises FactsError: the case itself cannot be read; its `code` is the reason to deny with.
    """
    try:
        flags, on_voicemail = _without_voicemail(given.get("flags", {}))
        content, unread = _content(given.get("content", {}))
        read = read_flags(flags)
        action = _action(given["action"], on_voicemail)
        return ContactFacts(
            jurisdictions=tuple(str(name) for name in given["jurisdictions"]),
            entity_role=str(given.get("entity_role", "unknown")),
            tz_candidates=tuple(str(zone) for zone in given["tz_candidates"]),
            action=action,
            consent=_consent(given.get("consent", {}), taken_back(flags)),
            content=content,
            flags=replace(
                read,
                unread=tuple(sorted({*read.unread, *unread})),
                consented_at=tuple(sorted({*read.consented_at, *_given(given.get("consent", {}))})),
            ),
            history=tuple(
                sorted(_past(item, index, action.debt_id) for index, item in enumerate(given.get("history", [])))
            ),
        )
    except FactsError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FactsError("given", f"{type(error).__name__} {error}") from error


def _without_voicemail(flags: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The flags, and whether one of them said that a mailbox answers."""
    if not isinstance(flags, Mapping):
        raise FactsError("flags", "must be a mapping of names to values")
    said = {name for name, value in flags.items() if value is True and name in _VOICEMAIL_FLAGS}
    return {name: value for name, value in flags.items() if name not in said}, bool(said)


def _action(raw: Mapping[str, Any], on_voicemail: bool) -> Action:
    said = {key: str(raw.get(key, "unknown")) for key in Action.__dataclass_fields__}
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
    known = {field.name: raw[field.name] for field in fields(Content) if field.name in raw}
    unread = [f"content.{name}" for name, value in known.items() if not isinstance(value, bool)]
    return Content(**{name: value for name, value in known.items() if isinstance(value, bool)}), unread


def _consent(raw: Mapping[str, Any], also_revoked: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    said = {str(kind): _status(value) for kind, value in raw.items()}
    return tuple(sorted((said | dict.fromkeys(also_revoked, "revoked")).items()))


def _given(raw: Mapping[str, Any]) -> list[tuple[str, datetime]]:
    times = {kind: value.get("given_utc") for kind, value in raw.items() if isinstance(value, Mapping)}
    return [(str(kind), read_time(at)) for kind, at in times.items() if at]


def _status(value: Any) -> str:
    if isinstance(value, Mapping):
        revoked = any(value.get(key) for key in ("revoked", "revoked_utc", "revoked_at"))
        return "revoked" if revoked else str(value.get("status", "none"))
    return {True: "granted", False: "none"}[value] if isinstance(value, bool) else str(value)


def _past(raw: Mapping[str, Any], index: int, debt_id: str) -> PastContact:
    """One past contact. What does not say which debt it was about counts for the one asked about."""
    path = f"history[{index}]"
    try:
        outcome = _OUTCOMES.get(str(raw["outcome"]), str(raw["outcome"]))
        if outcome not in OUTCOMES:
            raise ValueError(f"an outcome nobody knows: {outcome!r}")
        direction = str(raw["direction"])
        target = str(raw.get("target", "consumer"))
        channel = channel_name(str(raw["channel"]))
        return PastContact(
            at=read_time(raw["ts_utc"]),
            channel="voicemail" if channel in _MAILBOXES else channel,
            direction=_DIRECTIONS.get(direction, direction),
            outcome=outcome,
            debt_id=str(raw.get("debt_id") or debt_id),
            number_id=str(raw.get("number_id") or "unknown"),
            by=str(raw.get("by", "bank")),
            target="consumer" if target in _DEBTORS else target,
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
        "history": [
            {
                "ts_utc": time_text(past.at),
                "channel": past.channel,
                "direction": past.direction,
                "outcome": past.outcome,
                "debt_id": past.debt_id,
                "number_id": past.number_id,
                "by": past.by,
                "target": past.target,
            }
            for past in sorted(facts.history, key=_IN_ORDER)
        ],
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
