"""A served floor with made-up people, and a Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from floor_for_pages import Served, furnish
from phoning import CallsInAThread

from app.web.server import build_app


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These come last: Playwright keeps an event loop running in the main thread, where tests with one of their own
    could not start any more."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def calls() -> Iterator[CallsInAThread]:
    """Where the calls of the served floor happen."""
    running = CallsInAThread()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, calls: CallsInAThread) -> Iterator[Served]:
    """One server for the whole run: NiceGUI keeps its pages in the process."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    floor = furnish(tmp_path_factory.mktemp("floor"), url)
    floor.phones = calls.phones()
    server = uvicorn.Server(uvicorn.Config(build_app(floor), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.05)
    yield Served(floor, url)
    server.should_exit = True
    thread.join(20)
    listener.close()


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Any]]:
    """Starts a headless Chromium with flags of one's own; nothing it does leaves the machine."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = os.environ.get("AMENDS_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium here; apt-get install chromium, or set AMENDS_TEST_CHROMIUM")
    quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    always = ["--no-sandbox", "--disable-gpu", "--disable-quic", *quiet]
    started = []
    with playwright.sync_playwright() as driver:

        def start(*flags: str) -> Any:
            started.append(driver.chromium.launch(executable_path=found, args=[*always, *flags]))
            return started[-1]

        yield start
        for chromium in started:
            chromium.close()


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Any]) -> Any:
    """A Chromium without a microphone."""
    return launch()
