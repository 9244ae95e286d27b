"""Amounts, days and digits as Chinese debtors say them, drawn at random; written in characters, as they are heard."""

from __future__ import annotations

from decimal import Decimal
from random import Random

_DIGITS = "零一二三四五六七八九"
_WEEKDAYS = "一二三四五六日天"
_NEAR = ("今天", "明天", "后天", "大后天", "今晚", "明天上午", "明天下午", "明天早上", "后天下午", "今天下午")
_VAGUE = (
    "月底", "这个月底", "本月底", "月底之前", "下个月底", "月初", "下个月初", "月中", "下个月中", "周末", "这个周末",
    "下周末", "下周", "下个星期", "下个月", "这周", "这个星期", "年底", "发工资那天", "发工资的时候", "发了工资",
    "发薪日", "发工资以后", "过几天", "过两天", "月末", "下个礼拜",
)  # fmt: skip


def number(value: int) -> str:
    """A whole number from 0 to 99,999,999 in characters: 2300 is 两千三百, 10020 is 一万零二十."""
    if value >= 10_000:
        rest = value % 10_000
        joined = "" if rest == 0 else ("零" if rest < 1000 else "") + number(rest)
        head = "两" if value // 10_000 == 2 else number(value // 10_000)
        return f"{head}万{joined.replace('零十', '零一十')}"
    said, zero = "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = value // size % 10
        if digit == 0:
            zero = bool(said)
            continue
        said += ("零" if zero else "") + ("两" if digit == 2 and size >= 100 else _DIGITS[digit]) + unit
        zero = False
    if said.startswith("一十"):
        said = said[1:]
    return said or "零"


def amount(value: Decimal, draw: Random) -> str:
    """An amount in one of the ways it is said: 三百五十块八毛, 一万二, 两千三百元."""
    whole, cents = divmod(int(value * 100), 100)
    short = _short(whole)
    if cents == 0 and short and draw.random() < 0.25:
        return short + draw.choice(("", "", "块", "块钱"))
    said = number(whole)
    if said.startswith("两百") and draw.random() < 0.3:
        said = "二" + said[1:]
    if cents == 0:
        return said + draw.choice(("块", "块", "块钱", "元", "元", "") if whole >= 100 else ("块", "块钱", "元"))
    tenth, hundredth = divmod(cents, 10)
    if draw.random() < 0.3:
        return f"{said}点{_DIGITS[tenth]}{_DIGITS[hundredth] if hundredth else ''}{draw.choice(('元', '块', '元'))}"
    unit = draw.choice((("块", "毛", "分"), ("元", "角", "分")))
    coins = (f"{_DIGITS[tenth]}{unit[1]}" if tenth else "零") + (f"{_DIGITS[hundredth]}{unit[2]}" if hundredth else "")
    return (f"{said}{unit[0]}" if whole else "") + (coins if whole else coins.lstrip("零"))


def _short(whole: int) -> str:
    """一万二 for 12000, 三千五 for 3500, 三百五 for 350; empty where nothing can be dropped."""
    for unit, size in (("万", 10_000), ("千", 1000), ("百", 100)):
        if size <= whole < size * 10 and whole % (size // 10) == 0 and whole % size:
            head = "两" if whole // size == 2 else _DIGITS[whole // size]
            return f"{head}{unit}{_DIGITS[whole % size // (size // 10)]}"
    return ""


def day(draw: Random) -> str:
    """A day on which to pay, or a way of putting one off."""
    kind = draw.randrange(9)
    if kind == 0:
        return draw.choice(_NEAR)
    if kind in (1, 2):
        return draw.choice(_VAGUE)
    if kind in (3, 4):
        before = draw.choice(("", "下", "下", "这", "本", "下个"))
        word = draw.choice(("星期", "礼拜") if before == "下个" else ("周", "周", "星期", "礼拜"))
        return before + word + draw.choice(_WEEKDAYS[:7] if word == "周" else _WEEKDAYS)
    if kind == 5:
        return number(draw.randint(1, 31)) + "号"
    if kind == 6:
        return draw.choice(("下个月", "这个月", "本月", "下月")) + number(draw.randint(1, 31)) + "号"
    if kind == 7:
        return f"{number(draw.randint(1, 12))}月{number(draw.randint(1, 28))}{draw.choice(('号', '号', '日'))}"
    count = draw.randint(1, 20)
    said = "两" if count == 2 else number(count)
    unit = draw.choice(("天", "天", "个星期", "周", "个月")) if count <= 4 else "天"
    return said + unit + draw.choice(("后", "以后", "之后", "之内", "内"))


def digits(count: int, draw: Random) -> str:
    """Digits one by one; 一 is 幺 in a third of the strings, as it is said on the telephone."""
    said = "".join(draw.choice(_DIGITS) for _ in range(count))
    return said.replace("一", "幺") if draw.random() < 0.33 else said
