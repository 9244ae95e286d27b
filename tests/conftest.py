"""What holds for every test, and the databases they run on."""

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from engines import ENGINES, OpenLedger, Server, in_memory, opening, server
from hypothesis import settings

from bench import postgres
from ledger.ledger import Ledger

# A busy machine may take its time over one example; the 200 ms that Hypothesis grants by itself made laws fail by the
# clock. Five seconds still find an example that costs far too much.
settings.register_profile("explore", deadline=5_000)
# Whether a commit passes must not depend on the day it is tried, so every run draws the same examples; new ones are
# looked for on purpose, with HYPOTHESIS_PROFILE=explore.
settings.register_profile("amends", settings.get_profile("explore"), derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "amends"))

# For the processes that tests start, too. Whoever names a place keeps it.
if "TMPDIR" not in os.environ and (memory := in_memory()) is not None:
    os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


@pytest.fixture(autouse=True)
def nobody_elses_log() -> Iterator[None]:
    """A command run inside a test logs to that test's stderr, which is closed when the next one wants to log."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()
        logging.basicConfig(force=True, handlers=[])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One PostgreSQL for the session; tests that want it are skipped where none can be started."""
    if why := postgres.missing():
        pytest.skip(why)
    with server() as started:
        yield started


@pytest.fixture(params=ENGINES)
def ledger_on(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenLedger]:
    """Opens the test's ledger, once on each database: ``ledger_on(clock)``, like ``fresh_ledger(path, clock)``."""
    with opening(request.param, tmp_path, lambda: request.getfixturevalue("postgres_server")) as opens:
        yield opens


@pytest.fixture
def any_ledger(ledger_on: OpenLedger) -> Ledger:
    """An empty ledger on each database, with the ids, keys and standing clock of `seeded`."""
    return ledger_on()


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The URL of an empty PostgreSQL database: no tables yet."""
    with postgres_server.database("empty") as url:
        yield url
