"""The collector's desk: the queue on the left, one whole case on the right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from anyio.to_thread import run_sync
from fastapi import Request
from nicegui import ui
from starlette.responses import RedirectResponse

from app.web.chain_notice import read_chain_notice
from app.web.desk_case import case_body
from app.web.desk_moves import read_contact, read_moves
from app.web.desk_standing import StandingPanels
from app.web.feed_notice import read_notice, show_notice
from app.web.language import Language, language_of
from app.web.look import frame, piece, tag, text
from app.web.needs import Needs
from app.web.staff import StaffDoor
from app.web.words import moment, name_of, say
from desk.case_view import CaseView, case_view
from desk.looked_up import listed_queue, opened_case
from desk.queue import Entry, Leased, counts, lease, release, waiting
from desk.wrap_up import DISPOSITIONS, NOTE_LIMIT, Wrapped, wrap_up
from ledger.ledger import UnitOfWork

REFRESH_S = 2.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at the records gave."""

    entries: tuple[Entry, ...]
    counts: dict[str, int]
    view: CaseView | None


def desk_page(needs: Needs, door: StaffDoor) -> None:
    """Register /desk; `?case=ID` opens a case at once."""

    @ui.page("/desk")
    async def desk(request: Request, case: str = "") -> RedirectResponse | None:
        staff = door.who(request)
        if staff is None:
            return RedirectResponse("/sign-in?next=/desk", 303)
        language = language_of(request)
        frame(request, language, "desk", staff, needs.settings.mode == "demo")
        show_notice(await run_sync(read_chain_notice, needs, language))
        show_notice(await run_sync(read_notice, needs, language))
        screen = _Screen(needs, staff.name, language, case or None)
        await screen.build()
        if needs.phones is not None:
            _telephone(language)
        return None


