"""What the gate answers: Allow, or Deny with every reason."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

REASON_CODES: Final = frozenset(
    {
        "AI_DISCLOSURE_MISSING",
        "ATTORNEY_REPRESENTED",
        "BANKRUPTCY_STAY",
        "CAPACITY_SUSPENSION",
        "CEASE_COMMUNICATION",
        "COLLECTOR_NOTICE_MISSING",
        "CONSENT_MISSING",
        "CONSENT_REVOKED",
        "CONVERSATION_COOLDOWN",
        "DISPUTE_PENDING",
        "FACTS_UNREADABLE",
        "FREQ_CAP",
        "HISTORY_INVALID",
        "HOLD_ACTIVE",
        "HOLIDAY_DATA_MISSING",
        "HOLIDAY_NO_CONTACT",
        "IDENTITY_NOT_VERIFIED",
        "INCONVENIENT_PLACE",
        "KNOWN_INCONVENIENT_TIME",
        "MEDIUM_REFUSED",
        "MISSING_OPT_OUT",
        "MORATORIUM_ACTIVE",
        "NON_CONTACT_DAY",
        "NO_CONSENT_ARTIFICIAL_VOICE",
        "OUTSIDE_CONTACT_WINDOW",
        "POLICY_UNREADABLE",
        "RECORDING_NOTICE_REQUIRED",
        "SENSITIVE_OCCASION",
        "THIRD_PARTY_CONTACT_NOT_PERMITTED",
        "THIRD_PARTY_REFUSED",
        "TIME_BARRED_SUIT_THREAT",
        "TZ_UNKNOWN",
        "VOICEMAIL_NOT_LIMITED_CONTENT",
    }
)

ALLOWED: Final = "ALLOWED"


@dataclass(frozen=True, order=True, slots=True)
class Reason:
    """One ground for a denial: `code` from REASON_CODES, its `pack`, and the `clause` (rule id and source)."""

    code: str
    pack: str
    clause: str


@dataclass(frozen=True, slots=True)
class Allow:
    """No pack in force objects. `shadow` holds what draft packs would have said; `packs` are `id@version`."""

    packs: tuple[str, ...]
    shadow: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Deny:
    """At least one pack objects. `next_allowed_at` (aware UTC) is None when waiting alone cannot cure it."""

    reasons: tuple[Reason, ...]
    next_allowed_at: datetime | None
    packs: tuple[str, ...]
    shadow: tuple[Reason, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(sorted({reason.code for reason in self.reasons}))


Decision = Allow | Deny


def canonical_json(value: Any) -> str:
    """The one spelling of a JSON value: sorted keys, no spaces, so that equal values hash alike."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def decision_json(decision: Decision) -> dict[str, Any]:
    """A JSON form of a decision, the same for the log, the command line and a replay."""
    spelled: dict[str, Any] = {
        "decision": "allow" if isinstance(decision, Allow) else "deny",
        "packs": list(decision.packs),
        "shadow": [_reason_json(reason) for reason in decision.shadow],
        "reasons": [],
        "next_allowed_at": None,
    }
    if isinstance(decision, Deny):
        spelled["reasons"] = [_reason_json(reason) for reason in decision.reasons]
        if decision.next_allowed_at is not None:
            spelled["next_allowed_at"] = decision.next_allowed_at.isoformat().replace("+00:00", "Z")
    return spelled


def _reason_json(reason: Reason) -> dict[str, str]:
    return {"code": reason.code, "pack": reason.pack, "clause": reason.clause}
