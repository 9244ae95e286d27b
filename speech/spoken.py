"""Text as it should be read aloud: amounts, dates, times, percentages and codes spelled out in words.

Synthesisers read "NT$2,300" or "2026年11月27日" badly or wrongly. These are rules about writing, not about debts. Pure:
text in, text out; words without digits stay as they are, and so do web addresses.
"""

from __future__ import annotations

import re
import unicodedata

from speech import spoken_en, spoken_zh

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s，。；]+|\S+@\S+\.\w+")
_RULES = {"zh": spoken_zh.RULES, "en": spoken_en.RULES}


def spoken(text: str, language: str) -> str:
    """The text with every number written as a voice should say it.

    :param language: "zh" (Mandarin, simplified) or "en".
    :raises KeyError: for another language.
    """
    rules = _RULES[language]
    parts: list[str] = []
    at = 0
    # Full-width digits and signs become ordinary ones; other characters must not change.
    text = "".join(unicodedata.normalize("NFKC", each) if each in _FULL_WIDTH else each for each in text)
    for address in _ADDRESS.finditer(text):
        parts += [_apply(rules, text[at : address.start()]), address.group()]
        at = address.end()
    return "".join([*parts, _apply(rules, text[at:])])


_FULL_WIDTH = frozenset("０１２３４５６７８９＄￥￡％．－")


def _apply(rules: spoken_en.Rules, text: str) -> str:
    # What a rule has spelled holds no digits any more, so each number is taken by the first rule that knows it.
    for pattern, spell in rules:
        text = pattern.sub(spell, text)
    return text
