"""Which model has which part: one champion that scores, at most one challenger beside it, and the champions before."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from strategy.models.disk import write_whole
from strategy.models.model_files import ModelUnusable

FILE = "roles.json"
MODEL_ID = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Taken:
    """How the present champion came to its part."""

    at: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Roles:
    """Ids of models. All of it is one file, so that a reader never sees half a change."""

    champion: str | None = None
    challenger: str | None = None
    before: tuple[str, ...] = ()
    """Earlier champions, the latest last."""
    taken: Taken | None = None

    def of(self, model_id: str) -> str:
        """``champion``, ``challenger``, ``former`` (was champion) or ``trained``."""
        if model_id in (self.champion, self.challenger):
            return "champion" if model_id == self.champion else "challenger"
        return "former" if model_id in self.before else "trained"

    def entered(self, model_id: str, now: datetime) -> Roles:
        """A model has been trained: the first becomes champion, a later one the challenger."""
        if self.champion is None:
            return replace(self, champion=model_id, taken=Taken(_time(now), "amends", "the first model"))
        return self if model_id == self.champion else replace(self, challenger=model_id)

    def promoted(self, model_id: str, by: str, reason: str, now: datetime) -> Roles:
        """A person has made this model champion."""
        before = (*self.before, self.champion) if self.champion else self.before
        challenger = None if model_id == self.challenger else self.challenger
        return Roles(model_id, challenger, before, Taken(_time(now), by, reason))

    def rolled_back(self, by: str, reason: str, now: datetime) -> Roles:
        """A person has brought the champion before this one back; there must be one."""
        return Roles(self.before[-1], self.challenger, self.before[:-1], Taken(_time(now), by, reason))


def read_roles(registry: Path) -> Roles:
    """The registry's parts; none are given in a registry that has no such file.

    :raises ModelUnusable: the file is damaged.
    """
    try:
        data = json.loads((registry / FILE).read_text(encoding="utf-8"))
        roles = Roles(
            champion=data["champion"],
            challenger=data["challenger"],
            before=tuple(data["before"]),
            taken=Taken(**data["taken"]) if data["taken"] else None,
        )
    except (FileNotFoundError, NotADirectoryError):
        return Roles()
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ModelUnusable(f"the registry's {FILE} is damaged: it does not say which model is champion") from error
    ids = [roles.champion, *roles.before, *([roles.challenger] if roles.challenger is not None else [])]
    if not all(isinstance(each, str) and MODEL_ID.fullmatch(each) for each in ids):
        raise ModelUnusable(f"the registry's {FILE} is damaged: it holds something that is no model id")
    return roles


def write_roles(registry: Path, roles: Roles) -> None:
    """:raises OSError: nothing has changed then."""
    write_whole(registry / FILE, (json.dumps(asdict(roles), indent=2, ensure_ascii=False) + "\n").encode())


def _time(now: datetime) -> str:
    return now.isoformat(timespec="seconds")
