"""Texts that say nothing: silence, noise, and the words of an answering machine."""

from __future__ import annotations

import re
from typing import Final

from bot.wording import normalise

# Sounds that people make while they think. "嗯" can mean yes, and for money a sound is not enough.
_SOUNDS: Final = re.compile(r"[嗯唔呃啊哦噢喔哎唉额咳]|\b(?:u+h+|u+m+|e+r+m*|h+m+|m+h*m+|a+h+|o+h+|e+h+)\b")
_MEANING: Final = re.compile(r"[^\W_]")
_MACHINE: Final = re.compile(
    r"\bleave (?:a|your|me a|us a)(?: \w+){0,3} (?:message|name)|\bafter the (?:tone|beep)|\bat the (?:tone|beep)"
    r"|\b(?:unable|not able|not available|can ?not) (?:to )?(?:come to|take|answer|get to)(?: \w+){0,2} (?:phone|call)"
    r"|\byou have reached the voice ?mail|\bvoice ?mail(?:box)? (?:of|for|is full)|\bmailbox is full"
    r"|\b(?:person|number|customer) you (?:are calling|have (?:called|dialed|dialled)) (?:is|can)"
    r"|\brecord your message"
    r"|语音信箱|[语留]音?信箱|(?:提示音|滴声|哔声|嘟声|嘀声)[^。]{0,4}(?:后|之后)[^。]{0,4}留言|请留言|留言请"
    r"|您?(?:拨打|呼叫|拨叫)的(?:用户|电话|号码)[^。]{0,8}(?:无法接通|无人接听|已关机|正忙|不在服务区|暂时)"
)


def says_nothing(text: str) -> bool:
    """Whether nothing in it can be an answer: empty, marks and pictures only, or a sound ("...", "嗯", "um")."""
    return _MEANING.search(_SOUNDS.sub("", normalise(text))) is None


def is_answering_machine(text: str) -> bool:
    """Whether a machine has answered in the person's place: its words are no answer, and nobody may hear ours."""
    return _MACHINE.search(normalise(text)) is not None
