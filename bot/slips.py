"""Slips of the keyboard and of the recogniser in words for days and numbers, put right before they are read."""

from __future__ import annotations

import re

from bot.numerals import EN_DIGITS

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_BEFORE_A_SUM = "u[hm]+|er|maybe|about|just|only|say|pay|ok|okay|yes|i can|i could|do|give you"


def _teens(found: re.Match[str]) -> str:
    return f"{found[1]} 1{EN_DIGITS[found[2]]}"


_SLIPS = tuple(
    (re.compile(slip), meant)
    for slip, meant in (
        (r"\b(?:tom+or+ow|tomm?or+ows?|2moro+w?|2mor|tmrw?|tomoz|tomrow)\b", "tomorrow"),
        (r"\b(?:wen?d(?:en|sen|ne|es)?s?day|wensday|wedensday|weds)\b", "wednesday"),
        (r"\b(?:tu(?:se|seday|es|e)day|teusday|tuseday)\b", "tuesday"),
        (r"\b(?:thur(?:s|es)?day|thrusday|thirsday)\b", "thursday"),
        (r"\b(?:fr(?:ia|y|idy)day|firday|friady|fridy)\b", "friday"),
        (r"\b(?:sat[eu]rday|saturdy)\b", "saturday"),
        (r"\b(?:mondy|munday)\b", "monday"),
        (r"\b(?:hunderd|hundread|hundrd|hunded|hunnid)\b", "hundred"),
        (r"\b(?:thousend|thousnd|thosand)\b", "thousand"),
        (r"\b(one|two|three|four|five|six|seven|eight|nine)(hundred|thousand)\b", r"\1 \2"),
        (r"\ba (?:tenner)\b", "ten pounds"),
        (r"\ba (?:fiver)\b", "five pounds"),
        (r"([今明昨])儿个?", r"\1天"),
        (r"(大?后|大?前)儿", r"\1天"),
        ("[名民]天", "明天"),
        ("后添", "后天"),
        ("([周期拜])[无午舞](?![年饭])", r"\1五"),
        ("星[其奇]", "星期"),
        (r"(?<=[\d一二三四五六七八九十])[好浩耗](?=[还前付给转之以,.!?]|$)", "号"),
        (r"(?<=[一二三四五六七八九十])白(?=[块元吧,.!?]|$)", "百"),
        ("[吾伍](?=[百佰])", "五"),
        ("俩(?=[百千万])", "两"),
        ("俩(?=月)", "两个"),
        ("俩(?=[天周年星礼次期份笔])", "两"),
        (r"([一二两三四五六七八九])个(?=[千万](?!分))", r"\1"),
        # "两千八百八一分不少": neither 81 nor the first of August.
        (r"(?<=[\d一二三四五六七八九十百千万])(?=一分钱?[都也]?不[少差欠])", ","),
        # Days as figures one by one: 幺五号 is the 15th. 一二号 and 二三号 are one or the other.
        (r"(?<![\d幺一二两三四五六七八九十月])[幺一](?=[〇零幺一三四五六七八九][号日])", "十"),
        (r"(?<![\d幺一二两三四五六七八九十月])二(?=[〇零幺一二四五六七八九][号日])", "二十"),
        (r"(?<![\d幺一二两三四五六七八九十月])三(?=[〇零幺一][号日])", "三十"),
        ("(?<=十)[〇零](?=[号日])", ""),
        ("幺(?=[号日])", "一"),
        (r"(?<!\d)(?<!\d )([123]) (\d)(?= ?[号日])", r"\1\2"),
        (r"\bdouble (zero|nought|naught|oh?|one|two|three|four|five|six|seven|eight|nine)\b", r"\1 \1"),
        (r"\btriple (zero|nought|naught|oh?|one|two|three|four|five|six|seven|eight|nine)\b", r"\1 \1 \1"),
        # An unstressed "a" is not heard.
        (rf"^((?:(?:{_BEFORE_A_SUM}) )*)(?=hundred\b|thousand\b)", r"\1a "),
        # "March one five" is no first of March and a five.
        (rf"\b({_MONTHS}|(?:on|by) the) one ({'|'.join(EN_DIGITS)})\b(?! (?:hundred|thousand))", _teens),
        ("廿(?=[一二三四五六七八九])", "二十"),
        ("廿", "二十"),
        ("卅", "三十"),
    )
)


def corrected(said: str) -> str:
    """Normalised text with such slips put right."""
    for slip, meant in _SLIPS:
        said = slip.sub(meant, said)
    return said
