"""Recordings come in whatever their form; those that cannot be used say why."""

import wave
from pathlib import Path

import av
import numpy as np
import pytest
from sounds import CLIPS, needs_clips, noise, tone

from speech.audio import BadAudio, read_audio, read_pcm16, seconds_of, to_pcm16, write_wav


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_any_rate_comes_in_at_16_khz(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "tone.wav"
    write_wav(path, (0.3 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype(np.float32), rate)
    samples = read_audio(path)
    assert not isinstance(samples, BadAudio)
    assert seconds_of(samples) == pytest.approx(1.0, abs=0.01)
    # The tone is still 440 Hz: the rate was converted, not only relabelled.
    spectrum = np.abs(np.fft.rfft(samples[:16_000]))
    assert np.argmax(spectrum) == pytest.approx(440, abs=2)


def test_two_channels_are_mixed_to_one(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.repeat(np.frombuffer(to_pcm16(tone(440, 1)), "<i2"), 2).tobytes())
    samples = read_audio(path)
    assert not isinstance(samples, BadAudio)
    assert samples.shape == (16_000,)
    assert samples.dtype == np.float32


def test_telephone_wav_with_mu_law_is_read(tmp_path: Path) -> None:
    path = tmp_path / "phone.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_mulaw", rate=8_000, layout="mono")
        pcm = np.frombuffer(to_pcm16(tone(440, 1)[::2]), "<i2").reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        frame.sample_rate = 8_000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    samples = read_audio(path)
    assert not isinstance(samples, BadAudio)
    assert seconds_of(samples) == pytest.approx(1.0, abs=0.02)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "noise.wav"
    sound = noise(0.5)
    write_wav(path, sound)
    again = read_audio(path)
    assert not isinstance(again, BadAudio)
    np.testing.assert_allclose(again, np.clip(sound, -1, 1), atol=1e-4)
    np.testing.assert_allclose(read_pcm16(path)[0], again, atol=1e-4)
    assert read_pcm16(path)[1] == 16_000
    assert [each.name for each in tmp_path.iterdir()] == ["noise.wav"]


def test_bad_recordings_say_why(tmp_path: Path) -> None:
    def reason(path: Path) -> str:
        found = read_audio(path, longest_seconds=5)
        assert isinstance(found, BadAudio)
        return found.reason

    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.wav").write_text("this is not sound, whatever it is called\n" * 20)
    write_wav(tmp_path / "whole.wav", tone(440, 1))
    (tmp_path / "cut.wav").write_bytes((tmp_path / "whole.wav").read_bytes()[:20_000])
    (tmp_path / "header.wav").write_bytes((tmp_path / "whole.wav").read_bytes()[:44])
    write_wav(tmp_path / "no_sound.wav", np.zeros(0, np.float32))
    write_wav(tmp_path / "long.wav", tone(440, 6))
    assert reason(tmp_path / "absent.wav") == "not_found"
    assert reason(tmp_path) == "not_found"
    assert reason(tmp_path / "empty.wav") == "empty"
    assert reason(tmp_path / "text.wav") == "unreadable"
    assert reason(tmp_path / "cut.wav") == "truncated"
    assert reason(tmp_path / "header.wav") == "truncated"
    assert reason(tmp_path / "no_sound.wav") == "empty"
    assert reason(tmp_path / "long.wav") == "too_long"


def test_wav_from_a_pipe_has_no_length_and_is_read(tmp_path: Path) -> None:
    path = tmp_path / "piped.wav"
    write_wav(path, tone(440, 1))
    whole = bytearray(path.read_bytes())
    at = whole.index(b"data") + 4
    whole[at : at + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(whole)
    assert not isinstance(read_audio(path), BadAudio)


def test_values_that_are_no_numbers_become_silence(tmp_path: Path) -> None:
    path = tmp_path / "float.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_f32le", rate=16_000, layout="mono")
        sound = tone(440, 1)
        sound[::100] = np.nan
        sound[1::100] = 40.0
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = 16_000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    samples = read_audio(path)
    assert not isinstance(samples, BadAudio)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1.0


@needs_clips
def test_recordings_of_people_are_read_in_full() -> None:
    listed = [line.split("\t") for line in (CLIPS / "transcripts.tsv").read_text("utf-8").splitlines()[1:]]
    assert listed
    for name, _, length, *_ in listed:
        samples = read_audio(CLIPS / name)
        assert not isinstance(samples, BadAudio)
        assert seconds_of(samples) == pytest.approx(float(length), abs=0.02)
