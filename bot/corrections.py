"""What a debtor wants to change of a promise that has been read back, without saying yet to what."""

from __future__ import annotations

import re
from typing import Final, Literal

from bot.wording import normalise

Part = Literal["amount", "day"]
BOTH: Final[frozenset[Part]] = frozenset({"amount", "day"})

_CHANGE = re.compile(
    r"改|换|变更|调整|重新|\b(?:chang(?:e|ing)|switch|another|different|other|correct (?:it|that|the))(?![a-z])"
)
_UNFIT = re.compile(
    r"[别其][的他]|另外?[一选约挑找]|[弄搞写]错|不[对行]|[早晚多少]一?[点些]|太[早晚多少]"
    r"|\b(?:wrong|not (?:that|this|the|my)|later|earlier|sooner|smaller|lower|bigger|higher"
    r"|(?:bit|little) (?:less|more)|too (?:soon|early|late|much))(?![a-z])"
)
_DAY = re.compile(r"[天日早晚]|时间|时候|\b(?:days?|dates?|time|later?|earl(?:y|ier)|soon(?:er)?)(?![a-z])")
_AMOUNT = re.compile(
    r"金额|数[字目额]|[多少]一?[点些]|太[多少]"
    r"|\b(?:amounts?|sums?|figures?|less|more|smaller|lower|bigger|higher|much)(?![a-z])"
)
_KEEP = re.compile(r"[不别][要想]?[改换变]|\b(?:not|no)(?: other| another| different)? chang")
# Whatever else is said besides a wish to change something may be a dispute or a goodbye: that is for the dialogue.
_ASKING = re.compile(
    r"(?:[\s,.!?;:~]|还是|[改换变更另外选约挑找别其他的重新调整弄搞写错不对行早晚多少太一个下点些天日期子时间候金额数字目]"
    r"|[我你您想要请帮能可以吗么吧呢好那就是了成啊也都]"
    r"|\b(?:and|please|can|could|may|would|we|i|you|me|it|that|this|let|us|the|a|an|one|do|have|make|for|to|on|of|in|is"
    r"|be|like|want|prefer|need|rather|just|maybe|no|not|sorry|actually|ok|pick|choose|take|say|set|go|with|if|possible"
    r"|instead|thanks|any|some|bit|little|what|about|how|my|mind|another|different|other|chang(?:e|ing)|switch|correct"
    r"|wrong|right|days?|dates?|time|later?|earl(?:y|ier)|soon(?:er)?|amounts?|sums?|figures?|less|more|smaller|lower"
    r"|bigger|higher|too|much)(?![a-z]))*"
)


def wanted_change(text: str) -> frozenset[Part] | None:
    """The parts that `text` asks to change, both when it names neither; None when it asks for none, or for more.

    A plain no ("that's wrong") is no such wish: it is for the dialogue to understand.
    """
    said = normalise(text)
    change = _CHANGE.search(said)
    if not (change or _UNFIT.search(said)) or _KEEP.search(said) or not _ASKING.fullmatch(said):
        return None
    parts: set[Part] = set()
    if _DAY.search(said):
        parts.add("day")
    if _AMOUNT.search(said):
        parts.add("amount")
    return frozenset(parts) or (BOTH if change else None)
