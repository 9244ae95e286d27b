"""Audio as everything in `speech` passes it: one channel, 16 kHz, float32 between -1 and 1.

Files of any rate, width or codec that FFmpeg knows (PyAV carries it) come in through `read_audio`; WAV goes out
through `write_wav`. A file that cannot be used is a value with a reason, because bad recordings are everyday events.
"""

from __future__ import annotations

import os
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import av
import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

RATE = 16_000  # Hertz
LONGEST_SECONDS = 600.0
# Outside these a header is damaged, and converting from such a rate would take for ever.
_LOWEST_RATE, _HIGHEST_RATE = 1_000, 400_000  # Hertz
# A recording below this peak holds nothing that a person could hear over a telephone (about -60 dB).
SILENT_PEAK = 0.001

BadAudioReason = Literal["not_found", "unreadable", "empty", "truncated", "too_long", "silence", "noise"]


@dataclass(frozen=True)
class BadAudio:
    """A recording that cannot be used.

    :param reason: why, as a code.
    :param detail: the same in one line for a person; it names durations and sizes, never what was said.
    """

    reason: BadAudioReason
    detail: str


def read_audio(path: Path, longest_seconds: float = LONGEST_SECONDS) -> Samples | BadAudio:
    """Decode a recording to 16 kHz mono float32, whatever its rate, channels or codec.

    Silence is accepted here; whether there is speech in it is asked of `speech.activity`.
    """
    if not path.is_file():
        return BadAudio("not_found", f"there is no file {path.name}")
    if path.stat().st_size == 0:
        return BadAudio("empty", f"{path.name} has no bytes")
    missing = _missing_wav_bytes(path)
    if missing:
        return BadAudio("truncated", f"{path.name} ends {missing} bytes before its header says it does")
    try:
        samples = _decode(path, longest_seconds)
    except (av.FFmpegError, ValueError) as fault:
        return BadAudio("unreadable", f"{path.name} is not audio that can be decoded ({type(fault).__name__})")
    if isinstance(samples, BadAudio):
        return samples
    if samples.size == 0:
        return BadAudio("empty", f"{path.name} holds no audio")
    return samples


def _decode(path: Path, longest_seconds: float) -> Samples | BadAudio:
    too_long = BadAudio("too_long", f"{path.name} is longer than {longest_seconds:.0f} s")
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return BadAudio("unreadable", f"{path.name} has no audio track")
        codec = container.streams.audio[0].codec_context
        if codec is None:
            return BadAudio("unreadable", f"{path.name} is in a form that cannot be decoded")
        rate = codec.sample_rate
        if not _LOWEST_RATE <= rate <= _HIGHEST_RATE:
            return BadAudio("unreadable", f"{path.name} claims a sampling rate of {rate} Hz")
        # The header's word is taken first, so that an hour of audio is refused without decoding it.
        if container.duration is not None and container.duration / av.time_base > longest_seconds:
            return too_long
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        parts: list[Samples] = []
        held = 0
        for frame in (*container.decode(container.streams.audio[0]), None):
            for piece in resampler.resample(frame):
                parts.append(piece.to_ndarray().reshape(-1).astype(np.float32))
                held += parts[-1].size
            if held > longest_seconds * RATE:
                return too_long
    samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    return np.clip(np.nan_to_num(samples), -1.0, 1.0).astype(np.float32)


def _missing_wav_bytes(path: Path) -> int:
    """How many bytes a RIFF header promises that the file has not; 0 for other formats and for streamed headers."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            return 0
        while len(chunk := file.read(8)) == 8:
            length = int.from_bytes(chunk[4:], "little")
            if chunk[:4] == b"data":
                # Programs that write to a pipe cannot know the length and leave one of these marks.
                return 0 if length in {0, 0xFFFFFFFF, 0x7FFFFFFF} else max(0, file.tell() + length - size)
            file.seek(length + length % 2, os.SEEK_CUR)
    return 0


def read_pcm16(path: Path) -> tuple[Samples, int]:
    """A plain 16-bit mono WAV and its rate (Hertz): the fast way in for files we had written ourselves.

    :raises wave.Error: when it is not such a file.
    """
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2 or file.getnchannels() != 1:
            raise wave.Error("not 16-bit mono")
        return from_pcm16(file.readframes(file.getnframes())), file.getframerate()


def write_wav(path: Path, samples: Samples, rate: int = RATE) -> None:
    """Write 16-bit mono WAV. The file appears whole or not at all: it is renamed into place.

    :param rate: Hertz of `samples`.
    :raises OSError: when the folder is missing or cannot be written.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(to_pcm16(samples))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def to_pcm16(samples: Samples) -> bytes:
    """Little-endian 16-bit PCM of float samples."""
    return (np.clip(samples, -1.0, 1.0) * 32767.0).round().astype("<i2").tobytes()


def from_pcm16(pcm: bytes) -> Samples:
    """Float samples of little-endian 16-bit PCM, read-only."""
    samples = (np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0).astype(np.float32)
    samples.flags.writeable = False
    return samples


def resample(samples: Samples, rate: int, to_rate: int) -> Samples:
    """Change the rate (Hertz) of mono samples with FFmpeg's resampler."""
    if rate == to_rate or samples.size == 0:
        return samples
    resampler = av.AudioResampler(format="flt", layout="mono", rate=to_rate)
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate = rate
    parts = [piece.to_ndarray().reshape(-1) for given in (frame, None) for piece in resampler.resample(given)]
    return np.concatenate(parts).astype(np.float32)


def silence(seconds: float) -> Samples:
    """Digital silence at 16 kHz."""
    return np.zeros(round(seconds * RATE), np.float32)


def seconds_of(samples: Samples) -> float:
    """The length of 16 kHz samples in seconds."""
    return samples.size / RATE
