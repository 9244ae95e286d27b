"""What binds contact with the person of a case, on the desk: holds, consents, wishes, and what may be done to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from nicegui import ui

from app.web.language import Language
from app.web.look import panel, piece, tag, text
from app.web.words import entries, moment, name_of, say
from desk.case_view import CaseView
from ledger.ledger import UnitOfWork
from strategy.holds.consents import KINDS as CONSENTS
from strategy.holds.kinds import KINDS, UNKNOWN, kind_of
from strategy.holds.lifting import LIFT_REASONS, Refused
from strategy.holds.placing import over_everywhere
from strategy.holds.reading import HeldNow, WishNow
from strategy.holds.recording import ask_lift, lift, place_by_hand
from strategy.holds.said import change_consent, record_wish, withdraw_wish
from strategy.holds.wishes import PLACES, NewWish, new_wish
from strategy.policy.clocks import WEEKDAYS

Write = Callable[[Callable[[UnitOfWork], Any]], Awaitable[Any]]
"""Runs something in one write transaction, and draws again what it changed."""

BY_HAND: Final = tuple(kind.id for kind in KINDS if kind.by_hand)
MEDIA: Final = ("voice", "sms", "email", "chat", "mail")
WISHES: Final = ("inconvenient_time", "agreed_time", "inconvenient_place", "refused_medium")
"""What is told at the desk; a call-back is asked for in a talk."""


@dataclass
class _Draft:
    """What stands half written in the panel's fields."""

    kind: str | None = None
    channel: str | None = None
    day: str = ""
    wish: str | None = None
    days: list[str] | None = None
    hours: str = ""
    value: str | None = None


