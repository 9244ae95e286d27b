"""A person makes a model champion, or brings the last one back; each is an entry in the audit chain."""

from __future__ import annotations

from pathlib import Path

from ledger.ledger import UnitOfWork
from strategy.scoring.accounts import as_book, open_accounts
from strategy.scoring.disk import one_writer
from strategy.scoring.registry import ModelUnusable, load
from strategy.scoring.roles import Roles, read_roles, write_roles


class PromotionRefused(Exception):
    """This model cannot become champion; the message says why, and the champion is the one it was."""


def promote(work: UnitOfWork, registry: Path, model_id: str, by: str, reason: str) -> Roles:
    """Make a model champion. From the next scoring run on it scores; scores that were given stay until then.

    :param by: the person who decides, as they sign in.
    :raises PromotionRefused: no name or reason, the model is champion already, is unusable, or was trained on columns
        that the open accounts do not have.
    """
    _require_signed(by, reason)
    with one_writer(registry):
        # A person who names the champion mends roles that nobody can read any more.
        roles = _readable(registry)
        if model_id == roles.champion:
            raise PromotionRefused(f"model {model_id} is champion already")
        _require_usable(work, registry, model_id)
        return _take(work, registry, "model.promoted", roles, roles.promoted(model_id, by, reason, work.now))


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


def _take(work: UnitOfWork, registry: Path, kind: str, before: Roles, after: Roles) -> Roles:
    """The entry first, the file last: what the file says was decided is on record, or the file is the old one."""
    facts = {"from": before.champion, "by": after.taken.by if after.taken else ""}
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
