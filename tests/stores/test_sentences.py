"""What is stored of chunks, on texts short enough to be analysed by eye."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb_search.errors import IndexCorrupt
from kb_search.stores.sentences import SentenceFiles, SentenceStore, analyse_chunk, build_sentences, meet, term_hash
from kb_search.text.lines import Kind

CHUNKS = [
    analyse_chunk("Steps:\n- Reset it.", "Password › Reset", "en"),
    analyse_chunk("", "", "en"),
    analyse_chunk("Şifre", "", "tr", "Şifre", summary=True),
]


def files(folder: Path) -> tuple[Path, Path, Path]:
    return folder / "words", folder / "sentences", folder / "bounds"


@pytest.fixture
def store(tmp_path: Path) -> SentenceStore:
    build_sentences(*files(tmp_path), CHUNKS)
    return SentenceStore(*files(tmp_path), len(CHUNKS))


def hashes(*terms: tuple[str, str]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(sorted(term_hash(term, locale) for term, locale in terms), np.uint64)


def test_sentences_are_read_with_what_they_are(store: SentenceStore) -> None:
    found = store.read(np.array([2, 0, 1]))
    assert found.chunks == 3
    assert found.chunk.tolist() == [0, 1, 1]
    assert list(zip(found.start.tolist(), found.end.tolist(), strict=True)) == [(0, 5), (0, 6), (7, 18)]
    assert found.kind.tolist() == [Kind.TITLE | Kind.SUMMARY, Kind.LEADS, Kind.LISTED]


def test_words_meet_terms_in_the_text_and_in_the_headings(store: SentenceStore) -> None:
    met = meet(store.read(np.array([0, 1, 2])), hashes(("reset", "en")))
    places = zip(met.chunk.tolist(), met.term.tolist(), met.start.tolist(), met.end.tolist(), strict=True)
    assert list(places) == [(0, 0, -1, -1), (0, 0, 9, 14)]


@pytest.mark.parametrize(("term", "locale", "times"), [("sifre", "tr", 1), ("şifre", "tr", 1), ("sifre", "en", 0)])
def test_a_term_is_met_in_texts_of_its_own_locale(store: SentenceStore, term: str, locale: str, times: int) -> None:
    assert len(meet(store.read(np.array([0, 1, 2])), hashes((term, locale))).start) == times


def test_nothing_asked_and_nothing_stored(store: SentenceStore, tmp_path: Path) -> None:
    assert len(meet(store.read(np.array([0])), hashes()).start) == 0
    assert len(meet(store.read(np.array([], np.int64)), hashes(("reset", "en"))).start) == 0
    build_sentences(*files(tmp_path), [])
    assert SentenceStore(*files(tmp_path), 0).read(np.array([], np.int64)).chunks == 0


def test_hashes_that_begin_alike_are_told_apart(store: SentenceStore) -> None:
    near = np.sort(hashes(("reset", "en")) ^ np.array([1 << 16, 1 << 40, 1 << 63], np.uint64))
    assert len(meet(store.read(np.array([0])), near).start) == 0


def test_a_hash_never_changes() -> None:
    assert term_hash("password", "en") == 8650016229376789251


def test_a_word_too_long_for_any_passage_has_no_end_that_counts(tmp_path: Path) -> None:
    text = "x" * 5_000
    build_sentences(*files(tmp_path), [analyse_chunk(text, "", "en")])
    found = SentenceStore(*files(tmp_path), 1).read(np.array([0]))
    assert (found.start.tolist(), found.end.tolist()) == ([0], [5_000])
    assert meet(found, hashes(("x" * 100, "en"))).end.tolist() == [1_023]


@pytest.mark.parametrize("cut", [0, 1, 2])
def test_files_that_do_not_belong_together_are_refused(tmp_path: Path, cut: int) -> None:
    build_sentences(*files(tmp_path), CHUNKS)
    with pytest.raises(IndexCorrupt, match=r"is of 3 chunks with .* expected 4 with"):
        SentenceStore(*files(tmp_path), 4)
    path = files(tmp_path)[cut]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(IndexCorrupt, match="which is no multiple of"):
        SentenceStore(*files(tmp_path), 3)
    path.write_bytes(path.read_bytes()[:-23])
    with pytest.raises(IndexCorrupt, match="Build the index anew"):
        SentenceStore(*files(tmp_path), 3)


def test_what_was_stored_of_chunks_is_given_back(tmp_path: Path) -> None:
    build_sentences(*files(tmp_path), CHUNKS)
    stored = SentenceFiles(*files(tmp_path))
    assert list(stored.analysed(0, 3)) == CHUNKS
    assert list(stored.analysed(2, 3)) == CHUNKS[2:]
    assert list(stored.analysed(1, 1)) == []


def test_a_generation_without_words_has_nothing_to_give_back(tmp_path: Path) -> None:
    build_sentences(*files(tmp_path), [])
    assert list(SentenceFiles(*files(tmp_path)).analysed(0, 0)) == []
