"""Every module belongs to a listed layer, and every room keeps to what it owns."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "bot", "desk", "ledger", "rehearsal", "speech", "strategy")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LAYERS = next(contract for contract in CONTRACTS if contract["type"] == "layers")["layers"]
LISTED = {name.strip() for layer in LAYERS for name in layer.replace("|", ":").split(":")}
MODULES = [
    path
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
    if not path.is_relative_to(ROOT / "bot/rasa") and "versions" not in path.parts
]


def dotted(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_a_module_belongs_to_a_listed_layer(path):
    name = dotted(path)
    if name == "strategy":
        assert path.read_text().strip().count("import") == 0
        return
    assert any(name == layer or name.startswith(f"{layer}.") for layer in LISTED), f"{name} is in no layer"


@pytest.mark.parametrize("path", [path for path in MODULES if path.stat().st_size], ids=dotted)
def test_a_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_a_module_stays_readable(path):
    assert len(path.read_text().splitlines()) <= 400
