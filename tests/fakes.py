"""A tiny world for tests: an embedder whose vectors can be worked out by hand, and indexes built in a moment.

`FakeEmbedder` counts words. Words of one concept (in any language) share a dimension; every other word falls
into one of 16 buckets with a tenth of the weight. Vectors are scaled to length 1.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.build import build_index
from indexer.report import BuildReport
from kb_search import Searcher, open_searcher
from kb_search.config import Settings, load_settings
from kb_search.embedding.base import ModelSpec

CONCEPTS: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split())
    for words in (
        "password passwords passe şifre şifremi sifre",
        "invoice invoices bill facture factures fatura",
        "parcel delivery shipping colis livraison kargo",
        "refund refunds return remboursement retour iade",
        "account accounts compte hesap",
        "error errors erreur hata",
        "phone mobile app téléphone telefon",
        "cancel cancellation annuler iptal",
    )
)
BUCKETS = 16
COMMON = frozenset({"verse", "spain"})
"""Words that the fake model takes for common ones, as a real one does with thousands."""
DIMENSION = len(CONCEPTS) + BUCKETS


class FakeEmbedder:
    """See Embedder. `calls` counts texts embedded, `fail` makes the next query raise."""

    def __init__(self, weights: str = "fake") -> None:
        self.spec = ModelSpec(
            name="fake",
            weights=weights,
            dimension=DIMENSION,
            pooling="count",
            normalized=True,
            query_prompt="",
            passage_prompt="",
            max_tokens=512,
        )
        self.passages = 0
        self.queries = 0
        self.fail = False

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.passages += len(texts)
        return self._embed(texts)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.fail:
            raise RuntimeError("the model is gone")
        self.queries += len(texts)
        return self._embed(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def is_common(self, word: str) -> bool:
        return word.lower() in COMMON

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [_vector(text) for text in texts]
        return np.array(rows, np.float32).reshape(len(rows), DIMENSION)


def _vector(text: str) -> NDArray[np.float64]:
    vector = np.zeros(DIMENSION)
    for word in re.findall(r"\w+", text.lower()):
        for dimension, concept in enumerate(CONCEPTS):
            if word in concept:
                vector[dimension] += 1.0
                break
        else:
            vector[len(CONCEPTS) + zlib.crc32(word.encode()) % BUCKETS] += 0.1
    if not vector.any():
        vector[-1] = 1.0
    return vector / np.linalg.norm(vector)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write text files below a folder, and return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def article(title: str, text: str, **fields: Any) -> str:
    """Write one article with front matter; audience is public unless given."""
    lines = [f"{key}: {value}" for key, value in {"title": title, "audience": "public", **fields}.items()]
    return "---\n" + "\n".join(lines) + "\n---\n\n" + text + "\n"


def settings(**overrides: Any) -> Settings:
    """Defaults, whatever the environment of the test run says; dotted keys are written with two underscores."""
    return load_settings(environ={}, overrides={key.replace("__", "."): value for key, value in overrides.items()})


def index_files(
    tmp_path: Path, files: Mapping[str, str], embedder: FakeEmbedder | None = None, **options: Any
) -> BuildReport:
    """Write files below tmp_path/source and index them into tmp_path/index."""
    write(tmp_path / "source", files)
    return build_index([tmp_path / "source"], tmp_path / "index", settings(**options), embedder or FakeEmbedder())


Open = Callable[[dict[str, str]], Searcher]
"""The fixture `opened`: files → a searcher over an index of them."""


def build(tmp_path: Path, files: Mapping[str, str], **options: Any) -> Path:
    """Index files and return the index folder."""
    index_files(tmp_path, files, **options)
    return tmp_path / "index"


def searcher_for(index: Path, **options: Any) -> Searcher:
    """Open an index that was built with the fake embedder."""
    return open_searcher(index, settings=settings(**options), embedder=FakeEmbedder())
