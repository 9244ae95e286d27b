"""The natural voice: what is missing is said in one line; the real sherpa-onnx, where it is installed, runs a model.

No voice can be had here, so the model that is run is a made-up one of the right form: it hums a second for each token.
That tries the loading and the calling, and says nothing of how a voice sounds.
"""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from speech.natural import NoNaturalVoice, natural_pool
from speech.speaking import SpeakingPool

INSTALLED = importlib.util.find_spec("sherpa_onnx") is not None
needs_sherpa = pytest.mark.skipif(not INSTALLED, reason="sherpa-onnx is an extra: pip install 'amends[natural]'")


@pytest.mark.skipif(INSTALLED, reason="sherpa-onnx is installed here")
def test_what_to_install_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoNaturalVoice, match=r"amends\[natural\]"):
        natural_pool(tmp_path)


@needs_sherpa
def test_a_folder_without_models_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoNaturalVoice, match="holds no natural voice"):
        natural_pool(tmp_path)
    (tmp_path / "zh").mkdir()
    with pytest.raises(NoNaturalVoice, match=r"exactly one model \*\.onnx"):
        natural_pool(tmp_path)


@needs_sherpa
def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    for name in ("model.onnx", "tokens.txt", "lexicon.txt"):
        (folder / name).write_text("a 1\n")
    with pytest.raises(NoNaturalVoice, match="cannot be loaded"):
        natural_pool(tmp_path)


@needs_sherpa
async def test_the_real_package_runs_a_model_and_espeak_says_the_other_language(tmp_path: Path) -> None:
    humming_model(tmp_path / "en")
    with natural_pool(tmp_path) as pool, SpeakingPool(1) as plain:
        hum = b"".join([piece async for piece in pool.synthesize("good day", "en", 8_000)])
        assert len(hum) / 2 / 8_000 >= 2
        assert np.abs(np.frombuffer(hum, "<i2")).max() > 3_000
        assert np.array_equal(pool.say("您好", "zh"), plain.say("您好", "zh"))


def humming_model(folder: Path) -> None:
    """A network with the inputs, the output and the notes of a VITS model: 22,050 samples of 0.3 for each token."""
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto
    folder.mkdir()
    (folder / "tokens.txt").write_text("_ 0\n. 1\n, 2\n! 3\n? 4\nG 5\nD 6\n  7\n", encoding="utf-8")
    (folder / "lexicon.txt").write_text("good G\nday D\n", encoding="utf-8")
    inputs = [
        helper.make_tensor_value_info("x", kind.INT64, ["n", "t"]),
        helper.make_tensor_value_info("x_length", kind.INT64, ["n"]),
        *(helper.make_tensor_value_info(name, kind.FLOAT, [1]) for name in ("noise", "length", "noise_w")),
    ]
    nodes = [
        helper.make_node("Constant", [], ["second"], value=helper.make_tensor("s", kind.INT64, [1], [22_050])),
        helper.make_node("Constant", [], ["one"], value=helper.make_tensor("o", kind.INT64, [2], [1, 1])),
        helper.make_node("Mul", ["x_length", "second"], ["samples"]),
        helper.make_node("Concat", ["one", "samples"], ["shape"], axis=0),
        helper.make_node("ConstantOfShape", ["shape"], ["y"], value=helper.make_tensor("v", kind.FLOAT, [1], [0.3])),
    ]
    outputs = [helper.make_tensor_value_info("y", kind.FLOAT, [1, 1, "s"])]
    model = helper.make_model(
        helper.make_graph(nodes, "hum", inputs, outputs), opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ir_version = 9
    notes = {"model_type": "vits", "comment": "ljspeech", "sample_rate": "22050", "n_speakers": "0", "add_blank": "0"}
    helper.set_model_props(model, notes | {"language": "English", "punctuation": ". , ! ?", "frontend": "lexicon"})
    onnx.save(model, str(folder / "model.onnx"))
