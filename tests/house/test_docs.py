"""What the documents name exists: paths, links, records, modules and commands.

A document that points at something moved or renamed is worse than none, so each name in backticks is looked up.
"""

from __future__ import annotations

import ast
import os
import re
from functools import cache
from pathlib import Path

import pytest
from sqlmodel import SQLModel
from typer.main import get_command

import ledger.tables as tables
from app.cli.main import cli

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    (
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        ROOT / "data/README.md",
        ROOT / "bot/rasa/README.md",
        *(ROOT / "docs").rglob("*.md"),
    )
)
ROOMS = ("app", "bot", "desk", "ledger", "rehearsal", "speech", "strategy")
TOP = (*ROOMS, "data", "docs", "deploy", "scripts", "tests", ".ci")
SOURCE = (".py", ".yaml", ".yml", ".sh")
AMENDS = get_command(cli)
MADE_LATER = {".rasa", ".venv", "generated"}
"""Parts of a path that set-up or a run makes; git does not have them."""

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TICKED = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
PATH = re.compile(r"[\w.*/-]+")
DOTTED = re.compile(rf"(?:python -m )?((?:{'|'.join(ROOMS)})(?:\.\w+)+)")
COMMAND = re.compile(r"(?:\.venv/bin/)?amends ((?:[a-z]+(?:-[a-z]+)* ?)+)")


@cache
def source_names() -> frozenset[str]:
    """Names of all files of the repository."""
    names: set[str] = set()
    for top in TOP:
        for _, folders, files in os.walk(ROOT / top):
            folders[:] = set(folders) - MADE_LATER
            names.update(files)
    return frozenset(names)


def lacks_path(word: str, beside: Path) -> bool:
    """Whether `word` looks like a path of this repository, and there is none. `*` may stand for anything."""
    if not PATH.fullmatch(word) or not MADE_LATER.isdisjoint(word.split("/")):
        return False
    if "/" not in word:
        return word.endswith(SOURCE) and "*" not in word and word not in source_names()
    first = word.split("/", 1)[0]
    if not first or (first not in TOP and not (beside / first).is_dir()):
        return False
    return not any(any(base.glob(word.rstrip("/"))) for base in (ROOT, beside))


def lacks_record(word: str) -> bool:
    """Whether `word` is a column (`Promise.status`) that its table does not have."""
    table, _, column = word.partition(".")
    model = getattr(tables, table, None)
    if not (column.isidentifier() and isinstance(model, type) and issubclass(model, SQLModel)):
        return False
    return column not in model.model_fields


def lacks_module(word: str) -> bool:
    """Whether `word` begins with a dotted name (`bot.acts.run.Actions`) that leads to no module or no name in one."""
    dotted = DOTTED.match(word)
    if not dotted:
        return False
    room, *rest = dotted[1].split(".")
    here = ROOT / room
    while rest and (here / rest[0]).is_dir():
        here /= rest.pop(0)
    if rest and (here / f"{rest[0]}.py").is_file():
        here /= f"{rest.pop(0)}.py"
    if not rest:
        return False
    module = here if here.is_file() else here / "__init__.py"
    return not module.is_file() or rest[0] not in names_in(module)


@cache
def names_in(module: Path) -> frozenset[str]:
    names = set()
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                names.update(target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.ImportFrom(names=imported):
                names.update(each.asname or each.name for each in imported)
    return frozenset(names)


def lacks_command(word: str) -> bool:
    """Whether `word` is a call of `amends` with a command that it does not have."""
    called = COMMAND.match(word)
    here = AMENDS
    for name in called[1].split() if called else ():
        if not hasattr(here, "get_command"):
            return False
        here = here.get_command(None, name)
        if here is None:
            return True
    return False


def lacking(text: str, beside: Path) -> list[str]:
    """Whatever in backticks, or in a block of code, names something that is not there."""
    prose, blocks = FENCE.sub("", text), FENCE.findall(text)
    words = TICKED.findall(prose)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    missing = [word for word in words if lacks_record(word) or lacks_module(word)]
    missing += [word for word in words if lacks_path(word.split(" ")[0], beside)]
    return missing + [word for word in (*words, *lines) if lacks_command(word)]


def dead_links(text: str, document: Path) -> list[str]:
    """Relative links that lead to no file, or to no heading of one."""
    dead = []
    for found in LINK.finditer(FENCE.sub("", text)):
        link = found[1] or found[2]
        path, _, heading = link.partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        target = document.parent / path if path else document
        if not target.exists() or (heading and heading not in headings(target)):
            dead.append(link)
    return dead


def headings(document: Path) -> set[str]:
    """The anchors that a page shown on the web gives its headings."""
    titles = re.findall(r"^#+ (.*)$", FENCE.sub("", document.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def of(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=of)
def test_what_a_document_names_exists(document: Path) -> None:
    assert lacking(document.read_text(encoding="utf-8"), document.parent) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=of)
def test_links_within_the_repository_lead_somewhere(document: Path) -> None:
    assert dead_links(document.read_text(encoding="utf-8"), document) == []


@pytest.mark.parametrize(
    "word",
    [
        "bot/nowhere.py",
        "strategy/policy/packs/*.json",
        "scripts/demolish --once",
        "nowhere.py",
        "Promise.colour",
        "bot.acts.run.Nothing",
        "bot.nowhere.Thing",
        "python -m bot.nowhere",
        "amends levitate",
        "amends audit forget",
    ],
)
def test_a_name_that_leads_nowhere_is_found(word: str) -> None:
    assert lacking(f"See `{word}`.", ROOT) == [word]


@pytest.mark.parametrize(
    "word",
    [
        "bot/talk.py",
        "strategy/policy/packs/*.yaml",
        "scripts/demo --once",
        "gate.py",
        "Promise.status",
        "bot.acts.run.Actions.run",
        "python -m bot.approval",
        "amends bot say --lang en",
        "<home>/models/<id>/card.json",
        "bot/rasa/.venv/bin/python",
        "zh/en",
    ],
)
def test_a_name_that_leads_somewhere_passes(word: str) -> None:
    assert lacking(f"See `{word}`.", ROOT) == []


def test_a_link_that_leads_nowhere_is_found() -> None:
    text = "[a](nowhere.md) [b](README.md) [c](README.md#no-such-heading) [d](https://example.invalid/x)"
    assert dead_links(text, ROOT / "CHANGELOG.md") == ["nowhere.md", "README.md#no-such-heading"]
