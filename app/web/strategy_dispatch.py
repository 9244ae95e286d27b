"""Dispatching in the strategy room: what runs, what was stopped by whom and why, and the buttons to stop and resume."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable

from anyio.to_thread import run_sync
from nicegui import ui

from app.explaining import scope_name, since_line, state_name
from app.web.language import Language
from app.web.look import panel, piece, tag, text
from app.web.needs import Needs
from app.web.words import moment, name_of, say
from strategy.dispatch.overview import Overview, ScopeNow, overview
from strategy.dispatch.pace import DRAINING, PAUSED, RUNNING, SCOPES
from strategy.dispatch.switches import BREAKER, NotSwitched, Switch, switch

REFRESH_S = 2.0
LOOKS = {RUNNING: "yes", PAUSED: "no", DRAINING: "warn"}


class DispatchPanel:
    """The panel and its notices, for one person at one page; it looks again every two seconds."""

    def __init__(self, needs: Needs, name: str, language: Language) -> None:
        self._needs = needs
        self._name = name
        self._language: Language = language
        self._found: Overview | None = None

    async def look(self) -> None:
        """Read how it stands; draw anew only what has changed."""
        found = await run_sync(self._read)
        if found != self._found:
            self._found = found
            self.notices.refresh()
            self.build.refresh()

    @ui.refreshable_method
    def notices(self) -> None:
        """One line for every scope that is stopped, at the top of the page."""
        for each in self._found.scopes if self._found else ():
            if each.switch is not None and each.state != RUNNING:
                text(self._notice(each, each.switch), "feed-notice").props('role="alert"')

    @ui.refreshable_method
    def build(self) -> None:
        """The table of scopes."""
        language, found = self._language, self._found
        if found is None:
            return
        with panel(say("dispatch.title", language)):
            text(say("dispatch.lead", language), "tiny quiet")
            with piece("div", "scroll-x"), piece("table", "plain dispatch"):
                with piece("tr"):
                    for name in ("scope", "state", "under_way", "window", "since"):
                        text(say(f"dispatch.{name}", language), tag="th")
                    text("", tag="th")
                for each in found.worth_telling():
                    self._row(each)
            text(say("dispatch.window_of", language, minutes=found.window_minutes), "tiny quiet")

    def follow(self) -> None:
        """Go on looking for as long as the page is open."""
        ui.timer(REFRESH_S, self.look)

    def _row(self, each: ScopeNow) -> None:
        language = self._language
        name = scope_name(each.scope, language)
        with piece("tr").props(f'data-scope="{each.scope}"' if each.scope in SCOPES else ""):
            text(name, tag="td")
            with piece("td"):
                look = "warn" if each.stopped_with and each.state == RUNNING else LOOKS[each.state]
                tag(state_name(each, language), look)
            text(str(each.under_way), "num", tag="td")
            text(say("dispatch.counts", language, **dataclasses.asdict(each.counts)), "tiny num", tag="td")
            text(since_line(each.switch, language), "tiny quiet", tag="td")
            with piece("td"), piece("div", "wrap"):
                if each.state == RUNNING:
                    self._button("dispatch.pause", name, self._switching(each.scope, PAUSED))
                    self._button("dispatch.drain", name, self._switching(each.scope, DRAINING))
                elif each.scope in SCOPES:
                    if each.state == DRAINING:
                        self._button("dispatch.pause", name, self._switching(each.scope, PAUSED))
                    self._button("dispatch.resume", name, self._asking(each.scope))

    def _notice(self, each: ScopeNow, switched: Switch) -> str:
        language = self._language
        told = {"scope": scope_name(each.scope, language), "at": moment(switched.at), "by": switched.by}
        if switched.by != BREAKER:
            return say("dispatch.notice_by", language, **told, state=say(f"dispatch.{each.state}", language))
        figures = {name: switched.figures.get(name, "?") for name in ("contacts", "failures", "complaints")}
        why = name_of("stopped", switched.why, language)
        return say("dispatch.notice", language, **told, why=why, **figures)

    def _button(self, label: str, scope: str, pressed: Callable[[], Awaitable[None]]) -> None:
        words = say(label, self._language)
        button = text(words, "btn small-btn", tag="button").props(f'aria-label="{words}: {scope}"')
        button.on("click", pressed)

    def _switching(self, scope: str, state: str) -> Callable[[], Awaitable[None]]:
        async def press() -> None:
            def put() -> Switch | NotSwitched:
                with self._needs.ledger.begin() as work:
                    return switch(work, scope, state, self._name)

            if isinstance(await run_sync(put), NotSwitched):
                ui.notify(say("dispatch.not_switched", self._language), type="warning")
            await self.look()

        return press

    def _asking(self, scope: str) -> Callable[[], Awaitable[None]]:
        """What was stopped begins again only after a second thought."""

        async def press() -> None:
            language = self._language
            with ui.dialog() as dialog, piece("div", "panel asked"):
                asked = {"name": self._name, "scope": scope_name(scope, language)}
                text(say("dispatch.resume_ask", language, **asked), "strong")

                async def agreed() -> None:
                    dialog.close()
                    await self._switching(scope, RUNNING)()

                with piece("div", "wrap"):
                    text(say("dispatch.resume", language), "btn main", tag="button").on("click", agreed)
                    text(say("strategy.leave", language), "btn", tag="button").on("click", dialog.close)
            dialog.open()

        return press

    def _read(self) -> Overview:
        # A ledger without a strategy gets the default one, which is a write; this page has made sure that there is one.
        with self._needs.ledger.read() as work:
            return overview(work)
