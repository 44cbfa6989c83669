from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb_search.embedding.loading import check_same_model, load_for_indexing, load_for_serving
from kb_search.errors import IndexIncompatible, MissingExtra, ModelError
from tests.fakes import FakeEmbedder, settings


def test_another_model_than_the_index_s_is_refused() -> None:
    spec = FakeEmbedder().spec
    check_same_model(replace(spec, name="the same under another name"), spec)
    found, wanted = replace(spec, weights="other"), spec
    with pytest.raises(IndexIncompatible) as caught:
        check_same_model(found, wanted)
    assert found.fingerprint in str(caught.value)
    assert wanted.fingerprint in str(caught.value)
    assert "Use the same model, or build the index anew." in str(caught.value)


def test_indexing_without_sentence_transformers_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtra, match=r"Loading the embedding model 'x' needs the extra 'index'"):
        load_for_indexing(settings(embedding__model="x", cache_dir=str(tmp_path)))


def test_serving_without_the_converted_model_nor_the_means_to_convert_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_spec = importlib.util.find_spec

    def without(name: str) -> Any:
        return None if name == "sentence_transformers" else find_spec(name)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    with pytest.raises(ModelError, match=r"is not in .*pip install 'kb-search\[index\]'\), or copy the cache folder"):
        load_for_serving(settings(cache_dir=str(tmp_path)), FakeEmbedder().spec)


LOAD = """
import sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from kb_search.embedding.loading import convert_model
from kb_search.errors import ModelError

for model in sys.argv[2:]:
    try:
        convert_model(model, Path(sys.argv[1]))
    except ModelError as error:
        print(error)
"""


@pytest.mark.model
def test_a_model_that_cannot_be_had_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    names = ["nobody/no-such-model", str(tmp_path / "empty"), str(tmp_path / "absent")]
    environment = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "PATH": ""}
    child = subprocess.run(
        [sys.executable, "-c", LOAD, str(tmp_path / "cache"), *names],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env=environment,
    )
    lines = child.stdout.splitlines()
    assert len(lines) == 3
    for line, name in zip(lines, names, strict=True):
        assert line.startswith(f"The embedding model {name!r} cannot be loaded (")
        assert "Set embedding.model to 'multilingual-e5-small', to a sentence-transformers folder, or to a hub" in line
