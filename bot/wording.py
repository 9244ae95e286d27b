"""One spelling for what people type or a recogniser hears, so that patterns need not know every variant."""

from __future__ import annotations

import re
import unicodedata

from opencc import OpenCC

_TO_SIMPLIFIED = OpenCC("tw2s")
# 帳 is a bill here, and no curtain.
_AS_MEANT = str.maketrans("帐妳", "账你")
# What the library does not take, or reads as the end: half of a surrogate pair, a zero byte.
_NO_SIGN = re.compile("[\ud800-\udfff\\x00]")

_PUNCTUATION = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "，": ",", "。": ".", "！": "!", "？": "?", "、": ","}
)

_CONTRACTIONS = tuple(
    (re.compile(rf"\b(?:{short})\b"), full)
    for short, full in (
        (r"(can)(?:'t|t)", "can not"),
        (r"cannot", "can not"),
        (r"(won't|wont)", "will not"),
        (r"ain'?t", "is not"),
        (r"(do|does|did|is|are|was|were|has|have|had|would|could|should|must)n'?t", r"\1 not"),
        (r"i'?m|im", "i am"),
        (r"i've|ive", "i have"),
        (r"i'd", "i would"),
        (r"i'll", "i will"),
        (r"(you|we|they)'re", r"\1 are"),
        (r"youre", "you are"),
        (r"(you|we|they)'(?:ve)", r"\1 have"),
        (r"(you|he|she|we|they|it|that|this)'ll", r"\1 will"),
        (r"(he|she|it|that|this|there|what|who|where|how|here)'s", r"\1 is"),
        (r"thats", "that is"),
        (r"theres", "there is"),
        (r"whats", "what is"),
        (r"hes", "he is"),
        (r"shes", "she is"),
        (r"wanna", "want to"),
        (r"gonna", "going to"),
        (r"gotta", "got to"),
        (r"lemme", "let me"),
        (r"u", "you"),
        (r"ppl", "people"),
        (r"pls|plz", "please"),
    )
)
# Sounds that carry no meaning. In Chinese only between other characters, where they cannot be part of a word.
_FILLERS = re.compile(r"\b(?:u+h+|u+m+|e+r+m*|h+m+|you know)\b,?|[呃嗯唉哎](?=[^呀哟])")
_HAN_GAP = re.compile(r"(?<=[\u4e00-\u9fff])[ \t]+(?=[\u4e00-\u9fff])")
_SPACES = re.compile(r"\s+")


def simplified(text: str) -> str:
    """Full-width forms as ordinary ones, traditional characters as simplified ones, lower case."""
    said = _NO_SIGN.sub(" ", unicodedata.normalize("NFKC", text))
    # 么 is simplified already; the library takes it for the traditional form of another character.
    said = "么".join(map(_TO_SIMPLIFIED.convert, said.split("么")))
    return said.translate(_AS_MEANT).translate(_PUNCTUATION).lower()


def normalise(text: str) -> str:
    """Lower case, one form per character, contractions written out, fillers dropped, single spaces."""
    said = simplified(text)
    for short, full in _CONTRACTIONS:
        said = short.sub(full, said)
    said = _FILLERS.sub(" ", said)
    return _SPACES.sub(" ", _HAN_GAP.sub("", said)).strip()
