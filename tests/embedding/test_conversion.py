"""Any sentence-transformers model: converted for the light runtime, it gives the vectors that torch gives."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kb_search.embedding.base import Embedder
from kb_search.embedding.convert import load_sentence_transformer
from kb_search.embedding.export import write_graphs
from kb_search.embedding.loading import load_for_indexing, load_for_serving
from kb_search.embedding.runtime import (
    GRAPHS,
    ONNX_GRAPH,
    OPENVINO_GRAPH,
    WORDS,
    ConvertedEmbedder,
    choose_backend,
    runtime_folder,
)
from kb_search.embedding.torch_backend import TorchEmbedder
from kb_search.errors import ConversionError, IndexIncompatible, ModelError
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


def embedder(model: Path, cache: Path, backend: str = "onnx") -> Embedder:
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
        "model.onnx",
        "model.onnx.data",
        "model.xml",
        "spec.json",
        "tokenizer.json",
        "words.npy",
    ]


@pytest.mark.parametrize(("backend", "least"), [("onnx", 0.99999), ("openvino", 0.999)])  # it may compute in bf16
def test_the_vectors_are_those_of_torch(folder: Path, cache: Path, backend: str, least: float) -> None:
    converted, torch = embedder(folder, cache, backend), embedder(folder, cache, "torch")
    assert torch.spec == converted.spec
    assert min(cosines(converted.embed_passages(TEXTS), torch.embed_passages(TEXTS))) > least
    assert min(cosines(converted.embed_queries(TEXTS), torch.embed_queries(TEXTS))) > least
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
    for file, backend in ((OPENVINO_GRAPH, "openvino"), (ONNX_GRAPH, "onnx"), (WORDS, "onnx")):
        whole = (tmp_path / "model" / file).read_bytes()
        (tmp_path / "model" / file).write_bytes(whole[:200])
        with pytest.raises(
            ModelError, match=r"The converted model in .*/model cannot be loaded \(.*\)\. Delete that folder"
        ):
            ConvertedEmbedder(tmp_path / "model", backend=backend)
        (tmp_path / "model" / file).write_bytes(whole)
    assert ConvertedEmbedder(tmp_path / "model").spec == converted.spec


# ── Which runtime ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("bf16", "expected"), [(True, ["openvino", "onnx"]), (False, ["onnx", "openvino"])])
def test_the_fastest_here_of_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bf16: bool, expected: list[str]
) -> None:
    monkeypatch.setattr("kb_search.embedding.runtime.computes_bf16", lambda: bf16)
    for file in (OPENVINO_GRAPH, ONNX_GRAPH):
        (tmp_path / file).touch()
    found = [choose_backend(tmp_path, "auto")]
    (tmp_path / GRAPHS[found[0]]).unlink()
    found.append(choose_backend(tmp_path, "auto"))
    assert found == expected
    with pytest.raises(
        ModelError, match=r"could not be converted for embedding\.backend 'o.*'\. Set .* 'auto' or 'torch'"
    ):
        choose_backend(tmp_path, expected[0])


def test_a_model_that_one_runtime_cannot_take_runs_on_the_other(
    folder: Path, tmp_path: Path, converted: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_rule(network: object, folder: Path) -> None:
        (folder / "half").touch()
        raise NotImplementedError("no rule for aten::anything")

    monkeypatch.setattr("kb_search.embedding.export._write_onnx", no_rule)
    with pytest.raises(ModelError, match=r"could not be converted for embedding\.backend 'onnx'"):
        embedder(folder, tmp_path)
    auto = embedder(folder, tmp_path, "auto")
    assert min(cosines(auto.embed_passages(TEXTS), converted.embed_passages(TEXTS))) > 0.999

    monkeypatch.setattr("kb_search.embedding.export._write_openvino", no_rule)
    with pytest.raises(
        ConversionError, match=r"cannot be converted \(ONNX Runtime: no rule.*; OpenVINO: no rule.*'torch'"
    ):
        embedder(folder, tmp_path / "none")
    fallen_back = embedder(folder, tmp_path / "none", "auto")
    assert isinstance(fallen_back, TorchEmbedder)
    assert fallen_back.spec == converted.spec


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_a_model_whose_word_table_cannot_be_taken_out_is_converted_with_it(
    folder: Path, tmp_path: Path, converted: Embedder, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    from transformers import BertModel

    monkeypatch.setattr(BertModel, "get_input_embeddings", lambda self: None)
    whole = embedder(folder, tmp_path, backend)
    assert not (runtime_folder(tmp_path, whole.spec.fingerprint) / WORDS).exists()
    assert min(cosines(whole.embed_passages(TEXTS), converted.embed_passages(TEXTS))) > 0.999


def test_a_graph_that_gives_other_vectors_is_not_kept(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kb_search.embedding import export

    model, _ = load_sentence_transformer(str(folder), tmp_path)
    alike, asked = export._alike, []

    def never_fused(found: object, expected: object) -> bool:
        asked.append(True)
        return alike(found, expected) and len(asked) != 2  # first the model without its table, then the fused graph

    monkeypatch.setattr(export, "_alike", never_fused)
    write_graphs(model, tmp_path)
    assert len(asked) == 3 and (tmp_path / ONNX_GRAPH).is_file()

    monkeypatch.setattr(export, "_alike", lambda found, expected: False)
    (tmp_path / "other").mkdir()
    write_graphs(model, tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir() if "onnx" in path.name] == []


def test_conversion_leaves_the_model_as_it_was(folder: Path, tmp_path: Path) -> None:
    model, _ = load_sentence_transformer(str(folder), tmp_path)
    before, path = model.encode(TEXTS, convert_to_numpy=True), list(sys.path)
    write_graphs(model, tmp_path)
    assert (model.encode(TEXTS, convert_to_numpy=True) == before).all()
    assert sys.path == path
