"""How Mandarin says numbers, amounts, dates, times and codes."""

from __future__ import annotations

import re

from speech.spoken_en import Rules

_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_MYRIADS = ((10**8, "亿"), (10**4, "万"))
# How an amount names its currency -> how it is said. The two ways round: 新台币一百元, but 一百美元.
_NAMED_BEFORE = {
    **dict.fromkeys(("新台币", "NT$", "TWD"), "新台币"),
    **dict.fromkeys(("人民币", "¥", "CNY", "RMB"), "人民币"),
    **dict.fromkeys(("港币", "HK$", "HKD"), "港币"),
}
_NAMED_AFTER = {
    **dict.fromkeys(("美元", "US$", "$", "USD"), "美元"),
    **dict.fromkeys(("欧元", "€", "EUR"), "欧元"),
    **dict.fromkeys(("英镑", "£", "GBP"), "英镑"),
    **dict.fromkeys(("日元", "JPY"), "日元"),
    **dict.fromkeys(("新加坡元", "SGD"), "新加坡元"),
    **dict.fromkeys(("澳元", "AUD"), "澳元"),
    **dict.fromkeys(("新西兰元", "NZD"), "新西兰元"),
    **dict.fromkeys(("加元", "CAD"), "加元"),
    **dict.fromkeys(("瑞士法郎", "CHF"), "瑞士法郎"),
    **dict.fromkeys(("韩元", "KRW"), "韩元"),
    **dict.fromkeys(("令吉", "MYR"), "令吉"),
}
_HUNDREDTHS = {
    "美元": "美分",
    "欧元": "欧分",
    "英镑": "便士",
    **dict.fromkeys(("新加坡元", "澳元", "新西兰元", "加元"), "分"),
}
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


def cardinal(number: int, counting: bool = False) -> str:
    """A whole number, 0 or greater, in words.

    :param counting: whether something is counted, where a bare two is 两.
    """
    if number == 2 and counting:
        return "两"
    return _words(number, leading=True) if number else "零"


def _words(number: int, leading: bool) -> str:
    for size, unit in _MYRIADS:
        if number >= size:
            head, rest = divmod(number, size)
            said = ("两" if head == 2 else _words(head, leading)) + unit
            joint = "零" if 0 < rest < size // 10 else ""
            return said + joint + (_words(rest, leading=False) if rest else "")
    return _group(number, leading)


def _group(number: int, leading: bool) -> str:
    """One to 9999. At the very beginning ten is 十, after something else 一十."""
    said, gap = "", False
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(said)
            continue
        word = "两" if digit == 2 and place >= 2 else _DIGITS[digit]
        if digit == 1 and place == 1 and not said and leading:
            word = ""
        said += ("零" if gap else "") + word + _UNITS[place]
        gap = False
    return said


def digits(text: str) -> str:
    """Each digit for itself; other characters are dropped."""
    return "".join(_DIGITS[int(each)] for each in text if each.isdigit())


def decimal(text: str, counting: bool = False) -> str:
    """A number as written, with thousands commas and a decimal point."""
    whole, _, part = text.replace(",", "").partition(".")
    return f"{cardinal(int(whole))}点{digits(part)}" if part else cardinal(int(whole), counting)


def _yuan(number: str, unit: str) -> str:
    """An amount in 元 with its tenths (角) and hundredths (分)."""
    whole, _, part = number.replace(",", "").partition(".")
    if len(part) > 2:
        return f"{decimal(number)}{unit}"
    tenths, hundredths = int(part.ljust(2, "0")[0]), int(part.ljust(2, "0")[1])
    said = f"{cardinal(int(whole), counting=True)}{unit}" if int(whole) or not (tenths or hundredths) else ""
    if tenths:
        said += f"{cardinal(tenths, counting=True)}角"
    elif hundredths and said:
        said += "零"
    return said + (f"{cardinal(hundredths, counting=True)}分" if hundredths else "")


def _amount(name: str, number: str, minus: bool) -> str:
    sign = "负" if minus else ""
    if name in _NAMED_AFTER:
        return sign + _after(number.replace(",", ""), _NAMED_AFTER[name])
    return sign + _NAMED_BEFORE[name] + _yuan(number, "元")


def _after(number: str, unit: str) -> str:
    """An amount whose currency is named behind it, with its hundredths where people name them."""
    whole, _, part = number.partition(".")
    if not part.strip("0"):
        return cardinal(int(whole), counting=True) + unit
    if unit not in _HUNDREDTHS or len(part) > 2:
        return decimal(number) + unit
    hundredths = cardinal(int(part.ljust(2, "0")), counting=True) + _HUNDREDTHS[unit]
    return (cardinal(int(whole), counting=True) + unit if int(whole) else "") + hundredths


def _range(match: re.Match[str]) -> str:
    """From one number to another; what is counted, or the percent sign, stands behind the second."""
    if match[3] == "%":
        return f"{match[1]}%到{match[2]}%"
    return f"{decimal(match[1], counting=True)}到{match[2]}{match[3]}"


def _full_date(match: re.Match[str]) -> str:
    return f"{digits(match[1])}年{cardinal(int(match[2]))}月{cardinal(int(match[3]))}日"


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    said = f"{cardinal(hour, counting=True)}点"
    if not minute:
        return said if said != "零点" else "零点整"
    return f"{said}{'零' if minute < 10 else ''}{cardinal(minute)}分"


