"""The main job: a day of collections on a virtual clock, with made-up people and everything else real."""

from __future__ import annotations

import dataclasses
import shutil
import time as machine_time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from app import wiring
from app.beats import beats_of
from app.cli.console import BadInput, Stopwatch, answer, existing, table, tell
from app.cli.records import AsJson
from app.cli.serve import keep_serving
from app.demo_database import clear_for_demo, mark_as_demo
from app.demo_links import demo_links
from app.floor import Floor, open_floor, registry_of
from app.phone import Voice, browser_calls, call_on_wish, open_voice
from app.recordings import tapes_of
from app.serving import require_free
from app.settings import Settings
from bot.chat.confirmations import ConfirmationOutbox
from bot.chat.door import ChatDoor
from bot.phone.recording import Tapes
from ledger.importing.portfolio import import_file
from ledger.ledger import Clock
from rehearsal.clock import VirtualClock
from rehearsal.collectors import Collectors
from rehearsal.ids import seeded_ids
from rehearsal.people import MadeUpPeople
from rehearsal.phone_visits import PhoneVisits
from rehearsal.portfolio import make_book
from rehearsal.recheck import Recheck, recheck
from rehearsal.virtual_scheduler import VirtualScheduler
from rehearsal.visits import Visits
from strategy.dispatch.heartbeats import Heartbeat, schedule
from strategy.dispatch.leader import FileLead, leadership
from strategy.dispatch.reservation import Reserved
from strategy.dispatch.tick import Place
from strategy.models.registry import publish
from strategy.policy.packs import shipped_packs
from strategy.quality.arrival import import_check
from strategy.report import Report, report
from strategy.scoring.book import read_books
from strategy.scoring.train import train

OVERDUE_SHARE = 12
"""About one row in this many of a made-up book is overdue; the rest is what the models learn from."""
LEAST_BOOK = 24_000
DAY_LASTS = timedelta(hours=27)
"""From midnight UTC: the business day of Shanghai begins an hour later, that of Los Angeles ends 26 hours later."""
COLLECTORS = 2
CASE_TAKES = timedelta(minutes=30)
SHIFT = timedelta(hours=1), timedelta(hours=10)
"""Nine to six in Shanghai. What America sends to people later is on the desk the next morning."""


def register(cli: typer.Typer) -> None:
    cli.command("demo")(demo)


def demo(
    accounts: Annotated[int, typer.Option(min=1, max=100_000, help="The most overdue accounts to work on.")] = 300,
    once: Annotated[bool, typer.Option("--once", help="Print the day and end; else go on serving the pages.")] = False,
    portfolio: Annotated[Path | None, typer.Option(help="A portfolio file; else a made-up one is generated.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the made-up portfolio, people and talks.")] = 1,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The business day; else the last.")] = None,
    as_json: AsJson = False,
) -> None:
    """Import, train, score, plan, ask the gate, talk through the real Rasa, hand over, wrap up, re-check, report."""
    base = Settings()
    settings = base.model_copy(update={"home": base.home / "demo", "mode": "demo"})
    now = wiring.real_clock()
    start = datetime.combine(day.date() if day else _last_business_day(now), time.min, UTC)
    if start > now - DAY_LASTS:
        raise BadInput(f"--day must be over everywhere: {start.date()} is not, {_last_business_day(now)} is")
    if portfolio is not None and existing(portfolio).resolve().is_relative_to(settings.home.resolve()):
        raise BadInput(f"--portfolio lies in {settings.home}, which each demo clears: move it elsewhere first")
    with leadership(FileLead(base.home / "demo.lock")):
        if not once:
            # Before the last day is cleared away.
            require_free(settings.host, settings.port)
        clear_for_demo(settings)
        shutil.rmtree(settings.home, ignore_errors=True)
        _run(settings, start, accounts, once, portfolio, seed, as_json)


def _run(
    settings: Settings, start: datetime, accounts: int, once: bool, portfolio: Path | None, seed: int, as_json: bool
) -> None:
    virtual = VirtualClock(start)
    clock: list[Clock] = [virtual]
    # One clock for everything: virtual while the day is played, the machine's afterwards.
    ledger = wiring.open_ledger(settings, lambda: clock[0](), seeded_ids(seed))
    mark_as_demo(ledger.engine)
    people = MadeUpPeople(seed)
    watch = Stopwatch()
    port = wiring.free_port() if once else settings.port
    links = demo_links(ledger, people, settings.invite_hours)
    with ExitStack() as parts:
        began = machine_time.perf_counter()
        tapes = parts.enter_context(tapes_of(settings, ledger))
        voice = parts.enter_context(open_voice(settings, _say))
        phones = voice.phones if voice else None
        floor = parts.enter_context(open_floor(settings, ledger, port, _say, links, phones))
        watch.add("start", machine_time.perf_counter() - began)
        if not once:
            _say(f"the pages are on {floor.url}; watch the day there")
        with watch.stage("import", "importing the portfolio") as step:
            file = portfolio or _made_up(settings.home / "portfolio.parquet", accounts, seed, start.date())
            check = import_check(settings.home, registry_of(settings))
            import_file(ledger, file, people, settings.home, accounts, step, as_of=start.date(), check=check)
        with watch.stage("train", "training willingness and ability") as step:
            book = read_books(sorted((settings.home / "book").glob("*.parquet")))
            publish(registry_of(settings), train(book, lambda _stage, done, total: step(done, total)), ledger.clock())
        carriers = _carriers(floor, virtual, people, voice)
        with watch.stage("day", f"the business day of {start.date()}") as step:
            _play(floor, virtual, start, carriers, seed, watch, step)
        with watch.stage("recheck", "re-checking the log"):
            checked = recheck(ledger.engine, ledger.keys)
        with ledger.read() as work:
            counted = report(work, start, start + DAY_LASTS)
        told = _told(counted, checked, watch, settings, file, seed)
        answer(told, as_json=as_json, text=lambda: table(told))
        if not once:
            clock[0] = wiring.real_clock
            auditing = wiring.auditing_of(settings, ledger)
            beats = beats_of(
                ledger,
                shipped_packs(),
                registry_of(settings),
                _with_real_pages(carriers, voice, floor, tapes),
                floor.sessions,
                auditing,
                send_pages=floor.pager.send,
                send_confirmations=_confirmations(floor).hand_over,
            )
            keep_serving(floor, beats, wiring.dispatch_lead(settings, ledger))


