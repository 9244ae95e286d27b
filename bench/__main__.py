"""``scripts/bench score [part] [options]``, ``scripts/bench dispatch [part] [options]``, ``scripts/bench chat``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

SCORE_USAGE = "scripts/bench score [quality|speed|all] [options of quality or speed; see --help]"
DISPATCH_USAGE = "scripts/bench dispatch [gate|reserve|audit|faults|all] [options]"
CHAT_USAGE = "scripts/bench chat [options; see --help]"
TRIGGERS_USAGE = "scripts/bench triggers [files]"
VOICE_USAGE = "scripts/bench voice [options; see --help]"
HEARING_USAGE = "scripts/bench hearing [--rounds N]"
NLU_USAGE = "scripts/bench nlu [candidates; see --help]"


def main(arguments: list[str]) -> None:
    subject, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if subject not in SUBJECTS:
        usages = (SCORE_USAGE, DISPATCH_USAGE, CHAT_USAGE, VOICE_USAGE, HEARING_USAGE, TRIGGERS_USAGE, NLU_USAGE)
        raise SystemExit("usage: " + "\n       ".join(usages))
    SUBJECTS[subject](rest)


def score(arguments: Sequence[str]) -> None:
    """Options after the part go to it; ``all`` takes none."""
    from bench import quality, speed

    parts = {"quality": (quality.main,), "speed": (speed.main,), "all": (quality.main, speed.main)}
    part, *options = arguments or ["all"]
    if part not in parts or (part == "all" and options):
        raise SystemExit(f"usage: {SCORE_USAGE}")
    for run in parts[part]:
        run(options)


def dispatch(arguments: Sequence[str]) -> None:
    from bench import dispatch as measured

    measured.main(arguments)


def chat(arguments: Sequence[str]) -> None:
    from bench.chat import run

    run.main(arguments)


def voice(arguments: Sequence[str]) -> None:
    from bench.voice import run

    run.main(arguments)


def hearing(arguments: Sequence[str]) -> None:
    from bench import hearing as measured

    measured.main(arguments)


def triggers(arguments: Sequence[str]) -> None:
    from bench import triggers as measured

    measured.main(arguments)


def nlu(arguments: Sequence[str]) -> None:
    from bench import nlu as measured

    measured.main(arguments)


SUBJECTS: dict[str, Callable[[Sequence[str]], None]] = {
    "score": score,
    "dispatch": dispatch,
    "chat": chat,
    "voice": voice,
    "hearing": hearing,
    "triggers": triggers,
    "nlu": nlu,
}
"""What they measure is loaded on demand: each needs packages of its own, and none slows the start of the other."""


if __name__ == "__main__":
    main(sys.argv[1:])
