"""ContactFacts to and from JSON: the `given` form of a policy case, and the form a Decision row keeps for replay."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from strategy.policy.decision import canonical_json, digest
from strategy.policy.facts import OUTCOMES, Action, ContactFacts, Content, Flags, PastContact
from strategy.policy.flags import FactsError, place_name, read_flags, read_time

_OTHER_AGENTS: Final = {
    "bot": "ai_voice",
    "ai": "ai_voice",
    "ai_text": "ai_chat",
    "chatbot": "ai_chat",
}
_LANDLINES: Final = frozenset({"residential", "residential_landline", "landline_residential", "fixed_line", "home"})


def read_facts(given: Mapping[str, Any]) -> ContactFacts:
    """The facts of one case.

    :raises FactsError: something in it cannot be read; its `code` is the reason to deny with.
    """
    try:
        action = {key: str(given["action"].get(key, "unknown")) for key in Action.__dataclass_fields__}
        action["agent"] = _OTHER_AGENTS.get(action["agent"], action["agent"])
        action["number_type"] = "landline" if action["number_type"] in _LANDLINES else action["number_type"]
        action["place"] = place_name(action["place"])
        if action["target"] == "voicemail":
            action |= {"channel": "voicemail", "target": "consumer"}
        return ContactFacts(
            jurisdictions=tuple(str(name) for name in given["jurisdictions"]),
            entity_role=str(given.get("entity_role", "unknown")),
            tz_candidates=tuple(str(zone) for zone in given["tz_candidates"]),
            action=Action(**action),
            consent=tuple(sorted((str(kind), str(status)) for kind, status in given.get("consent", {}).items())),
            content=_content(given.get("content", {})),
            flags=read_flags(given.get("flags", {})),
            history=tuple(sorted(_past(item, index) for index, item in enumerate(given.get("history", [])))),
        )
    except FactsError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FactsError("given", f"{type(error).__name__} {error}") from error


def _content(raw: Mapping[str, Any]) -> Content:
    known = {field.name: raw[field.name] for field in fields(Content) if field.name in raw}
    for name, value in known.items():
        if not isinstance(value, bool):
            raise FactsError(f"content.{name}", "must be true or false")
    return Content(**known)


def _past(raw: Mapping[str, Any], index: int) -> PastContact:
    path = f"history[{index}]"
    try:
        outcome = str(raw["outcome"])
        if outcome not in OUTCOMES:
            raise ValueError(f"an outcome nobody knows: {outcome!r}")
        return PastContact(
            at=read_time(raw["ts_utc"]),
            channel=str(raw["channel"]),
            direction=str(raw["direction"]),
            outcome=outcome,
            debt_id=str(raw["debt_id"]),
            number_id=str(raw["number_id"]),
            by=str(raw.get("by", "bank")),
            target=str(raw.get("target", "consumer")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FactsError(path, f"{type(error).__name__} {error}", code="HISTORY_INVALID") from error


def facts_json(facts: ContactFacts) -> dict[str, Any]:
    """The JSON form that `read_facts` reads back to an equal value."""
    return {
        "jurisdictions": list(facts.jurisdictions),
        "entity_role": facts.entity_role,
        "tz_candidates": list(facts.tz_candidates),
        "action": asdict(facts.action),
        "consent": dict(facts.consent),
        "content": asdict(facts.content),
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
            for past in sorted(facts.history)
        ],
    }


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
            for stop in flags.stops
        ],
        "holds": [{"reason": hold.reason, "agents": hold.agents} for hold in flags.holds],
        "agreed_windows": [str(span) for span in flags.agreed_windows],
        "inconvenient": [{"days": list(time.days), "hours": str(time.hours)} for time in flags.inconvenient],
        "inconvenient_places": list(flags.inconvenient_places),
        "refused_media": list(flags.refused_media),
        "third_party_refused": flags.third_party_refused,
    }
    if flags.consented_callback:
        callback = flags.consented_callback
        spelled["consented_callback"] = {"given_utc": time_text(callback.given), "debt_id": callback.debt_id}
    spelled |= dict.fromkeys(flags.third_party_grounds, True)
    # Keep what could not be read, so that a replay denies for the same reason.
    spelled |= dict.fromkeys(flags.unread, True)
    return {name: value for name, value in spelled.items() if value}