class _Screen:
    """One collector's open page. Reading and writing go to threads; the event loop only draws."""

    def __init__(self, needs: Needs, name: str, language: Language, case_id: str | None) -> None:
        self._needs = needs
        self._name = name
        self._language: Language = language
        self._case_id = case_id
        self._queue: str | None = None
        self._seen = Seen((), {}, None)
        self._note = ""
        self._disposition: str | None = None

    async def build(self) -> None:
        await run_sync(self._note_list, self._queue)
        if self._case_id is not None:
            await run_sync(self._note_case, self._case_id)
        self._seen = await run_sync(self._look)
        with piece("div", "desk"):
            with piece("aside", "queue").props('aria-label="queue"'):
                self._queue_list()
            with piece("main", "case"):
                self._case_top()
                self._case_body()
                self._wrap_up_form()
        ui.timer(REFRESH_S, self._refresh)
        # The collector's telephone opens the case of a call that was accepted.
        ui.on("amends_open_case", lambda event: self._open(str(event.args["case"])))

    def _note_list(self, queue: str | None) -> None:
        with self._needs.ledger.begin() as work:
            listed_queue(work, queue, self._name)

    def _note_case(self, case_id: str) -> None:
        with self._needs.ledger.begin() as work:
            opened_case(work, case_id, self._name)

    def _look(self) -> Seen:
        with self._needs.ledger.read() as work:
            return Seen(
                waiting(work, [self._queue] if self._queue else ()),
                counts(work),
                case_view(work, self._case_id, self._needs.permitted) if self._case_id else None,
            )

    async def _refresh(self) -> None:
        """Draw again what has changed, and nothing else: a half-written note must stay."""
        before, self._seen = self._seen, await run_sync(self._look)
        if (before.entries, before.counts) != (self._seen.entries, self._seen.counts):
            self._queue_list.refresh()
        if _body(before.view) != _body(self._seen.view):
            self._case_body.refresh()
        if _top(before.view) != _top(self._seen.view):
            self._case_top.refresh()
            self._wrap_up_form.refresh()

    async def _open(self, case_id: str) -> None:
        await run_sync(self._note_case, case_id)
        self._case_id, self._note, self._disposition = case_id, "", None
        ui.navigate.history.replace(f"/desk?case={case_id}")
        await self._refresh()
        self._queue_list.refresh()

    async def _choose(self, queue: str | None) -> None:
        await run_sync(self._note_list, queue)
        self._queue = queue
        await self._refresh()
        self._queue_list.refresh()

    async def _write(self, act: Callable[[UnitOfWork], T]) -> T:
        def in_one_transaction() -> T:
            with self._needs.ledger.begin() as work:
                return act(work)

        result = await run_sync(in_one_transaction)
        await self._refresh()
        return result

    async def _take(self) -> None:
        case_id = self._case_id or ""
        answer = await self._write(lambda work: lease(work, case_id, self._name))
        if not isinstance(answer, Leased):
            ui.notify(say(f"desk.no_lease.{answer.reason}", self._language), type="warning")

    async def _put_back(self) -> None:
        case_id = self._case_id or ""
        await self._write(lambda work: release(work, case_id, self._name))

    async def _close(self) -> None:
        case_id, disposition, note = self._case_id or "", self._disposition or "", self._note
        answer = await self._write(lambda work: wrap_up(work, case_id, self._name, disposition, note))
        if isinstance(answer, Wrapped):
            ui.notify(say("desk.wrapped", self._language), type="positive")
        else:
            ui.notify(say(f"desk.not_wrapped.{answer.reason}", self._language), type="warning")

    @ui.refreshable_method
    def _queue_list(self) -> None:
        with piece("div", "filters"):
            total = sum(self._seen.counts.values())
            self._filter(None, f"{say('desk.all', self._language)} {total}")
            for queue, count in sorted(self._seen.counts.items()):
                self._filter(queue, f"{name_of('queue', queue, self._language)} {count}")
        if not self._seen.entries:
            text(say("desk.empty", self._language), "quiet")
        for entry in self._seen.entries:
            self._entry(entry)

    def _filter(self, queue: str | None, label: str) -> None:
        button = text(label, "here" if queue == self._queue else "", tag="button")
        button.on("click", lambda: self._choose(queue))

    def _entry(self, entry: Entry) -> None:
        language = self._language
        here = " here" if entry.case_id == self._case_id else ""
        busy = " busy" if entry.leased_by not in (None, self._name) else ""
        with piece("button", f"entry{here}{busy}").on("click", lambda: self._open(entry.case_id)):
            with piece("span", "top"):
                text(entry.who, "who", tag="span")
                tag(name_of("language", entry.language, language))
                tag(entry.priority, entry.priority)
            text(name_of("trigger", entry.trigger, language), tag="span")
            with piece("span", "wrap tiny quiet"):
                text(say("desk.dpd", language, dpd=entry.dpd), tag="span")
                text(say("desk.due", language, due=moment(entry.due_at)), tag="span")
                if entry.overdue:
                    tag(say("desk.overdue", language), "no")
                if entry.leased_by == self._name:
                    tag(say("desk.mine", language), "yes")
                elif entry.leased_by is not None:
                    tag(say("desk.taken", language, by=entry.leased_by), "warn")

    @ui.refreshable_method
    def _case_top(self) -> None:
        view, language = self._seen.view, self._language
        if view is None:
            text(say("desk.pick", language), "quiet")
            return
        with piece("div", "case-top"):
            text(view.who.name, "name", tag="h1")
            tag(view.priority, view.priority)
            tag(name_of("queue", view.queue, language))
            tag(
                say("desk.verified" if view.verified else "desk.unverified", language), "yes" if view.verified else "no"
            )
            piece("span", "gap")
            self._lease_buttons(view)

    def _lease_buttons(self, view: CaseView) -> None:
        language = self._language
        if view.closed is not None:
            tag(say("desk.closed_by", language, by=view.closed.by, at=moment(view.closed.at)), "yes")
        elif view.leased_by == self._name:
            until = moment(view.leased_until) if view.leased_until else ""
            text(say("desk.yours", language, until=until), "tiny quiet", tag="span")
            self._button("desk.keep", self._take)
            self._button("desk.release", self._put_back)
        elif view.leased_by is not None:
            tag(say("desk.taken", language, by=view.leased_by), "warn")
        else:
            text(say("desk.free", language), "tiny quiet", tag="span")
            self._button("desk.take", self._take, "main")

    def _button(self, name: str, act: Callable[[], object], kind: str = "") -> None:
        text(say(name, self._language), f"btn {kind}", tag="button").on("click", act)

    @ui.refreshable_method
    def _case_body(self) -> None:
        view = self._seen.view
        if view is not None:
            standing = StandingPanels(view, self._name, self._write, self._language)
            needs, account_id, language = self._needs, view.account_id, self._language
            case_body(
                view,
                lambda: read_moves(needs, account_id, language),
                lambda: read_contact(needs, account_id, language),
                standing,
                language,
            )

    @ui.refreshable_method
    def _wrap_up_form(self) -> None:
        view, language = self._seen.view, self._language
        if view is None:
            return
        with piece("section", "panel").style("margin-top:14px"):
            text(say("desk.wrap_up", language), "heading", tag="h2")
            if view.closed is not None:
                text(name_of("disposition", view.closed.disposition, language), "strong")
                text(view.closed.note)
            elif view.leased_by != self._name:
                text(say("desk.take_first", language), "quiet")
            else:
                with piece("div", "form"):
                    choices = {each: name_of("disposition", each, language) for each in DISPOSITIONS}
                    ui.select(choices, label=say("desk.disposition", language)).bind_value(self, "_disposition").props(
                        "outlined dense"
                    )
                    ui.textarea(say("desk.note", language)).bind_value(self, "_note").props(
                        f"outlined dense autogrow maxlength={NOTE_LIMIT}"
                    )
                    with piece("div", "wrap"):
                        self._button("desk.close_case", self._close, "main")


def _telephone(language: Language) -> None:
    """The collector's softphone; plain scripts, so that a redrawn page never touches a call."""
    ui.add_head_html('<link rel="stylesheet" href="/static/desk-phone.css">')
    ui.add_body_html(
        '<script src="/static/phone-line.js"></script>'
        f'<script src="/static/desk-phone.js" data-language="{language}"></script>'
    )


def _body(view: CaseView | None) -> CaseView | None:
    """The part of a view whose change redraws the case: not who holds it."""
    return None if view is None else replace(view, leased_by=None, leased_until=None, closed=None)


def _top(view: CaseView | None) -> tuple[object, ...] | None:
    return None if view is None else (view.case_id, view.leased_by, view.leased_until, view.closed)
