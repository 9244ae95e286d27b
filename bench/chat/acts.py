"""Rasa's acts from memory: what our side once answered, given back at once and without any work.

It is what makes Rasa alone comparable: it understands the same texts, proposes the same acts and is told the same, and
only our ledger, guards and decisions are missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from bot.acts.run import Actions

Body = Mapping[str, Any]
FIGURES = re.compile(r"[\d.,]+")


def asked(body: Body) -> str:
    """What an act answers, whoever it is that asks: the act, the text without its figures, and where in a form."""
    tracker = body["tracker"]
    text = FIGURES.sub("#", str(tracker["latest_message"].get("text") or ""))
    loop = (tracker.get("active_loop") or {}).get("name")
    return json.dumps([body["next_action"], text, loop, tracker["slots"].get("requested_slot")], ensure_ascii=False)


class LearntActions(Actions):
    """Our acts, which note every answer in `file`."""

    file: Path

    def run(self, body: Body) -> dict[str, Any]:
        answered = super().run(body)
        learnt = learnt_from(self.file)
        self.file.write_text(json.dumps({**learnt, asked(body): answered}, ensure_ascii=False), encoding="utf-8")
        return answered


def learnt_from(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def remembered(learnt: Mapping[str, Any]) -> FastAPI:
    """An action server that knows the answers."""
    app = FastAPI()

    @app.post("/acts")
    async def act(request: Request) -> Any:
        body = await request.json()
        answer = learnt.get(asked(body))
        if answer is None:
            raise HTTPException(500, f"never learnt: {asked(body)}")
        return answer

    return app
