"""The packet of a case: an Escalation as JSON, sealed in the case's row because it quotes people."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from ledger.handoff import Escalation, MayContact
from ledger.ledger import UnitOfWork

PLACE = ("case", "packet_sealed")
TUPLES = {"offers", "disclosures", "emotion_words"}


def seal_packet(work: UnitOfWork, case_id: str, escalation: Escalation) -> bytes:
    # Not asdict: a copy of every value would take a third of the time of opening a case.
    body = {field.name: getattr(escalation, field.name) for field in fields(escalation)}
    body["facts"] = dict(escalation.facts)
    body["taken_up_by"] = _spelled(escalation.taken_up_by)
    body["may_contact"] = [[each.channel, each.reasons, _spelled(each.next_at)] for each in escalation.may_contact]
    return work.seal(*PLACE, case_id, json.dumps(body, ensure_ascii=False))


def open_packet(work: UnitOfWork, case_id: str, sealed: bytes) -> Escalation:
    """:raises ledger.keys.SealBroken: the packet was not sealed for this case with this key."""
    body: dict[str, Any] = json.loads(work.open(*PLACE, case_id, sealed))
    for name in TUPLES & set(body):
        body[name] = tuple(body[name])
    # Packets of an earlier version lack what came later.
    body["taken_up_by"] = _read(body.get("taken_up_by"))
    body["may_contact"] = tuple(
        MayContact(channel, tuple(reasons), _read(next_at)) for channel, reasons, next_at in body.get("may_contact", ())
    )
    return Escalation(**body)


def _spelled(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _read(spelled: str | None) -> datetime | None:
    return datetime.fromisoformat(spelled) if spelled else None
