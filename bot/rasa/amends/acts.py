"""How Rasa asks our side for an act: with a time limit that suits a debtor, the answer's schema made ready once, and
over a connection that is kept."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import jsonschema
from rasa.core.actions import action
from rasa.utils import endpoints

# Rasa itself waits five minutes, and the talk is locked while it does; our side gives a whole turn two seconds.
LONGEST_ACT_S = 2.0
# How long a connection to our side is kept that nothing goes over. Our side keeps it much longer (KEPT_S of
# app/serving.py), so that no act is ever sent into one that is just being closed.
KEPT_S = 15.0
# The same schema as Rasa's own; it checks the schema itself anew for each answer, which takes longer than most acts.
_ANSWER = jsonschema.Draft7Validator(action.RemoteAction.action_response_format_spec())


def adapt() -> None:
    """Change Rasa for this process. None of the changes has a setting in Rasa 3.6."""
    action.DEFAULT_REQUEST_TIMEOUT = LONGEST_ACT_S
    action.RemoteAction._validate_action_result = _is_valid
    endpoints.EndpointConfig.session = _session


# Made when the first act is asked for: connections belong to the loop that they are used in.
_connections: dict[asyncio.AbstractEventLoop, aiohttp.TCPConnector] = {}


def _session(endpoint: endpoints.EndpointConfig) -> aiohttp.ClientSession:
    """As Rasa's own, which is closed after each request, but its connections are not: they belong to no session."""
    loop = asyncio.get_running_loop()
    if loop not in _connections:
        _connections[loop] = aiohttp.TCPConnector(keepalive_timeout=KEPT_S)
    return aiohttp.ClientSession(
        connector=_connections[loop],
        connector_owner=False,
        headers=endpoint.headers,
        timeout=aiohttp.ClientTimeout(total=LONGEST_ACT_S),
    )


def _is_valid(_: action.RemoteAction, answer: dict[str, Any]) -> bool:
    """:raises jsonschema.ValidationError: not an answer of the action-server protocol."""
    _ANSWER.validate(answer)
    return True
