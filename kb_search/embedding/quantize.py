"""A graph for single queries with small weights: a query is so short that reading the weights takes most of its time.

Products are computed in 8 bits, weights with a scale per column, inputs with one per tensor (ONNX Runtime's dynamic
quantisation). What makes that inexact is a few channels of the inputs that are far larger than the rest:

* where a layer widens, inputs are divided by a factor per channel that its weights are multiplied by (SmoothQuant, Xiao
  et al. 2023), so that both have channels of like size;
* where a layer narrows, which is behind an activation, that does not help enough: there weights of 4 bits in blocks
  are taken where the model's own are of that kind, so that nothing is lost, with inputs in 8 bits with a scale per
  block; elsewhere the layer stays in float32.

What a text gives then depends on what it is computed together with: such a graph is for one text at a time, and for
queries, since passages are embedded once. It is kept only if its vectors are those of the exact graph but for a little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.embedding.onnx_engine import OnnxEngine
from kb_search.embedding.quiet_onnxruntime import load_onnxruntime
from kb_search.errors import ModelError

Values = NDArray[np.float32]

LEAST_COSINE = 0.999
"""Between the vectors of both graphs, for each of the texts that are tried."""

_BALANCE = 0.65
"""How much of what makes a channel large goes from the inputs into the weights: SmoothQuant's α."""
_BLOCK, _BITS = 32, 4
_MICROSOFT = "com.microsoft"


class Sample(NamedTuple):
    """One text as the graph takes it: word vectors (1, tokens, dimension) or ids (1, tokens), and mask (1, tokens)."""

    inputs: NDArray[Any]
    mask: NDArray[np.int64]


def write_query_graph(graph: Path, target: Path, samples: Sequence[Sample]) -> None:
    """Write a graph of small weights beside an exact one, adjusted by half of the samples and tried on the others.

    Raises ModelError when its vectors are too different, and what the runtime raises of a graph that it cannot make or
    run; no file is left then.
    """
    try:
        _write(graph, target, samples[::2])
        _try(graph, target, samples[1::2])
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _write(graph: Path, target: Path, samples: Sequence[Sample]) -> None:
    import onnx

    load_onnxruntime()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(graph)
    if not any(known.domain == _MICROSOFT for known in model.opset_import):
        model.opset_import.append(onnx.helper.make_opsetid(_MICROSOFT, 1))
    layers = _layers(model)
    wide = [layer for layer in layers if layer.weights.shape[0] < layer.weights.shape[1]]
    narrow = [layer for layer in layers if layer.weights.shape[0] > layer.weights.shape[1]]
    _smooth(model, wide, _largest(model, [layer.inputs for layer in wide], samples))
    for layer in narrow:
        if (blocks := _blocks(layer.weights)) is not None:
            _replace(model, layer, *blocks)
    left = {layer.name for layer in narrow}
    quantize_dynamic(
        model,
        target,
        nodes_to_quantize=[layer.name for layer in layers if layer.name not in left],
        weight_type=QuantType.QUInt8,  # with signed ones, sums of two products overflow where there is no VNNI
        per_channel=True,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},  # shapes are not inferred through fused operators
    )


def _try(graph: Path, target: Path, samples: Sequence[Sample]) -> None:
    exact, small = (OnnxEngine(path, 1) for path in (graph, target))
    least = min(_cosine(exact.run(*sample)[0], small.run(*sample)[0]) for sample in samples)
    if not least >= LEAST_COSINE:
        raise ModelError(f"with small weights its vectors agree with the exact ones only to a cosine of {least:.4f}")


class _Layer(NamedTuple):
    """A product with constant weights of shape (inputs, outputs): names of the node, its inputs and its weights."""

    name: str
    inputs: str
    initializer: str
    weights: Values


def _layers(model: Any) -> list[_Layer]:
    from onnx import numpy_helper

    constants = {known.name: known for known in model.graph.initializer}
    used: dict[str, int] = {}
    for node in model.graph.node:
        for name in node.input:
            used[name] = used.get(name, 0) + 1
    found = []
    for number, node in enumerate(model.graph.node):
        if node.op_type not in ("MatMul", "Attention") or node.input[1] not in constants or used[node.input[1]] > 1:
            continue
        weights = numpy_helper.to_array(constants[node.input[1]])
        if weights.ndim == 2 and weights.dtype == np.float32:
            node.name = node.name or f"layer_{number}"
            found.append(_Layer(node.name, node.input[0], node.input[1], weights))
    return found