class StandingPanels:
    """Three panels of one case, for one member of staff."""

    def __init__(self, view: CaseView, staff: str, write: Write, language: Language) -> None:
        self._view, self._staff, self._write = view, staff, write
        self._language: Language = language
        self._draft = _Draft()

    def draw_holds(self) -> None:
        """What forbids contact, and a form to forbid it."""
        with panel(say("desk.holds", self._language)):
            self._nothing(self._view.holds)
            for held in self._view.holds:
                self._hold(held)
            self._place_form()

    def draw_said(self) -> None:
        """What the person agreed to and wishes."""
        with panel(say("standing.consents", self._language)):
            self._consents()
        with panel(say("standing.wishes", self._language)):
            self._nothing(self._view.wishes)
            for wish in self._view.wishes:
                self._wish(wish)
            self._wish_form()

    def _nothing(self, found: tuple[object, ...]) -> None:
        if not found:
            text(say("desk.none", self._language), "quiet")

    def _hold(self, held: HeldNow) -> None:
        language = self._language
        until = say("desk.until", language, until=moment(held.until)) if held.until else None
        with piece("div", "hold"):
            with piece("div", "wrap"):
                tag(f"{name_of('scope', held.scope, language)} {held.what}".strip(), "warn")
                text(_name(held.reason, language), "strong", tag="span")
                tag(say(f"standing.binds.{held.binds}", language), "no" if held.binds == "all" else "")
            with piece("div", "wrap tiny quiet"):
                text(until or say("desk.until_lifted", language), tag="span")
                text(say(f"standing.lift.{held.lift}", language), tag="span")
                text(say("standing.placed", language, by=held.placed_by, at=moment(held.placed_at)), tag="span")
            if held.asked_by is not None:
                why = say(f"standing.why.{held.why}", language)
                text(say("standing.asked", language, by=held.asked_by, why=why), "tiny")
            if held.lift != "nobody":
                self._lift_form(held)

    def _lift_form(self, held: HeldNow) -> None:
        asks = held.lift == "two" and held.asked_by is None
        with piece("div", "wrap"):
            chosen = None
            if held.asked_by is None:
                whys = {each: say(f"standing.why.{each}", self._language) for each in LIFT_REASONS}
                chosen = ui.select(whys, label=say("standing.why", self._language))
                chosen.props("outlined dense").classes("narrow")

            def act(work: UnitOfWork) -> object:
                why = str(chosen.value or "") if chosen is not None else ""
                return (ask_lift if asks else lift)(work, held.id, self._staff, why)

            self._button("standing.ask" if asks else "standing.lift", lambda: self._do(act))

    def _place_form(self) -> None:
        kinds = {kind: say(f"hold.{kind}", self._language) for kind in BY_HAND}
        with piece("div", "wrap"):
            self._select(kinds, "standing.kind", "kind")
            self._select(self._media(), "standing.channel", "channel")
            self._input("standing.day", "2026-12-31", "day")
            self._button("standing.place", lambda: self._do(self._place))
        text(say("standing.day_means", self._language), "tiny quiet")

    def _consents(self) -> None:
        language, given = self._language, dict(self._view.consents)
        for kind in CONSENTS:
            status = given[kind].status if kind in given else "none"
            with piece("div", "wrap").props(f'data-consent="{kind}"'):
                text(say(f"consent.{kind}", language), tag="span")
                tag(say(f"consent.is.{status}", language), {"granted": "yes", "revoked": "no"}.get(status, ""))
                if kind in given:
                    text(moment(given[kind].at), "tiny quiet", tag="span")
                piece("span", "gap")
                for wanted, name in (("granted", "consent.grant"), ("revoked", "consent.revoke")):
                    if status != wanted:
                        self._button(name, self._change(kind, wanted))

    def _wish(self, wish: WishNow) -> None:
        language = self._language
        days = say("desk.list", language).join(name_of("weekday", day, language) for day in wish.days)
        value = name_of("place" if wish.kind == "inconvenient_place" else "channel", wish.value, language)
        until = say("desk.until", language, until=moment(wish.until)) if wish.until else ""
        with piece("div", "wrap"):
            text(say(f"wish.{wish.kind}", language), "strong", tag="span")
            for part in (days, wish.hours, value if wish.value else "", wish.account, until):
                if part:
                    text(part, "num", tag="span")
            piece("span", "gap")
            self._button("wish.withdraw", lambda: self._do(lambda work: withdraw_wish(work, wish.id, self._staff)))

    def _wish_form(self) -> None:
        language = self._language
        weekdays = {day: name_of("weekday", day, language) for day in WEEKDAYS}
        with piece("div", "wrap"):
            self._select({each: say(f"wish.{each}", language) for each in WISHES}, "wish.kind", "wish")
            self._select(weekdays, "wish.days", "days", several=True)
            self._input("wish.hours", "09:00-12:00", "hours")
            places = {each: say(f"place.{each}", language) for each in PLACES}
            self._select(self._media() | places, "wish.value", "value")
            self._button("wish.add", lambda: self._do(self._add_wish))

    def _media(self) -> dict[str, str]:
        return {each: name_of("channel", each, self._language) for each in MEDIA}

    def _select(self, choices: dict[str, str], label: str, field: str, *, several: bool = False) -> None:
        chosen = ui.select(choices, label=say(label, self._language), multiple=several)
        chosen.bind_value(self._draft, field).props("outlined dense").classes("narrow")

    def _input(self, label: str, example: str, field: str) -> None:
        written = ui.input(say(label, self._language), placeholder=example)
        written.bind_value(self._draft, field).props("outlined dense").classes("narrow")

    def _button(self, name: str, act: Callable[[], object]) -> None:
        text(say(name, self._language), "btn small-btn", tag="button").on("click", act)

    async def _do(self, act: Callable[[UnitOfWork], Any]) -> None:
        answered = await self._write(act)
        if isinstance(answered, Refused):
            ui.notify(say(f"refused.{answered.why}", self._language), type="warning")

    def _change(self, kind: str, status: str) -> Callable[[], Awaitable[None]]:
        def change(work: UnitOfWork) -> object:
            return change_consent(work, self._view.debtor_id, kind, status, "desk", self._staff)

        return lambda: self._do(change)

    def _place(self, work: UnitOfWork) -> object:
        kind, day = self._draft.kind or "", _day(self._draft.day)
        if isinstance(day, Refused):
            return day
        return place_by_hand(
            work,
            self._view.account_id,
            kind,
            self._staff,
            channel=self._draft.channel,
            # One field, whose meaning goes by the kind of hold.
            since=day if kind == "moratorium" else None,
            treatment_ends=day if kind == "moratorium_crisis" else None,
            until=_end(day) if kind not in ("moratorium", "moratorium_crisis") else None,
        )

    def _add_wish(self, work: UnitOfWork) -> object:
        draft, kind = self._draft, self._draft.wish or ""
        wanted = new_wish(
            kind,
            work.now,
            days=draft.days or (),
            hours=draft.hours.strip(),
            value=draft.value or "",
            account_id=self._view.account_id if kind == "agreed_time" else None,
        )
        if isinstance(wanted, NewWish):
            return record_wish(work, self._view.debtor_id, wanted, "desk", self._staff)
        return wanted


def _name(reason: str, language: Language) -> str:
    """A reason as its trigger's own words, or else as its kind's."""
    kind = kind_of(reason)
    if f"trigger.{reason}" in entries() or kind is UNKNOWN:
        return name_of("trigger", reason, language)
    return say(f"hold.{kind.id}", language)


def _day(written: str) -> date | Refused | None:
    try:
        return date.fromisoformat(written.strip()) if written.strip() else None
    except ValueError:
        return Refused("day")


def _end(day: date | None) -> datetime | None:
    return None if day is None else over_everywhere(day)
