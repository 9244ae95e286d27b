"""Which of the two languages a debtor is writing in."""

from __future__ import annotations

import re

HAN = re.compile(r"[㐀-䶿一-鿿]")
LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z']*")
# English words that people drop into Chinese, or type in any language: by themselves they change nothing.
SHARED = frozenset(
    {"ok", "okay", "yes", "no", "hi", "hello", "hey", "bye", "thanks", "sorry"}
    | {"app", "atm", "id", "am", "pm", "ntd", "twd", "nt", "usd", "rmb", "hkd"}
)


def language_of(text: str, current: str) -> str:
    """ "zh" when there is a Chinese character, "en" when there are English words only, else `current`."""
    if HAN.search(text):
        return "zh"
    if any(word.lower() not in SHARED for word in LATIN_WORD.findall(text)):
        return "en"
    return current
