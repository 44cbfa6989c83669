"""The light runtime: a converted model with its tokenizer. No torch, no sentence-transformers.

OpenVINO in bf16 where the CPU computes in it, ONNX Runtime in f32 elsewhere; vectors agree to cosine 0.999 either way.
It never converts or downloads anything: see convert.py and loading.py.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from kb_search.embedding.base import ModelSpec, QueryVector
from kb_search.embedding.batching import token_batches
from kb_search.embedding.coalescing import Coalescer
from kb_search.embedding.cpu import available_threads, computes_bf16
from kb_search.embedding.tokens import Tokens
from kb_search.embedding.word_table import WordTable
from kb_search.errors import ModelError

TOKENIZER, SPEC, WORDS = "tokenizer.json", "spec.json", "words.npy"
ONNX_GRAPH, OPENVINO_GRAPH = "model.onnx", "model.xml"
QUERY_GRAPH = "queries.onnx"
"""For ONNX Runtime: the model with small weights, for one query at a time; see quantize.py. Some models lack it."""
GRAPHS = {"onnx": ONNX_GRAPH, "openvino": OPENVINO_GRAPH}
"""By backend: the file that has to be in a converted model's folder."""

CONVERTER = 3
"""Part of a converted model's folder name: bumped when another graph, table or tokenizer is written."""

TOKEN_BUDGET = 1024
"""Padded tokens per batch: a core is as fast with 256 as with 4,096, and few leave little padding and little idle."""

QUERY_THREADS = 4
"""The most threads that compute one query: it is too little work for more."""

_FIRST = threading.Lock()
"""Held at the first inference of every embedder."""


