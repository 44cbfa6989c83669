"""The packaged model itself: known token ids, and vectors that do not depend on how they are computed."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kb_search.embedding.base import Embedder, Lexicon, embed_query
from kb_search.embedding.packaged import WEIGHTS_SHA256, model_folder
from kb_search.embedding.runtime import TOKENIZER, ConvertedEmbedder, runtime_folder
from kb_search.embedding.torch_backend import TorchEmbedder

pytestmark = pytest.mark.model

TEXTS = [
    "",
    "?",
    "password",
    "I forgot my password and cannot sign in.",
    "Où est mon colis ? Il n’est pas arrivé.",
    "Şifremi unuttum, nasıl yenilerim?",
    "ERR_CONNECTION_REFUSED 0x80070005 on /var/log/app.log",
    "パスワードを忘れました",
    "🎉🎉🎉 free!!!\n\n- one\n- two",
    "Our refund takes five days. " * 30,
    "Kargonuz yolda. Livraison en cours. Your parcel is on its way. " * 100,
    "a" * 3_000,
]


def cosines(one: NDArray[np.float32], other: NDArray[np.float32]) -> list[float]:
    found: list[float] = (one * other).sum(axis=1, dtype=np.float64).tolist()
    return found


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (
            "I can't sign in: error E-1042!",
            [0, 87, 831, 25, 18, 24092, 23, 12, 18499, 241, 9193, 13023, 38, 2],
        ),
        (
            "Où est mon colis ? Il n’est pas arrivé.",
            [0, 180, 8612, 437, 2667, 3365, 164, 705, 891, 653, 26, 525, 452, 133197, 5, 2],
        ),
        (
            "Şifremi unuttum, İADE nasıl yapılır? ığüşöç",
            [0, 15419, 63209, 14, 51, 1003, 2555, 4, 4661, 61058, 17315, 115150, 32, 6, 117122, 44464, 8902, 2738, 2],
        ),
        (
            "  two  spaces\n\tand\u00a0a no-break\u200bspace\r\nline ",
            [0, 6626, 32628, 7, 136, 10, 110, 9, 70751, 32628, 13315, 6, 2],
        ),
        ("ﬁ ½ ① Ｆｕｌｌ", [0, 809, 78660, 106, 9312, 2]),
        ("", [0, 2]),
    ],
)
def test_token_ids(text: str, ids: list[int], model_cache: Path, bulk_embedder: Embedder) -> None:
    folder = runtime_folder(model_cache, bulk_embedder.spec.fingerprint)
    assert Tokenizer.from_file(str(folder / TOKENIZER)).encode(text).ids == ids
    assert bulk_embedder.count_tokens([text]) == [len(ids) - 2]


def test_what_is_recorded_of_the_model(bulk_embedder: Embedder) -> None:
    spec = bulk_embedder.spec
    assert (spec.name, spec.weights) == ("multilingual-e5-small", WEIGHTS_SHA256)
    assert (spec.dimension, spec.pooling, spec.normalized, spec.max_tokens) == (384, "mean", True, 512)
    assert (spec.query_prompt, spec.passage_prompt) == ("query: ", "passage: ")


def test_bulk_and_single_agree(bulk_embedder: Embedder, single_embedder: Embedder) -> None:
    bulk, single = bulk_embedder.embed_passages(TEXTS), single_embedder.embed_passages(TEXTS)
    assert min(cosines(bulk, single)) > 0.99999
    alone = np.concatenate([single_embedder.embed_passages([text]) for text in TEXTS])
    assert min(cosines(single, alone)) > 0.9999  # bf16 depends a little on what is in the batch
    np.testing.assert_allclose(np.linalg.norm(bulk, axis=1), 1, atol=1e-6)


@pytest.fixture(scope="module")
def torch(model_cache: Path) -> Embedder:
    return TorchEmbedder(str(model_folder(model_cache)), model_cache)


@pytest.mark.parametrize(("backend", "least"), [("onnx", 0.99999), ("openvino", 0.999)])  # it may compute in bf16
def test_each_runtime_agrees_with_torch(torch: Embedder, model_cache: Path, backend: str, least: float) -> None:
    converted = ConvertedEmbedder(runtime_folder(model_cache, torch.spec.fingerprint), backend=backend)
    assert torch.spec.fingerprint == converted.spec.fingerprint
    assert min(cosines(converted.embed_passages(TEXTS), torch.embed_passages(TEXTS))) > least
    # Queries are embedded with small weights where there are any: see quantize.py.
    assert min(cosines(converted.embed_queries(TEXTS[:10]), torch.embed_queries(TEXTS[:10]))) > 0.998


def test_a_query_is_the_same_alone_and_in_company(single_embedder: Embedder) -> None:
    texts = [f"{text} {number}" for text in TEXTS[1:8] for number in range(4)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: embed_query(single_embedder, text), texts))
    alone = single_embedder.embed_queries(texts)
    assert min(cosines(np.array([query.vector for query in found]), alone)) > 0.9999
    assert all(query.tokenize_ms > 0 and query.embed_ms > 0 for query in found)


def test_queries_in_company_are_computed_on_one_thread_each_once_that_is_loaded(
    model_cache: Path, bulk_embedder: Embedder
) -> None:
    embedder = ConvertedEmbedder(runtime_folder(model_cache, bulk_embedder.spec.fingerprint), 2, backend="onnx")
    first = embedder._engine
    embedder._engine_in_company()  # whichever there is by now
    assert embedder._narrow is not None
    narrow = embedder._narrow.result(60)
    assert narrow is not first and embedder._engine_in_company() is narrow
    rows = [embedder._tokens.one("query: " + text) for text in TEXTS[:4]]
    assert min(cosines(embedder._run_queries(rows, False), embedder._run_queries(rows, True))) > 0.99999


def test_the_prompts_are_put_before_the_text(single_embedder: Embedder) -> None:
    query = single_embedder.embed_queries(["passage: password", "password"])
    passage = single_embedder.embed_passages(["password", "query: password"])
    assert cosines(query[1:], passage[:1])[0] < 0.99
    assert cosines(query[:1], query[1:])[0] < 0.99
    assert np.argmax(single_embedder.embed_queries(["şifremi unuttum"]) @ single_embedder.embed_passages(TEXTS).T) in (
        3,
        5,
        7,
    )


AT_ONCE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from kb_search.embedding.runtime import ConvertedEmbedder

embedder = ConvertedEmbedder(Path(sys.argv[1]), backend=sys.argv[2])
start = Barrier(8)

def embed(number):
    start.wait()
    return embedder.embed_queries([f"question {number}"]).shape

with ThreadPoolExecutor(8) as pool:
    print(set(pool.map(embed, range(8))))
"""


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_eight_threads_may_be_the_first_to_embed(model_cache: Path, single_embedder: Embedder, backend: str) -> None:
    folder = runtime_folder(model_cache, single_embedder.spec.fingerprint)
    child = subprocess.run(
        [sys.executable, "-c", AT_ONCE, str(folder), backend], capture_output=True, text=True, timeout=120, check=True
    )
    assert child.stdout == "{(1, 384)}\n"


def test_common_words_of_many_languages_are_told_from_slips(bulk_embedder: Embedder) -> None:
    assert isinstance(bulk_embedder, Lexicon)
    words = ["Spain", "surface", "password", "passe", "şifre", "iptal"]
    slips = ["pasword", "passwrod", "sifre", "subscripton", "düzenelme", "donnees"]
    assert [word for word in (*words, *slips) if bulk_embedder.is_common(word)] == words
