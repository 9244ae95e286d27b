"""The making of the offline model: its mel frames, its tokens, its curve; and one very small training, end to end."""

import base64
import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor
from tokenizers import Tokenizer

from speech.hear import HearSettings, Recogniser
from speech.training import tokens
from speech.training.curve import drawing
from speech.training.mel import log_mel
from speech.training.tokens import Tokens

ROOT = Path(__file__).parents[3]
TRAINING = ROOT / ".venv-asr/bin/python"
TABLE = ROOT / "var/offline-asr/multilingual.tiktoken"


def test_mel_frames_are_those_of_faster_whisper() -> None:
    draw = np.random.default_rng(1)
    for size in (4_000, 16_000, 31_337):
        samples = draw.normal(0, 0.1, size).astype(np.float32)
        assert np.allclose(log_mel(samples), FeatureExtractor()(samples), atol=1e-4)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table like Whisper's: all bytes, then some merges, each of two earlier pieces."""
    pieces = [bytes([each]) for each in range(256)]
    pieces += [
        "你"[:1].encode()[:2],
        "你".encode(),
        b" p",
        b" pa",
        b" pay",
        b"ay",
        b" y",
        b" ye",
        b" yes",
        b" p",
        b"'l",
    ]
    unique = list(dict.fromkeys(pieces))
    path = tmp_path / "table"
    path.write_text("".join(f"{base64.b64encode(piece).decode()} {rank}\n" for rank, piece in enumerate(unique)))
    return path


@pytest.mark.parametrize(
    ("text", "language", "count"), [("pay", "en", 1), ("yes pay", "en", 2), ("你你", "zh", 2), ("i'll", "en", 4)]
)
def test_text_becomes_tokens_and_comes_back(table: Path, text: str, language: str, count: int) -> None:
    known = Tokens(table)
    ids = known.of(text, language)
    assert len(ids) == count
    assert known.text(ids) == text


def test_the_written_tokenizer_reads_as_the_table_does(table: Path, tmp_path: Path) -> None:
    known = Tokens(table)
    tokens.write(tmp_path, known, known.of("yes pay", "en"))
    written = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert written.encode(" yes pay", add_special_tokens=False).ids == known.of("yes pay", "en")
    assert written.decode(known.of("yes pay", "en")).strip() == "yes pay"
    # What does not occur is spelled in bytes, and what is special keeps Whisper's own number.
    assert written.decode(written.encode("你").ids) == "你"
    assert written.token_to_id("<|notimestamps|>") == tokens.NO_TIMES
    vocabulary = json.loads((tmp_path / "vocabulary.json").read_text())
    assert len(vocabulary) == len(set(vocabulary)) == tokens.COUNT


def test_a_curve_is_drawn_from_what_was_noted() -> None:
    notes = [
        {"seen": 100, "words": 9.0, "phonemes": 4.0},
        {"seen": 200, "words": 3.0, "phonemes": 2.0},
        {"seen": 200, "zh": 0.5, "en": 0.6},
    ]
    picture = drawing(notes)
    assert picture.count("<polyline") == 4
    assert picture.count("<circle") == 2


@pytest.mark.slow
@pytest.mark.skipif(not TRAINING.exists(), reason="no training environment: scripts/train_offline_asr makes it")
@pytest.mark.skipif(not TABLE.exists(), reason="no table of tokens: scripts/train_offline_asr fetches it")
def test_a_very_small_training_gives_a_model_that_loads(tmp_path: Path) -> None:
    said = {"en": ["yes", "no", "i can pay", "next friday"], "zh": ["是", "不是", "我还两千块", "下周五"]}
    rows = [
        {"text": text, "language": language, "kind": "intent", "held_out": held_out}
        for language, texts in said.items()
        for text in texts * 8
        for held_out in (False, True)
    ]
    (tmp_path / "sentences").write_text("\n".join(map(json.dumps, rows)))
    _run("sounds", tmp_path / "sentences", tmp_path / "pass")
    _run("sounds", "--held-out", tmp_path / "sentences", tmp_path / "held")
    _run(
        "train", "--sentences", tmp_path / "sentences", "--sounds", tmp_path / "pass", "--held-out", tmp_path / "held",
        "--table", TABLE, "--folder", tmp_path / "run", "--minutes", "0.3", "--processes", "1",
    )  # fmt: skip
    notes = [json.loads(line) for line in (tmp_path / "run/curve.jsonl").read_text().splitlines()]
    losses = [note["words"] for note in notes if "words" in note]
    assert losses[0] < 11.5
    assert {"zh", "en"} <= set(notes[-1])
    _run("export", tmp_path / "run/network.pt", TABLE, tmp_path / "model")
    heard = Recogniser(HearSettings(str(tmp_path / "model"))).hear(np.zeros(16_000, np.float32), "zh")
    assert heard.audio_seconds == 1.0


def _run(module: str, *arguments: object) -> None:
    command = [TRAINING, "-m", f"speech.training.{module}", *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True, timeout=280)
