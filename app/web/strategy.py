"""The strategy room: where the accounts lie, what other thresholds would change, and publishing them."""

from __future__ import annotations

from dataclasses import dataclass

from anyio.to_thread import run_sync
from fastapi import Request
from nicegui import ui
from sqlmodel import select
from starlette.responses import RedirectResponse

from app.fairness import judge
from app.simulating import Standing, read_standing
from app.web.chain_notice import read_chain_notice
from app.web.feed_notice import read_notice, show_notice
from app.web.language import Language, language_of
from app.web.look import frame, panel, piece, text
from app.web.needs import Needs
from app.web.staff import StaffDoor
from app.web.strategy_day import fairness, gate, load
from app.web.strategy_dispatch import DispatchPanel
from app.web.strategy_draft import DraftForm
from app.web.strategy_effect import effect, tier_grid
from app.web.strategy_versions import Line, Versions, read_lines
from app.web.words import moment, say
from ledger.tables import StrategyVersion
from strategy.fairness.findings import Finding
from strategy.settings import StrategySettings
from strategy.versions import NeedsAcceptance, active, draft, publish
from strategy.whatif.simulate import Simulation


@dataclass(frozen=True)
class Room:
    """What the page is about: the accounts under the strategy in force when it was read."""

    standing: Standing
    author: str
    published: str
    versions: tuple[Line, ...]

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
        show_notice(await run_sync(read_chain_notice, needs, language))
        show_notice(await run_sync(read_notice, needs, language))
        room = await run_sync(_read, needs, language)
        found = await run_sync(room.standing.against, room.settings)
        dispatching = DispatchPanel(needs, staff.name, language)
        await dispatching.look()
        dispatching.notices()
        screen = _Screen(needs, staff.name, language, room, found)
        screen.build(dispatching)
        dispatching.follow()
        return None


def _read(needs: Needs, language: Language) -> Room:
    # A ledger without a strategy gets the default one, which is a write.
    with needs.ledger.begin() as work:
        standing = read_standing(work, needs.settings)
        row = work.session.exec(select(StrategyVersion).where(StrategyVersion.version == standing.version)).one()
        published = moment(row.published_at) if row.published_at else ""
        return Room(standing, row.author, published, read_lines(work, language))


class _Screen:
    """One manager's open page: a draft that only this page knows until it is published."""

    def __init__(self, needs: Needs, name: str, language: Language, room: Room, found: Simulation) -> None:
        self._needs = needs
        self._author = name
        self._note = ""
        self._blocking: tuple[Finding, ...] = ()
        self._language: Language = language
        self._room = room
        self._draft = room.settings
        self._found = found
        self._counted = self._draft
        self._counting = False
        self._form = DraftForm(language, room.currency, self._change)
        self._versions = Versions(needs, name, language, self._look_at, self._read_again)

    def build(self, dispatching: DispatchPanel) -> None:
        language = self._language
        with piece("main", "room"):
            with piece():
                text(say("strategy.title", language), tag="h1")
                text(say("strategy.lead", language), "quiet")
                self._version_line()
            with piece("div", "room-grid"):
                self._grid()
                with piece("div", "case-col"):
                    self._form.show(self._draft)
                    self._form.build()
                    self._publish_form()
                    self._versions.show(self._room.versions)
                    self._versions.build()
            dispatching.build()
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

    async def _look_at(self, draft: StrategySettings) -> None:
        self._blocking = ()
        self._form.show(draft)
        self._publish_form.refresh()
        await self._change(draft)

    async def _reset(self) -> None:
        await self._look_at(self._room.settings)

    @ui.refreshable_method
    def _publish_form(self) -> None:
        language = self._language
        with panel(say("strategy.publish", language)):
            text(say("strategy.as_author", language, name=self._author), "tiny quiet")
            ui.input(say("strategy.note", language)).bind_value(self, "_note").props("outlined dense maxlength=200")
            if self._blocking:
                text(say("strategy.blocked", language), "strong")
                for finding in self._blocking:
                    text(finding.fact(language), "tiny")
            with piece("div", "wrap"):
                label = "strategy.put_down" if self._blocking else "strategy.publish"
                pressed = self._put_down if self._blocking else self._publish
                text(say(label, language), "btn main", tag="button").on("click", pressed)
                text(say("strategy.reset", language), "btn", tag="button").on("click", self._reset)

    async def _publish(self) -> None:
        language, wanted = self._language, self._draft
        if wanted == self._room.settings:
            ui.notify(say("strategy.unchanged", language), type="warning")
            return
        moved = (await run_sync(self._room.standing.against, wanted)).what_if.moved
        findings = (await run_sync(judge, self._room.standing, self._needs.settings, wanted)).findings
        try:
            version = await run_sync(self._put_in_force, wanted, findings)
        except NeedsAcceptance:
            self._blocking = tuple(finding for finding in findings if finding.blocking)
            self._publish_form.refresh()
            ui.notify(say("strategy.needs_acceptance", language), type="warning")
            return
        if version is None:
            ui.notify(say("strategy.stale", language), type="warning")
        else:
            ui.notify(say("strategy.published", language, version=version, moved=moved), type="positive")
        await self._read_again()

    async def _put_down(self) -> None:
        """Keep what blocks as a draft: another person, signed in by another name, reads and accepts it."""

        def put_down(settings: StrategySettings) -> int:
            with self._needs.ledger.begin() as work:
                return draft(work, settings, self._author, self._note.strip())

        version = await run_sync(put_down, self._draft)
        ui.notify(say("strategy.waits", self._language, version=version), type="positive")
        await self._read_again()

    async def _read_again(self) -> None:
        """Show what is in force now; the draft begins anew from it."""
        self._room = await run_sync(_read, self._needs, self._language)
        self._note = ""
        await self._look_at(self._room.settings)
        self._versions.show(self._room.versions)
        self._version_line.refresh()

    def _put_in_force(self, wanted: StrategySettings, findings: tuple[Finding, ...]) -> int | None:
        """The new version, or None when the one that the page was drawn from is no longer in force.

        :raises NeedsAcceptance: a second person has to accept what blocks.
        """
        with self._needs.ledger.begin() as work:
            if active(work)[0] != self._room.standing.version:
                return None
            version = publish(work, wanted, self._author, self._note.strip(), findings)
            self._needs.retier(work)
            return version
