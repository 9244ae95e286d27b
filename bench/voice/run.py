"""Calls in real time, ours and a plain pipecat pipeline in turns: ``scripts/bench voice [options]``.

Same machine, same model, same recordings, same conversations behind both (the real ones, with Rasa).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Final

from sqlmodel import col, select

from app import logs, wiring
from app.floor import Floor, open_floor
from app.settings import Settings
from bench.dispatch import Row, table
from bench.voice.caller import Caller, Saying
from bench.voice.plain import run_plain
from bench.voice.sayings import LINES, sayings
from bot.phone.call import Voicebox, run_call
from bot.phone.record import CallRecord
from ledger.importing.portfolio import import_file
from ledger.ledger import Ledger
from ledger.tables import Account, Debtor
from rehearsal.people import MadeUpPeople
from rehearsal.portfolio import make_book
from speech.audio import RATE as HEARD_AT
from speech.hear import HearSettings, Recogniser
from speech.hearing import HearingPool, cores
from speech.speaking import SpeakingPool

ENGINES: Final = ("ours", "plain pipecat")
CALLS: Final = (1, 5, 10, 15, 20, 25, 30)
SLOWEST_S: Final = 1.5
"""The p95 that simultaneous calls may have."""
ROWS: Final = 12_000
"""Of the made-up book; enough overdue people of each language for every call to be somebody else's."""
LANGUAGES: Final = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Block:
    """What happened on some calls at once. Seconds; memory in MB, grown while they ran."""

    answered: list[float]
    stopped: list[float]
    unanswered: int
    cpu: float
    memory: float
    records: list[CallRecord]


@dataclass
class Bench:
    """All that both engines share."""

    floor: Floor
    people: Iterator[tuple[str, str]]
    recogniser: Recogniser
    speaks: SpeakingPool
    turns: int

    @property
    def model(self) -> str:
        return str(self.recogniser.folder)

    def block(self, engine: str, calls: int, *, interrupts: bool = False) -> Block:
        """So many calls at once, begun over two seconds."""
        return asyncio.run(self._block(engine, calls, interrupts))

    async def _block(self, engine: str, calls: int, interrupts: bool) -> Block:
        began, cpu = _memory_mb(), time.process_time()
        clock = time.perf_counter()
        callers: list[Caller] = []
        running = []
        voicebox = Voicebox(HearingPool(self.recogniser), self.speaks)
        for number in range(calls):
            account_id, language = next(self.people)
            callers.append(caller := Caller(self._said(language, number, interrupts)))
            running.append(asyncio.create_task(self._call(engine, caller, voicebox, account_id, language)))
            await asyncio.sleep(2 / calls)
        done = await asyncio.gather(*running)
        told = [caller.told for caller in callers]
        return Block(
            [each for one in told for each in one.answered],
            [each for one in told for each in one.stopped],
            sum(one.unanswered for one in told),
            (time.process_time() - cpu) / (time.perf_counter() - clock),
            _memory_mb() - began,
            [each for each in done if each is not None],
        )

    async def _call(
        self, engine: str, caller: Caller, voicebox: Voicebox, account_id: str, language: str
    ) -> CallRecord | None:
        talks = self.floor.sessions
        if engine == "plain pipecat":
            await run_plain(caller, talks, self.speaks.say, self.model, account_id, language)
            return None
        return await run_call(caller, talks=talks, voicebox=voicebox, account_id=account_id, language=language)

    def _said(self, language: str, seed: int, interrupts: bool) -> list[Saying]:
        return sayings(language, self.turns, self.speaks.say, seed, interrupts=interrupts)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench voice", description=__doc__)
    parser.add_argument("--calls", type=int, action="append", help=f"at once (default: {CALLS}, until one is too slow)")
    parser.add_argument("--turns", type=int, default=4, help="answers of each debtor (default: 4)")
    parser.add_argument("--model", help="a folder with a Whisper model of CTranslate2 (default: the settings' one)")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    given = parser.parse_args(arguments)
    with _bench(given.model or Settings().asr_model, given.turns) as bench:
        told = {"recognition": _recognition(bench), "interrupting": _interrupting(bench)}
        ours, blocks = _at_once(bench, "ours", given.calls or CALLS)
        plain, _ = _at_once(bench, "plain pipecat", given.calls or CALLS)
        told |= {"end of speech -> first audible": [*ours, *plain], "stages of our engine": _stages(blocks)}
    for name, rows in told.items():
        sys.stdout.write(f"\n## {name}\n" + "\n".join(table(rows)) + "\n")
    if given.json:
        facts = {"cores": len(os.sched_getaffinity(0)), **told}
        given.json.write_text(json.dumps(facts, indent=2), encoding="utf-8")


