"""Strategy versions in the ledger: which one is in force, and putting the next one in force."""

from __future__ import annotations

from sqlmodel import col, func, select

from ledger.ledger import UnitOfWork
from ledger.tables import StrategyVersion
from strategy.settings import InvalidSettings, StrategySettings, from_json, to_json


class StrategyUnreadable(Exception):
    """The strategy version in force is not one that this program can read."""


def active(work: UnitOfWork) -> tuple[int, StrategySettings]:
    """The version in force. In a ledger that has none yet, the defaults become version 1 (needs a write transaction).

    :raises StrategyUnreadable: names the version and the fields; nothing is assigned then.
    """
    row = work.session.exec(select(StrategyVersion).where(StrategyVersion.status == "active")).first()
    if row is None:
        defaults = StrategySettings()
        return publish(work, defaults, author="amends", note="defaults"), defaults
    settings = from_json(row.settings)
    if isinstance(settings, InvalidSettings):
        raise StrategyUnreadable(f"strategy version {row.version} cannot be read: {settings}")
    return row.version, settings


def publish(work: UnitOfWork, settings: StrategySettings, author: str, note: str = "") -> int:
    """Put settings in force as the next version and retire the one before; the number of the new version.

    :raises ValueError: the settings would not pass :func:`strategy.settings.from_json`.
    """
    stored = to_json(settings)
    if isinstance(checked := from_json(stored), InvalidSettings):
        raise ValueError(str(checked))
    for row in work.session.exec(select(StrategyVersion).where(StrategyVersion.status == "active")):
        row.status = "retired"
        work.session.add(row)
    version = (work.session.exec(select(func.max(col(StrategyVersion.version)))).one() or 0) + 1
    work.session.add(
        StrategyVersion(
            version=version,
            status="active",
            settings=stored,
            author=author,
            note=note,
            created_at=work.now,
            published_at=work.now,
        )
    )
    work.session.flush()
    work.audit("strategy.published", str(version), {"author": author})
    return version
