"""A person makes a model champion, or brings the last one back; each is an entry in the audit chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ledger.ledger import UnitOfWork
from strategy.models.disk import one_writer
from strategy.models.registry import ModelUnusable, load
from strategy.models.roles import Roles, read_roles, write_roles
from strategy.scoring.accounts import as_book, open_accounts
from strategy.second_person import is_another


class PromotionRefused(Exception):
    """This model cannot become champion; the message says why, and the champion is the one it was."""


class Finding(Protocol):
    """Something found about a model when groups of people were compared; see strategy/fairness/."""

    @property
    def blocking(self) -> bool:
        """Whether a second person has to accept it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a second person says to the findings that block."""

    by: str
    reason: str


def promote(
    work: UnitOfWork,
    registry: Path,
    model_id: str,
    by: str,
    reason: str,
    findings: Sequence[Finding] = (),
    accepted: Accepted | None = None,
) -> Roles:
    """Make a model champion. From the next scoring run on it scores; scores that were given stay until then.

    :param by: the person who decides, as they sign in.
    :param findings: about the model, by group of people.
    :param accepted: needed where one of them blocks.
    :raises PromotionRefused: no name or reason, the model is champion already, is unusable, or was trained on columns
        that the open accounts do not have; or a finding blocks that no second person has accepted.
    """
    _require_signed(by, reason)
    blocking = sum(finding.blocking for finding in findings)
    if blocking:
        _require_accepted(by, accepted, blocking)
    with one_writer(registry):
        # A person who names the champion mends roles that nobody can read any more.
        roles = _readable(registry)
        if model_id == roles.champion:
            raise PromotionRefused(f"model {model_id} is champion already")
        _require_usable(work, registry, model_id)
        promoted = roles.promoted(model_id, by, reason, work.now)
        signed = {"accepted": blocking, "accepted_by": accepted.by.strip()} if blocking and accepted else {}
        return _take(work, registry, "model.promoted", roles, promoted, **signed)


def roll_back(work: UnitOfWork, registry: Path, by: str, reason: str) -> Roles:
    """Make the champion before this one champion again.

    :raises PromotionRefused: no name or reason, there was none before, or it cannot be used any more.
    """
    _require_signed(by, reason)
    with one_writer(registry):
        roles = _readable(registry)
        if not roles.before:
            raise PromotionRefused("there was no champion before this one; promote another model")
        _require_usable(work, registry, roles.before[-1])
        return _take(work, registry, "model.rolled_back", roles, roles.rolled_back(by, reason, work.now))


def _require_signed(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise PromotionRefused("a person decides this: say who (--by) and why (--reason)")


def _require_accepted(by: str, accepted: Accepted | None, blocking: int) -> None:
    told = f"the champion stays: {blocking} findings on groups of people block (`amends fairness --model` shows them)"
    if accepted is None or not accepted.by.strip() or not accepted.reason.strip():
        raise PromotionRefused(f"{told}; a second person accepts them with --accepted-by and --accepted-reason")
    if not is_another(accepted.by, by):
        raise PromotionRefused(f"{told}; whoever accepts them must be another person than {by.strip()}")


def _readable(registry: Path) -> Roles:
    try:
        return read_roles(registry)
    except ModelUnusable:
        return Roles()


def _require_usable(work: UnitOfWork, registry: Path, model_id: str) -> None:
    try:
        model = load(registry, model_id)
        model.require_columns(as_book(open_accounts(work), model.spec))
    except ModelUnusable as error:
        raise PromotionRefused(f"the champion stays: {error}") from error


def _take(work: UnitOfWork, registry: Path, kind: str, before: Roles, after: Roles, **signed: object) -> Roles:
    """The entry first, the file last: what the file says was decided is on record, or the file is the old one."""
    facts = {"from": before.champion, "by": after.taken.by if after.taken else "", **signed}
    work.audit(kind, str(after.champion), facts)
    work.session.flush()
    try:
        write_roles(registry, after)
    except OSError as error:
        raise PromotionRefused(f"the champion stays: {registry} cannot be written: {error.strerror}") from error
    return after


def entered(work: UnitOfWork, registry: Path, model_id: str) -> str:
    """Record that a model was trained; the part it has now."""
    role = read_roles(registry).of(model_id)
    work.audit("model.published", model_id, {"role": role})
    return role
