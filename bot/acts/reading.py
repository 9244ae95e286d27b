"""What a text gives a promise: an amount, a day, the choices it leaves open, and whether somebody offers to pay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from bot import amounts, dates
from bot.acts.words import patterns
from bot.talk import Talk
from bot.wording import normalise

# Of a sentence that asks something and offers something, the part that offers.
_CLAUSE = re.compile(r"[,.;!?]|\b(?:and|but|so|or)\b|但是?|不过|顺便|另外|还有")


def found(talk: Talk, text: str, asking: str | None) -> dict[str, Any]:
    """The facts that `text` gives: a plain amount or day, or the choices that it leaves open.

    A payday that is named is remembered, for "when I get paid".

    :param asking: what has been asked for; a bare figure is a day where that is "day".
    """
    if asking == "day" and (bare := dates.bare_day(text, talk.language, talk.today)) is not None:
        return _day(bare)
    account, facts = talk.account, dict[str, Any]()
    heard = talk.conversation.channel == "voice"
    amount = amounts.parse_amount(text, talk.language, account.amount_due, account.balance, heard=heard)
    if isinstance(amount, amounts.Amount):
        facts |= {"amount": str(_without_the_odd_cents(amount.value, account.amount_due)), "amount_options": None}
    elif amount is not None and _everything(talk, amount.options):
        facts |= {"amount": str(account.amount_due), "amount_options": None}
    elif amount is not None:
        facts |= {"amount": None, "amount_options": [str(option) for option in amount.options]}
    if (payday := dates.named_payday(text, talk.language, talk.today)) is not None:
        talk.note(payday=payday)
    return facts | _day(dates.parse_date(text, talk.language, talk.today, talk.facts.get("payday")))


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
