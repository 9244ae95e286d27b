"""What a text gives a promise: an amount, a day, the choices it leaves open, and whether somebody offers to pay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final, TypeVar

from bot import amounts, dates
from bot.acts.words import patterns
from bot.numerals import EN_WORDS
from bot.sound_alikes import alike_days, alike_sums
from bot.talk import Talk
from bot.wording import normalise
from ledger.money import Money

# "500 now": said of paying, and not of how things stand.
_NOW = re.compile(
    r"(?:现在|马上|立刻|这就|今儿)[我就先能可以]{0,4}[还付转交给]"
    r"|(?:[\d%]|\b(?:hundred|thousand|half|quarter|third|pay|it|all|dollars|bucks)) (?:right )?now\b"
    r"|\bnow \d|\b(?:right|straight) away\b"
)
# One payment after the other. A comma may stand in a sum, and so may an "and".
_TURN = re.compile(r"[,;](?!\d)|\b(?:and|then|plus)\b|然后|接着|(?=剩|其余|余下|另外|另一半)")
_REST = re.compile(r"剩|其余|余下|另外|另一半|\b(?:rest|remaining|remainder|other half)\b")
# Of a sentence that asks something and offers something, the part that offers.
_CLAUSE = re.compile(r"[,.;!?]|\b(?:and|but|so|or)\b|但是?|不过|顺便|另外|还有")
_SENTENCE = re.compile(r"\.(?!\d)|[;!?\n]")
# "400 on Friday and the rest on the 15th": what comes after is talked about afterwards.
_THEN = re.compile(r"[,;]|\b(?:and|then|plus)\b|然后|接着|再(?=[还付\d一二两三四五六七八九十])|剩下?|其余|余下|另外")
# Which of two that the bot has named.
_ONE_OF = (
    (0, re.compile(r"第一[个种]|前[一者]|前面|\b(?:first|former|(?<=the )earlier)\b")),
    (1, re.compile(r"第二[个种]|后[一者]|后面|\b(?:second|latter|(?<=the )later)\b")),
)
_NEITHER = re.compile(r"[不别]|\b(?:not|no|neither)\b")
# More than this is no bare choice.
_SHORT: Final = 30
_AMONG_WEEKDAYS = re.compile(r"[这下本上]|\d|\b(?:this|next|coming|week)\b")

# 一 alone is in too many words that count nothing.
_NUMBER = re.compile(rf"[\d二两三四五六七八九十百千万]|\b(?:{'|'.join(EN_WORDS)}|hundred|thousand|grand)\b")

_DAY_BY_NUMBER = re.compile(r"[\d一二三四五六七八九十]\s*[号日]|\b(?:13|30|thirteen|thirty|thirtie)")

Value = TypeVar("Value")
_Sum = amounts.Amount | amounts.Ambiguous | None
_When = dates.Day | dates.Gone | dates.Ambiguous | None


def found(talk: Talk, text: str, asking: str | None) -> dict[str, Any]:
    """The facts that `text` gives: a plain amount or day, or the choices that it leaves open.

    A payday that is named is remembered, for "when I get paid".

    :param asking: what has been asked for; a bare figure is a day where that is "day".
    """
    if asking == "day" and (chosen := _chosen_day(talk, text)) is not None:
        return _day(chosen)
    if asking == "day" and (bare := dates.bare_day(text, talk.language, talk.today)) is not None:
        return _day(bare)
    if asking == "amount" and (chosen_sum := _one_of(text, talk.facts.get("amount_options", ()))) is not None:
        return {"amount": chosen_sum, "amount_options": None}
    if (payday := dates.named_payday(text, talk.language, talk.today)) is not None:
        talk.note(payday=payday)
    amount, day = _offer_in(talk, text)
    facts: dict[str, Any] = {}
    if isinstance(amount, amounts.Amount):
        facts |= {"amount": str(_without_the_odd_cents(amount.value, talk.account.amount_due)), "amount_options": None}
    elif amount is not None:
        facts |= {"amount": None, "amount_options": [str(option) for option in amount.options]}
    facts |= _day(day)
    return _asked_back(talk, text, facts) if is_unsure(talk) else facts


def is_unsure(talk: Talk) -> bool:
    """Whether the recogniser was not sure of what is being answered. A yes in it binds nobody."""
    return "unsure" in talk.facts


def sound_alike(sums: Sequence[Money], lang: str) -> bool:
    """Whether two sums are easily taken for each other on the telephone."""
    if len(sums) != 2:
        return False
    least, most = sorted(each.amount for each in sums)
    return most in alike_sums(least, lang, least=most, most=most)


def _asked_back(talk: Talk, text: str, facts: dict[str, Any]) -> dict[str, Any]:
    """What may have been heard wrongly becomes a choice, unless it answers the choice that was just given."""
    before = talk.facts
    amount, day = facts.get("amount"), facts.get("day")
    if amount is not None and amount not in before.get("amount_options", ()) and names_number(talk, text):
        value = Decimal(amount)
        least = min(talk.floors.smallest.amount, value)
        others = alike_sums(value, talk.language, least=least, most=talk.account.balance)
        if others:
            facts |= {"amount": None, "amount_options": [str(each) for each in sorted((value, *others[:1]))]}
    if day is not None and day not in before.get("day_options", ()) and _DAY_BY_NUMBER.search(normalise(text)):
        days = alike_days(date.fromisoformat(day), talk.language, talk.today)
        if days:
            facts |= {"day": None, "day_options": sorted([day, *(each.isoformat() for each in days)])}
    return facts


def _offer_in(talk: Talk, text: str) -> tuple[_Sum, _When]:
    """What `text` offers; where it names several amounts or days, the first of several offers in a row, or what the
    last sentence that offers to pay names at the end of a long story."""
    if turns := in_turns(talk, text):
        return turns[0]
    amount, day = _read_amount(talk, text), _read_day(talk, text)
    if isinstance(amount, amounts.Amount) and day is None and _NOW.search(normalise(text)):
        return amount, dates.Day(talk.today)
    if not isinstance(amount, amounts.Ambiguous) and not isinstance(day, dates.Ambiguous):
        return amount, day
    said = normalise(text)
    for part in _THEN.split(said):
        first, when = _read_amount(talk, part), _read_day(talk, part)
        if isinstance(first, amounts.Amount) and isinstance(when, dates.Day):
            return first, when
    offers = patterns("offers")["any"]
    for sentence in reversed(_SENTENCE.split(said)):
        if offers.search(sentence) and isinstance(found := _read_amount(talk, sentence), amounts.Amount):
            return found, _read_day(talk, sentence)
    return amount, day


def in_turns(talk: Talk, text: str) -> list[tuple[amounts.Amount, _When]]:
    """The sums that `text` offers one after the other, each with its day ("500 now and 500 next month"), or the one
    before a rest that is named by no sum; empty for a single offer."""
    turns: list[tuple[amounts.Amount, _When]] = []
    rest = False
    for part in _TURN.split(normalise(text)):
        amount, day = _read_amount(talk, part), _read_day(talk, part)
        if isinstance(amount, amounts.Amount):
            turns.append((amount, dates.Day(talk.today) if day is None and _NOW.search(part) else day))
        elif turns and _REST.search(part):
            rest = True
    dated = all(day is not None for _, day in turns)
    return turns if (len(turns) > 1 and dated) or (len(turns) == 1 and rest) else []


def _read_amount(talk: Talk, text: str) -> _Sum:
    account = talk.account
    # Who is sure to have said one of two that sound alike, after both were put to them, is not asked again.
    heard = talk.conversation.channel == "voice" and (is_unsure(talk) or "amount_options" not in talk.facts)
    named = amounts.parse_amount(text, talk.language, account.amount_due, account.balance, heard=heard)
    if isinstance(named, amounts.Ambiguous) and _everything(talk, named.options):
        return amounts.Amount(account.amount_due)
    return named


def _read_day(talk: Talk, text: str) -> _When:
    return dates.parse_date(text, talk.language, talk.today, talk.facts.get("payday"))


def _chosen_day(talk: Talk, text: str) -> dates.Day | None:
    """Which of the days that the bot has named: "Friday" is the Friday among them, and not the next one."""
    named = [date.fromisoformat(each) for each in talk.facts.get("day_options", ())]
    if (chosen := _one_of(text, named)) is not None:
        return dates.Day(chosen)
    if not named or _AMONG_WEEKDAYS.search(normalise(text)):
        return None
    said = _read_day(talk, text)
    if said is None:
        return None
    weekdays = {each.weekday() for each in (said.options if isinstance(said, dates.Ambiguous) else (said.value,))}
    fitting = [each for each in named if each.weekday() in weekdays]
    return dates.Day(fitting[0]) if len(fitting) == 1 == len(weekdays) else None


def _one_of(text: str, named: Sequence[Value]) -> Value | None:
    """ "The second one", of two that have been named."""
    if len(named) != 2:
        return None
    said = normalise(text)
    found = [at for at, words in _ONE_OF if words.search(said)]
    return named[found[0]] if len(found) == 1 and len(said) <= _SHORT and not _NEITHER.search(said) else None


def names_number(talk: Talk, text: str) -> bool:
    """Whether a number stands in `text` besides its days: a sum, even one that cannot be read as such."""
    return _NUMBER.search(dates.without_dates(normalise(text), talk.language)) is not None


def _everything(talk: Talk, options: Sequence[Decimal]) -> bool:
    """ "All of it" means what was named: only who heard the whole balance too may mean that. It is read back."""
    both = {talk.account.amount_due, talk.account.balance}
    return set(options) == both and "balance_told" not in talk.facts


def _without_the_odd_cents(amount: Decimal, due: Decimal) -> Decimal:
    """Who says 3,268 of 3,268.50 means all of it. It is read back."""
    return due if amount == due.to_integral_value(ROUND_DOWN) else amount


def _day(day: dates.Day | dates.Gone | dates.Ambiguous | None) -> dict[str, Any]:
    if day is None:
        return {}
    if not isinstance(day, dates.Ambiguous):
        # One that is over is refused when it is weighed.
        return {"day": day.value.isoformat(), "day_options": None, "day_vague": None}
    options = [option.isoformat() for option in day.options]
    return {"day": None, "day_options": options or None, "day_vague": not options or None}


def offered(talk: Talk, text: str) -> str | None:
    """The part of `text` that offers an amount or a day, where the rest of it asks something else; None without one."""
    offers, asks = patterns("offers")["any"], patterns("asks")["any"]
    for clause in map(str.strip, _CLAUSE.split(normalise(text))):
        if offers.search(clause) and not asks.search(clause) and found(talk, clause, None):
            return clause
    return None
