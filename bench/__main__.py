"""``scripts/bench score [quality|speed|all] [options]``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from bench import quality, speed

PARTS: dict[str, tuple[Callable[[Sequence[str]], None], ...]] = {
    "quality": (quality.main,),
    "speed": (speed.main,),
    "all": (quality.main, speed.main),
}


def main(arguments: list[str]) -> None:
    """Options after the part go to it; ``all`` takes none."""
    subject, part = (*arguments, "all", "all")[:2] if arguments else ("", "")
    options = arguments[2:]
    if subject != "score" or part not in PARTS or (part == "all" and options):
        raise SystemExit("usage: scripts/bench score [quality|speed|all] [options of quality or speed; see --help]")
    for run in PARTS[part]:
        run(options)


if __name__ == "__main__":
    main(sys.argv[1:])
