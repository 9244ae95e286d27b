import numpy as np
from sounds import tone

from speech.telephone_line import decode_mu_law, encode_mu_law, over_the_line


def test_mu_law_follows_g711() -> None:
    # Codes for silence and the extremes, as ITU-T G.711 defines them.
    codes = encode_mu_law(np.array([0.0, 1.0, -1.0], np.float32))
    assert codes.tolist() == [0xFF, 0x80, 0x00]
    assert np.round(decode_mu_law(codes) * 32768).tolist() == [0, 32124, -32124]


def test_mu_law_is_steady_once_decoded() -> None:
    every_code = np.arange(256, dtype=np.uint8)
    again = encode_mu_law(decode_mu_law(every_code))
    # 0x7F is a second code for zero.
    assert (again == np.where(every_code == 0x7F, 0xFF, every_code)).all()


def test_the_error_stays_small_beside_the_sound() -> None:
    ramp = np.linspace(-0.99, 0.99, 5001).astype(np.float32)
    error = np.abs(decode_mu_law(encode_mu_law(ramp)) - ramp)
    assert (error <= np.maximum(np.abs(ramp) * 0.04, 0.0005)).all()


def test_a_line_keeps_the_length_cuts_the_treble_and_repeats_itself() -> None:
    treble = tone(6_000, 1)
    assert np.abs(over_the_line(treble, seed=1)).max() < 0.1
    voice = tone(1_000, 1)
    heard = over_the_line(voice, seed=1)
    assert abs(heard.size - voice.size) < 160
    assert np.abs(heard).max() > 0.25
    assert (heard == over_the_line(voice, seed=1)).all()
    assert (heard != over_the_line(voice, seed=2)).any()
