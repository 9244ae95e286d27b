"""The proxies of protected traits that are watched: one list for the model card, the reasons and the tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Proxy:
    """Something that stands close to a protected trait."""

    id: str
    zh: str
    en: str
    input: bool
    """Whether a feature of the models carries it."""
    features: tuple[str, ...]
    """Those that do."""
    near: tuple[str, ...]
    """The traits it stands close to."""
    why_zh: str
    why_en: str
    words_zh: tuple[str, ...]
    """What no sentence of a reason may say."""
    words_en: tuple[str, ...]


@cache
def proxies() -> tuple[Proxy, ...]:
    """The list of ``proxies.yaml``, in its order."""
    text = files("strategy.models").joinpath("proxies.yaml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = yaml.safe_load(text)
    return tuple(Proxy(**{name: _fixed(value) for name, value in entry.items()}) for entry in entries)


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
