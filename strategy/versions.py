"""Strategy versions in the ledger: drafted by one person, put in force by another, and rolled back in one step.

draft -> active -> retired. What a version says never changes once it is written, so that every decision can be read,
and made again, by the version it was made under (:mod:`strategy.replay`). Rolling back writes the old content as a
new version: history only grows.

A version may come with findings, for instance that a tier gets far more of one group of people than of another. One
that blocks must be accepted by a person other than the author, with a reason; both are kept with the version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlmodel import col, func, select

from ledger.ledger import UnitOfWork
from ledger.tables import StrategyVersion
from strategy.second_person import is_another
from strategy.settings import InvalidSettings, StrategySettings, from_json, to_json


class StrategyUnreadable(Exception):
    """The strategy version in force is not one that this program can read."""


class NeedsAcceptance(Exception):
    """Settings were to be published that a second person must accept first; nothing has changed."""


class Finding(Protocol):
    """Something found about a draft; see strategy/fairness/."""

    @property
    def blocking(self) -> bool:
        """Whether a second person has to accept it before the draft may be put in force."""

    def to_json(self) -> dict[str, Any]:
        """What is kept with the version: figures and names of groups, nothing about a single person."""


@dataclass(frozen=True, slots=True)
class NotPutInForce:
    """Nothing was put in force, and why: one of the constants of this module."""

    why: str


NO_SUCH_DRAFT = "there is no such draft"
NO_SUCH_VERSION = "this version was never in force"
IN_FORCE_ALREADY = "this version is in force already"
SECOND_PERSON = "a person other than the author must do this"
NAME_NEEDED = "whoever does this must give a name"
REASON_NEEDED = "what was found must be accepted with a reason"
UNREADABLE = "this program cannot read the settings"


def active(work: UnitOfWork) -> tuple[int, StrategySettings]:
    """The version in force. In a ledger that has none yet, the defaults become version 1 (needs a write transaction).

    :raises StrategyUnreadable: names the version and the fields; nothing is assigned then.
    """
    row = work.session.exec(select(StrategyVersion).where(StrategyVersion.status == "active")).first()
    if row is None:
        defaults = StrategySettings()
        return publish(work, defaults, author="amends", note="defaults"), defaults
    return row.version, _read(row)


def settings_of(work: UnitOfWork, version: int) -> StrategySettings:
    """What any version says, in force or not.

    :raises KeyError: there is no such version.
    :raises StrategyUnreadable: this program cannot read it.
    """
    row = work.session.get(StrategyVersion, version)
    if row is None:
        raise KeyError(version)
    return _read(row)


def publish(
    work: UnitOfWork,
    settings: StrategySettings,
    author: str,
    note: str = "",
    findings: Sequence[Finding] = (),
    accepted_by: str = "",
    reason: str = "",
) -> int:
    """Put settings in force as the next version and retire the one before; the number of the new version.

    :raises ValueError: the settings would not pass :func:`strategy.settings.from_json`.
    :raises NeedsAcceptance: a finding blocks, and no person other than the author has accepted it with a reason.
    """
    row = _written(work, settings, author, note)
    if (missing := _acceptance_missing(author, findings, accepted_by, reason)) is not None:
        raise NeedsAcceptance(missing.why)
    work.session.add(row)
    _put_in_force(work, row, accepted_by.strip(), _accepted(findings, accepted_by, reason))
    return row.version


def draft(work: UnitOfWork, settings: StrategySettings, author: str, note: str = "") -> int:
    """Write settings down as a draft, for another person to approve; its number. Nothing changes in force.

    :raises ValueError: the settings would not pass :func:`strategy.settings.from_json`.
    """
    row = _written(work, settings, author, note)
    work.session.add(row)
    work.session.flush()
    work.audit("strategy.drafted", str(row.version), {"author": author})
    return row.version


def approve(
    work: UnitOfWork, version: int, approver: str, findings: Sequence[Finding] = (), reason: str = ""
) -> int | NotPutInForce:
    """Put a draft in force, by a person other than its author; its number.

    :param reason: why what blocks is accepted; only needed where a finding blocks.
    """
    row = work.session.get(StrategyVersion, version)
    if row is None or row.status != "draft":
        return NotPutInForce(NO_SUCH_DRAFT)
    if not is_another(approver, row.author):
        return NotPutInForce(SECOND_PERSON)
    if (missing := _acceptance_missing(row.author, findings, approver, reason)) is not None:
        return missing
    if isinstance(from_json(row.settings), InvalidSettings):
        return NotPutInForce(UNREADABLE)
    _put_in_force(work, row, approver.strip(), _accepted(findings, approver, reason))
    return row.version


def roll_back(work: UnitOfWork, to: int, by: str, note: str = "") -> int | NotPutInForce:
    """Put what an earlier version said in force again, as a new version; its number.

    Nobody else is asked: that version was approved when it was new, and what was accepted then is kept with it.
    """
    if not by.strip():
        return NotPutInForce(NAME_NEEDED)
    row = work.session.get(StrategyVersion, to)
    if row is None or row.status == "draft":
        return NotPutInForce(NO_SUCH_VERSION)
    if row.status == "active":
        return NotPutInForce(IN_FORCE_ALREADY)
    settings = from_json(row.settings)
    if isinstance(settings, InvalidSettings):
        return NotPutInForce(UNREADABLE)
    again = _written(work, settings, by.strip(), note or f"rolled back to {to}")
    work.session.add(again)
    _put_in_force(work, again, row.approved_by, row.accepted, rolled_back_to=to)
    return again.version


def _read(row: StrategyVersion) -> StrategySettings:
    settings = from_json(row.settings)
    if isinstance(settings, InvalidSettings):
        raise StrategyUnreadable(f"strategy version {row.version} cannot be read: {settings}")
    return settings


def _written(work: UnitOfWork, settings: StrategySettings, author: str, note: str) -> StrategyVersion:
    stored = to_json(settings)
    if isinstance(checked := from_json(stored), InvalidSettings):
        raise ValueError(str(checked))
    number = (work.session.exec(select(func.max(col(StrategyVersion.version)))).one() or 0) + 1
    return StrategyVersion(
        version=number, status="draft", settings=stored, author=author, note=note, created_at=work.now
    )


def _acceptance_missing(
    author: str, findings: Sequence[Finding], accepted_by: str, reason: str
) -> NotPutInForce | None:
    if not any(finding.blocking for finding in findings):
        return None
    if not is_another(accepted_by, author):
        return NotPutInForce(SECOND_PERSON)
    return None if reason.strip() else NotPutInForce(REASON_NEEDED)


def _accepted(findings: Sequence[Finding], by: str, reason: str) -> dict[str, Any]:
    blocking = [finding.to_json() for finding in findings if finding.blocking]
    return {"by": by.strip(), "reason": reason.strip(), "findings": blocking} if blocking else {}


def _put_in_force(
    work: UnitOfWork, row: StrategyVersion, approved_by: str, accepted: dict[str, Any], **noted: int
) -> None:
    for earlier in work.session.exec(select(StrategyVersion).where(StrategyVersion.status == "active")):
        earlier.status = "retired"
        work.session.add(earlier)
    row.status, row.published_at = "active", work.now
    row.approved_by, row.accepted = approved_by, accepted
    work.session.add(row)
    work.session.flush()
    facts: dict[str, Any] = {"author": row.author, "approved_by": approved_by, **noted}
    if accepted:
        facts["accepted"] = len(accepted["findings"])
    work.audit("strategy.published", str(row.version), facts)
