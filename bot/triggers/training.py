"""``python -m bot.triggers.training``: learn `model.npz` from the sentences; with ``--check`` only read them.

Needs the development environment (scikit-learn, pypinyin); what it writes is read with numpy alone.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.triggers import features
from bot.triggers.classifier import MODEL, NONE
from bot.triggers.lexicon import Priority
from bot.triggers.sentences import LANGUAGES, NEAR_MISS, ORDINARY, SENTENCES, BadSentences, Sentence, load
from bot.wording import normalise

# Strength of the fit, and steps that it may take: chosen on tests/heldout/triggers_dev.jsonl.
FIT_C = 30.0
FIT_STEPS = 150
# Least share of a priority and the graver ones, chosen on the same file; see docs/triggers.md.
THRESHOLDS: dict[Priority, float] = {"P0": 0.4, "P1": 0.5, "P2": 0.5}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.triggers.training", description=__doc__)
    parser.add_argument("--check", action="store_true", help="read the sentences only")
    parser.add_argument("--sentences", type=Path, default=SENTENCES, help="another folder of sentences")
    parser.add_argument("--out", type=Path, default=MODEL, help="where the weights are written")
    given = parser.parse_args(arguments)
    try:
        sentences = load(given.sentences)
    except BadSentences as wrong:
        raise SystemExit(f"{wrong}\n{len(str(wrong).splitlines())} wrong") from None
    sys.stdout.write(counted(sentences))
    if not given.check:
        save(given.out, learn(sentences), fingerprint(given.sentences))


def counted(sentences: tuple[Sentence, ...]) -> str:
    """A line per key with how many sentences there are in each language, and one for all."""
    numbers = Counter((sentence.key, sentence.lang) for sentence in sentences)
    keys = list(dict.fromkeys(sentence.key for sentence in sentences))
    rows = [(key, {lang: numbers[key, lang] for lang in LANGUAGES}) for key in keys]
    rows.append(("all", {lang: sum(row[lang] for _, row in rows) for lang in LANGUAGES}))
    return "".join(f"{key:<45} zh {row['zh']:>5}  en {row['en']:>5}\n" for key, row in rows)


def learn(sentences: Sequence[Sentence], strength: float = FIT_C, steps: int = FIT_STEPS) -> dict[str, Any]:
    """The arrays of a model: multinomial regression, its weights rounded to one byte each."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    sounds = readings()
    hashed = features.Features(sounds)
    rows = [hashed.of(normalise(sentence.text)) for sentence in sentences]
    ends = np.cumsum([0, *(len(buckets) for buckets, _ in rows)])
    table = csr_matrix(
        (np.concatenate([values for _, values in rows]), np.concatenate([buckets for buckets, _ in rows]), ends),
        shape=(len(rows), features.BUCKETS),
    )
    keys = [
        NONE if sentence.key == ORDINARY or sentence.key.startswith(NEAR_MISS) else sentence.key
        for sentence in sentences
    ]
    fitted = LogisticRegression(C=strength, max_iter=steps).fit(table, keys)
    weights = np.asarray(fitted.coef_.T, np.float32)
    scale = np.abs(weights).max(axis=0) / 127
    return {
        "keys": np.array(fitted.classes_, dtype=np.str_),
        "weights": np.round(weights / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": fitted.intercept_.astype(np.float32),
        "signs": np.array("".join(sounds)),
        "sounds": np.array(list(sounds.values())),
    }


def readings() -> dict[str, str]:
    """How each character of everyday Chinese (GB 2312) is read, without tones."""
    from pypinyin import lazy_pinyin

    pairs = (bytes((first, second)) for first in range(0xB0, 0xF8) for second in range(0xA1, 0xFF))
    signs = (pair.decode("gb2312", "ignore") for pair in pairs)
    return {sign: lazy_pinyin(sign)[0] for sign in signs if sign}


def save(path: Path, model: dict[str, Any], made_from: str) -> None:
    """Write the weights; the file is replaced whole."""
    draft = path.with_suffix(".draft.npz")
    thresholds = np.array([THRESHOLDS["P0"], THRESHOLDS["P1"], THRESHOLDS["P2"]])
    np.savez_compressed(draft, **model, thresholds=thresholds, fingerprint=np.array(made_from))
    draft.replace(path)


def fingerprint(folder: Path = SENTENCES) -> str:
    """A short hash (12 hex digits) over everything that decides what the model learns."""
    here = Path(__file__)
    digest = hashlib.sha256()
    for path in (*sorted(folder.rglob("*.yaml")), here, here.with_name("features.py"), here.parents[1] / "wording.py"):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    main(sys.argv[1:])
