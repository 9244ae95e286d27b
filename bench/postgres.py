"""A real PostgreSQL for one benchmark or test: a folder of its own, no port, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB", "listen_addresses": ""}
"""Beside what PostgreSQL comes with; writes are as durable as they are by default."""


def missing() -> str | None:
    """Why no server can be started here; None when one can."""
    for program in ("initdb", "postgres"):
        if _found(program) is None:
            return f"PostgreSQL is not installed: there is no `{program}`"
    if os.geteuid() == 0 and _unprivileged() is None:
        return "PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`"
    return None


@contextmanager
def running(settings: Mapping[str, str] = SETTINGS, within: Path | None = None) -> Iterator[str]:
    """
    :param within: where the server's folder is made; by default where temporary files go.
    :yields: an SQLAlchemy URL of an empty database in UTF-8.
    """
    folder = Path(tempfile.mkdtemp(prefix="amends-postgres-", dir=within))
    someone: dict[str, Any] = {}
    if os.geteuid() == 0 and (user := _unprivileged()):
        os.chown(folder, user.pw_uid, user.pw_gid)
        someone = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = folder / "data"
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    try:
        initdb = [
            _found("initdb") or "initdb",
            "-D",
            str(data),
            "-E",
            "UTF8",
            "--locale",
            "C",
            "-U",
            "amends",
            "-A",
            "trust",
        ]
        subprocess.run(initdb, check=True, **quiet, **someone)
        options = [each for name, value in settings.items() for each in ("-c", f"{name}={value}")]
        program = _found("postgres") or "postgres"
        server = subprocess.Popen([program, "-D", str(data), "-k", str(folder), *options], **quiet, **someone)
        try:
            _wait(folder / ".s.PGSQL.5432", server)
            yield f"postgresql+psycopg://amends@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)  # do not wait for clients
            server.wait(60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _found(program: str) -> str | None:
    """Debian keeps the server's programs out of the path, in a folder for each version."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda found: found.parts[4].zfill(3))
    return shutil.which(program) or (str(newest[-1]) if newest else None)


def _wait(socket: Path, server: subprocess.Popen[bytes], seconds: float = 30) -> None:
    until = time.perf_counter() + seconds
    while not socket.exists():
        if server.poll() is not None or time.perf_counter() > until:
            raise RuntimeError("PostgreSQL did not start")
        time.sleep(0.05)
    time.sleep(0.3)  # the socket is there a moment before the server answers


def _unprivileged() -> pwd.struct_passwd | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None
