"""How well a model understands sentences that it has never seen: one JSON object for each file, on standard output.

.venv/bin/python measure.py MODEL.tar.gz tests/nlu_heldout.yml ../../tests/heldout/intents_dev.jsonl --misses
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import skops.io  # noqa: F401  before TensorFlow, as in launch.py
import yaml
from rasa.utils.log_utils import configure_structlog

HAN = re.compile("[\u4e00-\u9fff]")


def sentences(path: Path) -> Iterator[tuple[str, str, str]]:
    """(intent, language, sentence) of a file in Rasa's NLU format, or of lines {"intent", "lang", "text"}."""
    if path.suffix == ".jsonl":
        for line in path.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            yield told["intent"], told["lang"], told["text"]
        return
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
        for line in entry["examples"].splitlines():
            sentence = line[2:]
            yield entry["intent"], "zh" if HAN.search(sentence) else "en", sentence


async def understood(agent: Any, heldout: Path, misses: bool) -> dict[str, object]:
    """Shares of sentences named rightly by language, how many fell back, milliseconds a sentence, wrong readings."""
    asked = {"zh": 0, "en": 0}
    right = {"zh": 0, "en": 0}
    fell_back = 0
    wrong: list[dict[str, object]] = []
    began = time.perf_counter()
    for intent, language, sentence in sentences(heldout):
        reading = (await agent.parse_message(sentence))["intent"]
        asked[language] += 1
        right[language] += reading["name"] == intent
        fell_back += reading["name"] == "nlu_fallback"
        if reading["name"] != intent:
            confidence = round(reading["confidence"], 3)
            wrong.append({"text": sentence, "is": intent, "read_as": reading["name"], "confidence": confidence})
    total = sum(asked.values())
    shares = {language: round(right[language] / asked[language], 4) for language in asked}
    measured = {"file": heldout.name, **shares, "sentences": total, "fell_back": fell_back}
    measured["ms"] = round((time.perf_counter() - began) * 1000 / total, 2)
    return {**measured, "wrong": wrong} if misses else measured


async def measure(model: Path, files: list[Path], misses: bool) -> None:
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    for file in files:
        print(json.dumps(await understood(agent, file, misses), ensure_ascii=False))  # noqa: T201  what it is for


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("heldout", type=Path, nargs="+")
    parser.add_argument("--misses", action="store_true", help="name every sentence that was read wrongly")
    arguments = parser.parse_args()
    model, files = arguments.model.resolve(), [file.resolve() for file in arguments.heldout]
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    # Unconfigured, Rasa's structured logs go to standard output, at DEBUG.
    configure_structlog(logging.ERROR)
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    asyncio.run(measure(model, files, arguments.misses))


if __name__ == "__main__":
    main()
