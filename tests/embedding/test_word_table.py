from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kb_search.embedding.word_table import WordTable, write_word_table

WORDS: NDArray[np.float32] = np.arange(12, dtype=np.float32).reshape(4, 3) / np.float32(7)


def test_rows_are_read_by_token(tmp_path: Path) -> None:
    write_word_table(tmp_path / "words.npy", WORDS)
    table = WordTable(tmp_path / "words.npy")
    found = table.gather([2, 0, 2])
    assert found.dtype == np.float32
    assert (found == WORDS[[2, 0, 2]]).all()


def test_without_positioned_reads_the_file_is_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_word_table(tmp_path / "words.npy", WORDS)
    monkeypatch.delattr(os, "pread")
    assert (WordTable(tmp_path / "words.npy").gather([3, 1]) == WORDS[[3, 1]]).all()


@pytest.mark.parametrize(
    ("words", "kept_as"),
    [
        (WORDS, "float32"),
        (np.round(WORDS), "float16"),
        (np.full((2, 2), 1e6, np.float32), "float32"),  # beyond what float16 can hold
    ],
)
def test_half_the_bytes_where_that_loses_nothing(tmp_path: Path, words: NDArray[np.float32], kept_as: str) -> None:
    write_word_table(tmp_path / "words.npy", words)
    assert np.load(tmp_path / "words.npy").dtype == kept_as
    assert (WordTable(tmp_path / "words.npy").gather([1, 0]) == words[[1, 0]]).all()


@pytest.mark.parametrize("token", [4, -1])
def test_a_token_that_is_not_in_the_table(tmp_path: Path, token: int) -> None:
    write_word_table(tmp_path / "words.npy", WORDS)
    with pytest.raises(IndexError, match="of a vocabulary of 4"):
        WordTable(tmp_path / "words.npy").gather([0, token])


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    write_word_table(tmp_path / "words.npy", WORDS)
    data = (tmp_path / "words.npy").read_bytes()
    (tmp_path / "words.npy").write_bytes(data[:-1])
    with pytest.raises(ValueError):
        WordTable(tmp_path / "words.npy")
