"""The network: Whisper's architecture from `transformers`, small, learning only the tokens that occur.

Whisper has 51,865 tokens; some three thousand occur here. Only those have rows that learn. All others count as one
logit of 0 each, which is what rows of almost nothing give once the model is exported.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import WhisperConfig, WhisperForConditionalGeneration

from speech.training import tokens

# What torch leaves out of the loss.
IGNORED = -100


@dataclass(frozen=True, slots=True)
class Size:
    """Width, layers and heads; the default is what ships."""

    width: int = 144
    encoder_layers: int = 3
    decoder_layers: int = 2
    heads: int = 3


class Network(nn.Module):  # type: ignore[misc]  # the main environment has no torch to look at
    """Mel frames to tokens, and beside it, while training, to phonemes."""

    def __init__(self, size: Size, used: Sequence[int], phonemes: Sequence[str]) -> None:
        """
        :param used: Whisper's ids that occur, in the order of this network's own rows.
        :param phonemes: what the second, alignment-free loss is told to find; one more stands for none.
        """
        super().__init__()
        self.size, self.used, self.phonemes = size, list(used), list(phonemes)
        self.row_of = {each: row for row, each in enumerate(self.used)}
        self.whisper = WhisperForConditionalGeneration(whisper_config(size, len(self.used))).model
        nn.init.normal_(self.whisper.decoder.embed_tokens.weight, std=size.width**-0.5)
        nn.init.normal_(self.whisper.decoder.embed_positions.weight, std=0.01)
        self.sounds = nn.Linear(size.width, len(self.phonemes) + 1)
        # A softmax over all tokens with each untrained one at 0 is one more logit.
        self.register_buffer("others", torch.tensor(math.log(tokens.COUNT - len(self.used))), persistent=False)

    def encode(self, mel: Tensor) -> Tensor:
        """Mel (batch, 80, frames) to (batch, frames / 2, width); the table of positions is cut to the length."""
        encoder = self.whisper.encoder
        hidden = functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(mel)))).transpose(1, 2)
        hidden = hidden + encoder.embed_positions.weight[: hidden.shape[1]]
        for layer in encoder.layers:
            hidden = layer(hidden, None)
        return encoder.layer_norm(hidden)

    def decode(self, encoded: Tensor, rows: Tensor) -> Tensor:
        """Logits (batch, length, rows + 1) of the token after each; the last column stands for all unused ones."""
        decoder = self.whisper.decoder
        hidden = decoder(input_ids=rows, encoder_hidden_states=encoded, use_cache=False).last_hidden_state
        logits = hidden @ decoder.embed_tokens.weight.T
        return torch.cat([logits, self.others.expand(*logits.shape[:2], 1)], dim=-1)

    def losses(
        self, mel: Tensor, rows: Tensor, scored: Tensor, sounds: Tensor, sound_counts: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The two losses of a batch: of the words by attention, and of the phonemes by CTC.

        :param rows: (batch, length) from start to end token.
        :param scored: (batch, length) what must follow, -100 where it is not judged.
        :param sounds: (batch, most) phonemes from 1 on, `sound_counts` of them in each row.
        """
        encoded = self.encode(mel)
        words = functional.cross_entropy(self.decode(encoded, rows).flatten(0, 1), scored.flatten())
        found = self.sounds(encoded).log_softmax(-1).transpose(0, 1)
        frames = torch.full((mel.shape[0],), found.shape[0])
        heard = functional.ctc_loss(found, sounds, frames, sound_counts, zero_infinity=True)
        return words, heard

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def transcribe(self, mel: Tensor, language: str, longest: int = 40) -> list[list[int]]:
        """The likeliest tokens one at a time, as faster-whisper with one beam."""
        begin = [tokens.START, tokens.LANGUAGES[language], tokens.TRANSCRIBE, tokens.NO_TIMES]
        encoded = self.encode(mel)
        rows = torch.tensor([[self.row_of[each] for each in begin]]).repeat(mel.shape[0], 1)
        end = self.row_of[tokens.END]
        for _ in range(longest):
            following = self.decode(encoded, rows)[:, -1, :-1].argmax(-1)
            following = torch.where(rows[:, -1] == end, end, following)
            rows = torch.cat([rows, following[:, None]], dim=1)
            if bool((following == end).all()):
                break
        return [[self.used[each] for each in row if each != end] for row in rows[:, len(begin) :].tolist()]


def prompted(network: Network, text: Sequence[int], language: str) -> tuple[list[int], list[int]]:
    """Rows in and what must follow each: the language and the words are judged, the task's own tokens are not."""
    spoken = tokens.LANGUAGES[language]
    rows = [network.row_of[each] for each in (tokens.START, spoken, tokens.TRANSCRIBE, tokens.NO_TIMES, *text)]
    said = [network.row_of[each] for each in (*text, tokens.END)]
    return rows, [network.row_of[spoken], IGNORED, IGNORED, *said]


def silent(network: Network, language: str) -> tuple[list[int], list[int]]:
    """The same for a line on which nobody speaks: Whisper's token for that in place of the language, then the end."""
    rows, _ = prompted(network, (), language)
    return rows, [network.row_of[tokens.NOBODY_SPEAKS], IGNORED, IGNORED, network.row_of[tokens.END]]


def whisper_config(size: Size, rows: int) -> WhisperConfig:
    """The architecture with `rows` tokens."""
    return WhisperConfig(
        vocab_size=rows,
        d_model=size.width,
        encoder_layers=size.encoder_layers,
        decoder_layers=size.decoder_layers,
        encoder_attention_heads=size.heads,
        decoder_attention_heads=size.heads,
        encoder_ffn_dim=4 * size.width,
        decoder_ffn_dim=4 * size.width,
        dropout=0.0,
        # transformers wants these among the rows; nothing here reads them.
        pad_token_id=0,
        bos_token_id=0,
        eos_token_id=0,
        decoder_start_token_id=0,
        begin_suppress_tokens=None,
    )
