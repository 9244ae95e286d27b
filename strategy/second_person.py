"""Who counts as another person where two must agree. Pure.

People sign by name, and the same name is written in many ways: other capitals, other spaces, full-width letters from a
Chinese keyboard. None of them makes a second person.
"""

from __future__ import annotations

import unicodedata


def is_another(one: str, other: str) -> bool:
    """Whether `one` is a name at all, and not that of `other`."""
    return bool(_plain(one)) and _plain(one) != _plain(other)


def _plain(name: str) -> str:
    """Letters and digits alone, in one form of writing: of other signs a name has none that tell two people apart."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in unicodedata.normalize("NFKC", folded) if sign.isalnum())
