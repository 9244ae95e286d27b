"""One contact, one death: a process is killed at each moment of a contact's life in turn, and others come after it."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import structlog
from sqlalchemy import create_engine, make_url, text
from sqlmodel import col, select

from bench import postgres
from bench.faults.carrier import Carrier
from bench.faults.clocks import JumpingClock, set_time, time_of
from bench.faults.moments import Moment, Nth, nothing_happens, watch
from bench.faults.people import People, settle
from bench.faults.setting import KEYS, START, Setting
from bench.faults.worker import PACKS
from ledger.ledger import Ledger
from ledger.migrate import upgrade
from ledger.tables import Attempt, PlannedContact
from rehearsal.recheck import Recheck, recheck
from strategy.dispatch.attempts import reconcile
from strategy.dispatch.tick import tick

TALK: Final = {"conversation": 1}
NOON: Final = START + timedelta(hours=8)
"""In Shanghai, where the one person lives."""
MOST_MOMENTS: Final = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What is left of a contact whose process died at `moment`, after others have looked at it and a night has passed.
    `dials_before`: those of the process that died."""

    moment: str
    dials_before: int
    dials: int
    planned: str
    attempts: tuple[str, ...]
    """Their statuses, in order."""
    recheck: Recheck


def every_moment(kind: str) -> Iterator[Told]:
    """One death after the other, until the process has lived through all of them. `kind`: 'sqlite' or 'postgresql'."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    context = get_context("forkserver")
    context.set_forkserver_preload(["bench.faults.one_fault"])
    with _copies(kind) as copies:
        for n, setting in zip(range(1, MOST_MOMENTS), copies, strict=False):
            process = context.Process(target=_live, args=(setting, n))
            process.start()
            try:
                process.join(60)
            finally:
                process.kill()
                process.join()
            if process.exitcode == 0:
                return
            if process.exitcode != -9:
                raise RuntimeError(f"the process ended with {process.exitcode} before its moment {n} came")
            yield _afterwards(setting)
    raise RuntimeError(f"no contact has more than {MOST_MOMENTS} moments")


def _live(setting: Setting, n: int) -> None:
    """Look at what is due, and die at moment n."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    _look(setting, "mortal", Nth(n, setting.folder / "moment"))


def _look(setting: Setting, who: str, moment: Moment = nothing_happens) -> None:
    clock = JumpingClock(setting.clock_file, Random(1), jumps=False)
    ledger = setting.open(clock, who)
    watch(ledger.engine, moment, reads=False)
    log = setting.folder / f"dials-{who}.jsonl"
    tick(ledger, PACKS, Carrier(ledger.engine, clock, log, Random(1), moment, TALK).place)
    ledger.engine.dispose()


def _afterwards(setting: Setting) -> Told:
    """Others come at once, come again when reservations have run out, and once more in the evening."""
    before = _dials(setting)
    for who, later in (("first", 0), ("second", 3), ("third", 3 * 60)):
        set_time(setting.clock_file, time_of(setting.clock_file) + timedelta(minutes=later))
        ledger = setting.open(lambda: time_of(setting.clock_file), f"reconcile-{who}")
        reconcile(ledger)
        ledger.engine.dispose()
        _look(setting, who)
    ledger = setting.open(lambda: time_of(setting.clock_file), "reader")
    with ledger.read() as work:
        planned = work.session.exec(select(PlannedContact.status)).one()
        attempts = work.session.exec(select(Attempt.status).order_by(col(Attempt.reserved_at))).all()
    checked = recheck(ledger.engine, KEYS, setting.dial_log(), at_rest=True)
    ledger.engine.dispose()
    moment = (setting.folder / "moment").read_text()
    return Told(moment, before, _dials(setting), planned, tuple(attempts), checked)


def _dials(setting: Setting) -> int:
    return sum(len(path.read_text().splitlines()) for path in setting.dial_log())


@contextmanager
def _copies(kind: str) -> Iterator[Iterator[Setting]]:
    """Settings without end, each with a folder and a copy of one ledger of its own: one person, one contact, due."""
    with TemporaryDirectory(prefix="amends-one-fault-") as name:
        first = Path(name) / "first"
        first.mkdir()
        if kind == "sqlite":
            _prepare(Setting(first).open(lambda: NOON, "desk"))
            yield _files(Path(name), first)
            return
        with postgres.running() as url:
            admin = create_engine(url, isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.execute(text("CREATE DATABASE prepared"))
                prepared = make_url(url).set(database="prepared").render_as_string(hide_password=False)
                _prepare(Setting(first, prepared).open(lambda: NOON, "desk"))

                def databases() -> Iterator[Setting]:
                    for setting in _files(Path(name), first):
                        connection.execute(text(f"CREATE DATABASE {setting.folder.name} TEMPLATE prepared"))
                        own = make_url(url).set(database=setting.folder.name).render_as_string(hide_password=False)
                        yield Setting(setting.folder, own)

                yield databases()
            admin.dispose()


def _files(folder: Path, first: Path) -> Iterator[Setting]:
    for n in range(1, MOST_MOMENTS):
        shutil.copytree(first, folder / f"life_{n}")
        setting = Setting(folder / f"life_{n}")
        set_time(setting.clock_file, NOON)
        yield setting


def _prepare(ledger: Ledger) -> None:
    upgrade(ledger.engine)
    settle(ledger, People(people=1, contacts=1), Random(1))
    with ledger.begin() as work:
        planned = work.session.exec(select(PlannedContact)).one()
        planned.slot, planned.channel, planned.agent = work.now, "voice", "bot"
        work.session.add(planned)
    ledger.engine.dispose()
