"""``python -m bot.triggers.training --check`` reads the sentences, and says how many there are or what is wrong."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from bot.triggers.sentences import LANGUAGES, SENTENCES, BadSentences, Sentence, load


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.triggers.training", description=__doc__)
    parser.add_argument("--check", action="store_true", help="read the sentences only")
    parser.add_argument("--sentences", type=Path, default=SENTENCES, help="another folder of sentences")
    given = parser.parse_args(arguments)
    try:
        sentences = load(given.sentences)
    except BadSentences as wrong:
        raise SystemExit(f"{wrong}\n{len(str(wrong).splitlines())} wrong") from None
    sys.stdout.write(counted(sentences))


def counted(sentences: tuple[Sentence, ...]) -> str:
    """A line per key with how many sentences there are in each language, and one for all."""
    numbers = Counter((sentence.key, sentence.lang) for sentence in sentences)
    keys = list(dict.fromkeys(sentence.key for sentence in sentences))
    rows = [(key, {lang: numbers[key, lang] for lang in LANGUAGES}) for key in keys]
    rows.append(("all", {lang: sum(row[lang] for _, row in rows) for lang in LANGUAGES}))
    return "".join(f"{key:<45} zh {row['zh']:>5}  en {row['en']:>5}\n" for key, row in rows)


if __name__ == "__main__":
    main(sys.argv[1:])
