"""``scripts/bench nlu``: pipelines of the assistant side by side, trained on the same sentences.

For each: accuracy on held-out sentences by language (a sentence that is asked back counts as wrong), seconds of
training and start, size of the model, memory of the server, and milliseconds of one text and of one whole turn over
HTTP (acts answered from memory).
"""

from __future__ import annotations

import argparse
import copy
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import yaml
from fastapi import FastAPI, Request

from app import wiring
from app.serving import serving
from bot.rasa_process import PROJECT, RasaProcess, RasaUnavailable

HELDOUT = Path(__file__).parents[1] / "tests" / "heldout"
MEASURED = (
    PROJECT / "tests" / "nlu_heldout.yml",
    PROJECT / "tests" / "nlu_fresh.yml",
    HELDOUT / "intents_dev.jsonl",
    HELDOUT / "intents_final.jsonl",
)
TEXTS = 200
LIMIT_S = 300.0
"""What a training may take; a candidate that takes longer is out."""
NOT_CARRIED = shutil.ignore_patterns(".venv", ".rasa", "models", "__pycache__")

Pipeline = list[dict[str, Any]]
REGRESSION, KINDS = "amends.understanding.WeightedRegression", "amends.kinds.KindsFeaturizer"


def without(pipeline: Pipeline, gone: Callable[[dict[str, Any]], bool]) -> Pipeline:
    return [part for part in pipeline if not gone(part)]


def instead(pipeline: Pipeline, classifier: dict[str, Any]) -> Pipeline:
    return [classifier if part["name"] == REGRESSION else part for part in pipeline]


def is_characters(part: dict[str, Any]) -> bool:
    return part.get("analyzer") == "char_wb"


def is_kinds(part: dict[str, Any]) -> bool:
    return bool(part["name"] == KINDS)


def diet(**settings: Any) -> dict[str, Any]:
    return {"name": "DIETClassifier", "entity_recognition": False, "random_seed": 1, **settings}


def single_words(pipeline: Pipeline) -> Pipeline:
    return [{**part, "max_ngram": 1} if "token_pattern" in part else part for part in pipeline]


def over_all_intents(pipeline: Pipeline) -> Pipeline:
    return [{**part, "solver": "saga"} if part["name"] == REGRESSION else part for part in pipeline]


CANDIDATES: dict[str, Callable[[Pipeline], Pipeline]] = {
    "ours": lambda ours: ours,
    "ours without kinds": lambda ours: without(ours, is_kinds),
    "ours without characters": lambda ours: without(ours, is_characters),
    "ours without pairs of words": single_words,
    "ours with one regression": over_all_intents,
    "Rasa's regression": lambda ours: without(instead(ours, {"name": "LogisticRegressionClassifier"}), is_kinds),
    "light DIET": lambda ours: instead(ours, diet(epochs=20, number_of_transformer_layers=0)),
    "full DIET": lambda ours: instead(ours, diet(epochs=100)),
}


def acts() -> FastAPI:
    """Answers each act with a turn and nothing else."""
    app = FastAPI()

    @app.post("/acts")
    async def act(_: Request) -> dict[str, Any]:
        listen = {"event": "followup", "timestamp": None, "name": "action_listen"}
        return {"events": [listen], "responses": [{"custom": {"turn": "t"}}]}

    return app


def p50_p95(ms: list[float]) -> tuple[float, float]:
    cuts = quantiles(ms, n=20)
    return round(cuts[9], 1), round(cuts[18], 1)


def timed(client: httpx.Client, path: str, bodies: list[dict[str, Any]]) -> tuple[float, float]:
    took = []
    for body in bodies:
        began = time.perf_counter()
        client.post(path, json=body).raise_for_status()
        took.append((time.perf_counter() - began) * 1000)
    return p50_p95(took[len(took) // 10 :])


def resident_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) // 1024


def measured(project: Path, home: Path, python: Path) -> dict[str, Any]:
    """:raises RasaUnavailable: the training took longer than `LIMIT_S`, or the server did not start."""
    secret = wiring.new_secret()
    with serving(acts(), "127.0.0.1", wiring.free_port()) as url:
        rasa = RasaProcess(home, wiring.free_port(), f"{url}/acts", secret, "-", python, project, LIMIT_S)
        began = time.perf_counter()
        model = rasa.train()
        row: dict[str, Any] = {"training_s": round(time.perf_counter() - began)}
        row["model_mb"] = round(model.stat().st_size / 1e6, 1)
        command = [str(python), str(project / "measure.py"), str(model), *map(str, MEASURED)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT_S)
        shares = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
        row["accuracy"] = {each["file"]: [each["zh"], each["en"]] for each in shares}
        texts = [line["text"] for line in map(json.loads, MEASURED[2].read_text(encoding="utf-8").splitlines())][:TEXTS]
        began = time.perf_counter()
        with (
            rasa,
            httpx.Client(
                base_url=f"{rasa.url}/webhooks/amends", headers={"X-Amends-Secret": secret}, trust_env=False, timeout=30
            ) as client,
        ):
            row["start_s"] = round(time.perf_counter() - began)
            row["text_ms"] = timed(client, "/understand", [{"texts": [text]} for text in texts])
            row["turn_ms"] = timed(
                client, "/turn", [{"conversation": f"c{count // 8}", "text": text} for count, text in enumerate(texts)]
            )
            row["resident_mb"] = resident_mb(rasa.pid or 0)
    return row


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench nlu", description=__doc__)
    parser.add_argument(
        "candidates", nargs="*", metavar="CANDIDATE", help=f"of: {', '.join(CANDIDATES)}; all by default"
    )
    chosen = parser.parse_args(arguments).candidates or list(CANDIDATES)
    if unknown := [name for name in chosen if name not in CANDIDATES]:
        parser.error(f"no such candidate: {unknown[0]} (there are: {', '.join(CANDIDATES)})")
    python = PROJECT / ".venv" / "bin" / "python"
    config = yaml.safe_load((PROJECT / "config.yml").read_text(encoding="utf-8"))
    with TemporaryDirectory() as folder:
        # One copy for all, so that they learn the same whatever is edited meanwhile.
        shutil.copytree(PROJECT, Path(folder) / "rasa", ignore=NOT_CARRIED)
        for name in chosen:
            project = Path(folder) / name.replace(" ", "-")
            shutil.copytree(Path(folder) / "rasa", project)
            pipeline = CANDIDATES[name](copy.deepcopy(config["pipeline"]))
            (project / "config.yml").write_text(yaml.safe_dump({**config, "pipeline": pipeline}), encoding="utf-8")
            try:
                row = measured(project, project / "home", python)
            except RasaUnavailable as out:
                row = {"out": str(out).split(";")[0]}
            print(json.dumps({"candidate": name, **row}), flush=True)  # noqa: T201  what it is for


if __name__ == "__main__":
    main(sys.argv[1:])
