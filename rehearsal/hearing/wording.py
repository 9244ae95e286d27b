"""A written sentence as the speech model should write what it hears: no figures, no punctuation, one script."""

from __future__ import annotations

import re
from random import Random

import opencc

from rehearsal.hearing import figures_en, figures_zh

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_EN = re.compile(r"[a-z']+(?: [a-z']+)*")
_SIMPLIFIED = opencc.OpenCC("t2s")
_SIGNS = re.compile(r"[^\w' ]+|_")
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAY_OF_MONTH = re.compile(rf"\b(?:({_MONTHS}) (\d{{1,2}})|(\d{{1,2}}) ({_MONTHS}))\b")
_WHOLE = {
    "im": "i'm", "ive": "i've", "dont": "don't", "cant": "can't", "wont": "won't", "didnt": "didn't",
    "doesnt": "doesn't", "isnt": "isn't", "thats": "that's", "whats": "what's", "youre": "you're", "wasnt": "wasn't",
    "havent": "haven't", "couldnt": "couldn't", "wouldnt": "wouldn't", "theres": "there's", "ok": "okay",
}  # fmt: skip


def as_heard(text: str, language: str, draw: Random) -> str | None:
    """The words of a written sentence, figures spelled out; None for what mixes languages or cannot be read aloud."""
    return _chinese(text) if language == "zh" else _english(text, draw)


def _chinese(text: str) -> str | None:
    said = re.sub(r"\d+", lambda found: _zh_figure(found[0], text[found.end() :]), _SIGNS.sub("", text))
    said = said.replace(" ", "")
    return said if _HAN.fullmatch(said) and _SIMPLIFIED.convert(said) == said else None


def _zh_figure(figure: str, after: str) -> str:
    if len(figure) > 5 or (len(figure) == 4 and not after[:1] and not figure.endswith("0")):
        return "".join("零一二三四五六七八九"[int(each)] for each in figure)
    return figures_zh.number(int(figure))


def _english(text: str, draw: Random) -> str | None:
    said = text.lower().replace("’", "'").replace("-", " ")
    said = re.sub(r"[$£€](\d[\d,.]*\d|\d)", r"\1 dollars", said)
    said = re.sub(r"(?<=\d),(?=\d{3}\b)", "", said)
    if re.search(r"\d[.:/]\d|\d[a-z]{3}|[@%&+=]", said):
        return None
    said = re.sub(r"(\d+)(?:st|nd|rd|th)\b", lambda found: figures_en.ordinal(int(found[1]), draw), said)
    said = _DAY_OF_MONTH.sub(
        lambda found: f"{found[1] or found[4]} {figures_en.ordinal(int(found[2] or found[3]), draw)}", said
    )
    said = re.sub(r"\d+", lambda found: f" {_en_figure(found[0], draw)} ", said)
    words = _SIGNS.sub(" ", said).split()
    said = " ".join(_WHOLE.get(word, word) for word in words)
    return said if _EN.fullmatch(said) else None


def _en_figure(figure: str, draw: Random) -> str:
    if len(figure) > 6 or (len(figure) > 1 and figure[0] == "0"):
        return " ".join(figures_en.number(int(each), draw) for each in figure)
    return figures_en.number(int(figure), draw)