def _largest(model: Any, names: Sequence[str], samples: Sequence[Sample]) -> dict[str, Values]:
    """Give the largest magnitude of each channel of some tensors, over all samples."""
    import onnx

    onnxruntime = load_onnxruntime()
    model = onnx.ModelProto.FromString(model.SerializeToString())
    wanted = list(dict.fromkeys(names))
    model.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in wanted)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found: dict[str, Values] = {}
    for inputs, mask in samples:
        for name, values in zip(wanted, session.run(wanted, {"inputs": inputs, "attention_mask": mask}), strict=True):
            largest = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
            found[name] = np.maximum(found.get(name, largest), largest)
    return found


def _smooth(model: Any, layers: Sequence[_Layer], largest: Mapping[str, Values]) -> None:
    """Divide the inputs of layers by a factor per channel, and multiply their weights by it."""
    from onnx import helper, numpy_helper

    nodes = {node.name: node for node in model.graph.node}
    constants = {known.name: known for known in model.graph.initializer}
    before: dict[str, Any] = {}
    for layer in layers:
        heaviest = np.abs(layer.weights).max(axis=1)
        factor = np.maximum(largest[layer.inputs], 1e-5) ** _BALANCE / np.maximum(heaviest, 1e-5) ** (1 - _BALANCE)
        factor = (factor / np.exp(np.log(factor).mean())).astype(np.float32)
        weights = numpy_helper.from_array(layer.weights * factor[:, None], layer.initializer)
        constants[layer.initializer].CopyFrom(weights)
        inverse, smooth = f"{layer.name}_inverse", f"{layer.name}_smooth"
        model.graph.initializer.append(numpy_helper.from_array(1 / factor, inverse))
        before[layer.name] = helper.make_node("Mul", [layer.inputs, inverse], [smooth], name=smooth)
        nodes[layer.name].input[0] = smooth
    ordered = [node for own in model.graph.node for node in (before.get(own.name), own) if node is not None]
    del model.graph.node[:]
    model.graph.node.extend(ordered)


def _blocks(weights: Values) -> tuple[NDArray[np.uint8], Values] | None:
    """Cut weights into blocks of 4 bits, value = (number − 8) · scale, if that changes nothing: packed, and scales.

    Shapes: (outputs, inputs / 32, 16), two numbers a byte, the first one low, and (outputs · inputs / 32,).
    """
    inputs, outputs = weights.shape
    if inputs % _BLOCK:
        return None
    blocks = weights.T.reshape(outputs, inputs // _BLOCK, _BLOCK)
    furthest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[..., None], axis=2)
    scales = (furthest / np.float32(-8)).astype(np.float32)
    numbers = np.divide(blocks, scales, out=np.zeros_like(blocks), where=scales != 0)
    whole = np.clip(np.round(numbers) + 8, 0, 15).astype(np.uint8)
    if not np.allclose(
        (whole.astype(np.float32) - 8) * scales, blocks, rtol=0, atol=1e-6 * float(np.abs(blocks).max())
    ):
        return None
    packed: NDArray[np.uint8] = whole[..., 0::2] | (whole[..., 1::2] << np.uint8(_BITS))
    return packed, scales.reshape(-1)


def _replace(model: Any, layer: _Layer, packed: NDArray[np.uint8], scales: Values) -> None:
    """Let a layer compute with weights in blocks."""
    from onnx import helper, numpy_helper

    node = next(node for node in model.graph.node if node.name == layer.name)
    old = next(known for known in model.graph.initializer if known.name == layer.initializer)
    model.graph.initializer.remove(old)
    names = [f"{layer.name}_packed", f"{layer.name}_scales"]
    model.graph.initializer.extend(map(numpy_helper.from_array, (packed, scales), names))
    sizes = {"K": layer.weights.shape[0], "N": layer.weights.shape[1], "bits": _BITS, "block_size": _BLOCK}
    products_in_8_bits = 4
    node.CopyFrom(
        helper.make_node(
            "MatMulNBits",
            [layer.inputs, *names],
            list(node.output),
            name=layer.name,
            domain=_MICROSOFT,
            accuracy_level=products_in_8_bits,
            **sizes,
        )
    )


def _cosine(one: Values, other: Values) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
