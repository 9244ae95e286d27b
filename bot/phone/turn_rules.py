"""Has the debtor finished? How long a silence has to last, by what was heard and by what was asked. Pure."""

from __future__ import annotations

import re
from typing import Final

from bot import identity
from bot.phone.expecting import Expecting
from bot.phone.spoken_secrets import may_go_on
from bot.phone.whole_answers import is_whole
from bot.said_nothing import says_nothing
from bot.wording import normalise

GUESS_AFTER: Final = 0.2
"""Seconds of silence after which recognition starts, although the debtor may go on."""
SOONEST: Final = 0.4
"""Seconds of silence after which a complete answer is taken."""
LIKELY: Final = 0.55
"""The same for a sentence that seems whole, from a recogniser that writes no full stops."""
USUAL: Final = 0.8
LONGEST: Final = 1.2
"""Seconds of silence for a number, a day or a thought that looks unfinished."""

LONG_NUMBER: Final = 2.5
"""Seconds of silence after figures that may be half of a number longer than anything that was asked for."""

BARGES_IN_AFTER: Final = 0.19
"""Seconds of voice that stop the bot; shorter sounds ("mm", a cough) do not. The voice detector begins to believe in a
voice a tenth of a second late, so this is three tenths of a second of speech."""

_STOP: Final = re.compile(r"[.!?。！？]['\"”’]?$")
_HESITATES: Final = re.compile(
    r"(?:\b(?:u+h+|u+m+|er+m*|hm+|like|well|so|and|but|or|because|the|a|an|my|to|of|on|by|in|at|for|with|is|i|maybe|about"
    r"|until|around|let me see|i mean|you know|it's|its|that)"
    r"|[嗯呃额啊唔]|那个|这个|就是|然后|但是|可是|因为|所以|如果|而且|或者|大概|可能|等等|我想想|我看看|到|在|是|的话)[,，.…。]*$"
)
_YES_NO: Final = re.compile(
    r"(?:yes|yeah|yep|yup|no|nope|nah|ok(?:ay)?|sure|right|correct|exactly"
    r"|that(?:'s| is) (?:right|correct|fine|ok(?:ay)?)"
    r"|(?:yes|no|ok|sure)[, ]+(?:please|thank you|thanks|i can|i will|that's right|that is right|sir|ma'?am)"
    r"|是的?|对的?|好的?|可以的?|行|没错|没问题|嗯|不是|不对|不行|不可以|不能|不用|没有|不了|不要)[.,!?。！，]*"
)
_NO: Final = re.compile(r"\b(?:no|nope|nah)\b|不|没有")
_UNIT_ENDS: Final = re.compile(
    r"(?:dollars?|bucks|yuan|rmb|ntd?|cents?|pounds?|euros?|all of it|in full|everything|half"
    r"|元|块钱?|圆|角|全部|全额|一半)"
    r"[.,!。，]*$"
)
_NUMBER_ENDS: Final = re.compile(
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|eleven|twelve|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundred|thousand|million)|[零〇一二两三四五六七八九十百千万])[.,!。，]*$"
)
_DAY_ENDS: Final = re.compile(
    r"(?:today|tonight|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:next|this) (?:week|month)|payday"
    r"|month end|end of (?:the |this |next )?(?:month|week)|\d(?:st|nd|rd|th)|\w+(?:teenth|tieth)"
    r"|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|twelfth"
    r"|今天|明天|后天|大后天|(?:周|星期|礼拜)[一二三四五六日天]|月[底末初]|[\d一二三四五六七八九十][号日]|下个?月|下周|发工资)[.,!。，]*$"
)
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")


def silence_needed(text: str, expecting: Expecting, *, clear: bool = True) -> float:
    """Seconds of silence after which an answer is taken to be over.

    :param text: what was recognised so far.
    :param clear: whether the recogniser is sure of it; what it is not sure of is never cut short.
    """
    if says_nothing(text):
        return USUAL
    said = normalise(text).strip()
    if not clear:
        return USUAL
    if may_go_on(text, expecting):
        return LONG_NUMBER
    if _YES_NO.fullmatch(said) and expecting in ("yes_no", "anything"):
        return SOONEST
    if expecting == "identity":
        return _for_digits(text, said)
    if _UNIT_ENDS.search(said) or _DAY_ENDS.search(said):
        return SOONEST
    more_of_a_number = _NUMBER_ENDS.search(said) and expecting in ("amount", "date", "yes_no")
    if more_of_a_number or _HESITATES.search(text.lower().strip()):
        return LONGEST
    if _STOP.search(said) and _words(said) > 2:
        return SOONEST
    return LIKELY if _words(said) > 2 or is_whole(said) else USUAL


def _for_digits(text: str, said: str) -> float:
    if identity.digits(text) is not None:
        return SOONEST
    if _NUMBER_ENDS.search(said) or _HESITATES.search(text.lower().strip()):
        return LONGEST
    if _STOP.search(said) and _words(said) > 2:
        return SOONEST
    return LIKELY if is_whole(said) else USUAL


def _words(said: str) -> int:
    """About how many words; two Chinese characters count as one."""
    chinese = len(_CHINESE.findall(said))
    return len(_CHINESE.sub(" ", said).split()) + chinese // 2


def is_aside(speech_seconds: float, *, while_speaking: bool) -> bool:
    """Whether a sound made while the bot speaks is no answer: a murmur, or a yes to what has not been said yet."""
    return while_speaking and speech_seconds < BARGES_IN_AFTER


def is_yes(text: str) -> bool:
    """Whether all of it is a yes."""
    return _YES_NO.fullmatch(normalise(text).strip()) is not None and not _NO.search(normalise(text))
