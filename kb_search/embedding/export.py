"""A sentence-transformers model → the graphs that the light runtimes read, and its word vectors beside them.

Two graphs, since no one form is fast in both: ONNX Runtime has fused operators of its own, and OpenVINO fuses the
attention that torch gives it, not the one that an ONNX file spells out. Both take word vectors and a mask where the
model's word table can be taken out of it, token ids and a mask where it cannot. A graph of which the runtime makes
something else than torch is not kept.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import logging
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kb_search.embedding.onnx_engine import OnnxEngine
from kb_search.embedding.quantize import Sample, write_query_graph
from kb_search.embedding.quiet_onnxruntime import load_onnxruntime
from kb_search.embedding.quiet_openvino import load_openvino
from kb_search.embedding.runtime import ONNX_GRAPH, OPENVINO_GRAPH, QUERY_GRAPH, WORDS, first_line
from kb_search.embedding.word_table import write_word_table
from kb_search.errors import ConversionError, MissingExtra, ModelError

_log = logging.getLogger(__name__)

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

_OPSET = 17
_SAMPLES = 96
"""Texts that the small weights of the graph for queries are adjusted by, and tried on."""
_DIFFERENCE = 1e-3
"""Between the unit vectors of torch and those of a graph in f32: ten times what rounding makes of it."""


def write_graphs(model: SentenceTransformer, folder: Path) -> None:
    """Write into `folder` what each runtime can load of the model.

    Raises ConversionError when none can load it, MissingExtra without the package `onnx`.
    """
    if importlib.util.find_spec("onnx") is None:
        raise MissingExtra("Converting the embedding model", "index")
    with warnings.catch_warnings(), _quiet_logs():
        warnings.simplefilter("ignore")
        network = _without_word_table(model) or _Network(model, None)
        if network.words is not None:
            write_word_table(folder / WORDS, network.words.weight.detach().numpy())
        reasons = [
            f"{runtime}: {first_line(error)}"
            for runtime, write in (("ONNX Runtime", _write_onnx), ("OpenVINO", _write_openvino))
            if (error := _attempt(write, network, folder)) is not None
        ]
        if (folder / ONNX_GRAPH).is_file() and (error := _attempt(_write_small, network, folder)) is not None:
            _log.info("Queries are embedded with weights of full size: %s.", first_line(error))
    if len(reasons) == 2:
        raise ConversionError(
            f"The model cannot be converted ({'; '.join(reasons)}). Set embedding.backend to 'auto' or 'torch'."
        )


class _Network:
    """A model as a function of two tensors; `words` is the table that was taken out of it, if any.

    Only while `module` is in use is the table out of the model.
    """

    def __init__(self, model: SentenceTransformer, words: Any) -> None:
        self.model, self.words = model, words

    @contextlib.contextmanager
    def module(self, attention: str) -> Iterator[torch.nn.Module]:
        """Give the model as a torch module, with this way to spell attention where it has one."""
        import torch

        class Given(torch.nn.Module):  # type: ignore[misc] # torch is not followed by the type checker
            """Stands in for the word table: whatever the ids are, it gives the vectors that were handed in."""

            value: torch.Tensor

            def forward(self, ids: torch.Tensor) -> torch.Tensor:
                return self.value

        given, out = Given(), self.words is not None
        pad = int(self.model.tokenizer.pad_token_id or 0)
        other = 0 if pad else 1

        class Graph(torch.nn.Module):  # type: ignore[misc]
            """The model's own modules, one after the other, to the sentence embedding."""

            def __init__(self, stages: list[torch.nn.Module]) -> None:
                super().__init__()
                self.stages = torch.nn.ModuleList(stages)

            def forward(self, inputs: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
                given.value = inputs
                # Some models count positions by which ids are not padding; which words they are matters to none.
                ids = attention_mask * (other - pad) + pad if out else inputs
                features: dict[str, Any] = {"input_ids": ids, "attention_mask": attention_mask}
                for stage in self.stages:
                    features = stage(features)
                return features["sentence_embedding"]

        inner: Any = getattr(self.model[0], "auto_model", None)
        before = getattr(getattr(inner, "config", None), "_attn_implementation", None)
        try:
            if out:
                inner.set_input_embeddings(given)
            if before is not None:
                with contextlib.suppress(ValueError):
                    inner.set_attn_implementation(attention)
            with torch.inference_mode():
                yield Graph(list(self.model)).eval()
        finally:
            if out:
                inner.set_input_embeddings(self.words)
            if before is not None:
                inner.set_attn_implementation(before)

    def example(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Give inputs for three texts, two of them padded, and the mask; and what the model itself says of them."""
        import torch

        size = min(len(self.model.tokenizer), 100)
        pad = int(self.model.tokenizer.pad_token_id or 0)
        ids = torch.tensor([[(7 * place + 3 * row) % size for place in range(7)] for row in range(3)])
        mask = torch.tensor([[1] * 7, [1] * 4 + [0] * 3, [1] * 6 + [0]])
        ids = torch.where((ids == pad) & (mask == 1), (pad + 1) % size, ids)
        ids = torch.where(mask == 1, ids, pad)
        features: dict[str, Any] = {"input_ids": ids, "attention_mask": mask}
        with torch.inference_mode():
            for stage in self.model:
                features = stage(features)
            inputs = self.words(ids) if self.words is not None else ids
        return inputs, mask, features["sentence_embedding"]

    def samples(self, count: int) -> list[Sample]:
        """Give so many texts of random words, 3 to 40 tokens long, as queries: no language is nearer to them."""
        import torch

        random = np.random.default_rng(0)
        tokenizer, longest = self.model.tokenizer, int(self.model.max_seq_length or 512)
        prompt, found = dict(self.model.prompts or {}).get("query") or "", []
        for length in random.integers(3, 41, count).tolist():
            text = tokenizer.decode(random.integers(0, len(tokenizer), length).tolist(), skip_special_tokens=True)
            cut = {"truncation": True, "max_length": min(length + 8, longest)}
            ids = torch.tensor([tokenizer(prompt + text, **cut)["input_ids"]])
            with torch.inference_mode():
                inputs = ids if self.words is None else self.words(ids)
            found.append(Sample(inputs.numpy(), np.ones(tuple(ids.shape), np.int64)))
        return found


def _without_word_table(model: SentenceTransformer) -> _Network | None:
    """Take the word table out of a model, if the model is the same function without it."""
    import torch

    try:
        words = model[0].auto_model.get_input_embeddings()
        if type(words) is not torch.nn.Embedding or words.max_norm is not None:
            return None
        network = _Network(model, words)
        inputs, mask, expected = network.example()
        with network.module("sdpa") as module:
            found = module(inputs, mask)
    except (AttributeError, NotImplementedError, TypeError, ValueError, RuntimeError, IndexError, KeyError):
        return None
    return network if _alike(found.numpy(), expected.numpy()) else None


def _alike(found: Any, expected: Any) -> bool:
    one, other = (np.asarray(values) / np.linalg.norm(values, axis=1, keepdims=True) for values in (found, expected))
    return found.shape == expected.shape and bool(np.abs(one - other).max() < _DIFFERENCE)


def _attempt(write: Callable[[_Network, Path], None], network: _Network, folder: Path) -> Exception | None:
    """Write a graph; exporters raise whatever they like about a model that they have no rule for."""
    try:
        write(network, folder)
    except Exception as error:
        return error
    return None


def _write_onnx(network: _Network, folder: Path) -> None:
    import onnx
    import torch

    inputs, mask, expected = network.example()
    with tempfile.TemporaryDirectory() as temporary, network.module("eager") as module:
        plain = Path(temporary) / ONNX_GRAPH
        torch.onnx.export(
            module,
            (inputs, mask),
            str(plain),
            input_names=["inputs", "attention_mask"],
            output_names=["sentence_embedding"],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in ("inputs", "attention_mask")}
            | {"sentence_embedding": {0: "texts"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        for fused in (True, False):
            graph = _fuse(plain, network) if fused else onnx.load(plain)
            # Beside the graph the weights are mapped, and not held a second time while they are read.
            onnx.save_model(
                graph,
                folder / ONNX_GRAPH,
                save_as_external_data=True,
                location=ONNX_GRAPH + ".data",
                size_threshold=1024,
            )
            (folder / (ONNX_GRAPH + ".data")).chmod(
                0o644
            )  # it is written for the owner alone, and the cache may be shared
            found = OnnxEngine(folder / ONNX_GRAPH, 1).run(inputs.numpy(), mask.numpy())
            if _alike(found, expected.numpy()):
                return
            for path in folder.glob(ONNX_GRAPH + "*"):
                path.unlink()
    raise ModelError("it gives other vectors than torch")


def _write_small(network: _Network, folder: Path) -> None:
    write_query_graph(folder / ONNX_GRAPH, folder / QUERY_GRAPH, network.samples(_SAMPLES))


def _fuse(plain: Path, network: _Network) -> Any:
    """Replace attention, normalisation and activation by the runtime's own operators, where they are like BERT's."""
    config = getattr(getattr(network.model[0], "auto_model", None), "config", None)
    path = list(sys.path)
    try:
        load_onnxruntime()
        optimizer = importlib.import_module("onnxruntime.transformers.optimizer")
        optimized = optimizer.optimize_model(
            str(plain),
            "bert",
            num_heads=int(getattr(config, "num_attention_heads", 0) or 0),
            hidden_size=int(getattr(config, "hidden_size", 0) or 0),
            opt_level=0,
        )
    finally:
        sys.path[:] = path  # importing it puts a folder of modules with everyday names there
    return optimized.model


def _write_openvino(network: _Network, folder: Path) -> None:
    openvino = load_openvino()
    inputs, mask, _ = network.example()
    with network.module("sdpa") as module:
        graph = openvino.convert_model(
            module,
            example_input=(inputs, mask),
            input=[
                ("inputs", openvino.PartialShape([-1, -1, *inputs.shape[2:]])),
                ("attention_mask", openvino.PartialShape([-1, -1])),
            ],
        )
    openvino.save_model(graph, str(folder / OPENVINO_GRAPH), compress_to_fp16=True)


@contextlib.contextmanager
def _quiet_logs() -> Iterator[None]:
    """Keep exporters from telling what they do: a failure is raised, and told by whom it concerns."""
    loggers = [logging.getLogger(name) for name in ("openvino", "onnxruntime", "torch.onnx", "root", "")]
    before = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
