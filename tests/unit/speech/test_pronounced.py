"""What espeak-ng really says: its own phonemes, asked in a process of its own (it allows one engine a process)."""

import json
import subprocess
import sys

import pytest

from speech.pronounced import pronounced

ASK = """
import ctypes, json, os, sys
from pathlib import Path
import espeakng_loader
os.environ["ESPEAK_DATA_PATH"] = str(Path(espeakng_loader.get_data_path()).parent)
espeak = ctypes.CDLL(espeakng_loader.get_library_path())
espeak.espeak_Initialize(2, 0, None, 0)
espeak.espeak_TextToPhonemes.restype = ctypes.c_char_p
espeak.espeak_Info.restype = ctypes.c_char_p
said = [espeak.espeak_Info(None).decode()]
for text, voice in json.loads(sys.stdin.read()):
    espeak.espeak_SetVoiceByName(voice.encode())
    rest = ctypes.pointer(ctypes.c_char_p(text.encode()))
    clauses = []
    while rest.contents.value:
        clauses.append(espeak.espeak_TextToPhonemes(rest, 1, 0).decode())
    said.append(" ".join(clauses))
print(json.dumps(said))
"""


def phonemes(*asked: tuple[str, str]) -> list[str]:
    answer = subprocess.run([sys.executable, "-c", ASK], input=json.dumps(asked), capture_output=True, text=True)
    found: list[str] = json.loads(answer.stdout)
    return found


PAY_BACK = [
    "还款",
    "怎么还",
    "您可以还吗？",
    "还清",
    "还钱",
    "偿还",
    "先还一半",
    "还新台币两千元",
    "还多少",
    "还了",
    "善还",
]
STILL = ["还有两天", "还是", "还没", "还要", "还在", "还可以", "还剩", "还欠", "还想"]


def test_the_voice_is_that_of_the_wheel_which_reads_chinese() -> None:
    version, said = phonemes(("银行", "sit/cmn"))
    assert version.startswith("1.52")
    assert "(en)" not in said


@pytest.mark.parametrize(("words", "reading"), [(PAY_BACK, "ua"), (STILL, "Xai")])
def test_one_character_is_read_as_to_pay_back_or_as_still(words: list[str], reading: str) -> None:
    said = phonemes(*((pronounced(each), "sit/cmn") for each in words))[1:]
    wrong = [word for word, sound in zip(words, said, strict=True) if reading not in sound.replace("'", "")]
    assert not wrong


def test_both_readings_in_one_clause() -> None:
    assert pronounced("您还没还清，还有两期要还。") == "您还没环清，还有两期要环。"


def test_letters_are_read_as_letters() -> None:
    morning, code, chinese = phonemes(
        (pronounced("nine a m"), "gmw/en-us"),
        (pronounced("A M two"), "gmw/en-us"),
        (pronounced("编号A M 二"), "sit/cmn"),
    )[1:]
    assert all("eI" in said and "a#" not in said for said in (morning, code, chinese)), (morning, code, chinese)


def test_an_article_stays_an_article() -> None:
    assert pronounced("A person will call. Plan A is fine. I am a man.") == (
        "A person will call. Plan A is fine. I am a man."
    )
