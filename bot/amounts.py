"""Which amount a debtor names. Nothing is guessed: what can mean two amounts is asked back, every one is read back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from fractions import Fraction

from bot.amount_numbers import numbers
from bot.dates import without_dates
from bot.known_sum import named_as_said
from bot.mentions import Mention, options, standing
from bot.numerals import EN_WORDS, chinese, english
from bot.wording import normalise


@dataclass(frozen=True, slots=True)
class Amount:
    """The one amount meant, in the currency of the account; above nothing, whole or with cents."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The amounts that may be meant, at least two."""

    options: tuple[Decimal, ...]


_SMALL = r"[一二两三四五六七八九十\d]"
_WORD = rf"(?:{'|'.join(sorted((*EN_WORDS, 'hundred', 'and'), key=len, reverse=True))})"
_PART = re.compile(
    rf"(?P<zh_down>{_SMALL}{{1,3}})分之(?P<zh_up>{_SMALL}{{1,3}})|百分之(?P<zh_percent>[一二两三四五六七八九十百\d]{{1,4}})"
    rf"|(?P<tenths>{_SMALL})成|(?P<percent>\d{{1,3}})\s*(?:%|percent\b|per cent\b)"
    rf"|\b(?P<en_percent>(?:{_WORD}|a)(?:[ -]{_WORD})*) per ?cent\b"
    r"|\b(?:(?P<up>a|one|two|three) )?(?P<down>thirds?|quarters?|fifths?)\b(?= |[,.!?]|$)(?! (?:to|past)\b)"
    r"|一半|半数|\bhalf\b(?! (?:past|an?|hour|day|way|year|month|hearted))",
    re.ASCII,
)
_DOWN = {"t": 3, "q": 4, "f": 5}
_UP = {"a": 1, "one": 1, "two": 2, "three": 3}
_ALL = re.compile(
    r"全部|全额|全款|一分[钱都也]?不[少差欠]|全数|一次付清|一次性|还清|付清|结清|清偿|[都全][还付]|所有"
    r"|百分之百|(?<!\d)100\s*%|^(?:just |ok |yes )*(?:all|the (?:whole )?total|the total amount)[.!]*$"
    r"|\b(?:(?:one|a) hundred per ?cent|in full|full|fully|all of (?:it|that)|it all|pay (?:it )?all|everything"
    r"|the lot|what i owe|(?:whole|entire) (?:lot|thing|amount|sum|debt)|pay (?:it |this |that )?off"
    r"|clear (?:it|the debt|my debt))\b",
    re.ASCII,
)
_LEAST = re.compile(r"最低|最少|\b(?:minimum|the least)\b", re.ASCII)
_DUE = re.compile(r"逾期|到期|应还|\b(?:overdue|past due|amount due|due amount|what is due|arrears)\b", re.ASCII)
_BALANCE = re.compile(r"余额|\bbalance\b", re.ASCII)
# One of the two sums by its name, as the answer to "do you mean ... or ...?".
_DUE_ALONE = re.compile(
    r"(?:逾期|到期|应还)(?:[的了]?(?:金额|部分|款项?|那部分|欠款|钱)|的[吧.]?$)"
    r"|\b(?:(?:overdue|past due|due) (?:amount|part|sum)|amount (?:past |over)?due|what is (?:past |over)?due"
    r"|arrears)\b",
    re.ASCII,
)
_BALANCE_ALONE = re.compile(
    r"(?:全部|所有|整个)余额|^余额[吧.]?$|\b(?:whole|full|entire|total) balance\b|^(?:the )?balance[.]?$", re.ASCII
)
_QUESTION = re.compile(r"\?|[吗呢么]\W*$")
_LISTED = re.compile(r"(?<=\d)、(?=\d)")
_ASKING = re.compile(r"多少|\b(?:how much|what is)\b(?! (?:due|overdue))", re.ASCII)


def parse_amount(
    text: str, lang: str, due: Decimal, balance: Decimal, *, heard: bool = True
) -> Amount | Ambiguous | None:
    """The amount named in `text` ("zh" or "en"), None when it names none.

    `due` is what is past due and `balance` everything owed, both in the currency of the account. A number goes before
    any word for a share. "Half" is half of what is due, rounded up; "the minimum" is what is due; "all of it" is asked
    back where `due` and `balance` differ, unless one of them was named. Days and other counts are never amounts, and
    nothing at all or less than nothing never is.

    :param heard: by a recogniser, for which fifteen and fifty are one sound; False for what was typed.
    """
    # "500、600" names two sums, which "500,600" would not.
    said = without_dates(named_as_said(normalise(_LISTED.sub(", ", text)), due), lang)
    found = numbers(said, balance, heard=heard) or _shares(said, due, balance)
    sums = tuple(each for each in options(standing(found, said)) if each > 0)
    if not sums:
        return None
    return Amount(sums[0]) if len(sums) == 1 else Ambiguous(sums)


def _shares(said: str, due: Decimal, balance: Decimal) -> list[Mention[Decimal]]:
    """What is named by its share of the debt: a part, the least, or the whole of it."""
    if _ASKING.search(said):
        return []
    named = [sum_ for word, sum_ in ((_DUE, due), (_BALANCE, balance)) if word.search(said)]
    whole = tuple(dict.fromkeys(named or (due, balance)))
    parts = [
        Mention(found.start(), found.end(), (_rounded_up(share, named[0] if named else due),))
        for found in _PART.finditer(said)
        if (share := _share(found)) is not None and 0 < share < 1
    ]
    if parts:
        return parts
    for word, sums in ((_LEAST, (due,)), (_ALL, whole), (_DUE_ALONE, (due,)), (_BALANCE_ALONE, (balance,))):
        found = word.search(said)
        if found and not (word in (_DUE_ALONE, _BALANCE_ALONE) and _QUESTION.search(said)):
            return [Mention(found.start(), found.end(), sums)]
    return []


def _share(found: re.Match[str]) -> Fraction | None:
    if found["percent"]:
        return Fraction(int(found["percent"]), 100)
    if found["en_percent"]:
        value = english(found["en_percent"].replace("-", " ").split())
        return None if value is None else Fraction(int(value), 100)
    if found["zh_percent"]:
        return _fraction(found["zh_percent"], 100)
    if found["tenths"]:
        return _fraction(found["tenths"], 10)
    if found["zh_down"]:
        down = chinese(found["zh_down"])
        return _fraction(found["zh_up"], int(down)) if down else None
    if found["down"]:
        return Fraction(_UP[found["up"]], _DOWN[found["down"][0]]) if found["up"] else None
    return Fraction(1, 2)


def _fraction(up: str, down: int) -> Fraction | None:
    value = chinese(up)
    return None if value is None else Fraction(int(value), down)


def _rounded_up(share: Fraction, whole: Decimal) -> Decimal:
    """A share of `whole`, in cents only when `whole` has cents."""
    smallest = Decimal(1) if whole == whole.to_integral_value() else Decimal("0.01")
    exact = whole * share.numerator / share.denominator
    return exact.quantize(smallest, rounding=ROUND_UP)
