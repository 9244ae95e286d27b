"""Which code trained a model: the commit of the checkout it ran from, else the version of the package."""

from __future__ import annotations

import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).resolve()


@cache
def code_version(file: Path = HERE) -> str:
    """E.g. ``git 1f0c...``, with ``, changed`` where the checkout differs from its commit, or ``amends 0.1.0``.

    Never fails: what cannot be found out is called unknown.
    """
    # A package inside an environment may lie in somebody else's checkout, which then does not know this file.
    if _git(file, "ls-files", "--error-unmatch", file.name) and (commit := _git(file, "rev-parse", "HEAD")):
        changed = _git(file, "status", "--porcelain", "--untracked-files=no", ":/")
        return f"git {commit}{', changed' if changed else ''}"
    try:
        return f"amends {version('amends')}"
    except PackageNotFoundError:
        return "unknown"


def _git(file: Path, *arguments: str) -> str:
    """What git says, or nothing where there is no git, no checkout, or no answer in time."""
    try:
        said = subprocess.run(
            ("git", "-C", str(file.parent), *arguments), capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return said.stdout.strip()
