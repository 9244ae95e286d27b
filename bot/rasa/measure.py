"""How well a model understands sentences that it has never seen: one JSON object on standard output.

.venv/bin/python measure.py MODEL.tar.gz tests/nlu_heldout.yml
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

import skops.io  # noqa: F401  before TensorFlow, as in launch.py
import yaml
from rasa.utils.log_utils import configure_structlog

HAN = re.compile("[\u4e00-\u9fff]")


def sentences(path: Path) -> Iterator[tuple[str, str]]:
    """(intent, sentence) of a file in Rasa's NLU format."""
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
        for line in entry["examples"].splitlines():
            yield entry["intent"], line[2:]


async def understood(model: Path, heldout: Path) -> dict[str, object]:
    """Shares of sentences named rightly by language, the share of all that fell back, and every wrong reading."""
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    asked = {"zh": 0, "en": 0}
    right = {"zh": 0, "en": 0}
    fell_back = 0
    wrong: list[dict[str, object]] = []
    for intent, sentence in sentences(heldout):
        reading = (await agent.parse_message(sentence))["intent"]
        language = "zh" if HAN.search(sentence) else "en"
        asked[language] += 1
        right[language] += reading["name"] == intent
        fell_back += reading["name"] == "nlu_fallback"
        if reading["name"] != intent:
            confidence = round(reading["confidence"], 3)
            wrong.append({"text": sentence, "is": intent, "read_as": reading["name"], "confidence": confidence})
    shares = {language: round(right[language] / asked[language], 4) for language in asked}
    return {**shares, "sentences": sum(asked.values()), "fell_back": fell_back, "wrong": wrong}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("heldout", type=Path)
    arguments = parser.parse_args()
    model, heldout = arguments.model.resolve(), arguments.heldout.resolve()
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    # Unconfigured, Rasa's structured logs go to standard output, at DEBUG.
    configure_structlog(logging.ERROR)
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    print(json.dumps(asyncio.run(understood(model, heldout)), ensure_ascii=False))  # noqa: T201  what it is for


if __name__ == "__main__":
    main()
