"""Draw how a training went: the losses it learnt by, and what it misheard of the held-out sentences."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

_WIDTH, _HEIGHT, _EDGE = 640, 300, 44
# By name in a line of curve.jsonl: what it is called, its colour and whether it is on the scale of shares (0 to 1).
_LINES = {
    "words": ("loss of the words (nats a token)", "#1f5fa8", False),
    "phonemes": ("loss of the phonemes (nats each)", "#8a8a8a", False),
    "zh": ("held out, Chinese: characters misheard", "#c0392b", True),
    "en": ("held out, English: words misheard", "#27824a", True),
}


def drawing(notes: Sequence[Mapping[str, float]]) -> str:
    """An SVG of a `curve.jsonl`: sentences heard along the bottom, losses to the left, shares misheard to the right."""
    most = max(note["seen"] for note in notes)
    top = max((note[name] for note in notes for name in ("words", "phonemes") if name in note), default=1.0)
    top = min(top, 8.0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT + 76}" font-family="sans-serif" '
        f'font-size="11"><rect width="100%" height="100%" fill="white"/>',
    ]
    for fifth in range(6):
        height = _y(fifth / 5)
        parts.append(f'<line x1="{_EDGE}" x2="{_WIDTH - _EDGE}" y1="{height}" y2="{height}" stroke="#ddd"/>')
        parts.append(f'<text x="{_EDGE - 6}" y="{height + 4}" text-anchor="end">{top * fifth / 5:.1f}</text>')
        parts.append(f'<text x="{_WIDTH - _EDGE + 6}" y="{height + 4}">{fifth * 20}%</text>')
        across = _EDGE + (_WIDTH - 2 * _EDGE) * fifth / 5
        parts.append(f'<text x="{across}" y="{_HEIGHT - 8}" text-anchor="middle">{most * fifth / 5 / 1000:.0f}k</text>')
    for at, (name, (called, colour, is_share)) in enumerate(_LINES.items()):
        points = [
            (_EDGE + (_WIDTH - 2 * _EDGE) * note["seen"] / most, _y(min(1.0, note[name] / (1.0 if is_share else top))))
            for note in notes
            if name in note
        ]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        if is_share:
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{colour}"/>' for x, y in points]
        x, y = _EDGE + (at % 2) * 290, _HEIGHT + 24 + (at // 2) * 18
        parts.append(f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{x + 16}" y="{y}">{called}</text>')
    parts.append(f'<text x="{_WIDTH / 2}" y="{_HEIGHT + 66}" text-anchor="middle">spoken sentences heard</text></svg>')
    return "\n".join(parts) + "\n"


def _y(share: float) -> float:
    return round(_HEIGHT - 24 - (_HEIGHT - 48) * share, 1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m speech.training.curve", description=__doc__)
    parser.add_argument("notes", type=Path, help="curve.jsonl of speech.training.train")
    parser.add_argument("picture", type=Path, help="the .svg to write")
    given = parser.parse_args()
    notes = [json.loads(line) for line in given.notes.read_text().splitlines()]
    given.picture.write_text(drawing(notes), encoding="utf-8")


if __name__ == "__main__":
    main()