def _percent(match: re.Match[str]) -> str:
    return "百分之百" if match[1] == "100" else f"百分之{decimal(match[1])}"


def _code(match: re.Match[str]) -> str:
    """A telephone number or another code: digit by digit, a breath where it was grouped."""
    groups = [digits(group) for group in re.split(r"[^\d]+", match.group()) if group]
    return ("加" if match.group().startswith("+") else "") + "，".join(groups)


def _mixed_code(match: re.Match[str]) -> str:
    """Letters, each for itself, and digits."""
    runs = re.findall(r"[A-Z]|\d+", match.group())
    return " ".join(digits(run) if run.isdigit() else run for run in runs)


def _named(names: dict[str, str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_CURRENCY = f"{_named(_NAMED_BEFORE)}|{_named(_NAMED_AFTER)}"
_NAMED_DIGITS = re.compile(r"(尾号|末四位|[后最]后?四位数?字?|编号|号码|代码|案号)([是为：: ]*)(\d+)")
_DIALLED = re.compile(r"(拨打|拨|致电)( ?)(\d{3,6})(?![\d,.元块次个])")
# Letters and digits in one word, such as a reference: AM-2041, X7K9.
_MIXED = r"(?<![A-Za-z\d])(?=[A-Z\d-]*[A-Z])(?=[A-Z\d-]*\d)[A-Z\d]+(?:-[A-Z\d]+)*(?![A-Za-z\d]|[.,]\d)"
_COUNTED = "%元块天个次期位周年笔分小星万亿日号月"
_TO = r" ?[-–—~～] ?"

RULES: Rules = (
    (re.compile("〇"), lambda _: "零"),
    (re.compile(r"(?<!\d)(\d{4})[-/](0?[1-9]|1[0-2])[-/](0?[1-9]|[12]\d|3[01])(?!\d)"), _full_date),
    # From one to another: a dash between two of a kind.
    (re.compile(rf"([元块日号天%]|\d:\d\d){_TO}(?=\d|{_CURRENCY})"), lambda m: f"{m[1]}到"),
    (
        re.compile(rf"(?<![\d.,/+A-Za-z-])({_NUMBER}){_TO}({_NUMBER})( ?[%元块天个次期位周年笔分小星万亿日号月])"),
        _range,
    ),
    (re.compile(rf"({_NUMBER})(?=[千万亿])"), lambda m: decimal(m[1], counting=True)),
    (re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]"), _full_date),
    (re.compile(r"(?<!\d)(\d{4})年"), lambda m: f"{digits(m[1])}年"),
    (
        re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})([日号])"),
        lambda m: f"{cardinal(int(m[1]))}月{cardinal(int(m[2]))}{m[3]}",
    ),
    (re.compile(r"(?<!\d)(\d{1,2})([月日号])"), lambda m: f"{cardinal(int(m[1]))}{m[2]}"),
    (re.compile(rf"(-?)({_CURRENCY}) ?(-?)({_NUMBER}) ?元?"), lambda m: _amount(m[2], m[4], bool(m[1] or m[3]))),
    (re.compile(rf"(-?)({_NUMBER}) ?({_CURRENCY})"), lambda m: _amount(m[3], m[2], bool(m[1]))),
    (re.compile(rf"([A-Z]{{3}}) ?(?=(?:{_NUMBER}) ?元)"), lambda m: f"{' '.join(m[1])} "),
    (re.compile(rf"(-?)({_NUMBER}) ?([元块])"), lambda m: f"{'负' if m[1] else ''}{_yuan(m[2], m[3])}"),
    (re.compile(r"(?<![\d.:])(\d{1,2})点"), lambda m: f"{cardinal(int(m[1]), counting=True)}点"),
    (re.compile(r"(?<!\d)([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?(?!\d)"), _time),
    (re.compile(rf"({_NUMBER}) ?%"), _percent),
    # Digits that name something: grouped like a telephone number, masked, introduced as the end of a number, very
    # long, or beginning with a zero.
    (re.compile(r"\+?\d{1,4}(?:[- ]\d{1,4}){2,}(?!\d)"), _code),
    (re.compile(r"[*•]+ ?(\d+)"), lambda m: digits(m[1])),
    (_NAMED_DIGITS, lambda m: f"{m[1]}{m[2]}{digits(m[3])}"),
    (_DIALLED, lambda m: f"{m[1]}{m[2]}{digits(m[3])}"),
    (re.compile(_MIXED), _mixed_code),
    (re.compile(r"\+\d{5,}|(?<![\d.,])\d{7,}(?![\d.,]*\d)|(?<![\d.,])0\d+(?![\d.,]*\d)"), _code),
    (re.compile(rf"(?<![\w])-({_NUMBER})"), lambda m: f"负{decimal(m[1])}"),
    (re.compile(r"第(\d+)"), lambda m: f"第{cardinal(int(m[1]))}"),
    (re.compile(rf"({_NUMBER}) ?(?=[天个次期位周年笔分小星])"), lambda m: decimal(m[1], counting=True)),
    (re.compile(_NUMBER), lambda m: decimal(m.group())),
)
