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
import yaml
from numpy.typing import NDArray

from bot.redaction import redact
from bot.triggers import features
from bot.triggers.classifier import MODEL, ORDINARY
from bot.triggers.network import INPUT_SCALE, fit
from bot.triggers.sentences import HAN, LANGUAGES, SENTENCES, BadSentences, Sentence, bare, load
from bot.wording import normalise

# Strength of the linear fit, and how sharply a difference of scores becomes one of shares: chosen on
# tests/heldout/triggers_dev.jsonl.
FIT_C = 1.0
SHARPNESS = 5.0
# Of the linear fit: finer takes twice as long and finds no more.
TOLERANCE = 0.01
# Steps of a weight on each side of zero, and the sentences that a piece must stand in: finer finds no more.
STEPS = 63
LEAST_SENTENCES = 5
# What decides, beside the sentences, what a text is to the model.
LEARNT_FROM = ("features.py", "circumstances.py", "network.py")
NLU = Path(__file__).parents[1] / "rasa" / "data" / "nlu"
# Intents that the script answers, whoever says them and however: all their sentences are ordinary talk.
SCRIPTED = {
    *("greet", "goodbye", "thanks", "affirm", "deny", "repeat", "wait", "off_topic", "cancel"),
    *("promise", "pay_now", "part_payment", "give", "waiting_for_money", "too_much", "ask_plan", "ask_extension"),
    *("change_promise", "forgot", "how_to_pay", "payment_trouble", "ask_amount", "ask_due_date", "ask_charges"),
    *("ask_consequences", "ask_discount", "ask_minimum"),
}


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
        save(given.out, learn(without_doubles(sentences, scripted())), fingerprint(given.sentences))


def counted(sentences: tuple[Sentence, ...]) -> str:
    """A line per key with how many sentences there are in each language, and one for all."""
    numbers = Counter((sentence.key, sentence.lang) for sentence in sentences)
    keys = list(dict.fromkeys(sentence.key for sentence in sentences))
    rows = [(key, {lang: numbers[key, lang] for lang in LANGUAGES}) for key in keys]
    rows.append(("all", {lang: sum(row[lang] for _, row in rows) for lang in LANGUAGES}))
    return "".join(f"{key:<45} zh {row['zh']:>5}  en {row['en']:>5}\n" for key, row in rows)


def without_doubles(sentences: Sequence[Sentence], more: Sequence[Sentence]) -> list[Sentence]:
    """Both, less what stands in `sentences` already: there somebody has decided what it is."""
    known = {bare(sentence.text) for sentence in sentences}
    return [*sentences, *(sentence for sentence in more if bare(sentence.text) not in known)]


def learn(sentences: Sequence[Sentence]) -> dict[str, Any]:
    """The arrays of a model: a support vector machine per class and a network, weights rounded to one byte each."""
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    sounds = readings()
    hashed = features.Features(sounds)
    rows = hashed.of([normalise(redact(sentence.text)) for sentence in sentences])
    standing = np.bincount(rows.buckets, minlength=features.BUCKETS)
    kept = np.flatnonzero(standing >= LEAST_SENTENCES).astype(np.int32)
    table = csr_matrix((rows.values, rows.buckets, rows.starts), (len(sentences), features.BUCKETS))
    # What only sounds like a trigger is a class of its own for each, and ordinary talk one for each thing wanted: one
    # class for all that is harmless finds no line between "die of shame" and "die".
    keys, classes = np.unique([sentence.key for sentence in sentences], return_inverse=True)
    evenly = evened([sentence.key for sentence in sentences])
    counts = [evenly[key] for key in keys]
    rows_of_kept = table[:, kept].tocsr()
    machine = LinearSVC(C=FIT_C, random_state=0, tol=TOLERANCE, class_weight=dict(enumerate(counts)))
    machine.fit(rows_of_kept, classes)
    network = fit(rows_of_kept, classes, counts)
    weights, scale = rounded(SHARPNESS * np.asarray(machine.coef_.T, np.float32))
    hidden, hidden_scale = rounded(network.hidden)
    return {
        "keys": keys,
        "buckets": kept,
        "weights": weights,
        "scale": scale,
        "bias": (SHARPNESS * machine.intercept_).astype(np.float32),
        "hidden": hidden,
        "hidden_scale": INPUT_SCALE * hidden_scale,
        "hidden_bias": network.hidden_bias,
        "out": network.out,
        "out_bias": network.out_bias,
        "signs": np.array("".join(sounds)),
        "sounds": np.array(list(sounds.values())),
    }


def rounded(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Weights in one byte each, and what each column of them is to be multiplied by."""
    scale = np.abs(weights).max(axis=0) / np.float32(STEPS)
    return np.round(weights / scale).astype(np.int8), scale


def evened(keys: Sequence[str]) -> dict[str, float]:
    """How much a sentence of each class counts: more in a class of few, but ordinary talk as it is."""
    sizes = Counter(keys)
    usual = float(np.median(list(sizes.values())))
    return {key: 1.0 if key.startswith(ORDINARY) else (usual / size) ** 0.25 for key, size in sizes.items()}


def scripted(folder: Path = NLU) -> tuple[Sentence, ...]:
    """What the dialogue model is taught to understand and no trigger is, each intent a kind of ordinary talk."""
    return tuple(
        Sentence(
            f"{ORDINARY}/{entry['intent']}", "zh" if HAN.search(line) else "en", line.removeprefix("- "), path.name
        )
        for path in sorted(folder.glob("*.yml"))
        for entry in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["nlu"]
        if entry.get("intent") in SCRIPTED
        for line in entry["examples"].splitlines()
    )


def readings() -> dict[str, str]:
    """How each character of everyday Chinese (GB 2312) is read, without tones."""
    from pypinyin import lazy_pinyin

    pairs = (bytes((first, second)) for first in range(0xB0, 0xF8) for second in range(0xA1, 0xFF))
    signs = (pair.decode("gb2312", "ignore") for pair in pairs)
    return {sign: lazy_pinyin(sign)[0] for sign in signs if sign}


def save(path: Path, model: dict[str, Any], made_from: str) -> None:
    """Write the weights; the file is replaced whole."""
    draft = path.with_suffix(".draft.npz")
    np.savez_compressed(draft, **model, fingerprint=np.array(made_from))
    draft.replace(path)


def fingerprint(folder: Path = SENTENCES) -> str:
    """A short hash (12 hex digits) over the sentences and over how they are learnt.

    The dialogue model's sentences are not in it: they change often, and each is only one more of ordinary talk.
    """
    here = Path(__file__)
    digest = hashlib.sha256()
    for path in (*sorted(folder.rglob("*.yaml")), here, *(here.with_name(name) for name in LEARNT_FROM)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    main(sys.argv[1:])
