"""Column types that keep promises of the house in every table: aware UTC times, exact money, reasons as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator

from ledger.reason_text import from_text, to_text


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out; a naive time is refused because nobody can say which hour it meant."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """:raises ValueError: the time carries no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be recorded")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Cents(TypeDecorator[Decimal]):
    """Decimal money kept as whole hundredths: SQLite has no exact decimal, and a float loses cents."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """:raises ValueError: more than two decimals, which would be lost silently."""
        if value is None:
            return None
        cents = Decimal(value) * 100
        if cents != cents.to_integral_value():
            raise ValueError("money is recorded to the hundredth; round it before")
        return int(cents)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 100


class Reasons(TypeDecorator[list[dict[str, Any]]]):
    """A score's reasons as a list of {"head", "code", "effect"}; compact text in the database."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Sequence[dict[str, Any]] | None, dialect: Dialect) -> str | None:
        """:raises KeyError: a head without a letter."""
        return None if value is None else to_text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> list[dict[str, Any]] | None:
        """:raises ValueError: the text is not a list of reasons."""
        return None if value is None else from_text(value)
