"""The strategy's versions on its page: drafts that wait for another person, and the way back to an earlier version."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from anyio.to_thread import run_sync
from nicegui import ui
from sqlmodel import col, select

from app.fairness import judge
from app.simulating import read_standing
from app.web.language import Language
from app.web.look import panel, piece, tag, text
from app.web.needs import Needs
from app.web.strategy_changes import change_lines
from app.web.words import moment, say
from ledger.ledger import UnitOfWork
from ledger.tables import StrategyVersion
from strategy.fairness.findings import Finding
from strategy.settings import InvalidSettings, StrategySettings, from_json
from strategy.versions import (
    IN_FORCE_ALREADY,
    NO_SUCH_DRAFT,
    REASON_NEEDED,
    SECOND_PERSON,
    NotPutInForce,
    StrategyUnreadable,
    approve,
    roll_back,
    settings_of,
)

MOST = 8
"""Versions that are shown, the newest; `amends strategy versions` lists all."""

LOOKS = {"active": "yes", "draft": "warn", "retired": ""}

WHY_NOT = {
    SECOND_PERSON: "strategy.not_the_author",
    REASON_NEEDED: "strategy.reason_needed",
    NO_SUCH_DRAFT: "strategy.no_draft",
    IN_FORCE_ALREADY: "strategy.in_force_already",
}


@dataclass(frozen=True)
class Line:
    """One version as it is shown."""

    version: int
    status: str
    author: str
    approved_by: str
    note: str
    at: str
    accepted: dict[str, Any]
    changes: tuple[str, ...]
    """What it says otherwise than the version before it, in words."""


def read_lines(work: UnitOfWork, language: Language) -> tuple[Line, ...]:
    """The newest first."""
    newest = select(StrategyVersion).order_by(col(StrategyVersion.version).desc()).limit(MOST + 1)
    rows = work.session.exec(newest).all()
    return tuple(
        Line(
            row.version,
            row.status,
            row.author,
            row.approved_by,
            row.note,
            moment(row.published_at or row.created_at),
            row.accepted,
            _changes(before, row, language),
        )
        for row, before in zip_longest(rows[:MOST], rows[1 : MOST + 1])
        if row is not None
    )


def _changes(before: StrategyVersion | None, row: StrategyVersion, language: Language) -> tuple[str, ...]:
    if before is None:
        return ()
    old, new = from_json(before.settings), from_json(row.settings)
    if isinstance(old, InvalidSettings) or isinstance(new, InvalidSettings):
        return ()
    return tuple(change_lines(old, new, language))


class Versions:
    """The panel, for one person at one page."""

    def __init__(
        self,
        needs: Needs,
        name: str,
        language: Language,
        look_at: Callable[[StrategySettings], Awaitable[None]],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._needs = needs
        self._name = name
        self._language: Language = language
        self._look_at = look_at
        self._changed = changed
        self._lines: tuple[Line, ...] = ()

    def show(self, lines: tuple[Line, ...]) -> None:
        """Draw the panel anew."""
        self._lines = lines
        self.build.refresh()

    @ui.refreshable_method
    def build(self) -> None:
        with panel(say("strategy.versions", self._language)):
            for line in self._lines:
                with piece("div", "version"):
                    self._line(line)

    def _line(self, line: Line) -> None:
        language = self._language
        with piece("div", "wrap"):
            text(str(line.version), "num strong", tag="span")
            tag(
                say(f"strategy.status_{line.status}", language), {"active": "yes", "draft": "warn"}.get(line.status, "")
            )
            text(f"{line.author} · {line.at}", "tiny quiet", tag="span")
        if line.note:
            text(line.note, "tiny")
        if line.changes:
            text(say("setting.since_before", language), "tiny quiet")
            for change in line.changes:
                text(change, "tiny")
        if line.approved_by:
            text(say("strategy.approved", language, by=line.approved_by), "tiny quiet")
        if line.accepted:
            facts = {"count": len(line.accepted["findings"]), "reason": line.accepted["reason"]}
            text(say("strategy.was_accepted", language, **facts), "tiny quiet")
        if line.status == "active":
            return
        with piece("div", "wrap"):
            self._button("strategy.look", line.version, self._look)
            if line.status == "draft":
                self._button("strategy.approve", line.version, self._ask_to_approve)
            else:
                self._button("strategy.put_back", line.version, self._ask_to_put_back)

    def _button(self, name: str, version: int, pressed: Callable[[int], Awaitable[None]]) -> None:
        label = say(name, self._language)
        button = text(label, "btn small-btn", tag="button").props(f'aria-label="{label} {version}"')

        async def press() -> None:
            await pressed(version)

        button.on("click", press)

    async def _look(self, version: int) -> None:
        wanted = await run_sync(self._settings_of, version)
        if wanted is None:
            ui.notify(say("strategy.unreadable", self._language), type="warning")
        else:
            await self._look_at(wanted)

    async def _ask_to_approve(self, version: int) -> None:
        wanted = await run_sync(self._settings_of, version)
        if wanted is None:
            ui.notify(say("strategy.unreadable", self._language), type="warning")
            return
        findings = await run_sync(self._findings, wanted)
        language, blocking = self._language, [each for each in findings if each.blocking]
        with ui.dialog() as dialog, piece("div", "panel asked"):
            text(say("strategy.approve_ask", language, version=version, name=self._name), "strong")
            reason = None
            if blocking:
                text(say("strategy.blocked", language), "tiny quiet")
                for finding in blocking:
                    text(finding.fact(language), "tiny")
                reason = ui.input(say("strategy.reason", language)).props("outlined dense maxlength=400")

            async def agreed() -> None:
                said = reason.value.strip() if reason else ""
                if await self._done(lambda work: approve(work, version, self._name, findings, said)):
                    dialog.close()

            self._answers(dialog, say("strategy.approve", language), agreed)
        dialog.open()

    async def _ask_to_put_back(self, version: int) -> None:
        with ui.dialog() as dialog, piece("div", "panel asked"):
            text(say("strategy.put_back_ask", self._language, version=version), "strong")

            async def agreed() -> None:
                dialog.close()
                await self._done(lambda work: roll_back(work, version, self._name))

            self._answers(dialog, say("strategy.put_back", self._language), agreed)
        dialog.open()

    def _answers(self, dialog: ui.dialog, label: str, agreed: Callable[[], Awaitable[None]]) -> None:
        with piece("div", "wrap"):
            text(label, "btn main", tag="button").on("click", agreed)
            text(say("strategy.leave", self._language), "btn", tag="button").on("click", dialog.close)

    async def _done(self, step: Callable[[UnitOfWork], int | NotPutInForce]) -> bool:
        """Take the step, and everybody's new tier with it; say what came of it."""

        def take() -> int | NotPutInForce:
            with self._needs.ledger.begin() as work:
                done = step(work)
                if not isinstance(done, NotPutInForce):
                    self._needs.retier(work)
                return done

        done = await run_sync(take)
        if isinstance(done, NotPutInForce):
            ui.notify(say(WHY_NOT.get(done.why, "strategy.unreadable"), self._language), type="warning")
            return False
        ui.notify(say("strategy.in_force_now", self._language, version=done), type="positive")
        await self._changed()
        return True

    def _settings_of(self, version: int) -> StrategySettings | None:
        with self._needs.ledger.read() as work:
            try:
                return settings_of(work, version)
            except (KeyError, StrategyUnreadable):
                return None

    def _findings(self, wanted: StrategySettings) -> tuple[Finding, ...]:
        # Read anew: the page may have been open for hours.
        with self._needs.ledger.begin() as work:
            standing = read_standing(work, self._needs.settings)
        return judge(standing, self._needs.settings, wanted).findings
