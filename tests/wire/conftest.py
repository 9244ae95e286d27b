"""One Rasa for all tests that talk to it: its start costs more than most of them together."""

from collections.abc import Iterator

import pytest
from rasa_serving import ActionWebhook, rasa_server

from bot.rasa_process import RasaProcess


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[RasaProcess, ActionWebhook]]:
    """The process, and the webhook that answers its acts; what it runs is for each test to set."""
    with rasa_server() as running:
        yield running
