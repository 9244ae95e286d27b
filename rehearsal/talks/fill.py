"""Placeholders of a script: `{last4}`, `{amount_due}`, `{today+3}` and more, filled in the talk's language. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from typing import Final

from rehearsal.talks.account_facts import AccountFacts
from rehearsal.talks.yaml_nodes import ScriptRefused, hint

MOST_DAYS: Final = 3_000
_PLACE = re.compile(r"\{([A-Za-z_]\w*)([+-]\d+)?\}")
_ISO_PLACE = re.compile(r"\{?today\}?([+-]\d+)?\}?|([+-]\d+)d?")
NAMES: Final = ("last4", "wrong4", "amount_due", "balance", "half", "name", "today")


@dataclass(frozen=True, slots=True)
class Filling:
    """What placeholders of one talk stand for; `today` is the debtor's day."""

    account: AccountFacts
    language: str
    today: date

    def text(self, words: str) -> str:
        """What the debtor says. Braces around something that is no name are left as they are.

        :raises ScriptRefused: a placeholder that nobody knows.
        """
        return _PLACE.sub(self._spoken, words)

    def day(self, written: str) -> date:
        """An expected day: ISO, `{today+3}`, `today+3` or `+3`.

        :raises ScriptRefused: none of them.
        """
        found = _ISO_PLACE.fullmatch(written.strip())
        if found is not None:
            return self._later(found[1] or found[2] or "+0", written)
        try:
            return date.fromisoformat(written.strip())
        except ValueError:
            raise ScriptRefused(f"{written} is no day; write 2026-11-23 or {{today+3}}") from None

    def amount(self, written: str) -> Decimal:
        """An expected amount: a figure, `{amount_due}`, `{half}` or `{balance}`.

        :raises ScriptRefused: none of them.
        """
        figure = self.text(written)
        try:
            return Decimal(re.sub(r"[^\d.-]", "", figure))
        except ArithmeticError:
            raise ScriptRefused(f"{written} is no amount") from None

    def _spoken(self, found: re.Match[str]) -> str:
        name = found[1].lower()
        if name == "today":
            return spoken_day(self._later(found[2] or "+0", found[0]), self.language)
        values = self._values()
        if name not in values or found[2]:
            raise ScriptRefused(f"no placeholder {found[0]}; {hint(name, NAMES)}")
        return values[name]

    def _values(self) -> Mapping[str, str]:
        account = self.account
        half = (account.amount_due / 2).to_integral_value(ROUND_UP)
        return {
            "last4": account.identity_last4,
            "wrong4": wrong_answer(account.identity_last4),
            "amount_due": plain(account.amount_due),
            "balance": plain(account.balance),
            "half": plain(half),
            "name": account.name,
        }

    def _later(self, days: str, written: str) -> date:
        if abs(int(days[:6])) > MOST_DAYS:
            raise ScriptRefused(f"{written} is too far away")
        return self.today + timedelta(days=int(days[:6]))


def wrong_answer(last4: str) -> str:
    """Four digits that are not the answer."""
    return "".join(str((int(each) + 1) % 10) if each.isdigit() else "0" for each in last4)


def plain(amount: Decimal) -> str:
    """An amount in figures, without cents where there are none."""
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.2f}"


def spoken_day(day: date, language: str) -> str:
    """A date as somebody would type it."""
    return f"{day.month}月{day.day}日" if language == "zh" else f"{day:%B} {day.day}"
