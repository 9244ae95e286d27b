"""What may leave the bot: approved sentences as they were approved, and no debt fact before the right-party check.

The flag on each sentence says when it may be spoken. The word lists below are a second, independent look at the text
itself, so that a sentence flagged wrongly is still held back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

import yaml

from bot.phrases import FOLDER, LANGUAGES, Line, is_approved, matches, template

Rule = Literal["not_approved", "altered", "before_verified", "debt_fact", "forbidden", "denied"]

FORBIDDEN = FOLDER / "forbidden.yaml"
LETTERS = {"zh": re.compile(r"[\u3400-\u9fff]"), "en": re.compile(r"[A-Za-z]")}
# Words and figures that tell a listener that there is a debt.
DEBT = re.compile(
    r"past due|overdue|in arrears|\bdebts?\b|\bow(?:e|es|ed|ing)\b|\bbalance\b|\bcollect(?:ions?|or)?\b|instal?ments?"
    r"|\bpay(?:ment|ments|ing)?\b|\brepay|\bloan\b|\bcredit card\b"
    r"|逾期|欠款|欠|还款|还钱|催收|余额|账单|贷款|信用卡|分期"
    r"|(?:NT\$|HK\$|[¥$€£])\s?\d|\d\s?元|\b[A-Z]{3} \d",
    re.IGNORECASE,
)


@cache
def _forbidden() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """For each language, what a text of it has letters of, and what must not stand in it."""
    raw: dict[str, dict[str, list[str]]] = yaml.safe_load(FORBIDDEN.read_text(encoding="utf-8"))
    return tuple(
        (LETTERS[lang], re.compile("|".join(f"(?:{each})" for by in raw.values() for each in by[lang]), re.IGNORECASE))
        for lang in LANGUAGES
    )


@dataclass(frozen=True, slots=True)
class Breach:
    """A sentence that must not leave the bot, and the rule that it breaks; `denied` by the gate, with its `code`."""

    template: str
    rule: Rule
    code: str = ""

    def __str__(self) -> str:
        return f"{self.template}: {self.rule} {self.code}".rstrip()


def check(lines: Iterable[Line], verified: bool) -> tuple[Breach, ...]:
    """Every breach in what the bot is about to say. Anything but an empty answer stops the talk."""
    return tuple(Breach(line.template, rule) for line in lines for rule in _broken(line, verified))


@lru_cache(maxsize=2048)
def is_forbidden(text: str) -> bool:
    """Whether `text` holds what no collector may say, whatever sentence it stands in."""
    return any(letters.search(text) and words.search(text) for letters, words in _forbidden())


def names_debt(text: str) -> bool:
    """Whether `text` holds a word or a figure that tells of a debt."""
    return DEBT.search(text) is not None


def tells_of_debt(line: Line) -> bool:
    """Whether a line tells a listener that there is a debt, by its approval or by its words."""
    spoken_in = [lang for lang in LANGUAGES if matches(line, lang)]
    return not any(template(line.template, lang).before_verified for lang in spoken_in) or names_debt(line.text)


def _broken(line: Line, verified: bool) -> Iterable[Rule]:
    spoken_in = [lang for lang in LANGUAGES if matches(line, lang)]
    if not spoken_in:
        yield "altered"
    elif not any(is_approved(line.template, lang) for lang in spoken_in):
        yield "not_approved"
    if is_forbidden(line.text):
        yield "forbidden"
    if verified:
        return
    if not any(template(line.template, lang).before_verified for lang in spoken_in):
        yield "before_verified"
    if names_debt(line.text):
        yield "debt_fact"
