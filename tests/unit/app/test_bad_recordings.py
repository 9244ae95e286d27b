"""A call from a recording in which nobody speaks is refused before anything is loaded."""

import wave

import pytest


@pytest.mark.parametrize("leg", ["wav", "twilio"])
def test_a_refused_recording_is_one_line_and_exit_2(tmp_path, amends, leg):
    with wave.open(str(tmp_path / "debtor.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(16_000 * 2 * 3))
    done = amends("call", "--wav", "debtor.wav", "--out", "bot.wav", "--leg", leg, "--json")
    assert done.refusal == "amends: debtor.wav: the recording is silent (3.0 s)"
    assert not (tmp_path / "bot.wav").exists()
