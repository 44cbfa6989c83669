"""Which embedder to use: the converted one by fingerprint, converting first where that is still to be done.

`load_for_indexing` may import torch; `load_for_serving` does so only for the torch backend or for a model that does not
convert: when the converted model is not in the cache it lets a child process convert it.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from kb_search.config import Settings
from kb_search.embedding import packaged
from kb_search.embedding.base import Embedder, ModelSpec
from kb_search.embedding.runtime import SPEC, ConvertedEmbedder, choose_backend, read_spec, runtime_folder
from kb_search.embedding.serving import with_query_cache
from kb_search.errors import ConversionError, IndexIncompatible, ModelError


def load_for_indexing(settings: Settings) -> Embedder:
    """Return an embedder of the model that the settings name, for many passages at a time."""
    options = settings.embedding
    if options.backend == "torch":
        return _torch(options.model, options.threads, settings.cache)
    known = _known_fingerprint(options.model, settings.cache)
    if known is None:
        try:
            known = convert_model(options.model, settings.cache)
        except ConversionError:
            if options.backend != "auto":
                raise
            return _torch(options.model, options.threads, settings.cache)
    folder = runtime_folder(settings.cache, known)
    choose_backend(folder, options.backend)  # before anything is read: a backend that cannot run this model is refused
    return LazyEmbedder(folder, options.threads, options.backend)


class LazyEmbedder:
    """See Embedder: knows its model's identity at once, and loads the model when it is first needed.

    An index that is up to date needs the identity alone.
    """

    def __init__(self, folder: Path, threads: int, backend: str = "auto") -> None:
        self._folder, self._threads, self._backend = folder, threads, backend
        self._spec = read_spec(folder)
        self._loaded: ConvertedEmbedder | None = None
        self._lock = threading.Lock()

    @property
    def spec(self) -> ModelSpec:
        """The identity of the model."""
        return self._spec

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See Embedder."""
        return self._load().embed_passages(texts)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See Embedder."""
        return self._load().embed_queries(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See Embedder."""
        return self._load().count_tokens(texts)

    def is_common(self, word: str) -> bool:
        """See Lexicon."""
        return self._load().is_common(word)

    def _load(self) -> ConvertedEmbedder:
        with self._lock:
            if self._loaded is None:
                self._loaded = ConvertedEmbedder(self._folder, self._threads, bulk=True, backend=self._backend)
            return self._loaded


def load_for_serving(settings: Settings, spec: ModelSpec) -> Embedder:
    """Return an embedder of the model an index was made with, which remembers queries as the settings say.

    Raises IndexIncompatible or ModelError.
    """
    embedder = _load_for_serving(settings, spec)
    check_same_model(embedder.spec, spec)
    return with_query_cache(embedder, settings.embedding.query_cache)


def _load_for_serving(settings: Settings, spec: ModelSpec) -> Embedder:
    options = settings.embedding
    if options.backend == "torch":
        return _torch(spec.name, options.threads, settings.cache)
    folder = runtime_folder(settings.cache, spec.fingerprint)
    if not folder.is_dir():
        try:
            _convert_in_child(spec.name, settings.cache)
        except ModelError:
            if options.backend != "auto" or not _can_convert():
                raise
            # A model that does not convert was indexed with torch, and can be served by nothing else.
            return _torch(spec.name, options.threads, settings.cache)
    if not folder.is_dir():
        raise IndexIncompatible(
            f"The index was made with {spec.name!r} (fingerprint {spec.fingerprint}); the model of that name here "
            "has other weights. Build the index anew with kb-search index, or bring back that model."
        )
    return ConvertedEmbedder(folder, options.threads, backend=options.backend)


def check_same_model(found: ModelSpec, wanted: ModelSpec) -> None:
    """Refuse a model that is not the one the index was made with. Raises IndexIncompatible."""
    if found.fingerprint != wanted.fingerprint:
        raise IndexIncompatible(
            f"The index was made with {wanted.name!r} (fingerprint {wanted.fingerprint}), the embedder is "
            f"{found.name!r} (fingerprint {found.fingerprint}). Use the same model, or build the index anew."
        )


def convert_model(model: str, cache: Path) -> str:
    """Load a model with sentence-transformers, write its runtime folder and return its fingerprint."""
    from kb_search.embedding import convert

    loaded, folder = convert.load_sentence_transformer(model, cache)
    spec = convert.describe(loaded, model, folder)
    convert.convert(loaded, spec, cache)
    if model == packaged.NAME:
        _pointer(cache).write_text(spec.fingerprint, "ascii")
    return spec.fingerprint


def _known_fingerprint(model: str, cache: Path) -> str | None:
    """Look up the packaged model without loading it; other models may have changed on disk."""
    pointer = _pointer(cache)
    if model != packaged.NAME or not pointer.is_file():
        return None
    fingerprint = pointer.read_text("ascii").strip()
    spec = runtime_folder(cache, fingerprint) / SPEC
    if spec.is_file() and msgspec.json.decode(spec.read_bytes(), type=ModelSpec).weights == packaged.WEIGHTS_SHA256:
        return fingerprint
    return None


def _pointer(cache: Path) -> Path:
    return cache / "runtimes" / f"{packaged.NAME}-{packaged.WEIGHTS_SHA256[:12]}.fingerprint"


def _torch(model: str, threads: int, cache: Path) -> Embedder:
    from kb_search.embedding.torch_backend import TorchEmbedder

    return TorchEmbedder(model, cache, threads)


def _can_convert() -> bool:
    return importlib.util.find_spec("sentence_transformers") is not None


def _convert_in_child(model: str, cache: Path) -> None:
    """Convert in another process, so that the one that serves never holds torch."""
    if not _can_convert():
        raise ModelError(
            f"The converted form of {model!r} is not in {cache}, and sentence-transformers, which converts it, is not "
            "installed. Install it (pip install 'kb-search[index]'), or copy the cache folder of the indexing machine."
        )
    program = "import sys; from pathlib import Path; from kb_search.embedding.loading import convert_model; "
    program += "convert_model(sys.argv[1], Path(sys.argv[2]))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, model, str(cache)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ModelError(
            f"The model {model!r} could not be converted for serving ({reason}). Put the model back, or set "
            "embedding.backend to 'torch'."
        )
