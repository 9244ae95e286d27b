"""Write a trained network as a CTranslate2 model that faster-whisper loads like any other."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

import torch
from ctranslate2.converters.transformers import WhisperLoader
from transformers import WhisperForConditionalGeneration

from speech.asr_model import HINT_FILE
from speech.training import tokens
from speech.training.network import Network, whisper_config
from speech.training.tokens import Tokens
from speech.training.train import load

# What the network was trained on: its sounds with 0.1 to 1.5 s of nothing after them.
_HINT = {"window_floor_seconds": 1.2, "window_padding_seconds": 0.3}
# Rows of tokens that do not occur: their logits are near 0, as training took them to be. All zeros would leave int8
# without a scale.
_ALMOST_NOTHING = 1e-4
_SPACE = 220


def export(network: Network, table: Tokens, folder: Path) -> None:
    """Write `model.bin` (int8), the tokens that occur, and what faster-whisper and `speech.hear` want to know."""
    folder.mkdir(parents=True, exist_ok=True)
    whisper = _with_all_tokens(network)
    spec = WhisperLoader().get_model_spec(whisper)
    tokens.write(folder, table, network.used)
    spec.register_vocabulary(json.loads((folder / "vocabulary.json").read_text(encoding="utf-8")))
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [_SPACE]
    spec.config.lang_ids = sorted(tokens.LANGUAGES.values())
    spec.config.alignment_heads = _last_layer(whisper)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    for name, what in (
        ("preprocessor_config.json", {"feature_size": 80, "sampling_rate": 16000, "hop_length": 160, "chunk_length": 30,
                                      "n_fft": 400}),
        (HINT_FILE, _HINT),
    ):  # fmt: skip
        (folder / name).write_text(json.dumps(what) + "\n", encoding="utf-8")


def _with_all_tokens(network: Network) -> WhisperForConditionalGeneration:
    whisper = WhisperForConditionalGeneration(whisper_config(network.size, tokens.COUNT))
    learnt = network.whisper.state_dict()
    rows = torch.randn(tokens.COUNT, network.size.width, generator=torch.Generator().manual_seed(0)) * _ALMOST_NOTHING
    rows[network.used] = learnt["decoder.embed_tokens.weight"]
    whisper.model.load_state_dict({**learnt, "decoder.embed_tokens.weight": rows})
    whisper.proj_out.weight = whisper.model.decoder.embed_tokens.weight
    return whisper.eval()


def _last_layer(whisper: WhisperForConditionalGeneration) -> Iterable[tuple[int, int]]:
    config = whisper.config
    return [(config.decoder_layers - 1, head) for head in range(config.decoder_attention_heads)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m speech.training.export", description=__doc__)
    parser.add_argument("network", type=Path, help="network.pt of speech.training.train")
    parser.add_argument("table", type=Path, help="multilingual.tiktoken of openai-whisper")
    parser.add_argument("folder", type=Path, help="where the model goes")
    given = parser.parse_args()
    export(load(given.network), Tokens(given.table), given.folder)


if __name__ == "__main__":
    main()
