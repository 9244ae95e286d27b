"""The answer to the right-party question: the last four digits of an identity document, as typed or spoken."""

from __future__ import annotations

import re

from bot.numerals import EN_DIGITS, EN_TEENS, EN_TENS, ZH_DIGITS
from bot.wording import normalise

_UNIT = "|".join(sorted(EN_DIGITS, key=len, reverse=True))
_TENS = "|".join(EN_TENS)
_TOKEN = re.compile(
    rf"(?P<figures>\d+)|(?P<zh>[{''.join(ZH_DIGITS)}])|(?P<x>(?<![a-z])x(?![a-z])|叉)"
    rf"|\b(?P<times>double|triple)[ -](?P<repeated>{_UNIT}|\d)\b"
    rf"|\b(?P<pair>(?:{_TENS})(?:[ -](?:{_UNIT}))?|{'|'.join(EN_TEENS)})\b"
    rf"|\b(?P<digit>{_UNIT})\b"
)
# What the question is called, when the answer repeats it: its own "four" is no digit of the answer.
_ASKED = re.compile(r"\b(?:last|final) (?:four|4)(?: (?:digits?|numbers?))?\b|[后末尾]?[四4]位")
_BETWEEN_SINGLE = re.compile(r"[\s\-,.]*")
_BETWEEN = re.compile(r"[\s\-]*")
# What people say around the digits, and nothing else with them.
_AROUND = re.compile(
    r"\b(?:yes|ok|okay|sure|hi|hello|it|is|its|the|last|four|digits?|numbers?|are|my|id|identity|document|card|of|and|i|am|this"
    r"|think|please|here|you|go|that|would|be|with|ends?|in|starts?|maybe|well|so|right|sir|madam|for|me|thanks|thank|oh|um"
    r"|uh|er|hmm|ah|should|let|look|see|find|if|helps?|get|got|have|there|just|now|then|say|says?|check|try|hold|on|a|an"
    r"|second|sec|moment|minute|try|to|do|does|as|at|all|yeah|yep|ending|finishes|finish|reads?|was|what|your|again|mine)\b"
    r"|我|是|的|你好|您好|好|嗯|对|后|末|尾|四|位|数|号码?|身份证件?|证件|请|就|吧|啊|呢|了|一下|本人|谢谢|那|这|应该|为|有"
    r"|[你您看查核想等翻找记得到给说报讲行可以哦噢唉哎呀嘛呗稍先再下字填试最几个在吗么]|没错|确认|[卡证]上|写着?|麻烦"
)
_ANSWER = re.compile(r"\d{3}[\dX]")
# Four digits that are plainly something else: money, a year, a share.
_MONEY_BEFORE = re.compile(r"[$¥€£]\s*$")
_UNIT_AFTER = re.compile(r"\s*(?:元|块|圆|年|%|percent|dollars?|bucks|ntd?\b|twd|rmb|usd)")


def digits(text: str) -> str | None:
    """The four characters of the answer ("6232"; the last may be "X"), or None when `text` does not give exactly one.

    Understood: 6232, 62 32, full-width, 六二三二, "six two three two", "one two double three", "sixty-two thirty-two".
    A sentence may hold other numbers, but only one group of four.
    """
    said = _ASKED.sub(lambda found: ";" * len(found.group()), normalise(text))
    answers = {answer for answer in _groups(said) if _ANSWER.fullmatch(answer)}
    return answers.pop() if len(answers) == 1 else None


def incomplete(text: str) -> bool:
    """Whether `text`, its figures hidden as "#", is an answer to the question that does not hold four of them."""
    said = normalise(text)
    return "#" in said and not _AROUND.sub("", said).strip(" .,!?:#-")


def nothing_else(text: str) -> bool:
    """Whether `text` is an answer to the question, whole or unfinished, and says nothing besides."""
    if digits(text) is not None:
        return not rest(text)
    return incomplete(re.sub(r"\d", "#", text))


def rest(text: str) -> str:
    """What `text` says besides the four digits and the words around them; empty when that is all."""
    given = digits(text)
    if given is None:
        return ""
    said = _ASKED.sub(lambda found: ";" * len(found.group()), normalise(text))
    for token_start, token_end, group in _spans(said):
        if group == given:
            said = f"{said[:token_start]} {said[token_end:]}"
    left = said.replace(";", " ")
    return left.strip(" ,.;:-") if _AROUND.sub("", left).strip(" .,!?:;-") else ""


def _groups(said: str) -> list[str]:
    """Every run of digits, however it is spelled and spaced, except sums of money and years."""
    return [group for _, _, group in _spans(said)]


def _spans(said: str) -> list[tuple[int, int, str]]:
    """Every run of digits with the place where it stands."""
    groups: list[tuple[int, int, str]] = []
    run: list[str] = []
    start = end = 0
    for token in _TOKEN.finditer(said):
        spelled = _spelled(token)
        single = len(spelled) == 1 and bool(run) and all(len(each) == 1 for each in run)
        if run and (_BETWEEN_SINGLE if single else _BETWEEN).fullmatch(said, end, token.start()):
            run.append(spelled)
        else:
            groups += [(start, end, each) for each in _group(said, run, start, end)]
            run, start = [spelled], token.start()
        end = token.end()
    return groups + [(start, end, each) for each in _group(said, run, start, end)]


def _group(said: str, run: list[str], start: int, end: int) -> list[str]:
    if not run or _MONEY_BEFORE.search(said[max(0, start - 3) : start]) or _UNIT_AFTER.match(said, end):
        return []
    # "Oh, 6232": a sigh before the answer is not a zero.
    if said.startswith("oh", start) and len("".join(run)) == 5:
        run = run[1:]
    return ["".join(run)]


def _spelled(token: re.Match[str]) -> str:
    if token["figures"]:
        return "".join(str(int(each)) for each in token["figures"])
    if token["zh"]:
        return str(ZH_DIGITS[token["zh"]])
    if token["x"]:
        return "X"
    if token["times"]:
        repeated = token["repeated"]
        return str(EN_DIGITS[repeated] if repeated in EN_DIGITS else int(repeated)) * (
            2 if token["times"] == "double" else 3
        )
    if token["pair"]:
        tens, _, unit = token["pair"].replace("-", " ").partition(" ")
        return str(EN_TEENS.get(tens) or EN_TENS[tens] + EN_DIGITS.get(unit, 0))
    return str(EN_DIGITS[token["digit"]])
