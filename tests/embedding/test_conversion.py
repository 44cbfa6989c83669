"""Any sentence-transformers model: converted for the light runtime, it gives the vectors that torch gives."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kb_search.embedding.base import Embedder
from kb_search.embedding.loading import load_for_indexing, load_for_serving
from kb_search.embedding.runtime import OpenVinoEmbedder, runtime_folder
from kb_search.errors import IndexIncompatible, ModelError
from tests.embedding.tiny import MAX_TOKENS, write_tiny_model
from tests.fakes import settings

pytestmark = pytest.mark.model

TEXTS = [
    "",
    "password",
    "Reset your password!",
    "unknown words only",
    "where is my parcel , where is my invoice .",
    "the password " * 40,
]


def embedder(model: Path, cache: Path, backend: str = "openvino") -> Embedder:
    return load_for_indexing(settings(embedding__model=str(model), embedding__backend=backend, cache_dir=str(cache)))


def cosines(one: NDArray[np.float32], other: NDArray[np.float32]) -> list[float]:
    found: list[float] = (one * other).sum(axis=1, dtype=np.float64).tolist()
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def converted(folder: Path, cache: Path) -> Embedder:
    return embedder(folder, cache)


def test_what_is_recorded_of_a_model(folder: Path, converted: Embedder, cache: Path) -> None:
    spec = converted.spec
    assert spec.name == str(folder)
    assert (spec.dimension, spec.pooling, spec.normalized, spec.max_tokens) == (32, "mean", False, MAX_TOKENS)
    assert (spec.query_prompt, spec.passage_prompt) == ("where is ", "the ")
    assert sorted(path.name for path in runtime_folder(cache, spec.fingerprint).iterdir()) == [
        "model.bin",
        "model.xml",
        "spec.json",
        "tokenizer.json",
    ]


def test_the_vectors_are_those_of_torch(folder: Path, converted: Embedder, cache: Path) -> None:
    torch = embedder(folder, cache, "torch")
    assert torch.spec == converted.spec
    assert min(cosines(converted.embed_passages(TEXTS), torch.embed_passages(TEXTS))) > 0.999
    assert min(cosines(converted.embed_queries(TEXTS), torch.embed_queries(TEXTS))) > 0.999
    assert converted.count_tokens(TEXTS) == torch.count_tokens(TEXTS) == [0, 1, 4, 3, 10, 80]
    assert torch.embed_passages([]).shape == converted.embed_passages([]).shape == (0, 32)


def test_vectors_have_length_one_and_texts_differ(converted: Embedder) -> None:
    vectors = converted.embed_passages(TEXTS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert (vectors @ vectors.T)[~np.eye(len(TEXTS), dtype=np.bool_)].max() < 0.99


def test_the_prompts_are_put_before_the_text(converted: Embedder) -> None:
    plain = converted.embed_queries(["my parcel"])[0]
    assert cosines(plain[None], converted.embed_passages(["my parcel"])) < [0.99]
    same = converted.embed_passages(["a password"]), converted.embed_queries(["a password"])
    assert cosines(same[0], same[1]) < [0.99]


def test_a_converted_model_serves(converted: Embedder, cache: Path) -> None:
    served = load_for_serving(settings(cache_dir=str(cache)), converted.spec)
    assert min(cosines(served.embed_passages(TEXTS), converted.embed_passages(TEXTS))) > 0.99999


@pytest.mark.parametrize(("special_tokens", "dtype"), [(False, "float32"), (True, "bfloat16")])
def test_models_of_other_kinds(tmp_path: Path, special_tokens: bool, dtype: str) -> None:
    model = write_tiny_model(tmp_path / "model", special_tokens=special_tokens, dtype=dtype)
    torch, converted = embedder(model, tmp_path, "torch"), embedder(model, tmp_path)
    # Without special tokens nothing is left of an empty text, and each has its own way out.
    texts = TEXTS if special_tokens else TEXTS[1:]
    assert min(cosines(converted.embed_passages(texts), torch.embed_passages(texts))) > 0.999
    np.testing.assert_allclose(np.linalg.norm(converted.embed_passages([""]), axis=1), 1, atol=1e-6)


def test_other_weights_have_another_fingerprint(tmp_path: Path, converted: Embedder) -> None:
    same, other = write_tiny_model(tmp_path / "same"), write_tiny_model(tmp_path / "other", seed=1)
    assert embedder(same, tmp_path, "torch").spec.fingerprint == converted.spec.fingerprint
    assert embedder(other, tmp_path, "torch").spec.fingerprint != converted.spec.fingerprint


def test_serving_converts_in_a_child_and_refuses_other_weights(tmp_path: Path, converted: Embedder) -> None:
    options = settings(cache_dir=str(tmp_path))
    with pytest.raises(
        IndexIncompatible, match=r"the model of that name here has other weights\. Build the index anew"
    ):
        load_for_serving(options, replace(converted.spec, weights="those of yesterday"))
    served = load_for_serving(options, converted.spec)
    assert min(cosines(served.embed_passages(TEXTS), converted.embed_passages(TEXTS))) > 0.99999


def test_a_damaged_conversion_is_named(tmp_path: Path, converted: Embedder, cache: Path) -> None:
    shutil.copytree(runtime_folder(cache, converted.spec.fingerprint), tmp_path / "model")
    (tmp_path / "model" / "model.xml").write_text("<net")
    with pytest.raises(
        ModelError, match=r"The converted model in .*/model cannot be loaded \(.*\)\. Delete that folder"
    ):
        OpenVinoEmbedder(tmp_path / "model")