def _confirmations(floor: Floor) -> ConfirmationOutbox:
    return ConfirmationOutbox(floor.ledger, floor.settings.home / "confirmations.jsonl", shipped_packs())


def _carriers(floor: Floor, virtual: VirtualClock, people: MadeUpPeople, voice: Voice | None) -> dict[str, Place]:
    """Who makes the contacts of the rehearsal, by channel. Without a speech model nobody can be called."""
    ledger, settings = floor.ledger, floor.settings
    visits = Visits(ledger, virtual, ChatDoor(ledger, floor.sessions), people, settings.invite_hours)
    if voice is None:
        return {"chat": visits.place}
    calls = PhoneVisits(visits, floor.sessions, voice.voicebox, voice.loop, voice.speaking.say)
    return {"chat": visits.place, "voice": calls.place}


def _with_real_pages(carriers: dict[str, Place], voice: Voice | None, floor: Floor, tapes: Tapes) -> dict[str, Place]:
    """The same, but a call rings at a telephone page that somebody has open, and such a page may ask to be called."""
    if voice is None:
        return carriers
    calls = browser_calls(voice, floor.ledger, floor.sessions, floor.terms, tapes, alarm=floor.pager.alarm)
    simulated = carriers["voice"]
    call_on_wish(voice, floor.ledger, floor.terms.packs, calls.place)

    def place(contact: Reserved) -> str | None:
        there = voice.phones.debtors.there(contact.debtor_id)
        return calls.place(contact) if there else simulated(contact)

    return {**carriers, "voice": place}


def _play(
    floor: Floor,
    virtual: VirtualClock,
    start: datetime,
    carriers: Mapping[str, Place],
    seed: int,
    watch: Stopwatch,
    step: Callable[[int, int], None],
) -> None:
    ledger, packs = floor.ledger, shipped_packs()

    def timed(name: str, beat: Callable[[], Any]) -> Any:
        began = machine_time.perf_counter()
        try:
            return beat()
        finally:
            watch.add(name, machine_time.perf_counter() - began)

    collectors = Collectors(ledger, packs, COLLECTORS, seed, (start + SHIFT[0], start + SHIFT[1]))
    auditing = wiring.auditing_of(floor.settings, ledger)
    beats = (
        *beats_of(
            ledger,
            packs,
            registry_of(floor.settings),
            carriers,
            floor.sessions,
            auditing,
            timed,
            floor.pager.send,
            _confirmations(floor).hand_over,
        ),
        Heartbeat("collectors", CASE_TAKES, lambda: timed("wrap_up", collectors.work_on)),
    )
    scheduler = VirtualScheduler(virtual)
    schedule(scheduler, beats, start)
    minutes = int(DAY_LASTS.total_seconds() // 60)
    scheduler.run_until(start + DAY_LASTS, lambda now: step(int((now - start).total_seconds() // 60), minutes))


def _told(
    counted: Report, checked: Recheck, watch: Stopwatch, settings: Settings, file: Path, seed: int
) -> dict[str, Any]:
    """The one JSON object of the demo."""
    contacts = dataclasses.asdict(counted.contacts)
    return {
        "day": counted.since.date(),
        "portfolio": file.name,
        "people": f"made up, seed {seed}",
        "accounts": counted.accounts,
        "scored": counted.scored,
        "tiers": counted.tiers,
        "arms": counted.arms,
        "contacts": contacts,
        "conversations": counted.conversations,
        "right_party_contacts": counted.right_party_contacts,
        "dispositions": counted.dispositions,
        "promises": counted.promises,
        "promised": counted.promised,
        "holds": counted.holds,
        "holds_by_reason": counted.holds_by_reason,
        "escalations": counted.escalations,
        "wrap_ups": counted.wrap_ups,
        "cases_waiting": counted.cases_waiting,
        "policy_violations": len(checked.violations),
        "violations": [dataclasses.asdict(violation) for violation in checked.violations[:20]],
        "rechecked": checked.checked,
        "seconds": watch.seconds,
        "home": settings.home,
    }


def _made_up(file: Path, accounts: int, seed: int, as_of: date) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    make_book(max(LEAST_BOOK, accounts * OVERDUE_SHARE * 3 // 2), seed, as_of).write_parquet(file)
    return file


def _last_business_day(now: datetime) -> date:
    """The latest weekday that is over everywhere."""
    day = (now - DAY_LASTS).date()
    while day.weekday() >= 5:
        day -= timedelta(days=1)
    return day


def _say(step: str) -> None:
    tell(f"==> {step}")
