"""The strategy room: where the accounts lie, what other thresholds would change, and publishing them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from anyio.to_thread import run_sync
from fastapi import Request
from nicegui import ui
from nicegui.events import ValueChangeEventArguments
from sqlmodel import select
from starlette.responses import RedirectResponse

from app.fairness import judge
from app.simulating import Standing, read_standing
from app.web.feed_notice import read_notice, show_notice
from app.web.language import Language, language_of
from app.web.look import frame, panel, piece, text
from app.web.needs import Needs
from app.web.staff import StaffDoor
from app.web.strategy_day import fairness, gate, load
from app.web.strategy_effect import effect, tier_grid
from app.web.words import moment, say
from ledger.tables import StrategyVersion
from strategy.fairness.findings import Finding
from strategy.settings import StrategySettings
from strategy.versions import NeedsAcceptance, active, publish
from strategy.whatif.simulate import Simulation


@dataclass(frozen=True)
class Room:
    """What the page is about: the accounts under the strategy in force when it was read."""

    standing: Standing
    author: str
    published: str

    @property
    def settings(self) -> StrategySettings:
        return self.standing.in_force

    @property
    def currency(self) -> str:
        return self.standing.book.currency


def strategy_page(needs: Needs, door: StaffDoor) -> None:
    """Register /strategy."""

    @ui.page("/strategy")
    async def strategy(request: Request) -> RedirectResponse | None:
        staff = door.who(request)
        if staff is None:
            return RedirectResponse("/sign-in?next=/strategy", 303)
        language = language_of(request)
        frame(request, language, "strategy", staff, needs.settings.mode == "demo")
        show_notice(await run_sync(read_notice, needs, language))
        room = await run_sync(_read, needs)
        found = await run_sync(room.standing.against, room.settings)
        screen = _Screen(needs, staff.name, language, room, found)
        screen.build()
        return None


def _read(needs: Needs) -> Room:
    # A ledger without a strategy gets the default one, which is a write.
    with needs.ledger.begin() as work:
        standing = read_standing(work, needs.settings)
        row = work.session.exec(select(StrategyVersion).where(StrategyVersion.version == standing.version)).one()
        return Room(standing, row.author, moment(row.published_at) if row.published_at else "")


class Slider(ui.slider):
    """A slider that the browser moves by itself: an answer on its way back must not pull it back to where it was."""

    LOOPBACK = False


class _Screen:
    """One manager's open page: a draft that only this page knows until it is published."""

    def __init__(self, needs: Needs, name: str, language: Language, room: Room, found: Simulation) -> None:
        self._needs = needs
        self._author = name
        self._note = ""
        self._accepted_by = ""
        self._reason = ""
        self._blocking: tuple[Finding, ...] = ()
        self._language: Language = language
        self._room = room
        self._draft = room.settings
        self._found = found
        self._counted = self._draft
        self._counting = False

    def build(self) -> None:
        language = self._language
        with piece("main", "room"):
            with piece():
                text(say("strategy.title", language), tag="h1")
                text(say("strategy.lead", language), "quiet")
                self._version_line()
            with piece("div", "room-grid"):
                self._grid()
                with piece("div", "case-col"):
                    self._sliders()
                    self._publish_form()
            self._effect()

    @ui.refreshable_method
    def _version_line(self) -> None:
        room = self._room
        facts = {"version": room.standing.version, "author": room.author, "at": room.published}
        text(say("strategy.version", self._language, **facts), "tiny quiet")

    @ui.refreshable_method
    def _grid(self) -> None:
        tier_grid(self._found.what_if, self._room.currency, self._language)

    @ui.refreshable_method
    def _effect(self) -> None:
        found, currency, language = self._found, self._room.currency, self._language
        effect(found, currency, language)
        with piece("div", "room-grid"):
            load(found, currency, language)
            gate(found, language)
        fairness(found, language)

    @ui.refreshable_method
    def _sliders(self) -> None:
        language = self._language
        with panel(say("strategy.draft", language)):
            text(say("strategy.threshold_help", language), "tiny quiet")
            self._threshold("w_high", self._draft.w_high, lambda to: replace(self._draft, w_high=to))
            self._threshold("a_high", self._draft.a_high, lambda to: replace(self._draft, a_high=to))
            text(say("strategy.large_balance", language), "tiny quiet")
            ui.number(
                value=float(self._draft.hard_rules.large_balance),
                min=1,
                step=10_000,
                suffix=self._room.currency,
                on_change=self._move_large_balance,
            ).props(f'outlined dense debounce=300 aria-label="{say("strategy.large_balance", language)}"')
            button = text(say("strategy.reset", language), "btn", tag="button")
            button.on("click", self._reset)

    def _threshold(self, name: str, value: float, moved_to: Callable[[float], StrategySettings]) -> None:
        label = say(f"strategy.{name}", self._language)
        with piece("div", "slider-row"):
            text(label, tag="span")
            shown = text(f"{value:.2f}", "num strong", tag="span")

        async def moved(event: ValueChangeEventArguments[float | None]) -> None:
            to = float(event.value or 0)
            shown.set_text(f"{to:.2f}")
            await self._change(moved_to(to))

        slider = Slider(min=0, max=1, step=0.01, value=value, on_change=moved)
        slider.props(f'aria-label="{label}" color=primary')

    async def _move_large_balance(self, event: ValueChangeEventArguments[float | None]) -> None:
        # An empty or senseless field is a half-typed one: the draft waits for a number.
        if event.value is None or event.value < 1:
            return
        rules = replace(self._draft.hard_rules, large_balance=Decimal(str(event.value)))
        await self._change(replace(self._draft, hard_rules=rules))

    async def _change(self, draft: StrategySettings) -> None:
        """Count in another thread, so that the page stays awake; of drafts that come meanwhile, the last one."""
        self._draft = draft
        if self._counting:
            return
        self._counting = True
        try:
            while self._counted is not self._draft:
                wanted = self._draft
                self._found = await run_sync(self._room.standing.against, wanted)
                self._counted = wanted
                self._grid.refresh()
                self._effect.refresh()
        finally:
            self._counting = False

    async def _reset(self) -> None:
        await self._change(self._room.settings)
        self._sliders.refresh()

    @ui.refreshable_method
    def _publish_form(self) -> None:
        language = self._language
        with panel(say("strategy.publish", language)):
            ui.input(say("strategy.author", language)).bind_value(self, "_author").props("outlined dense maxlength=40")
            ui.input(say("strategy.note", language)).bind_value(self, "_note").props("outlined dense maxlength=200")
            if self._blocking:
                self._acceptance()
            text(say("strategy.publish", language), "btn main", tag="button").on("click", self._publish)

    def _acceptance(self) -> None:
        """What a person other than the author must read and accept before this draft may be put in force."""
        language = self._language
        text(say("strategy.blocked", language), "strong")
        for finding in self._blocking:
            text(finding.sentence(language), "tiny")
        for name in ("accepted_by", "reason"):
            field = ui.input(say(f"strategy.{name}", language)).bind_value(self, f"_{name}")
            field.props("outlined dense maxlength=400")

    async def _publish(self) -> None:
        language, author, draft = self._language, self._author.strip(), self._draft
        if draft == self._room.settings:
            ui.notify(say("strategy.unchanged", language), type="warning")
            return
        if not author:
            ui.notify(say("strategy.author_needed", language), type="warning")
            return
        moved = (await run_sync(self._room.standing.against, draft)).what_if.moved
        findings = (await run_sync(judge, self._room.standing.book, self._needs.settings, draft)).findings
        try:
            version = await run_sync(self._put_in_force, draft, author, findings)
        except NeedsAcceptance:
            self._blocking = tuple(finding for finding in findings if finding.blocking)
            self._publish_form.refresh()
            ui.notify(say("strategy.needs_acceptance", language), type="warning")
            return
        if version is None:
            ui.notify(say("strategy.stale", language), type="warning")
        else:
            ui.notify(say("strategy.published", language, version=version, moved=moved), type="positive")
        self._room = await run_sync(_read, self._needs)
        self._blocking, self._accepted_by, self._reason = (), "", ""
        await self._change(self._room.settings)
        for part in (self._version_line, self._sliders, self._publish_form):
            part.refresh()

    def _put_in_force(self, draft: StrategySettings, author: str, findings: tuple[Finding, ...]) -> int | None:
        """The new version, or None when the one that the page was drawn from is no longer in force.

        :raises NeedsAcceptance: a second person has not accepted what blocks.
        """
        with self._needs.ledger.begin() as work:
            if active(work)[0] != self._room.standing.version:
                return None
            note, by, reason = self._note.strip(), self._accepted_by.strip(), self._reason.strip()
            version = publish(work, draft, author, note, findings, by, reason)
            self._needs.retier(work)
            return version
