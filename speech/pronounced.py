"""Words that espeak-ng misreads, spelled so that it says them right. Only it sees these spellings.

espeak-ng 1.52 reads 还 as hái ("still") almost everywhere; in our sentences it is often huán ("to pay back"). It reads
a capital A standing alone as the article, and stumbles over "a m". What it says is pinned by phonemes in
tests/unit/speech/test_pronounced.py.
"""

from __future__ import annotations

import re

# 还 is huán before what is paid or how much, and at the end of a clause; elsewhere it is hái: 还有, 还是, 还没, 还要.
_PAY_BACK = re.compile(
    r"(?<=[偿归善])还|(?<=怎么)还|(?<=分期)还"
    r"|还(?=[款清钱完掉债账上了吗吧呢给的]|多少|得起|不起|不上|不了|得了|最低|全部|部分|新台币|人民币|港币"
    r"|[一两二三四五六七八九十几半百千万]|[，。！？；、,.!?;]|$)"
)
_HALF_DAY = re.compile(r"\b([ap]) m\b")
# A letter of a code: beside another single capital, or before a figure.
_FIGURE = r"(?:zero|one|two|three|four|five|six|seven|eight|nine)\b|[零一二三四五六七八九]"
_LETTER_A = re.compile(
    rf"(?<![A-Za-z'])A(?= [A-Z](?![a-z'])| (?:{_FIGURE}))"
    r"|(?<=[A-Z] )A(?![A-Za-z'])"
)


def pronounced(text: str) -> str:
    """The text as espeak-ng should get it; other synthesisers need none of this."""
    text = _PAY_BACK.sub("环", text)
    text = _HALF_DAY.sub(lambda half: f"{half[1]}m".upper(), text)
    return _LETTER_A.sub("eh", text)
