"""What is put before the speech, so that a model trained on it expects the words of such an answer.

Of our own making. Chinese ones are in simplified characters, in which Whisper then answers. None holds a sum or a day:
what stands in a prompt is heard more easily than what was said.
"""

from __future__ import annotations

from typing import Final

PROMPTS: Final[dict[str, dict[str, str]]] = {
    "zh": {
        "anything": "客服来电，谈还款。请用简体中文写下。",
        "amount": "请问还多少钱？几百块，几千元，几万，一半，全部还清。",
        "date": "请问哪一天还？明天，后天，下周几，几号，月底，发工资那天。",
        "yes_no": "请问对不对？对，是的，好的，可以，不对，不行。",
        "identity": "证件号后四位，四个数字。",
    },
    "en": {
        "anything": "A phone call about a repayment.",
        "amount": "How much? Some hundred dollars, some thousand, half of it, all of it.",
        "date": "Which day? Tomorrow, next week, a weekday, the end of the month, payday.",
        "yes_no": "Is that right? Yes, that's right. No. Okay.",
        "identity": "The last four digits, one by one.",
    },
}
"""By language and by what the talk has just asked for."""


def prompt_for(language: str, expecting: str) -> str | None:
    """The text before an answer; the general one for a question that has none of its own."""
    texts = PROMPTS.get(language, {})
    return texts.get(expecting) or texts.get("anything")
