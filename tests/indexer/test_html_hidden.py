"""What the search does not see, readers do not see, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.markdown import parse_markdown
from indexer.sources import read_sources
from kb_search.stores.pages import decode_page
from tests import fakes
from tests.indexer.pages import Outline, shown

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.mark.parametrize(
    "markdown",
    [
        "a <!-- SECRET --> b",
        "<!-- SECRET\n\nSECRET\n\n- SECRET -->\n\nb",
        "<div><!--\n\nSECRET\n\n> SECRET\n\n--> b</div>",
        "a <script>SECRET</script> b",
        "a <script>**SECRET** [SECRET](SECRET.md)</script> b",
        "<style>\n\nSECRET\n\n</style>\n\nb",
        "<template>\n\n# SECRET\n\n| SECRET |\n|-|\n\n</template>\n\nb",
        "<noscript>SECRET</noscript>b",
        "<?php SECRET ?>\n\nb",
        "<!DOCTYPE SECRET>\n\nb",
        "<![CDATA[SECRET]]>\n\nb",
        "a *b <script>x* SECRET</script>",
        "> <!-- SECRET\n> SECRET\n\nb",
        "- <script>SECRET\n\nSECRET</script>\n- b",
        "| b |\n|-|\n| <!-- SECRET --> |",
        "a b\n\n<!-- SECRET",
        "<!-- SECRET\n" + "# b\n" * 3 + "-->\n\nb",
        "| b <script> | SECRET |\n|-|-|\n| SECRET | SECRET |\n\nSECRET</script>\n\nb",
        "b <b><script>\n</b>SECRET</script>",
    ],
)
def test_what_is_hidden_from_the_search_is_not_shown(markdown: str) -> None:
    parsed = parse_markdown(markdown, 1)
    html = shown(parsed.page)
    found = " ".join(section.text for section in parsed.sections)
    assert ("SECRET" in html) == ("SECRET" in found)
    assert "b" in Outline(html).text


_WORDS = [f"w{number}w" for number in range(40)]
_AROUND = st.sampled_from(
    "# |## |- |1. |> |>|`|```|*|**|~~|[|](x.md)|](http://a.b)|![|[^1]|[^1]: |^[|[!NOTE]|[a]: b|---|{#id}|&amp;|\\|"
    "<|<!--|-->|<div>|</div>|<script>|</script>|<style>|</style>|<template>|</template>|<pre>|</pre>|<td>|<tr>|<table>|"
    "</table>|<br>|<a href='x'>|</a>|<img src=x alt=w>|<details>|<summary>|<select>|<option>|<textarea>|<svg>|<math>|"
    "<p>|</p>|<li>|<h2>|</h2>|<b|<!doctype|::: note|:::|!!! note|!!!|??? tip| | |\n|\n\n|    |\t".split("|")
)


@given(st.lists(_AROUND, min_size=1, max_size=40))
@settings(max_examples=500, deadline=None)
def test_a_word_is_shown_if_and_only_if_it_can_be_found(marks: list[str]) -> None:
    markdown = "".join(f"{mark}{word} " for mark, word in zip(marks, _WORDS, strict=False))
    parsed = parse_markdown(markdown, 1, "w99w")
    searched = " ".join(f"{' '.join(section.heading_path)} {section.text}" for section in parsed.sections)
    visible = Outline(shown(parsed.page)).text
    assert set(re.findall(r"w\d+w", visible)) == set(re.findall(r"w\d+w", searched))


def test_every_word_of_the_sample_corpus_is_shown_and_no_other() -> None:
    for article in read_sources([CORPUS], fakes.settings()).articles:
        searched = "\n".join(f"{' '.join(section.heading_path)}\n{section.text}" for section in article.sections)
        visible = Outline(shown(decode_page(article.page))).text
        words = re.compile(r"\w*[^\W\d]\w*")  # numbers of lists are not written in a page
        assert set(words.findall(visible)) == set(words.findall(searched)), article.id
