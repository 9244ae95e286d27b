"""How people are shown before somebody has a reason to see more. Pure."""

from __future__ import annotations

STAR = "＊"


def masked_name(name: str) -> str:
    """The family name of a Chinese name (王＊＊), the initials of any other (J. S.)."""
    words = name.split()
    if not words:
        return STAR
    if name.isascii():
        return " ".join(f"{word[0].upper()}." for word in words)
    compact = "".join(words)
    return compact[0] + STAR * (len(compact) - 1)


def masked_number(number: str) -> str:
    """The last two digits of a telephone number; nothing of one too short to hide."""
    digits = [character for character in number if character.isdigit()]
    return "•••• " + "".join(digits[-2:]) if len(digits) >= 6 else "••••"
