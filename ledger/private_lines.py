"""Files that others read line by line, one JSON object each, and that their owner alone may read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path


def append(file: Path, line: Mapping[str, object]) -> None:
    """Add one line. A file that was there already and open to others is closed to them first.

    :raises OSError: the file is not ours, or cannot be written.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as out:
        os.fchmod(descriptor, 0o600)
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
