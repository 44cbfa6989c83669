"""Graphs of small weights: what is exact stays so, large channels do not spoil others, and a bad one is not kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kb_search.embedding import quantize
from kb_search.embedding.onnx_engine import OnnxEngine
from kb_search.embedding.quantize import Sample, write_query_graph
from kb_search.errors import ModelError

pytestmark = pytest.mark.model

Values = NDArray[np.float32]
WIDTH, INNER = 64, 128


def on_a_grid(random: np.random.Generator, inputs: int, outputs: int) -> Values:
    """Weights that blocks of 4 bits hold exactly: in each column, 32 by 32, multiples of 1/64 from −8/64 to 7/64."""
    numbers = random.integers(-8, 8, (inputs, outputs))
    numbers[::32] = -8
    return (numbers / 64).astype(np.float32)


def write_graph(path: Path, narrowing: Values) -> None:
    """A layer that widens, an activation, a layer that narrows, and the mean over the tokens."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    widening = np.random.default_rng(1).normal(0, 0.1, (WIDTH, INNER)).astype(np.float32)
    nodes = [
        helper.make_node("MatMul", ["inputs", "widening"], ["wide"]),
        helper.make_node("Relu", ["wide"], ["active"]),
        helper.make_node("MatMul", ["active", "narrowing"], ["narrow"]),
        helper.make_node("ReduceMean", ["narrow"], ["sentence_embedding"], axes=[1], keepdims=0),
    ]
    inputs = [
        helper.make_tensor_value_info("inputs", TensorProto.FLOAT, ["texts", "tokens", WIDTH]),
        helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["texts", "tokens"]),
    ]
    outputs = [helper.make_tensor_value_info("sentence_embedding", TensorProto.FLOAT, ["texts", WIDTH])]
    weights = [numpy_helper.from_array(widening, "widening"), numpy_helper.from_array(narrowing, "narrowing")]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save_model(model, path)


def samples(count: int, outlier: float = 1.0) -> list[Sample]:
    """Texts of 2 to 9 tokens, the first channel of which is so many times as large as the others."""
    random = np.random.default_rng(2)
    texts = [random.normal(0, 1, (1, length, WIDTH)).astype(np.float32) for length in random.integers(2, 10, count)]
    for text in texts:
        text[..., 0] *= outlier
    return [Sample(text, np.ones(text.shape[:2], np.int64)) for text in texts]


def operators(path: Path) -> set[str]:
    import onnx

    return {node.op_type for node in onnx.load(path).graph.node}


def least_cosine(one: Path, other: Path, texts: list[Sample]) -> float:
    engines = OnnxEngine(one, 1), OnnxEngine(other, 1)
    pairs = [[engine.run(*text)[0] for engine in engines] for text in texts]
    return min(float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) for a, b in pairs)


def test_weights_of_four_bits_are_taken_as_they_are() -> None:
    weights = on_a_grid(np.random.default_rng(0), 64, 3)
    blocks = quantize._blocks(weights)
    assert blocks is not None
    packed, scales = blocks
    numbers = np.stack([packed & 15, packed >> 4], axis=-1).reshape(3, 2, 32).astype(np.float32) - 8
    np.testing.assert_array_equal((numbers * scales.reshape(3, 2, 1)).reshape(3, 64).T, weights)
    assert quantize._blocks(weights * np.linspace(1, 2, 64, dtype=np.float32)[:, None]) is None
    assert quantize._blocks(weights[:48]) is None  # no whole blocks
    assert quantize._blocks(np.zeros((32, 2), np.float32)) is not None


@pytest.mark.parametrize("exact", [True, False])
def test_a_small_graph_gives_nearly_the_same_vectors(tmp_path: Path, exact: bool) -> None:
    narrowing = on_a_grid(np.random.default_rng(0), INNER, WIDTH)
    write_graph(tmp_path / "model.onnx", narrowing if exact else np.sin(narrowing * 40).astype(np.float32))
    write_query_graph(tmp_path / "model.onnx", tmp_path / "small.onnx", samples(20))
    found = operators(tmp_path / "small.onnx")
    assert "MatMulInteger" in found or "DynamicQuantizeMatMul" in found
    assert ("MatMulNBits" in found, "MatMul" in found) == (exact, not exact)  # what is not of 4 bits is left alone
    assert least_cosine(tmp_path / "model.onnx", tmp_path / "small.onnx", samples(40)[20:]) > 0.999


def test_a_channel_far_larger_than_the_others_does_not_drown_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, small = tmp_path / "model.onnx", tmp_path / "small.onnx"
    narrowing = on_a_grid(np.random.default_rng(0), INNER, WIDTH)
    write_graph(graph, narrowing)
    texts = samples(40, outlier=60)
    monkeypatch.setattr(quantize, "LEAST_COSINE", 0.9)
    write_query_graph(graph, small, texts[:20])
    smooth = least_cosine(graph, small, texts[20:])
    monkeypatch.setattr(quantize, "_smooth", lambda *what: None)
    write_query_graph(graph, small, texts[:20])
    assert 1 - smooth < (1 - least_cosine(graph, small, texts[20:])) / 3


def test_a_graph_that_is_too_different_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_graph(tmp_path / "model.onnx", on_a_grid(np.random.default_rng(0), INNER, WIDTH))
    monkeypatch.setattr(quantize, "LEAST_COSINE", 1.1)
    with pytest.raises(ModelError, match=r"agree with the exact ones only to a cosine of 1\.0000"):
        write_query_graph(tmp_path / "model.onnx", tmp_path / "small.onnx", samples(20))
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def test_a_graph_that_cannot_be_finished_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from onnxruntime import quantization

    def disk_is_full(model: object, target: Path, **rest: object) -> None:
        target.write_bytes(b"half")
        raise OSError("No space left on device")

    write_graph(tmp_path / "model.onnx", on_a_grid(np.random.default_rng(0), INNER, WIDTH))
    monkeypatch.setattr(quantization, "quantize_dynamic", disk_is_full)
    with pytest.raises(OSError, match="No space left"):
        write_query_graph(tmp_path / "model.onnx", tmp_path / "small.onnx", samples(20))
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]
