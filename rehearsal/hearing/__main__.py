"""`python -m rehearsal.hearing OUT`: write the sentences as JSON lines."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from rehearsal.hearing.sentences import all_sentences

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m rehearsal.hearing OUT.jsonl")
    lines = (json.dumps(asdict(each), ensure_ascii=False) for each in all_sentences())
    Path(sys.argv[1]).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