class Engine(Protocol):
    """A model runtime with a graph loaded. Thread-safe."""

    precision: str

    def run(self, inputs: NDArray[Any], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Embed a batch: word vectors (texts, tokens, dimension) or ids (texts, tokens), and mask (texts, tokens)."""
        ...


def runtime_folder(cache: Path, fingerprint: str) -> Path:
    """Return where the converted model of this fingerprint lives, whether or not it exists yet."""
    return cache / "runtimes" / f"{fingerprint}-c{CONVERTER}"


def read_spec(folder: Path) -> ModelSpec:
    """Read the identity of a converted model."""
    return msgspec.json.decode((folder / SPEC).read_bytes(), type=ModelSpec)


def choose_backend(folder: Path, wanted: str) -> str:
    """Choose what runs a converted model: what is wanted or, for `auto`, what is fastest here of what there is.

    Raises ModelError when the model has no graph for it.
    """
    order = ("openvino", "onnx") if computes_bf16() else ("onnx", "openvino")
    for backend in order if wanted == "auto" else (wanted,):
        if (folder / GRAPHS[backend]).is_file():
            return backend
    raise ModelError(
        f"The model in {folder} could not be converted for embedding.backend {wanted!r}. "
        "Set embedding.backend to 'auto' or 'torch'."
    )


class ConvertedEmbedder:
    """See Embedder. Embeds with a folder written by convert.py, single queries of many threads together."""

    def __init__(self, folder: Path, threads: int = 0, *, bulk: bool = False, backend: str = "auto") -> None:
        """Load for single queries, or for many passages (`bulk`: one batch per core at a time).

        `threads` 0 means all cores; `backend` is auto, onnx or openvino. Raises ModelError naming the folder when it
        cannot be loaded, or when the backend has no graph in it.
        """
        cores = threads or available_threads()
        try:
            self._spec = read_spec(folder)
            self.backend = choose_backend(folder, backend)
            self._small = self.backend == "onnx" and not bulk and (folder / QUERY_GRAPH).is_file()
            self._graph = folder / (QUERY_GRAPH if self._small else GRAPHS[self.backend])
            # Side by side, the graph in the thread: compiling lets go of the interpreter, loading a tokenizer does not,
            # and whatever waits for the interpreter meanwhile, such as an import, waits for all of it.
            with ThreadPoolExecutor(1) as pool:
                loading = pool.submit(_load_engine, self._graph, self.backend, cores, bulk)
                self._tokens = Tokens(folder / TOKENIZER, self._spec.max_tokens)
                self._words = WordTable(folder / WORDS) if (folder / WORDS).is_file() else None
                self._engine = loading.result()
            # OpenVINO's binding fills tables of its own at its first inference, under a C++ lock that deadlocks with
            # the interpreter's when two threads come first together (openvino 2026.4): so this one comes first, alone.
            with _FIRST:
                self.embed_tokens([[0, 0]])
        except ModelError:
            raise
        except Exception as error:  # the runtimes and tokenizers raise bare RuntimeError and Exception
            raise ModelError(
                f"The converted model in {folder} cannot be loaded ({first_line(error)}). "
                f"Delete that folder; `kb-search index` converts it anew."
            ) from error
        self.precision = self._engine.precision
        self._folder = folder
        self._streams = cores if bulk else 1
        self._query_threads = 1 if bulk else min(cores, QUERY_THREADS)
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._lanes = cores if self.backend == "onnx" else 1  # OpenVINO was compiled for one run at a time
        # With small weights, what a query gives depends on its company, and together they are hardly faster.
        self._queries = Coalescer(self._run_queries, self._lanes, rows=1 if self._small else 16)
        self._narrow: Future[Engine] | None = None
        self._exact: Engine | None = None

    @property
    def spec(self) -> ModelSpec:
        """The identity of the converted model."""
        return self._spec

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed with the passage prompt; see Embedder."""
        return self._embed([self._spec.passage_prompt + text for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed with the query prompt; see Embedder. Made for queries, each is embedded as `embed_query` does."""
        if self._streams > 1 or not (self._small or len(texts) == 1):
            return self._embed([self._spec.query_prompt + text for text in texts])
        if len(texts) == 1:
            return self.embed_query(texts[0]).vector[None]
        with ThreadPoolExecutor(self._lanes, "kb-search-queries") as pool:
            vectors = [found.vector for found in pool.map(self.embed_query, texts)]
        return np.array(vectors, np.float32).reshape(-1, self._spec.dimension)

    def embed_query(self, text: str) -> QueryVector:
        """See TimedQueries."""
        started = time.perf_counter()
        ids = self._tokens.one(self._spec.query_prompt + text)
        tokenized = time.perf_counter()
        vector = self._queries.embed(ids)
        return QueryVector(vector, (tokenized - started) * 1e3, (time.perf_counter() - tokenized) * 1e3)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count tokens without prompt and special tokens; see Embedder."""
        return self._tokens.count(texts)

    def is_common(self, word: str) -> bool:
        """See Lexicon."""
        return self.count_tokens([word]) == [1]

    def embed_tokens(self, rows: Sequence[Sequence[int]], engine: Engine | None = None) -> NDArray[np.float32]:
        """Run the model once on the token ids of some texts: float32 of shape (len(rows), dimension), of length 1."""
        width = max(map(len, rows))
        mask = np.zeros((len(rows), width), np.int64)
        for index, row in enumerate(rows):
            mask[index, : len(row)] = 1
        flat = [token for row in rows for token in row]
        if self._words is None:
            inputs: NDArray[Any] = np.zeros(mask.shape, np.int64)
            inputs[mask == 1] = flat
        else:
            words = self._words.gather(flat)
            inputs = np.zeros((*mask.shape, words.shape[1]), np.float32)
            inputs[mask == 1] = words
        vectors = (engine or self._engine).run(inputs, mask)
        # A model without a Normalize module gives vectors of any length, and bf16 ones are off by 1e-3.
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = vectors / np.maximum(norms, np.float32(1e-12))
        return unit

    def _run_queries(self, rows: Sequence[Sequence[int]], alone: bool) -> NDArray[np.float32]:
        return self.embed_tokens(rows, self._engine if alone else self._engine_in_company())

    def _engine_in_company(self) -> Engine:
        """Give the engine for runs beside others: several of one thread each do more than several that share threads.

        It is loaded when queries first come together, so that who asks one by one has the weights once; until it is
        there, and if it cannot be loaded, the first engine does.
        """
        if self.backend != "onnx" or self._query_threads == 1:
            return self._engine
        with self._lock:
            if self._narrow is None:
                pool = ThreadPoolExecutor(1, "kb-search-load")
                self._narrow = pool.submit(_load_onnx, self._graph, 1)
                pool.shutdown(wait=False)
        ready = self._narrow.done() and self._narrow.exception() is None
        return self._narrow.result() if ready else self._engine

    def _engine_for_many(self) -> Engine:
        """Give the engine for batches: that of full weights, loaded when it is first wanted of who serves queries."""
        if not self._small:
            return self._engine
        with self._lock:
            if self._exact is None:
                self._exact = _load_onnx(self._folder / ONNX_GRAPH, self._query_threads)
            return self._exact

    def _embed(self, texts: list[str]) -> NDArray[np.float32]:
        ids = self._tokens.many(texts)
        engine = self._engine_for_many()
        vectors = np.empty((len(ids), self._spec.dimension), np.float32)
        batches = list(token_batches([len(row) for row in ids], TOKEN_BUDGET))

        def run(rows: list[int]) -> None:
            vectors[rows] = self.embed_tokens([ids[row] for row in rows], engine)

        if self._streams > 1:
            list(self._workers().map(run, batches))
        else:
            for rows in batches:
                run(rows)
        return vectors

    def _workers(self) -> ThreadPoolExecutor:
        """Give the threads, one per core, that all callers' batches queue for: none idles at the end of a call."""
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._streams, "kb-search-bulk")
            return self._pool


def _load_engine(graph: Path, backend: str, cores: int, bulk: bool) -> Engine:
    if backend == "onnx":
        return _load_onnx(graph, 1 if bulk else min(cores, QUERY_THREADS))
    from kb_search.embedding.openvino_engine import OpenVinoEngine

    return OpenVinoEngine(graph, cores, cores if bulk else 1)


def _load_onnx(graph: Path, threads: int) -> Engine:
    from kb_search.embedding.onnx_engine import OnnxEngine

    return OnnxEngine(graph, threads)


def first_line(error: Exception) -> str:
    """Shorten what a model library raises to what fits a sentence."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
