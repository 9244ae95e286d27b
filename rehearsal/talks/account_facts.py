"""What a script says of the account, with the defaults for what it does not say. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

import yaml

from rehearsal.talks.yaml_nodes import hint, is_null, known, mapping, refuse, scalar, scalars, whole
from strategy.settings import TIERS

DEFAULT_DUE: Final = Decimal("4325.00")
BALANCE_TIMES: Final = 20
"""An account that says nothing of its balance owes this many times what is due."""
LARGEST: Final = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class Country:
    """The packs that bind there, the currency owed in, and a time zone."""

    jurisdictions: tuple[str, ...]
    currency: str
    zone: str


COUNTRIES: Final[Mapping[str, Country]] = {
    "CN": Country(("CN",), "CNY", "Asia/Shanghai"),
    "TW": Country(("TW",), "TWD", "Asia/Taipei"),
    "HK": Country(("HK",), "HKD", "Asia/Hong_Kong"),
    "SG": Country(("SG",), "SGD", "Asia/Singapore"),
    "US": Country(("US-FED",), "USD", "America/New_York"),
    "US-FED": Country(("US-FED",), "USD", "America/New_York"),
    "US-CA": Country(("US-FED", "US-CA"), "USD", "America/Los_Angeles"),
    "US-MA": Country(("US-FED", "US-MA"), "USD", "America/New_York"),
    "US-NYC": Country(("US-FED", "US-NYC"), "USD", "America/New_York"),
    "UK": Country(("UK",), "GBP", "Europe/London"),
    "GB": Country(("UK",), "GBP", "Europe/London"),
    "EU": Country(("EU",), "EUR", "Europe/Berlin"),
    "AU": Country(("AU",), "AUD", "Australia/Sydney"),
    "IN": Country(("IN",), "INR", "Asia/Kolkata"),
    "ID": Country(("ID",), "IDR", "Asia/Jakarta"),
    "PH": Country(("PH",), "PHP", "Asia/Manila"),
}
HOME_OF: Final[Mapping[str, str]] = {"zh": "CN", "en": "US"}
KEYS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("amount_due", "due", "amount", "overdue", "minimum_due"), "amount_due"),
    "balance": "balance",
    "currency": "currency",
    **dict.fromkeys(("dpd", "days_past_due", "days_overdue"), "dpd"),
    **dict.fromkeys(("identity_last4", "last4", "identity", "identity_answer", "id_last4"), "identity_last4"),
    **dict.fromkeys(("jurisdiction", "jurisdictions", "country", "law"), "country"),
    **dict.fromkeys(("zone", "timezone", "tz"), "zone"),
    **dict.fromkeys(("tier", "treatment"), "tier"),
    "name": "name",
    "product": "product",
    **dict.fromkeys(("open_promise", "promise"), "open_promise"),
    **dict.fromkeys(("language", "lang"), "language"),
}
_PROMISE_KEYS = {"amount": "amount", **dict.fromkeys(("due_on", "day", "date", "due"), "due_on")}


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One made-up debtor with one overdue account.

    `open_promise` is an amount and a day as written, which may be `{today+5}`. `tier` is one of the strategy's tiers,
    whose treatment the talk stands under.
    """

    amount_due: Decimal = DEFAULT_DUE
    balance: Decimal = DEFAULT_DUE * BALANCE_TIMES
    currency: str = "USD"
    dpd: int = 21
    identity_last4: str = "4321"
    jurisdictions: tuple[str, ...] = ("US-FED",)
    zone: str = "America/New_York"
    tier: str = "remind"
    name: str = "Robin Example"
    product: str = "credit_card"
    open_promise: tuple[Decimal, str] | None = None


def read_account(node: yaml.Node | None, language: str) -> AccountFacts:
    """The account of a script; where it says nothing, that of a person who speaks `language`.

    :raises ScriptRefused: a key or a value that makes no sense.
    """
    fields = {} if node is None or is_null(node) else known(mapping(node, "account"), KEYS, "account")
    jurisdictions, country = _country(fields, language)
    due = _money(fields["amount_due"], "amount_due") if "amount_due" in fields else DEFAULT_DUE
    balance = _money(fields["balance"], "balance") if "balance" in fields else max(due * BALANCE_TIMES, due)
    if balance < due:
        raise refuse(fields.get("balance") or fields["amount_due"], f"balance {balance} is less than amount_due {due}")
    return AccountFacts(
        amount_due=due,
        balance=balance,
        currency=_currency(fields["currency"]) if "currency" in fields else country.currency,
        dpd=whole(fields["dpd"], "dpd", 10_000) if "dpd" in fields else 21,
        identity_last4=_last4(fields["identity_last4"]) if "identity_last4" in fields else "4321",
        jurisdictions=jurisdictions,
        zone=scalar(fields["zone"], "zone") if "zone" in fields else country.zone,
        tier=_tier(fields["tier"]) if "tier" in fields else "remind",
        name=scalar(fields["name"], "name") if "name" in fields else _name(language),
        product=scalar(fields["product"], "product") if "product" in fields else "credit_card",
        open_promise=_open_promise(fields.get("open_promise")),
    )


def _name(language: str) -> str:
    return "示例客户" if language == "zh" else "Robin Example"


def _country(fields: Mapping[str, yaml.Node], language: str) -> tuple[tuple[str, ...], Country]:
    if "country" not in fields:
        # By the language alone: what is owed in Taiwan dollars may be owed anywhere, and law follows the person.
        return COUNTRIES[HOME_OF[language]].jurisdictions, COUNTRIES[HOME_OF[language]]
    names = [each.strip().upper() for each in scalars(fields["country"], "country")]
    for name in names:
        if name not in COUNTRIES:
            raise refuse(fields["country"], f"no country {name}; {hint(name, COUNTRIES)}")
    laws = tuple(dict.fromkeys(law for name in names for law in COUNTRIES[name].jurisdictions))
    return laws, COUNTRIES[names[-1]]


def _money(node: yaml.Node, what: str) -> Decimal:
    written = scalar(node, what)
    try:
        value = Decimal(re.sub(r"[,_\s]|[^\d.,_\s-]", "", written) or "-")
    except InvalidOperation:
        raise refuse(node, f"{what} must be an amount such as 4325.00, not {written}") from None
    if not 0 < value < LARGEST or value != value.quantize(Decimal("0.01")):
        raise refuse(node, f"{what} must be above 0, below {LARGEST}, and in whole cents")
    return value.quantize(Decimal("0.01"))


def _currency(node: yaml.Node) -> str:
    code = scalar(node, "currency").strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise refuse(node, f"currency must be three letters such as USD, not {code}")
    return code


def _last4(node: yaml.Node) -> str:
    given = scalar(node, "identity_last4").strip().upper()
    if not re.fullmatch(r"\d{3}[\dX]", given):
        raise refuse(node, f"identity_last4 must be four digits, not {given}")
    return given


def _tier(node: yaml.Node) -> str:
    given = scalar(node, "tier").strip().lower()
    if given not in TIERS:
        raise refuse(node, f"no tier {given}; {hint(given, TIERS)}")
    return given


def _open_promise(node: yaml.Node | None) -> tuple[Decimal, str] | None:
    if node is None or is_null(node):
        return None
    fields = known(mapping(node, "open_promise"), _PROMISE_KEYS, "open_promise")
    if set(fields) != {"amount", "due_on"}:
        raise refuse(node, "open_promise needs `amount` and `due_on`")
    return _money(fields["amount"], "amount"), scalar(fields["due_on"], "due_on")
