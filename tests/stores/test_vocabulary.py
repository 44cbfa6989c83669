"""The words of a help center as written: which a word may be, by letters alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from kb_search.errors import IndexCorrupt
from kb_search.stores.vocabulary import Form, Vocabulary, count_forms, form_lines, write_vocabulary
from kb_search.text.analyzer import Token, distinct


def write_words(path: Path, documents: Iterable[Iterable[Token]]) -> None:
    """Write the vocabulary of articles from their terms, as a build does."""
    write_vocabulary(path, count_forms(map(form_lines, documents)))


def vocabulary(folder: Path, *texts: str, locale: str = "en") -> Vocabulary:
    write_words(folder / "vocabulary", (distinct(text, locale) for text in texts))
    return Vocabulary(folder / "vocabulary")


def words(found: list[tuple[Form, str, int]]) -> Iterator[tuple[str, int]]:
    return ((form.form, edits) for form, _, edits in found)


def test_forms_with_their_stems_and_articles(tmp_path: Path) -> None:
    found = vocabulary(tmp_path, "Resetting a password", "reset Passwords; reset them", "password")
    assert Form("password", "password", "password", 2) in found.forms
    assert Form("passwords", "passwords", "password", 1) in found.forms
    assert Form("resetting", "resetting", "reset", 1) in found.forms
    assert found.frequency("reset") == 1  # articles, not occurrences
    assert found.frequency("Reset") == found.frequency("absent") == 0
    assert found.most == 2


def test_codes_numbers_and_scripts_without_spaces_are_not_guessed_at(tmp_path: Path) -> None:
    found = vocabulary(tmp_path, "E-1042 iOS 17.4 パスワード user@example.com reset")
    assert {form.form for form in found.forms} <= {"ios", "user", "example", "com", "reset", "example.com", "e"}
    assert not found.near("1043", 1)


def test_without_diacritics(tmp_path: Path) -> None:
    found = vocabulary(tmp_path, "Şifremi unuttum, iade, IŞIK ve ışık", locale="tr")
    assert [form.form for form in found.alike("sifremi")] == ["şifremi"]
    assert [form.form for form in found.alike("isik")] == ["ışık"]
    assert found.alike("kargo") == []
    assert [form.form for form in found.related("sifre")] == ["şifremi"]


@pytest.mark.parametrize(
    ("typed", "edits", "expected"),
    [
        ("pasword", 1, [("password", 1)]),  # left out
        ("passsword", 1, [("password", 1)]),  # too many
        ("passwird", 1, [("password", 1)]),  # another
        ("passowrd", 1, [("password", 1)]),  # two in the wrong order: one edit
        ("passwrod", 1, [("password", 1)]),
        ("pasowrd", 1, []),
        ("pasowrd", 2, [("password", 2)]),
        ("password", 1, [("password", 0)]),
        ("parcle", 1, [("parcel", 1)]),
        ("xyz", 2, []),
    ],
)
def test_near(tmp_path: Path, typed: str, edits: int, expected: list[tuple[str, int]]) -> None:
    assert list(words(vocabulary(tmp_path, "password parcel reset").near(typed, edits))) == expected


def test_near_by_stem(tmp_path: Path) -> None:
    found = vocabulary(tmp_path, "integral", locale="tr")
    assert list(words(found.near_stem("integoal", 1))) == [("integral", 1)]


def test_beginnings(tmp_path: Path) -> None:
    found = vocabulary(tmp_path, "parcel parcels parking pass Pärchen")
    assert [form.form for form in found.beginning_with("parc")] == ["parcel", "parcels", "pärchen"]
    assert [form.form for form in found.beginning_with("parcel")] == ["parcels"]
    assert found.beginning_with("z") == []


def test_an_empty_vocabulary(tmp_path: Path) -> None:
    found = vocabulary(tmp_path)
    assert (found.forms, found.most, found.alike("a"), found.near("abcde", 1)) == ([], 1, [], [])


def test_the_same_words_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    write_words(tmp_path / "one", (distinct(text, "en") for text in ("late parcel", "reset")))
    write_words(tmp_path / "other", (distinct(text, "en") for text in ("reset", "parcel late")))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_a_damaged_vocabulary_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"\x94\xa1a\xa1b\xa1c\x90")  # three words and no frequencies
    with pytest.raises(IndexCorrupt, match=r"bad is damaged \(.*\)\. Build the index anew\."):
        _ = Vocabulary(tmp_path / "bad").forms
    with pytest.raises(IndexCorrupt, match="absent cannot be read"):
        Vocabulary(tmp_path / "absent")


@given(st.sets(st.text("abcdé", min_size=1, max_size=8), max_size=12), st.text("abcd", min_size=1, max_size=8))
def test_near_is_what_comparing_with_every_word_finds(
    tmp_path_factory: pytest.TempPathFactory, known: set[str], typed: str
) -> None:
    found = vocabulary(tmp_path_factory.mktemp("vocabulary"), " ".join(sorted(known)), locale="xx")
    expected = {(form.form, OSA.distance(form.folded, typed)) for form in found.forms}
    assert set(words(found.near(typed, 2))) == {(form, edits) for form, edits in expected if edits <= 2}
