"""Find the numbers in a sentence that are sums of money: figures, Chinese and mixed numerals, English words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TypeVar

from bot.mentions import Mention
from bot.numerals import EN_DIGITS, EN_TEENS, EN_TENS, EN_WORDS, ZH_DIGITS, ZH_UNITS, chinese, english

Sums = tuple[Decimal, ...]
Said = TypeVar("Said", str, list[str])

_DIGIT = "".join(ZH_DIGITS)
_HAN = _DIGIT + "".join(ZH_UNITS)
_CODES = r"(?:ntd?|twd|rmb|cny|usd|hkd|eur|gbp|jpy|sgd|aud|cad)"
_BEFORE = rf"(?:nt\$|us\$|hk\$|[$¥€£]|新?[台臺]币|人民币|港[币元]|美[元金]|欧元|英镑|\b{_CODES})\s*"
_AFTER = (
    r"\s*(?:(?:块|元|圆)钱?|[$¥€£]|新?[台臺]币|人民币|港[币元]|美[元金]|欧元|英镑|(?:nt |us |hk )?dollars?\b"
    rf"|bucks?\b|quid\b|pounds?\b|euros?\b|yuan\b|{_CODES}\b)"
)
# One run of figures, Chinese digits and units: 2,300.50 and 2 300 and 2千3 and 一万二.
_RUN = (
    rf"(?:\d|(?<=\d)[.,](?=\d)|(?<=\d) (?=\d{{3}}(?!\d))|(?<=\d) (?=[百千万亿])|[{_HAN}]"
    rf"|(?<=[{_DIGIT}百千万])点(?=[{_DIGIT}])|半(?=[千万](?![{_DIGIT}])))+"
)
_NUMBER = re.compile(
    rf"(?P<before>{_BEFORE})?(?P<run>{_RUN})(?P<short>[kw]\b| k\b)?"
    rf"(?:(?P<only_cents> cents?\b)|(?P<after>{_AFTER})(?:零?(?P<tenth>[\d{_DIGIT}])(?:[角毛]|(?=[,.;!?吧]|$)))?"
    rf"(?:零?(?P<cent>[\d{_DIGIT}])(?:分|(?=[,.;!?吧]|$)))?)?(?:(?: and)? (?P<cents>\d{{1,2}}) cents?\b)?",
    re.ASCII,
)
_RANGE = re.compile(
    rf"(?P<low>[1-9{_DIGIT}])\s*(?P<to>[到至~-]?)\s*(?P<high>[1-9{_DIGIT}])\s*(?P<unit>[十百千万])(?:{_AFTER})?",
    re.ASCII,
)
_SCALE = r"(?:hundred|thousand|grand|million|k(?![a-z]))"
_WORD = rf"(?:{'|'.join(sorted(EN_WORDS, key=len, reverse=True))}|{_SCALE})"
_WORDS = re.compile(
    rf"(?P<before>{_BEFORE})?\b(?P<run>(?:(?:half )?an? (?={_SCALE})|\d+(?:\.\d+)? (?={_SCALE}))?{_WORD}"
    rf"(?:[ -](?:and )?(?:a half (?={_SCALE})|point )?(?:{_WORD}|\d{{1,3}}(?![\d.,])))*"
    r"(?:(?<=grand|usand) and a half\b)?)\b(?:(?P<only_cents> cents?\b)|"
    rf"(?P<after>{_AFTER})?(?:(?: and)? (?P<cents>\d{{1,2}}|{_WORD}(?:[ -]{_WORD})?)"
    r"(?: cents?\b|(?<=\w)(?=[,.;!?]|$)))?)",
    re.ASCII,
)
# Five or six hundred, 2-3k.
_WORD_RANGE = re.compile(
    rf"\b(?P<low>{_WORD}|\d{{1,3}}(?:\.\d)?) ?(?P<to>to|or|and|-) ?(?P<high>{_WORD}|\d{{1,3}}(?:\.\d)?) ?"
    rf"(?P<scale>hundred|thousand|grand|k)\b{_AFTER}?",
    re.ASCII,
)
# 一万二三: twelve or thirteen thousand.
_TAIL_RANGE = re.compile(
    rf"(?P<head>[{_DIGIT}](?P<unit>[百千万]))(?P<low>[一二三四五六七八])(?P<high>[二三四五六七八九])(?![{_HAN}\d])(?:{_AFTER})?"
)
# Figure by figure, as people repeat a number on a bad line.
_FIGURES = "|".join(sorted(EN_DIGITS, key=len, reverse=True))
_BY_FIGURE = re.compile(
    rf"(?<!\w)(?P<run>(?:{_FIGURES})(?:[ -](?:{_FIGURES}))+)(?![\w-])(?! (?:{_WORD}|point|and)\b)(?P<after>{_AFTER})?",
    re.ASCII,
)
_SMALL_CHANGE = re.compile(rf"(?<![\d{_HAN}块元])([1-9{_DIGIT}])[毛角]钱?(?=[,.;!?吧]|$)")
# Sums that nobody could write down, and numbers of telephones.
_NO_SUM = re.compile(
    rf"千儿八百|百儿八十|万儿八千|(?<![{_HAN}\d])百八十(?=块|元|吧|$)|万把|千把|百把|[{_HAN}]+半(?![个天年月小万千百])"
    r"|(?:电话|手机|号码|\b(?:phone|number|mobile|call me (?:on|at)|reach me (?:on|at)))\D{0,12}\d[\d -]{5,}",
    re.ASCII,
)
# A number beside one of these counts something else.
_OTHER_AFTER = re.compile(
    r"\s*(?:[%:/]|st\b|nd\b|rd\b|th\b|percent|[个天次人岁年月日号点时分周期位家口间楼层成倍秒张笔遍句条件]|小时"
    r"|(?:more )?(?:days?|weeks?|months?|years?|hours?|minutes?|mins?|seconds?|kids?|children|people|persons?|times?"
    r"|payments?|instal?lments?|parts|am|pm|o'clock|of (?:us|them|my|the)|banks?|cards?|jobs?|calls?|things?|loans?"
    r"|accounts?|past)\b|(?: \w+)? (?:street|road|avenue|lane)\b)|\s*[室栋幢路版]",
    re.ASCII,
)
_OTHER_BEFORE = re.compile(
    r"[#*/:\d]$|\bpast $|[a-z](?<!pay)(?<!give)$|[\d$¥€£][.,]$|分之$|(?:第|尾号|后[四4]位|电话|手机|[账卡单编]号|号码"
    r"|身份证号?|\b(?:number|phone|account|card|ending(?: in)?|last four|digits|id|order|case|ref(?:erence)?|room|flat"
    r"|apartment|section|aged?|i am|(?:he|she|mother|father|mum|mom|dad|wife|husband) is))(?:[: 是为]| is| are)*$",
    re.ASCII,
)
# What is owed, earned or paid already is not what is offered.
_NOT_OFFERED = re.compile(
    r"\b(?:owed?|earn|was|were|born|salary|rent|income|(?<!be )(?<!get )paid|sent|transferred|lost|borrowed"
    r"|i (?:only )?make(?! it))\b[^,;.]{0,12}$"
    r"|(?:已经?[还付交]了?|[还付交]过了?|[还付转汇]了|欠|月薪|工资|收入|房租|挣|赚|骗了?|借了|花了?|学费|药费|生活费|住院|看病)[^,;.还付交转]{0,4}$",
    re.ASCII,
)
# Nor is what somebody lives on or has to pay elsewhere.
_SPENT_AFTER = re.compile(
    r"\s*(?:块钱?|元)?的?(?:工资|收入|底薪|房租|学费|药费|生活费)"
    r"|(?: \w+)? for (?:my |the )?(?:rent|food|school|kids|bills)\b"
)
_INEXACT_BEFORE = re.compile(
    r"[几数好]$|(?<![不别])(?<!不能)超过$|不到$|将近$|\b(?:few|several|couple(?: of)?|under|almost|nearly) (?:a )?$"
    r"|(?<!no )(?<!not )(?<!pay )(?<!do )(?<!afford )(?<!manage )\b(?:over|more than|less than) $",
    re.ASCII,
)
_INEXACT_AFTER = re.compile(
    r"\s*(?:多(?![少久谢])|来(?=[块元])|几|出[点了]?头|不到|-?(?:something|odd)\b| and (?:change|some|a bit)\b)",
    re.ASCII,
)
# A debt of less than nothing is no offer: "-500" must never become 500.
_NEGATIVE = re.compile(
    r"(?:^\s*[-\u2212\u2013]\s*|(?<![\d%a-z])(?<!\d )[-\u2212]|负数?\s*|\b(?:minus|negative) )[$¥€£]?$", re.ASCII
)
_FILLER = re.compile(
    r"(?:[我先就只还付给能可以大概约差不多左右吧的呢啊好那最至少行要想打算交转出拿了\s,.!?|]|\b(?:i|we|can|could|will|would|do|pay|"
    r"afford|manage|give|you|just|only|about|around|maybe|okay|ok|yes|yeah|sure|please|say|like|to|at|most|least|up|it|is|by|on"
    r"|make|let|us|then|now|of|that|how|would|or|no|not|either|ish|sorry|max|maximum|tops|left|got"
    r"|a (?:month|week|fortnight)|each)\b|还是|或者?|不对|不|哦|ish\b)*",
    re.ASCII,
)
_BARE = re.compile(rf"\d+(?:\.\d+)?|[{_HAN}]+|\b{_WORD}(?:[ -]{_WORD})*\b|\b(?:{_FIGURES})\b", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,3}(?: \d{3})+(?:\.\d{1,2})?", re.ASCII)
_CONTINENTAL = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{2}", re.ASCII)
_EITHER = re.compile(r"(?P<whole>\d{1,3})(?:\.(?P<thousands>\d{3})|,(?P<cents>\d{1,2}))", re.ASCII)
_PLAIN = re.compile(r"\d+(?:\.\d{1,2})?", re.ASCII)
# "Fifteen" and "fifty" are one sound on the telephone.
_TEENS = {word: (Decimal(value), Decimal(value - 10) * 10) for word, value in EN_TEENS.items() if value > 12}
_ALIKE = {
    **_TEENS,
    **{word: (Decimal(value // 10 + 10), Decimal(value)) for word, value in EN_TENS.items() if value > 20},
}
# What may follow the yuan: tenths and hundredths of one.
_SMALL = {"tenth": Decimal("0.1"), "cent": Decimal("0.01")}
# How much of the text before a number can say what it counts, in characters.
_NEAR = 40
# "At two thirty" is no sum of 230.
_HOUR = re.compile(
    rf"\b(?:at|after|before|until|till|by|around) (?:{_FIGURES}|ten|eleven|twelve) (?:thirty|fifteen|forty[ -]five)$"
)
# Under this, two numbers in a row are figures of one.
_LEAST_REPEATED = 100
_MOST, _MOST_UNMARKED = Decimal(10) ** 12, Decimal(10) ** 8


def numbers(said: str, balance: Decimal, *, heard: bool) -> list[Mention[Decimal]]:
    """Every sum of money in normalised text whose days are blanked out.

    Two options where people disagree ("1.500"), or where two numbers that were `heard` sound alike and both are within
    `balance`; what was repeated figure by figure ("fifteen, one five") is what was meant.
    """
    for found in _NO_SUM.finditer(said):
        said = said[: found.start()] + "#" * (found.end() - found.start()) + said[found.end() :]
    repeated = list(_by_figure(said))
    for mention in repeated:
        said = said[: mention.start] + "|" * (mention.end - mention.start) + said[mention.end :]
    mentions: list[Mention[Decimal]] = []
    all_said = said
    for reader in (_ranges, _in_small_change, _in_words, _in_figures):
        for mention in reader(said, balance if heard else None):
            near = all_said[max(mention.start - _NEAR, 0) : mention.start]
            if mention.options and not _NEGATIVE.search(near) and not _NOT_OFFERED.search(near):
                mentions.append(mention)
            said = said[: mention.start] + "|" * (mention.end - mention.start) + said[mention.end :]
    meant = {each for mention in repeated for each in mention.options}
    same = [each for each in mentions if meant.isdisjoint(each.options)]
    return same + repeated


def _by_figure(said: str) -> Iterator[Mention[Decimal]]:
    for found in _BY_FIGURE.finditer(said):
        value = Decimal("".join(str(EN_DIGITS[word]) for word in re.split("[ -]", found["run"])))
        if value and _is_money(said, found, bool(found["after"]), scaled=False):
            yield Mention(found.start(), found.end(), _sums(value, marked=False))


def _in_small_change(said: str, _: Decimal | None) -> Iterator[Mention[Decimal]]:
    """五毛: half a yuan."""
    for found in _SMALL_CHANGE.finditer(said):
        yield Mention(found.start(), found.end(), ((chinese(found[1]) or Decimal(0)) / 10,))


def _ranges(said: str, _: Decimal | None) -> Iterator[Mention[Decimal]]:
    """两三千, 三到五百, 一万二三, five or six hundred: either end."""
    for found in _TAIL_RANGE.finditer(said):
        head, unit = chinese(found["head"]) or Decimal(0), Decimal(ZH_UNITS[found["unit"]]) / 10
        first, second = ZH_DIGITS[found["low"]], ZH_DIGITS[found["high"]]
        if second == first + 1:
            yield Mention(found.start(), found.end(), (head + first * unit, head + second * unit))
    for found in _WORD_RANGE.finditer(said):
        least, most = english([found["low"], found["scale"]]), english([found["high"], found["scale"]])
        if found["to"] == "and" and not said[: found.start()].endswith("between "):
            continue
        if least is not None and most is not None and least < most:
            yield Mention(found.start(), found.end(), (*_sums(least, marked=True), *_sums(most, marked=True)))
    for found in _RANGE.finditer(said):
        low, high = chinese(found["low"]), chinese(found["high"])
        before = said[found.start() - 1 : found.start()]
        if low is None or high is None or not 0 < low < high or (before and before in _HAN + "0123456789.,"):
            continue
        if not found["to"] and (found["low"].isdigit() or found["high"].isdigit()):
            continue
        times = ZH_UNITS[found["unit"]]
        yield Mention(found.start(), found.end(), (low * times, high * times))


def _in_words(said: str, balance: Decimal | None) -> Iterator[Mention[Decimal]]:
    for found in _WORDS.finditer(said):
        words = found["run"].replace("-", " ").split()
        value = english(words) or _said_again(words, english)
        if found["cents"] and not found["after"] and "cent" not in found[0]:
            continue
        marked = bool(found["before"] or found["after"] or found["only_cents"])
        if value is None or not _is_money(said, found, marked, scaled=bool(re.search(_SCALE, found["run"]))):
            continue
        if _INEXACT_AFTER.match(said, found.end()):
            yield Mention(found.start(), found.end(), ())
            continue
        if found["only_cents"]:
            value /= 100
        if found["cents"]:
            value += (english(found["cents"].replace("-", " ").split()) or 0) / Decimal(100)
        if balance is not None and len(words) == 1 and words[0] in _ALIKE and not found["cents"]:
            alike = _ALIKE[words[0]]
            yield Mention(found.start(), found.end(), tuple(each for each in alike if each <= balance) or alike)
        else:
            yield Mention(found.start(), found.end(), _sums(value, marked))


def _in_figures(said: str, _: Decimal | None) -> Iterator[Mention[Decimal]]:
    for found in _NUMBER.finditer(said):
        run = found["run"].strip()
        marked = bool(found["before"] or found["after"] or found["short"] or found["only_cents"])
        written = not re.search(f"[{_HAN}]", run)
        scaled = written or bool(re.search("[百佰千仟万亿]", run))
        if not _is_money(said, found, marked, scaled=scaled) or (written and not marked and re.match(r"0\d", run)):
            continue
        if _INEXACT_AFTER.match(said, found.end()) or _INEXACT_AFTER.match(said, found.end("run")):
            yield Mention(found.start(), found.end(), ())
            continue
        values: Sums = ()
        if not found["short"]:
            values = _written(run) if written else _spoken(run)
        elif re.fullmatch(r"\d+(?:[.,]\d+)?", run):
            values = (Decimal(run.replace(",", ".")) * (1000 if "k" in found["short"] else 10**4),)
        small = sum(((chinese(found[part] or "零") or 0) * share for part, share in _SMALL.items()), Decimal(0))
        small += Decimal(found["cents"] or 0) / 100
        whole = Decimal("0.01") if found["only_cents"] else Decimal(1)
        sums = tuple(each for value in values for each in _sums(value * whole + small, marked))
        yield Mention(found.start(), found.end(), sums)


def _said_again(said: Said, read: Callable[[Said], Decimal | None]) -> Decimal | None:
    """A sum repeated without a pause, in the same or in other words: 五百五百, 五百五零零."""
    for at in range(1, len(said)):
        first, second = read(said[:at]), read(said[at:])
        if first is not None and first == second and first >= _LEAST_REPEATED:
            return first
    return None


def _spoken(run: str) -> Sums:
    said = re.sub(r"(?<=\d),(?=\d{3}(?!\d))| ", "", run)
    value = chinese(said)
    if value is None and not re.search(r"\d", said):
        value = _said_again(said, chinese)
    return () if value is None else (value,)


def _written(run: str) -> Sums:
    """The values of a figure with its separators; both where a dot or comma may mean thousands or cents."""
    if _GROUPED.fullmatch(run):
        return (Decimal(run.replace(",", "").replace(" ", "")),)
    if _PLAIN.fullmatch(run):
        return (Decimal(run),)
    if _CONTINENTAL.fullmatch(run):
        return (Decimal(run.replace(".", "").replace(",", ".")),)
    either = _EITHER.fullmatch(run)
    if either is None:
        return ()
    if either["thousands"]:
        return (Decimal(either["whole"] + either["thousands"]),)
    return (Decimal(f"{either['whole']}.{either['cents']}"), Decimal(either["whole"] + either["cents"]))


def _is_money(said: str, found: re.Match[str], marked: bool, *, scaled: bool) -> bool:
    """Money by its currency; otherwise by its size or by being all that was said, and by counting nothing else."""
    before = said[: found.start()]
    near = before[-_NEAR:]
    if _NOT_OFFERED.search(near) or _INEXACT_BEFORE.search(near) or _NEGATIVE.search(near):
        return False
    if _SPENT_AFTER.match(said, found.end()) or _HOUR.search(f"{near}{found[0]}"):
        return False
    if marked:
        return True
    if re.fullmatch(r"(?:19|20)\d\d", found["run"].strip()) and re.search(r"\b(?:in|since|from|until) $", near):
        return False
    # "I am free at 3": an hour of the day.
    if len(found["run"]) <= 2 and re.search(r"\b(?:at|before|after|until|till|by) $", near):
        return False
    if _OTHER_BEFORE.search(near) or _OTHER_AFTER.match(said, found.end()):
        return False
    return scaled or _said_alone(before, said[found.end() :])


def _said_alone(before: str, after: str) -> bool:
    """Whether small words and other bare numbers are all that stands around a number."""
    before, after = (_BARE.sub("|", each) for each in (before, after))
    return bool(_FILLER.fullmatch(before) and _FILLER.fullmatch(after))


def _sums(value: Decimal, marked: bool) -> Sums:
    """The value in its plainest form; none when it has more than cents or is too long to be said as a sum."""
    if value >= (_MOST if marked else _MOST_UNMARKED) or value != value.quantize(Decimal("0.01")):
        return ()
    return (value.quantize(Decimal(1)) if value == value.to_integral_value() else value.quantize(Decimal("0.01")),)
