"""The protected traits of a row as words, on their way to ledger/traits.py. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.importing.cells import BadCell, Cells, number, text
from ledger.importing.layouts import OWN_TRAITS

UCI_WORDS: Mapping[str, tuple[str, Mapping[int, str]]] = {
    "SEX": ("sex", {1: "male", 2: "female"}),
    "EDUCATION": ("education", {1: "graduate_school", 2: "university", 3: "high_school"}),
    "MARRIAGE": ("marital_status", {1: "married", 2: "single"}),
}
"""Every other code of education (0, 4, 5, 6) and marriage (0, 3) counts as 'other': most are not documented."""


def uci_traits(cells: Cells) -> dict[str, str]:
    """Sex, education, marital status and age in years; what cannot be read is left out, for no account needs it."""
    found = {}
    for column, (trait, words) in UCI_WORDS.items():
        code = _whole(cells, column)
        if code is not None:
            found[trait] = words.get(code, "other")
    age = _whole(cells, "AGE")
    return found | ({} if age is None else {"age": str(age)})


def own_traits(cells: Cells) -> dict[str, str]:
    """As the bank writes them."""
    found = {}
    for trait in OWN_TRAITS:
        try:
            word = text(cells, trait, 40).lower()
        except BadCell:
            continue
        if word:
            found[trait] = word
    return found


def _whole(cells: Cells, column: str) -> int | None:
    try:
        found = number(cells, column)
    except BadCell:
        return None
    return None if found is None else int(found)
