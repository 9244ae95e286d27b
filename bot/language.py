"""Which of the two languages a debtor is writing in."""

from __future__ import annotations

import re

from bot.wording import normalise

HAN = re.compile(r"[㐀-䶿一-鿿]")
LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z']*")
# English words that people drop into Chinese, or type in any language: by themselves they change nothing.
SHARED = frozenset(
    {"ok", "okay", "yes", "no", "hi", "hello", "hey", "bye", "thanks", "sorry"}
    | {"app", "atm", "id", "am", "pm", "ntd", "twd", "nt", "usd", "rmb", "hkd"}
)


def language_of(text: str, current: str) -> str:
    """ "zh" when there is a Chinese character, "en" when there are English words only, else `current`."""
    if HAN.search(text):
        return "zh"
    if any(word.lower() not in SHARED for word in LATIN_WORD.findall(text)):
        return "en"
    return current


# A wish for a language is made of its name and of words that only ask for it; anything more is for the dialogue.
_NAMES = {
    "zh": re.compile(r"chinese|mandarin|putonghua|中文|汉语|华语|国语|普通话"),
    "en": re.compile(r"english|英文|英语"),
}
_ASKING = re.compile(
    r"(?:[\s,.!?;:~]|[请麻烦你您我们咱能可以会想要希望用说讲改换切成到为回复沟通交流谈聊跟和吗么吧好行谢一下继续是有的呢啊不懂听看别只还意思抱歉对起]"
    r"|\b(?:please|can|could|may|would|will|shall|do|does|is|you|we|i|me|it|this|that|let|us|there|to|in|into|with|like|want"
    r"|prefer|need|rather|only|not|no|yes|ok|hi|hello|sorry|thanks|thank|speak|talk|write|reply|answer|say|understand|read"
    r"|use|change|switch|continue|go|on|have|now|instead|possible|language)(?![a-z]))*"
)
_NOT_THIS = re.compile(r"\bnot\b|\bno (?=english|chinese|mandarin)|不[会懂要想用说太]|[听看]不|别")
# "Not English?" asks for it; "I do not speak English?" does not.
_OF_MYSELF = re.compile(r"\b(?:i|we|me)\b|[我咱]")
_LONGEST_WISH = 60
_SENTENCE = re.compile(r"[^.!?]+[.!?]*")


def requested_language(text: str) -> str | None:
    """The language ("zh" or "en") that `text` asks to go on in, None when it asks for nothing or for more than that.

    Whoever does not speak one of the two is answered in the other.
    """
    sentences = [part for part in _SENTENCE.findall(normalise(text)) if part.strip(" .!?")]
    about_it = all(any(name.search(part) for name in _NAMES.values()) for part in sentences)
    # "In English, please? My Chinese is not good enough": every sentence is about the language, and they agree.
    if len(sentences) > 1 and about_it and len(text) <= 2 * _LONGEST_WISH:
        wishes = {_requested(part) for part in sentences} - {None}
        return wishes.pop() if len(wishes) == 1 else None
    return _requested(normalise(text))


def _requested(said: str) -> str | None:
    named = [language for language, name in _NAMES.items() if name.search(said)]
    if len(said) > _LONGEST_WISH or len(named) != 1:
        return None
    if not _ASKING.fullmatch(_NAMES[named[0]].sub(" ", said)):
        return None
    if any(_turns_down(sentence, _NAMES[named[0]]) for sentence in _SENTENCE.findall(said)):
        return "en" if named[0] == "zh" else "zh"
    return named[0]


def _turns_down(sentence: str, name: re.Pattern[str]) -> bool:
    """Whether it is this language that a sentence does not want; a no before its name may be to anything."""
    found = name.search(sentence)
    if found is None:
        return False
    clause = sentence.rfind(",", 0, found.start()) + 1
    about_it = sentence[clause:].replace("能不能", "").replace("会不会", "").strip()
    asks = about_it.endswith(("?", "吗", "吗?")) and not _OF_MYSELF.search(about_it)
    return _NOT_THIS.search(about_it) is not None and not asks
