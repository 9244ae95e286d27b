"""Closing a case: what came of it, in one of a fixed list of dispositions, and a note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sqlmodel import select

from desk.queue import holder
from ledger.ledger import UnitOfWork
from ledger.tables import Case, WrapUp

DISPOSITIONS: Final[tuple[str, ...]] = (
    "arrangement_agreed",
    "hardship_referred",
    "dispute_opened",
    "complaint_opened",
    "cease_recorded",
    "legal_represented",
    "support_given",
    "deceased_confirmed",
    "fraud_referred",
    "wrong_person",
    "callback_agreed",
    "not_reached",
    "no_action_needed",
)

NOTE_LIMIT: Final = 4000
"""Characters of a note."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """The case is closed."""

    wrap_up_id: str


@dataclass(frozen=True, slots=True)
class NotWrapped:
    """The case stays as it is."""

    reason: Literal["unknown", "wrapped", "not_yours", "disposition", "note_too_long"]


def wrap_up(work: UnitOfWork, case_id: str, by: str, disposition: str, note: str) -> Wrapped | NotWrapped:
    """Close a case that `by` holds. Holds on contact are left alone: lifting one is a decision of its own."""
    if disposition not in DISPOSITIONS:
        return NotWrapped("disposition")
    if len(note) > NOTE_LIMIT:
        return NotWrapped("note_too_long")
    case = work.session.exec(select(Case).where(Case.id == case_id).with_for_update()).first()
    if case is None:
        return NotWrapped("unknown")
    if case.status == "wrapped":
        return NotWrapped("wrapped")
    if holder(case, work.now) != by:
        return NotWrapped("not_yours")
    wrap_up_id = work.new_id()
    work.session.add(
        WrapUp(
            id=wrap_up_id,
            case_id=case_id,
            disposition=disposition,
            note_sealed=work.seal("wrapup", "note_sealed", wrap_up_id, note.strip()),
            by=by,
            at=work.now,
        )
    )
    case.status, case.leased_by, case.leased_until = "wrapped", None, None
    work.session.add(case)
    work.session.flush()
    work.audit("case.wrapped", case_id, {"by": by, "disposition": disposition})
    return Wrapped(wrap_up_id)