def _recognition(bench: Bench) -> list[Row]:
    """Processor time of recognition by seconds of speech, in our window and in the 30 s of the defaults."""
    from faster_whisper import WhisperModel

    ours = bench.recogniser
    theirs = WhisperModel(bench.model, device="cpu", compute_type="int8", cpu_threads=1)
    rows: list[Row] = []
    for language in LANGUAGES:
        said = [bench.speaks.say(line, language) for line in LINES[language]]
        seconds = sum(each.size for each in said) / HEARD_AT
        began = time.process_time()
        for each in said:
            ours.hear(each, language)
        half = time.process_time()
        for each in said:
            list(theirs.transcribe(each, language=language, beam_size=1)[0])
        rows.append(
            {
                "language": language,
                "seconds of speech": round(seconds, 1),
                "real-time factor, ours": round((half - began) / seconds, 3),
                "real-time factor, defaults": round((time.process_time() - half) / seconds, 3),
            }
        )
    return rows


def _stages(done: Mapping[int, Block]) -> list[Row]:
    """Where the time of a turn goes in our engine, at each number of calls."""
    rows: list[Row] = []
    for calls, block in done.items():
        turns = [turn for record in block.records for turn in record.turns if turn.heard_by == "voice"]
        for stage in asdict(turns[0].ms) if turns else ():
            spread = _spread([asdict(turn.ms)[stage] / 1000 for turn in turns])
            rows.append({"calls at once": calls, "stage": stage, **spread})
    return rows


def _interrupting(bench: Bench) -> list[Row]:
    rows: list[Row] = []
    for engine in ENGINES:
        stopped = bench.block(engine, len(LANGUAGES), interrupts=True).stopped
        rows.append({"engine": engine, "what": "debtor speaks -> bot silent", **_spread(stopped)})
    return rows


def _at_once(bench: Bench, engine: str, levels: Sequence[int]) -> tuple[list[Row], dict[int, Block]]:
    """More and more calls, until the engine is too slow."""
    rows: list[Row] = []
    blocks: dict[int, Block] = {}
    for calls in levels:
        done = blocks[calls] = bench.block(engine, calls)
        spread = _spread(done.answered)
        too_slow = bool(done.unanswered) or float(str(spread["p95_ms"])) > SLOWEST_S * 1000
        rows.append(
            {
                "engine": engine,
                "calls at once": calls,
                **spread,
                "unanswered": done.unanswered,
                "cores busy": round(done.cpu, 2),
                "MB a call": round(done.memory / calls, 1),
                "carried": "no" if too_slow else "yes",
            }
        )
        if too_slow:
            break
    return rows, blocks


def _spread(seconds: Sequence[float]) -> Row:
    if len(seconds) < 2:
        return {"turns": len(seconds), "p50_ms": 0.0, "p95_ms": 0.0}
    return {
        "turns": len(seconds),
        "p50_ms": round(median(seconds) * 1000),
        "p95_ms": round(quantiles(seconds, n=20)[-1] * 1000),
    }


@contextmanager
def _bench(model: str | None, turns: int) -> Iterator[Bench]:
    logs.configure("error")
    with TemporaryDirectory(prefix="amends-voice-") as folder:
        settings = Settings(home=Path(folder), database_url=None, mode="demo")
        ledger = wiring.open_ledger(settings)
        people = _people(ledger, settings.home)
        recogniser = Recogniser(HearSettings(model=model, at_once=cores()))
        with SpeakingPool() as speaks, open_floor(settings, ledger, wiring.free_port()) as floor:
            yield Bench(floor, people, recogniser, speaks, turns)


def _people(ledger: Ledger, home: Path) -> Iterator[tuple[str, str]]:
    """Accounts with their language, the languages in turns; a call needs a debtor of its own."""
    people, file = MadeUpPeople(1), home / "book.parquet"
    make_book(ROWS, people.seed, ledger.clock().date()).write_parquet(file)
    import_file(ledger, file, people, home)
    with ledger.read() as work:
        asked = select(Account.id, Debtor.language).join(Debtor).order_by(col(Account.external_ref))
        rows = work.session.exec(asked).all()
    spoken = [[row for row in rows if row[1] == language] for language in LANGUAGES]
    return iter([each for pair in zip(*spoken, strict=False) for each in pair])


def _memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6
