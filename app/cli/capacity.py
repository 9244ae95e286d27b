"""What one day's hours and contacts are best spent on, and what one more of each would be worth."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import typer

from app import wiring
from app.cli.console import answer, table
from app.cli.records import AsJson
from app.settings import Settings
from strategy.capacity.day import Day, plan_day
from strategy.capacity.measuring import uplift_of
from strategy.capacity.read import Taken, Today, read_today, taken_today
from strategy.capacity.value import Uplift
from strategy.settings import Capacity, StrategySettings
from strategy.versions import active


def register(cli: typer.Typer) -> None:
    cli.command("capacity")(capacity)


def capacity(
    hours: Annotated[float | None, typer.Option(min=0, help="People's hours, instead of the strategy's.")] = None,
    contacts: Annotated[int | None, typer.Option(min=0, help="The bot's contacts, instead of the strategy's.")] = None,
    as_json: AsJson = False,
) -> None:
    """The best day for every open account: nothing, the bot or a person; nothing is planned or changed by this."""
    with wiring.open_ledger(Settings()).begin() as work:
        version, settings = active(work)
        given, taken = settings.capacity, taken_today(work, settings)
        limits = Capacity(
            people_hours_per_day=given.people_hours_per_day if hours is None else hours,
            bot_contacts_per_day=given.bot_contacts_per_day if contacts is None else contacts,
        )
        today = read_today(work, settings)
        uplift = uplift_of(work, settings)
    left = replace(settings, capacity=_left(limits, taken))
    started = time.perf_counter()
    day = plan_day(today.book, left, uplift)
    seconds = time.perf_counter() - started
    told = _told(version, replace(settings, capacity=limits), uplift, taken, today, day, seconds)
    answer(told, as_json=as_json, text=lambda: table(told))


def _left(limits: Capacity, taken: Taken) -> Capacity:
    hours, contacts = limits.people_hours_per_day, limits.bot_contacts_per_day
    return Capacity(
        None if hours is None else max(0.0, hours - taken.people_hours),
        None if contacts is None else max(0.0, contacts - taken.bot_contacts),
    )


def _told(
    version: int,
    settings: StrategySettings,
    uplift: Mapping[str, Uplift],
    taken: Taken,
    today: Today,
    day: Day,
    seconds: float,
) -> dict[str, Any]:
    assumptions = settings.assumptions
    return {
        "strategy_version": version,
        "accounts": len(today.book),
        "currency": today.currency,
        "capacity": {
            "people_hours": settings.capacity.people_hours_per_day,
            "bot_contacts": settings.capacity.bot_contacts_per_day,
        },
        "taken_already": {"people_hours": round(taken.people_hours, 2), "bot_contacts": taken.bot_contacts},
        "actions": day.by_action,
        "served_first_whatever_they_are_worth": day.served_first,
        "people_hours_used": round(day.people_hours, 2),
        "people_hours_missing": round(day.hours_missing, 2),
        "bot_contacts_used": day.bot_contacts,
        "value_against_doing_nothing": round(day.value, 2),
        "value_at_most": round(day.bound, 2),
        "one_more_hour_of_people_is_worth": round(day.price_of_hour, 2),
        "one_more_contact_by_the_bot_is_worth": round(day.price_of_contact, 2),
        "what_a_contact_is_taken_to_do": {
            contact: {
                "odds_of_a_payment_times": round(each.odds, 3),
                "from": round(each.low, 3),
                "to": round(each.high, 3),
                "source": each.source,
                "accounts": each.accounts,
                "cost": str(assumptions.cost[contact]),
            }
            for contact, each in uplift.items()
        },
        "seconds": round(seconds, 3),
    }
