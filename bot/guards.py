"""What may leave the bot: approved sentences as they were approved, and no debt fact before the right-party check.

The flag on each sentence says when it may be spoken. The word lists below are a second, independent look at the text
itself, so that a sentence flagged wrongly is still held back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.phrases import LANGUAGES, Line, is_approved, matches, template

Rule = Literal["not_approved", "altered", "before_verified", "debt_fact", "forbidden"]

# Words and figures that tell a listener that there is a debt.
DEBT = re.compile(
    r"past due|overdue|in arrears|\bdebts?\b|\bow(?:e|es|ed|ing)\b|\bbalance\b|\bcollect(?:ions?|or)?\b|instal?ments?"
    r"|\bpay(?:ment|ments|ing)?\b|\brepay|\bloan\b|\bcredit card\b"
    r"|逾期|欠款|欠|还款|还钱|催收|余额|账单|贷款|信用卡|分期"
    r"|(?:NT\$|HK\$|[¥$€£])\s?\d|\d\s?元|\b[A-Z]{3} \d",
    re.IGNORECASE,
)
# What no collector may say to anybody, whether or not it is true: threats, shame, false urgency, asking for secrets.
# Approved sentences are read by people as well; this list is for the day when somebody approves too quickly.
FORBIDDEN = re.compile(
    r"\barrest|\bjail\b|\bprison\b|\bpolice\b|\bsue\b|\bsuing\b|\blawsuit|\bcourt\b|\bgarnish|\bseize\b|\bwarrant\b"
    r"|your (?:family|boss|employer|parents|neighbou?rs|colleagues)\b|\bblacklist|\bashamed\b|\bdeadbeat"
    r"|\blast chance\b|\bfinal warning\b|\bpay immediately\b|\bor else\b|\bborrow (?:from|it|the)\b"
    r"|\b(?:tell|send|give) me your (?:pin|password|code)\b|\bI am (?:a real|human)"
    r"|坐牢|抓你|逮捕|警察|派出所|起诉|法院|传票|冻结|强制执行|失信|老赖|黑名单|曝光|通讯录"
    r"|你(?:家人|父母|单位|领导|同事|老婆|老公)|最后(?:一次)?机会|最后通牒|马上还|立刻还|后果自负|不客气了"
    r"|去借|找(?:人|朋友|亲戚)借|把(?:密码|验证码)(?:告诉|发给)我|我是真人",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Breach:
    """A sentence that must not leave the bot, and the rule that it breaks."""

    template: str
    rule: Rule


def check(lines: Iterable[Line], verified: bool) -> tuple[Breach, ...]:
    """Every breach in what the bot is about to say. Anything but an empty answer stops the talk."""
    return tuple(Breach(line.template, rule) for line in lines for rule in _broken(line, verified))


def _broken(line: Line, verified: bool) -> Iterable[Rule]:
    spoken_in = [lang for lang in LANGUAGES if matches(line, lang)]
    if not spoken_in:
        yield "altered"
    elif not any(is_approved(line.template, lang) for lang in spoken_in):
        yield "not_approved"
    if FORBIDDEN.search(line.text):
        yield "forbidden"
    if verified:
        return
    if not any(template(line.template, lang).before_verified for lang in spoken_in):
        yield "before_verified"
    if DEBT.search(line.text):
        yield "debt_fact"
