"""Which of espeak-ng's voices speak in training and which are held out to measure with: no variant is in both."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_LEARNT = [
    "Alex",
    "Alicia",
    "Andy",
    "Denis",
    "Diogo",
    "Gene",
    "Henrique",
    "Hugo",
    "Jacky",
    "Lee",
    "Marco",
    "Mario",
    "Michael",
    "Nguyen",
    "RicishayMax",
    "Storm",
    "adam",
    "anika",
    "antonio",
    "aunty",
    "benjamin",
    "boris",
    "caleb",
    "david",
    "edward",
    "f1",
    "f2",
    "f4",
    "grandma",
    "gustave",
    "ian",
    "iven",
    "iven3",
    "john",
    "kaukovalta",
    "klatt",
    "klatt2",
    "klatt5",
    "m1",
    "m2",
    "m3",
    "m5",
    "m6",
    "marcelo",
    "max",
    "miguel",
    "norbert",
    "pablo",
    "pedro",
    "quincy",
    "rob",
    "robert",
    "sandro",
    "shelby",
    "steph",
    "travis",
    "zac",
]
# Women, men and old people; each unlike the learnt ones by name and by maker.
_HELD_OUT = [
    "f3",
    "f5",
    "m4",
    "m7",
    "m8",
    "Andrea",
    "Annie",
    "belinda",
    "ed",
    "grandpa",
    "linda",
    "Mike",
    "paul",
    "victor",
]
_PLAIN = 0.08
_SPOKEN_AS = {
    "zh": (("cmn",), ("cmn",)),
    "en": (("en-us", "en-us", "en", "en-gb-x-rp", "en-gb-scotland", "en-029", "en-gb-x-gbclan"), ("en-us", "en")),
}


@dataclass(frozen=True, slots=True)
class Voice:
    """How a sentence is spoken.

    :param name: espeak-ng's name of the language and the variant, such as "cmn+f3".
    :param words_a_minute: espeak-ng's rate.
    :param pitch: 0 to 100, of the variant's own range.
    :param pitch_range: 0 (one tone) to 100.
    """

    name: str
    words_a_minute: int
    pitch: int
    pitch_range: int


def draw_voice(language: str, held_out: bool, draw: Random) -> Voice:
    """A voice for "zh" or "en" at a common speed and pitch."""
    spoken_as = draw.choice(_SPOKEN_AS[language][held_out])
    # Now and then the plain voice, with which rehearsed debtors speak.
    plain = not held_out and draw.random() < _PLAIN
    return Voice(
        name=spoken_as if plain else f"{spoken_as}+{draw.choice(_HELD_OUT if held_out else _LEARNT)}",
        words_a_minute=draw.randint(*((140, 250) if language == "zh" else (130, 210))),
        pitch=draw.randint(25, 75),
        pitch_range=draw.randint(30, 75),
    )
