"""What a debtor's lines are, one by one: the trigger that each raises, and the intent that the dialogue model reads."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from app import wiring
from app.cli.console import BadInput, aligned, existing, stdout
from app.settings import Settings
from bot import triggers
from bot.rasa_process import RasaProcess
from bot.redaction import redact
from bot.understanding import Reading, understand

LANGUAGES = ("zh", "en")
# Reading texts asks for no act, so nothing listens there.
NO_ACTIONS = "http://127.0.0.1:9/"

JsonLines = Annotated[bool, typer.Option("--json", help="Print one JSON object for each line on standard output.")]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file. `carried` are its other keys."""

    text: str
    lang: str
    carried: dict[str, Any]


def triage(
    file: Annotated[str, typer.Argument(metavar="FILE", help='JSON lines {"lang", "text"}; - is standard input.')],
    as_json: JsonLines = False,
) -> None:
    """Classify lines: their trigger and its priority, and their intent by the real dialogue model."""
    lines = _lines(_read(file))
    triggers.ready()
    settings = Settings()
    secret = wiring.new_secret()
    with RasaProcess(
        settings.rasa_home, wiring.free_port(), NO_ACTIONS, secret, wiring.new_secret(), settings.rasa_python
    ) as rasa:
        readings = understand(rasa.url, secret, [redact(line.text) for line in lines])
    rows = [_row(line, reading) for line, reading in zip(lines, readings, strict=True)]
    if as_json:
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    else:
        stdout.print("\n".join(_table(rows)), markup=False, soft_wrap=True)


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else existing(Path(file)).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{file} is not UTF-8") from None


def _lines(text: str) -> list[Line]:
    """:raises BadInput: naming the first line that is none."""
    found = []
    for number, raw in enumerate(text.splitlines(), start=1):
        if not raw.strip():
            continue
        try:
            given = json.loads(raw)
        except (ValueError, RecursionError):
            raise BadInput(f"line {number}: not JSON") from None
        if not isinstance(given, dict):
            raise BadInput(f"line {number}: not a JSON object")
        said, lang = given.pop("text", None), given.pop("lang", None)
        if not isinstance(said, str) or not said.strip():
            raise BadInput(f"line {number}: text is missing, empty or no text")
        if lang not in LANGUAGES:
            raise BadInput(f"line {number}: lang must be zh or en")
        found.append(Line(said, lang, given))
    if not found:
        raise BadInput("no lines")
    return found


def _row(line: Line, reading: Reading) -> dict[str, Any]:
    found = triggers.examine(line.text, line.lang)
    return {
        **line.carried,
        "lang": line.lang,
        "trigger": found.trigger.id if found else None,
        "priority": found.trigger.priority if found else None,
        "trigger_confidence": round(found.confidence, 4) if found else None,
        "intent": reading.intent,
        "confidence": round(reading.confidence, 4),
    }


def _table(rows: list[dict[str, Any]]) -> list[str]:
    head = ("line", "lang", "priority", "trigger", "sure", "intent", "sure")
    return aligned([head, *(_cells(number, row) for number, row in enumerate(rows, start=1))])


def _cells(number: int, row: dict[str, Any]) -> tuple[str, ...]:
    of_trigger = f"{row['trigger_confidence']:.2f}" if row["trigger"] else "-"
    shown = (row["priority"] or "-", row["trigger"] or "-", of_trigger, row["intent"], f"{row['confidence']:.2f}")
    return (str(row.get("id", number)), row["lang"], *shown)
