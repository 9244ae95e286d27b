"""The Rasa process: trained when its data changed, started, watched and stopped."""

from __future__ import annotations

import hashlib
import http.client
import os
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from itertools import chain
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

KEPT_FROM_RASA = ("AMENDS_", "PYTHON", "VIRTUAL_ENV")
PROJECT = Path(__file__).parent / "rasa"
# Everything that decides what a model learns. The lock is in it: another version of Rasa cannot read the model.
LEARNT_FROM = ("config.yml", "domain.yml", "data/**/*.yml", "amends/*.py", "amends/*.yml", "requirements*.lock")
TRAINING_LIMIT_S = 600.0
START_LIMIT_S = 120.0

Progress = Callable[[str], None]


class RasaUnavailable(Exception):
    """The Rasa process could not be trained or started; the message says what to do."""


class RasaProcess:
    """One single-worker Rasa on 127.0.0.1:`port`, asking `action_url` for its acts.

    `home` keeps models and the log; `project` is the folder of the assistant. `secret` guards Rasa's own channel,
    `action_secret` our action endpoint; both are passed in the environment, never on a command line. Use as a context
    manager, or call `start` and `stop`.
    """

    def __init__(
        self,
        home: Path,
        port: int,
        action_url: str,
        secret: str,
        action_secret: str,
        python: Path = PROJECT / ".venv" / "bin" / "python",
        project: Path = PROJECT,
        training_limit_s: float = TRAINING_LIMIT_S,
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = home / "rasa.log"
        self._models = home / "models"
        self._port = port
        self._python = python
        self._project = project
        self._training_limit_s = training_limit_s
        self._environment = {
            "AMENDS_RASA_SECRET": secret,
            "AMENDS_ACTION_URL": action_url,
            "AMENDS_ACTION_SECRET": action_secret,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._model: Path | None = None

    def __enter__(self) -> RasaProcess:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def model(self) -> Path:
        """Where the model of the present data lies, trained or not."""
        return self._models / f"amends-{fingerprint(self._project)}.tar.gz"

    def train(self, progress: Progress = lambda _: None) -> Path:
        """The model of the present data, trained now if it is not there yet (about a minute on 2 cores).

        :raises RasaUnavailable: no environment, or the training failed.
        """
        # Asked once: data that somebody edits while this trains must not find this model under its name.
        model = self.model
        if model.exists():
            return model
        self._models.mkdir(parents=True, exist_ok=True)
        progress("training the dialogue model")
        # Trained under another name and moved, so that a broken-off training never looks like a model.
        draft = self._models / f".training-{os.getpid()}"
        process = self._launch(
            ["train", "--out", str(self._models), "--fixed-model-name", draft.name, "--quiet"],
            ["--config", "config.yml", "--domain", "domain.yml", "--data", "data"],
        )
        try:
            code = process.wait(self._training_limit_s)
        except subprocess.TimeoutExpired as late:
            process.kill()
            raise RasaUnavailable(f"training took longer than {self._training_limit_s:.0f} s; see {self.log}") from late
        made = draft.with_name(f"{draft.name}.tar.gz")
        if code != 0 or not made.exists():
            raise RasaUnavailable(f"training failed; see {self.log}")
        made.replace(model)
        progress("dialogue model trained")
        return model

    def start(self, progress: Progress = lambda _: None) -> None:
        """Train if needed, start, and return when Rasa can answer.

        :raises RasaUnavailable: it could not be trained, or did not come up in time.
        """
        if self.running():
            return
        # One that is started anew keeps the model it had: a debtor must not wait for a training.
        self._model = self._model or self.train(progress)
        model = self._model
        progress("starting the dialogue server")
        self._process = self._launch(
            ["run", "--model", str(model), "--port", str(self._port), "--interface", "127.0.0.1", "--quiet"],
            ["--credentials", "credentials.yml", "--endpoints", "endpoints.yml"],
        )
        limit = time.monotonic() + START_LIMIT_S
        while not self.healthy():
            if not self.running():
                raise RasaUnavailable(f"the dialogue server ended at once; see {self.log}")
            if time.monotonic() > limit:
                self.stop()
                raise RasaUnavailable(f"the dialogue server did not start in {START_LIMIT_S:.0f} s; see {self.log}")
            time.sleep(0.2)
        progress("dialogue server ready")

    def stop(self) -> None:
        """End the process; nothing to do when there is none."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def restart(self) -> None:
        """Start it anew, dead, stuck or well as it may be.

        :raises RasaUnavailable: as `start`.
        """
        process, self._process = self._process, None
        if process is not None:
            # Not asked to end: what stands still does not hear that.
            process.kill()
            process.wait()
        self.start()

    @property
    def pid(self) -> int | None:
        """The operating system's number of the process; None when there is none."""
        return self._process.pid if self._process is not None else None

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def healthy(self) -> bool:
        """Whether Rasa answers and has its model loaded."""
        try:
            # Plain on purpose: it is asked every second, and httpx makes ready for TLS each time, for 20 ms and more.
            with closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=2.0)) as line:
                line.request("GET", "/webhooks/amends/health")
                return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False

    def _launch(self, *arguments: list[str]) -> subprocess.Popen[bytes]:
        if not self._python.exists():
            raise RasaUnavailable("the environment of bot/rasa is missing; run scripts/demo once, it sets it up")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        environment = {
            # Our own settings hold secrets that are none of Rasa's business.
            **{name: value for name, value in os.environ.items() if not name.startswith(KEPT_FROM_RASA)},
            **self._environment,
            "AMENDS_RASA_FOLLOW_PARENT": "1",
            "RASA_TELEMETRY_ENABLED": "false",
            # At DEBUG Rasa writes what debtors say into its log.
            "LOG_LEVEL": "WARNING",
            "SANIC_ACCESS_LOG": "false",
            # Two workers would each have a memory of their own, and turns would be lost between them.
            "SANIC_WORKERS": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [str(self._python), str(self._project / "launch.py"), *chain.from_iterable(arguments)],
                env=environment,
                # Held open while we live; see bot/rasa/launch.py.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
            )


def fingerprint(project: Path = PROJECT) -> str:
    """A short hash (12 hex digits) over everything the model is learnt from."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in LEARNT_FROM for path in project.glob(pattern)):
        digest.update(str(path.relative_to(project)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
