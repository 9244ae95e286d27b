"""One thing that should not have happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Violation:
    """`rule` names what was broken, `subject` is an opaque id, `at` aware UTC where there is a time. `what` says how,
    without a name, a number or anybody's words."""

    rule: str
    subject: str
    at: datetime | None
    what: str
