"""Commands that play whole talks: bot replay. Exit 1: a talk did not come out as its script expects."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
import typer

from app import wiring
from app.cli.console import BadInput, answer, progress, tell
from app.cli.records import AsJson
from app.floor import open_floor
from app.settings import Settings
from rehearsal.ids import seeded_ids
from rehearsal.talks.play import Played, Stage
from rehearsal.talks.script import Script, read_scripts
from rehearsal.talks.stage import TalkClock
from rehearsal.talks.violations import violations_by_talk
from rehearsal.talks.yaml_nodes import ScriptRefused

NOT_AS_EXPECTED: Final = 1
PATIENCE_S: Final = 15.0
"""How long a rehearsal waits for Rasa: a busy machine is no reason for another talk."""


def replay(
    scripts: Annotated[list[Path], typer.Argument(help="YAML files, or folders of them; see docs/replay.md.")],
    seed: Annotated[int, typer.Option(min=0, help="Seed of the ids: the same seed writes the same records.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Play scripted debtors through the real bot, on a ledger of their own, and hold the talks against the scripts."""
    read = _read(scripts)
    began = time.perf_counter()
    with rehearsal_stage(seed) as stage:
        with progress(f"playing {len(read)} talk{'' if len(read) == 1 else 's'}") as step:
            played = []
            for number, (file, script) in enumerate(read, start=1):
                played.append((file, script, _played(stage, script, file, f"replayed-{number}")))
                step(number, len(read))
        broken = violations_by_talk(stage.ledger, [talk.record for *_, talk in played if isinstance(talk, Played)])
        talks = [
            _told(file, talk, broken) if isinstance(talk, Played) else _not_played(file, script, talk)
            for file, script, talk in played
        ]
    failed = sum(not talk["met"] for talk in talks) + bool(broken.get(""))
    told = {
        "played": len(talks),
        "met": sum(talk["met"] for talk in talks),
        "failed": failed,
        "violations": sum(map(len, broken.values())),
        "violations_outside_talks": list(broken.get("", ())),
        "seconds": round(time.perf_counter() - began, 2),
        "talks": talks,
    }
    answer(told, as_json=as_json, text=lambda: _text(told))
    if failed:
        tell(f"amends: {failed} of {len(talks)} talks did not come out as expected")
        raise typer.Exit(NOT_AS_EXPECTED)


@contextmanager
def rehearsal_stage(seed: int) -> Iterator[Stage]:
    """The real bot with the real Rasa, on an empty ledger in a folder that is gone afterwards."""
    settings = Settings()
    with tempfile.TemporaryDirectory(prefix="amends-talks-") as folder:
        apart = settings.model_copy(
            update={
                "home": Path(folder),
                "database_url": None,
                "mode": "demo",
                "rasa_timeout_s": max(settings.rasa_timeout_s, PATIENCE_S),
            }
        )
        clock = TalkClock()
        ledger = wiring.open_ledger(apart, clock, seeded_ids(seed))
        today = wiring.real_clock().astimezone(UTC).date()
        with open_floor(apart, ledger, wiring.free_port(), lambda step: tell(f"==> {step}")) as floor:
            yield Stage(ledger, clock, floor.sessions, today)


def _read(paths: Sequence[Path]) -> list[tuple[str, Script]]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.suffix in (".yaml", ".yml") and each.is_file())
            if not inside:
                raise BadInput(f"no YAML file in {path}")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise BadInput(f"no such file: {path}")
    read = []
    for file in found:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as fault:
            raise BadInput(f"{file}: not readable as text in UTF-8") from fault
        try:
            read += [(file.name, script) for script in read_scripts(text, file.name)]
        except ScriptRefused as refused:
            raise BadInput(str(refused)) from refused
    for file_name, script in read:
        try:
            ZoneInfo(script.account.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
            raise BadInput(f"{file_name}: no time zone {script.account.zone}") from fault
    return read


def _played(stage: Stage, script: Script, file: str, ref: str) -> Played | Exception:
    """The talk; or the fault that ended it, which must not take the other talks along."""
    try:
        return stage.play(script, ref)
    except ScriptRefused as refused:
        raise BadInput(f"{file}: {refused}") from refused
    except Exception as fault:
        structlog.get_logger().error("talk not played", exc_info=fault)
        return fault


def _told(file: str, talk: Played, broken: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    record, script = talk.record, talk.script
    violations = list(broken.get(record.conversation_id, ()))
    try:
        unmet = list(talk.judged(violations))
    except ScriptRefused as refused:
        raise BadInput(f"{file}: {refused}") from refused
    return {
        "name": script.name,
        "file": file,
        "about": script.about,
        "met": not unmet,
        "unmet": unmet,
        "language": record.language,
        "channel": record.channel,
        "today": talk.filling.today,
        "seed": script.seed,
        "verified": record.verified,
        "identity_tries": record.identity_tries,
        "stage": record.stage,
        "disposition": record.disposition,
        "ended": record.ended,
        "escalated": record.escalated,
        "promises": record.promises,
        "plans": record.plans,
        "escalations": record.escalations,
        "holds": record.holds,
        "disclosures": record.disclosures,
        "facts": record.facts,
        "violations": violations,
        "debtor_turns": sum(turn.speaker == "debtor" for turn in record.turns),
        "after_the_end": talk.after_the_end,
        "turns": [*record.turns, *record.unrecorded],
    }


def _not_played(file: str, script: Script, fault: Exception) -> dict[str, Any]:
    unmet = [f"a fault of ours ended it: {type(fault).__name__}"]
    return {"name": script.name, "file": file, "about": script.about, "met": False, "unmet": unmet, "turns": []}


def _text(told: Mapping[str, Any]) -> str:
    lines = []
    for talk in told["talks"]:
        lines.append(f"--- {talk['name']} ({talk['file']}): {'as expected' if talk['met'] else 'NOT as expected'}")
        for turn in talk["turns"]:
            signs = [turn.template, turn.intent, turn.confidence and f"{turn.confidence:.2f}", turn.trigger]
            shown = ", ".join(str(sign) for sign in signs if sign)
            lines.append(f"{turn.speaker}: {turn.text}" + (f"    [{shown}]" if shown else ""))
        if talk["turns"]:
            lines.append(
                f"    {talk['stage']}, {talk['disposition'] or 'no disposition'}, verified: {talk['verified']}"
            )
            lines += _ends(talk)
        lines += [f"    ! {each}" for each in talk["unmet"]]
    lines.append(f"{told['met']} of {told['played']} talks as expected, {told['violations']} violations")
    return "\n".join(lines)


def _ends(talk: Mapping[str, Any]) -> list[str]:
    return [
        *(f"    promised {each.amount} {each.currency} by {each.due_on}" for each in talk["promises"]),
        *(
            f"    plan of {each.parts} parts, {each.total} {each.currency} from {each.first_day}"
            for each in talk["plans"]
        ),
        *(f"    case {each.trigger} ({each.priority}) for {each.queue}" for each in talk["escalations"]),
        *(f"    hold {each.reason}" for each in talk["holds"]),
    ]
