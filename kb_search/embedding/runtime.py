"""The light runtime: a converted model on OpenVINO and its tokenizer. No torch, no sentence-transformers.

bf16 where the CPU computes in it, f32 elsewhere; vectors agree to cosine 0.999 either way. It never
converts or downloads anything: see convert.py and loading.py.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from kb_search.embedding.base import ModelSpec
from kb_search.embedding.batching import token_batches
from kb_search.embedding.quiet_openvino import load_openvino
from kb_search.errors import ModelError

GRAPH, TOKENIZER, SPEC = "model.xml", "tokenizer.json", "spec.json"
CONVERTER = 1
"""Part of a converted model's folder name: bumped when convert.py writes another graph or tokenizer."""

TOKEN_BUDGET = 2048
"""Padded tokens per batch: large enough to keep a core busy, small enough to stay in its cache."""

_FIRST = threading.Lock()
"""Held at the first inference of every embedder."""


def runtime_folder(cache: Path, fingerprint: str) -> Path:
    """Return where the converted model of this fingerprint lives, whether or not it exists yet."""
    return cache / "runtimes" / f"{fingerprint}-c{CONVERTER}"


def read_spec(folder: Path) -> ModelSpec:
    """Read the identity of a converted model."""
    return msgspec.json.decode((folder / SPEC).read_bytes(), type=ModelSpec)


class OpenVinoEmbedder:
    """Embeds with a folder written by convert.py. Thread-safe: each call takes an inference request of its own."""

    def __init__(self, folder: Path, threads: int = 0, *, bulk: bool = False) -> None:
        """Load and compile for single queries, or for many passages (`bulk`: one batch per core at a time).

        `threads` 0 means all cores. Raises ModelError naming the folder when it cannot be loaded.
        """
        try:
            self._spec = read_spec(folder)
            cores = threads or available_threads()
            load_openvino()
            # Side by side, the graph in the thread: compiling lets go of the interpreter, loading a tokenizer does not,
            # and whatever waits for the interpreter meanwhile, such as an import, waits for all of it.
            with ThreadPoolExecutor(1) as pool:
                compiling = pool.submit(_compile, folder / GRAPH, cores, cores if bulk else 1)
                self._tokenizer = _load_tokenizer(folder / TOKENIZER)
                self._model, precision = compiling.result()
        except Exception as error:  # openvino and tokenizers raise bare RuntimeError and Exception
            raise ModelError(
                f"The converted model in {folder} cannot be loaded ({first_line(error)}). "
                f"Delete that folder; `kb-search index` converts it anew."
            ) from error
        self.precision = precision
        self._streams = cores if bulk else 1
        self._requests: list[Any] = []
        self._lock = threading.Lock()
        # The binding fills tables of its own at its first inference, under a C++ lock that deadlocks with the
        # interpreter's when two threads come first together (openvino 2026.4): so this thread comes first, alone.
        with _FIRST:
            self._infer([[0, 0]])

    @property
    def spec(self) -> ModelSpec:
        """The identity of the converted model."""
        return self._spec

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed with the passage prompt; see Embedder."""
        return self._embed([self._spec.passage_prompt + text for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed with the query prompt; see Embedder."""
        return self._embed([self._spec.query_prompt + text for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count tokens without prompt and special tokens; see Embedder."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding) for encoding in encodings]

    def is_common(self, word: str) -> bool:
        """See Lexicon."""
        return self.count_tokens([word]) == [1]

    def _embed(self, texts: list[str]) -> NDArray[np.float32]:
        ids = [self._clip(encoding) for encoding in self._tokenizer.encode_batch_fast(texts)]
        vectors = np.empty((len(ids), self._spec.dimension), np.float32)
        batches = list(token_batches([len(row) for row in ids], TOKEN_BUDGET))

        def run(rows: list[int]) -> None:
            vectors[rows] = self._infer([ids[row] for row in rows])

        if self._streams > 1 and len(batches) > 1:
            with ThreadPoolExecutor(self._streams) as pool:
                list(pool.map(run, batches))
        else:
            for rows in batches:
                run(rows)
        # A model without a Normalize module gives vectors of any length, and bf16 ones are off by 1e-3.
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.maximum(norms, np.float32(1e-12))
        return vectors

    def _clip(self, encoding: Any) -> list[int]:
        """Give the token ids, no more than the model takes, with the special one at the end if there is one."""
        ids: list[int] = encoding.ids
        limit = self._spec.max_tokens
        if len(ids) > limit:
            return ids[: limit - 1] + ids[-1:] if encoding.special_tokens_mask[-1] else ids[:limit]
        return ids or [0]  # no model runs on nothing at all: an empty text, and no special tokens

    def _infer(self, rows: list[list[int]]) -> NDArray[np.float32]:
        width = max(len(row) for row in rows)
        ids = np.zeros((len(rows), width), np.int64)
        mask = np.zeros((len(rows), width), np.int64)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = row
            mask[index, : len(row)] = 1
        with self._lock:
            request = self._requests.pop() if self._requests else self._model.create_infer_request()
        try:
            result = request.infer([ids, mask], share_inputs=True)[0]
            return np.array(result, np.float32)
        finally:
            with self._lock:
                self._requests.append(request)


def _load_tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(path))


def _compile(graph: Path, threads: int, streams: int) -> tuple[Any, str]:
    """Compile for the CPU, in bf16 where it computes in bf16; also name the precision."""
    openvino = load_openvino()
    core = openvino.Core()
    precision = "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"
    options = {
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": str(threads),
        "NUM_STREAMS": str(streams),
    }
    return core.compile_model(str(graph), "CPU", options), precision


def first_line(error: Exception) -> str:
    """Shorten what a model library raises to what fits a sentence."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]


def available_threads() -> int:
    """Count the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
