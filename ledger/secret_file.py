"""A file with a secret in it, made once, whole, and readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def make_once(path: Path, content: bytes) -> bool:
    """Write the file, on the disk when this returns; False where it is there already, which is never overwritten.

    It is written under a name of our own and linked when whole: of two processes that begin at once both then read what
    one of them wrote.
    """
    draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
