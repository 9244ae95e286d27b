"""Run by test_rasa_contract.py with the Python of bot/rasa: looks at things that only show inside Rasa's environment.

Reads our answers (a JSON list) from standard input; the last line of standard output is one JSON object.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, sys.argv[1])

import jieba
import jsonschema
import rasa
import skops.io  # noqa: F401  before TensorFlow, as in launch.py
import yaml
from amends import acts
from amends.channel import AmendsChannel
from rasa.core.actions import action
from rasa.core.channels.channel import UserMessage
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic
from sklearn.feature_extraction.text import CountVectorizer

MALFORMED: list[dict[str, Any]] = [
    {"events": [{"event": "slot", "name": 1, "timestamp": None}], "responses": []},
    {"events": [{"event": "no such event"}], "responses": []},
    {"events": [], "responses": ["words"]},
]


def valid(answer: dict[str, Any]) -> bool:
    try:
        return action.RemoteAction("any", None)._validate_action_result(answer)
    except jsonschema.ValidationError:
        return False


def tokens_of(text: str) -> tuple[list[bool], list[str]]:
    from pathlib import Path
    from tempfile import mkdtemp

    from amends.understanding import MixedTokenizer

    before = bool(jieba.dt.initialized)
    storage = LocalModelStorage(Path(mkdtemp()))
    config = {**MixedTokenizer.get_default_config()}
    tokenizer = MixedTokenizer.create(config, storage, Resource("t"), ExecutionContext(GraphSchema({})))
    ready = [before, bool(jieba.dt.initialized)]
    message = Message({TEXT: text})
    return ready, [token.text for token in tokenizer.tokenize(message, TEXT)]


async def posted(fault: bool) -> list[Any]:
    """What the channel answers when Rasa raises, or when it has kept no tracker."""

    async def on_new_message(message: UserMessage) -> None:
        if fault:
            raise RuntimeError(f"cannot read {message.text}")

    async def retrieve(_: str) -> None:
        return None

    routes = AmendsChannel("secret").blueprint(on_new_message)
    app = Sanic(f"amends_{fault}")
    app.ctx.agent = SimpleNamespace(is_ready=lambda: True, tracker_store=SimpleNamespace(retrieve=retrieve))
    handler = next(route.handler for route in routes._future_routes if route.uri == "/turn")
    body = {"conversation": "c", "text": "my dear Marmalade"}
    request = SimpleNamespace(headers={"X-Amends-Secret": "secret"}, json=body, app=app)
    answer = await handler(request)
    return [answer.status, json.loads(answer.body)]


async def connections() -> list[Any]:
    """Whether one is kept from act to act, whether it outlives the session, and for how long."""
    endpoint = EndpointConfig("http://127.0.0.1:1")
    async with endpoint.session() as first:
        kept = first.connector
    async with endpoint.session() as second:
        return [second.connector is kept, kept.closed, acts.KEPT_S]


def unset_secret_refused() -> bool:
    try:
        AmendsChannel.from_credentials({"secret": "${AMENDS_RASA_SECRET}"})
    except ValueError:
        return True
    return False


def main() -> None:
    logged = io.StringIO()
    logging.basicConfig(stream=logged, level=logging.INFO, force=True)
    acts.adapt()
    with open(f"{sys.argv[1]}/config.yml", encoding="utf-8") as file:
        pipeline = yaml.safe_load(file)["pipeline"]
    pattern = next(each["token_pattern"] for each in pipeline if "token_pattern" in each)
    ready, tokens = tokens_of("我下周还 pay 你")
    found = {
        "rasa": rasa.__version__,
        "jsonschema": jsonschema.__version__,
        "answers_valid": [valid(answer) for answer in json.load(sys.stdin)],
        "malformed_refused": [not valid(answer) for answer in MALFORMED],
        "act_time_limit_s": action.DEFAULT_REQUEST_TIMEOUT,
        "jieba_ready": ready,
        "tokens": tokens,
        "counted": list(CountVectorizer(token_pattern=pattern).fit([" ".join(tokens)]).vocabulary_),
        "connections": asyncio.run(connections()),
        "fault": asyncio.run(posted(True)),
        "no_tracker": asyncio.run(posted(False)),
        "unset_secret_refused": unset_secret_refused(),
        "logged": logged.getvalue(),
    }
    print(json.dumps(found, ensure_ascii=False))  # noqa: T201


if __name__ == "__main__":
    main()
