"""Chunks: words of every script stay whole, marks included."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb_search.text.segmentation import CHUNK, bigrams, is_unspaced

WORDS = {
    "Arabic": "مُحَمَّد",
    "Hebrew": "שָׁלוֹם",
    "Devanagari": "हिन्दी",
    "Bengali": "বাংলা",
    "Gurmukhi": "ਪੰਜਾਬੀ",
    "Gujarati": "ગુજરાતી",
    "Tamil": "தமிழ்",
    "Telugu": "తెలుగు",
    "Kannada": "ಕನ್ನಡ",
    "Malayalam": "മലയാളം",
    "Sinhala": "සිංහල",
    "Tibetan": "བོད",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ",
    "Ethiopic": "አማርኛ",
    "Georgian": "ქართული",
    "Armenian": "հայերեն",
    "Cherokee": "ᏣᎳᎩ",
    "Vietnamese, decomposed": unicodedata.normalize("NFD", "tiếng"),
}


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS.keys())
def test_a_word_is_one_chunk(word: str) -> None:
    assert CHUNK.findall(f"{word} ({word}).") == [word, word]


@pytest.mark.parametrize("mark", ["।", "॥", "،", "؟", "፡", "。", "、", "・", "—", "…", "«", "€", "😀", "\ufe0f"])
def test_punctuation_is_no_chunk(mark: str) -> None:
    assert CHUNK.findall(mark) == []


@pytest.mark.parametrize("run", ["ไทย", "ລາວ", "ខ្មែរ", "မြန်မာ", "日本", "カタカナ", "한국어"])
def test_scripts_without_spaces(run: str) -> None:
    assert CHUNK.findall(f"a{run}b") == ["a", run, "b"]
    assert is_unspaced(run) and not is_unspaced("a")


def test_bigrams_never_begin_with_a_sign_that_belongs_to_the_character_before() -> None:
    assert [("ผ่าน"[start:end]) for start, end in bigrams("ผ่าน")] == ["ผ่า", "าน"]
    assert bigrams("字") == [(0, 1)]


@given(st.text(st.sampled_from("abé1 '’-._@#+C\u0301"), max_size=14))
@example("Feuille à partir d'")
def test_a_chunk_ends_with_no_sign_that_only_joins(text: str) -> None:
    """`d'` at the end of what is typed is the word `d`, whichever Python reads it."""
    for found in CHUNK.finditer(text):
        assert found.group()[-1] not in "'’-.@_"
