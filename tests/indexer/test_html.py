"""What readers see of an article: the same as can be found, in the tags that its author meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.markdown import LONGEST_TEXT, parse_markdown
from indexer.sources import read_sources
from kb_search.stores.pages import decode_page, paragraphs
from tests import fakes
from tests.indexer.pages import Outline, page_of, shown

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        (
            "One *two* **three** ~~four~~ `five < 6`",
            "<p>One <em>two</em> <strong>three</strong> <s>four</s> <code>five &lt; 6</code></p>",
        ),
        ("one\ntwo\\\nthree", "<p>one\ntwo<br>\nthree</p>"),
        ("- a\n- b\n  - c", "<ul><li>a</li>\n<li>b<ul><li>c</li>\n</ul>\n</li>\n</ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li>\n<li>b</li>\n</ol>'),
        ("1. a\n\n2. b", "<ol><li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ol>"),
        ("- [x] done", "<ul><li>[x] done</li>\n</ul>"),
        ("> said\n> so", "<blockquote><p>said\nso</p>\n</blockquote>"),
        ("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>"),
        ("```Python title=x\na < b\n```", '<pre tabindex="0"><code class="language-python">a &lt; b\n</code></pre>'),
        ("```hostile\"onload=x\na\n```", '<pre tabindex="0"><code>a\n</code></pre>'),
        ("    a &amp; b", '<pre tabindex="0"><code>a &amp;amp; b\n</code></pre>'),
        ("Term\n: Meaning", "<dl><dt>Term</dt>\n<dd>Meaning</dd>\n</dl>"),
        (
            "a[^1]\n\n[^1]: The *note*.",
            '<p>a<sup><a href="#fn:1">1</a></sup></p>\n<span id="fn:1"></span><div class="footnote">'
            '<span class="footnote-label">1</span>\n<p>The <em>note</em>.</p>\n</div>',
        ),
        ("a^[in *place*]", "<p>a (in <em>place</em>)</p>"),
        (
            "> [!WARNING]\n> Hot.",
            '<div class="admonition warning" role="note"><p class="admonition-label">Warning</p>\n<p>Hot.</p>\n</div>',
        ),
        (
            '!!! tip "Try *this*"\n    Do.',
            '<div class="admonition tip" role="note"><p class="admonition-label">Tip</p>\n'
            '<p class="admonition-title">Try <em>this</em></p>\n<p>Do.</p>\n</div>',
        ),
        (
            "::: tip Hint\nDo.\n:::",
            '<div class="admonition tip" role="note"><p class="admonition-label">Tip</p>\n'
            '<p class="admonition-title">Hint</p>\n<p>Do.</p>\n</div>',
        ),
        (
            "??? note\n    Do.",
            '<details class="admonition note"><summary>Note</summary><p>Do.</p>\n</details>',
        ),
        (
            "??? note \"More\"\n    Do.",
            '<details class="admonition note"><summary>Note: More</summary><p>Do.</p>\n</details>',
        ),
        (
            "???+ note\n    Do.",
            '<details class="admonition note" open=""><summary>Note</summary><p>Do.</p>\n</details>',
        ),
        ("::: details More\nDo.\n:::", '<details class="admonition"><summary>More</summary><p>Do.</p>\n</details>'),
        ("::: columns\nDo.\n:::", "<div><p>Do.</p>\n</div>"),
        (
            "> [!PROMPT]\n> Do.",
            '<div class="admonition" role="note"><p class="admonition-label">Prompt</p>\n<p>Do.</p>\n</div>',
        ),
        (
            "| A | B |\n|:-:|--:|\n| 1 | *2* |",
            '<div class="table-scroll" role="region" aria-label="A, B" tabindex="0"><table>\n'
            '<thead><tr><th class="align-center">A</th><th class="align-right">B</th></tr>\n</thead>\n'
            '<tbody><tr><td class="align-center">1</td><td class="align-right"><em>2</em></td></tr>\n</tbody>\n'
            "</table></div>",
        ),
        ("a {{ b }} {% c %} ${d}", "<p>a {{ b }} {% c %} ${d}</p>"),
        ("a &lt;b&gt; &copy; &nbsp;c", "<p>a &lt;b&gt; © &nbsp;c</p>"),
    ],
)  # fmt: skip
def test_markdown_becomes_the_html_that_is_meant(markdown: str, expected: str) -> None:
    assert page_of(markdown).strip() == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("Press <kbd>Ctrl</kbd>+<kbd>C</kbd>", "<p>Press <kbd>Ctrl</kbd>+<kbd>C</kbd></p>"),
        ("H<sub>2</sub>O<br/>x", "<p>H<sub>2</sub>O<br>x</p>"),
        ("<div align='center' style='x'>a</div>", "<div>a</div>"),
        ("<details open><summary>More</summary>\n\nText *here*.\n\n</details>\n\nAfter.",
         '<details open=""><summary>More</summary>\n<p>Text <em>here</em>.</p>\n</details>\n<p>After.</p>'),
        ("<nav>a</nav><main>b</main><center>c</center>", "<div>a</div><div>b</div><div>c</div>"),
        ("<blink>a</blink> <font size=7>b</font>", "<p>a b</p>"),
        ("<abbr title='World Health'>WHO</abbr>", '<p><abbr title="World Health">WHO</abbr></p>'),
        ("<b>never closed", "<p><b>never closed</b></p>"),
        ("closed before</b></div></main>", "<p>closed before</p>"),
        ("> [!NOTE]\n> a</div></div>b\n\nc", '<div class="admonition note" role="note"><p class="admonition-label">Note'
         "</p>\n<p>ab</p>\n</div>\n<p>c</p>"),
        ("<ol start=4 type=a reversed onclick=x><li value=7>a</li></ol>",
         '<ol start="4" type="a" reversed=""><li value="7">a</li></ol>'),
        ("<td colspan=99999 rowspan='2'>a", "a"),
        ("<table><tr><td colspan=2>a</td></tr></table>",
         '<div class="table-scroll" tabindex="0"><table><tbody><tr><td colspan="2">a</td></tr></tbody></table></div>'),
        ("<p dir=rtl lang=ar>a</p>", '<p dir="rtl" lang="ar">a</p>'),
        ("<pre>\n\n</pre>", '<pre tabindex="0"></pre>'),
        ("<pre>a\n  b</pre>", '<pre tabindex="0">a\n  b</pre>'),
        ("<textarea>a</textarea><iframe>b</iframe><title>c</title>", "abc"),
        ("a < b and c > d", "<p>a &lt; b and c &gt; d</p>"),
    ],
)  # fmt: skip
def test_harmless_html_of_authors_stays(html: str, expected: str) -> None:
    assert page_of(html).strip() == expected


def test_the_corner_of_a_table_is_no_header() -> None:
    assert [tag for tag, _ in Outline(page_of("| | A |\n|-|-|\n| B | |")).tags if tag in ("th", "td")] == [
        "td",
        "th",
        "td",
        "td",
    ]


# ── Headings ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_title_is_left_out_and_headings_begin_one_level_below_it() -> None:
    markdown = "# Title\n\n### A\n\n#### B\n\n# C\n\n###### D {#own}"
    parsed = parse_markdown(markdown, 1)
    assert parsed.contents == ((2, "A", "a"), (3, "B", "b"), (2, "C", "c"), (3, "D", "own"))
    html = shown(parsed.page)
    assert re.findall(r"<(h\d) id=\"(.*?)\">(.*?)</\1>", html) == [
        ("h2", "a", "A"),
        ("h3", "b", "B"),
        ("h2", "c", "C"),
        ("h3", "own", "D"),
    ]
    assert "Title" not in html


def test_a_title_of_the_front_matter_is_left_out_where_the_text_repeats_it() -> None:
    assert page_of("# Reset\n\nx", "reset") == "<p>x</p>\n"
    assert page_of("# Reset\n\nx", "Other") == '<h2 id="reset">Reset</h2>\n<p>x</p>\n'


def test_marks_in_a_heading_stay_in_the_page_and_not_in_the_contents() -> None:
    parsed = parse_markdown("## The `x` *switch* [here](a.md)", 1)
    assert parsed.contents == ((2, "The x switch here", "the-x-switch-here"),)
    assert shown(parsed.page) == (
        '<h2 id="the-x-switch-here">The <code>x</code> <em>switch</em> <a href="/to/a.md">here</a></h2>\n'
    )


def test_headings_that_open_no_section_have_their_anchor() -> None:
    html = page_of("## A\n\n> ## Quoted\n\n- ### In a list\n\n<h2 id='by-hand'>By hand</h2>")
    assert Outline(html).ids == ["a", "quoted", "in-a-list", "by-hand"]
    assert Outline(html).all("h3") and not Outline(html).all("h4")
    assert [level for level, _, _ in parse_markdown("## A\n\n> ## Quoted", 1).contents] == [2]


def test_a_heading_of_a_picture_without_description_is_a_picture() -> None:
    assert page_of("## ![](a.png)") == '<p><img src="/assets/a.png" alt=""></p>\n'


def test_a_paragraph_that_a_stray_line_made_a_heading_is_a_paragraph() -> None:
    assert Outline(page_of("word " * 60 + "\n---")).tags == [("p", {})]


HOSTILE_HEADINGS = """# T

## Same
## Same
## Same 1
## KB 123
## kb-main
## 🎉
## İade & IŞIK <b>x</b>
## "quoted" 'x' <script>alert(1)</script> y
## a <!-- hidden --> b
## ![alt "text](a.png) c
## [link](x.md "ti\\"tle") {#own}
## Other {#own}
## Third {: #x.y:z .c }
> ## Same
- ## Same
## <a id="same">anchored</a>
<div id="same-1" name="kb-x">x</div>

Setext
===

## {#only}
::: tip
## In a note
:::
"""


def test_every_anchor_of_hostile_headings_is_an_id_exactly_once() -> None:
    parsed = parse_markdown(HOSTILE_HEADINGS, 1)
    ids = Outline(shown(parsed.page)).ids
    assert len(ids) == len(set(ids))
    anchors = [heading.anchor for heading in parsed.headings]
    assert set(anchors) - {"t"} <= set(ids)  # the title is not part of the page
    assert {anchor for _, _, anchor in parsed.contents} <= set(ids)
    assert {section.anchor for section in parsed.sections} - {""} <= set(ids)
    assert not any(name.startswith("kb-") for name in ids)
    assert {"section-kb-123", "section-kb-main"} <= set(anchors)


def test_every_anchor_of_the_sample_corpus_is_an_id() -> None:
    articles = read_sources([CORPUS], fakes.settings()).articles
    assert len(articles) > 150
    anchors = 0
    for article in articles:
        outline = Outline(shown(decode_page(article.page)))
        assert {section.anchor for section in article.sections} - {""} <= set(outline.ids), article.id
        levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
        assert all(below <= above + 1 for above, below in zip([1, *levels], levels, strict=False)), article.id
        anchors += len(outline.ids)
    assert anchors > 500


_MARKS = st.sampled_from(
    "# |## |### |> |- |{#a}|{#kb-a}|<b>|</b>|`|*|\n|\n\n|<!--|-->|a|B|é| |<p id=a>|===|&amp;|::: tip".split("|")
)


@given(st.lists(_MARKS, max_size=30).map("".join))
@settings(max_examples=300, deadline=None)
def test_every_section_can_be_jumped_to(markdown: str) -> None:
    parsed = parse_markdown(markdown, 1)
    ids = Outline(shown(parsed.page)).ids
    assert len(ids) == len(set(ids))
    wanted = {section.anchor for section in parsed.sections if section.heading_path}
    if len(parsed.sections) == 1 and not parsed.sections[0].text:
        wanted = set()  # an article of a heading only
    assert wanted <= set(ids)
    assert {anchor for _, _, anchor in parsed.contents} <= set(ids)


# ── Tables, code, plain text ─────────────────────────────────────────────────────────────────────────────


def test_boxes_of_tables_have_different_names() -> None:
    table = "| A | B |\n|-|-|\n| 1 | 2 |\n\n"
    html = page_of(f"## H\n\n{table}{table}| | |\n|-|-|\n| 1 | 2 |\n\n<table><tr><td>x</td></tr></table>\n\n")
    boxes = [attributes for attributes in Outline(html).all("div") if attributes["class"] == "table-scroll"]
    assert [box["aria-label"] for box in boxes] == ["A, B", "A, B (2)", "H", "H (2)"]
    assert all((box["role"], box["tabindex"]) == ("region", "0") for box in boxes)


def test_code_can_be_scrolled_with_the_keyboard() -> None:
    assert [pre["tabindex"] for pre in Outline(page_of("```\na\n```\n\n<pre>b</pre>\n\n    c")).all("pre")] == ["0"] * 3


def test_a_text_too_long_to_be_parsed_has_headings_and_paragraphs() -> None:
    line = "Line <b>of</b> the log & more.\n"
    log = line * (LONGEST_TEXT // len(line) + 1)
    markdown = f"# T\n\nBefore.\n\n## Part one\n\n{log}\n\n<!-- SECRET -->\n## Part <two>\n\nx"
    parsed = parse_markdown(markdown, 1)
    html = shown(parsed.page)
    assert parsed.simplified and "SECRET" not in html
    assert parsed.contents == ((2, "Part one", "part-one"), (2, "Part <two>", "part-two"))
    assert html.startswith(
        '<p>Before.</p>\n<h2 id="part-one">Part one</h2>\n<p>Line &lt;b&gt;of&lt;/b&gt; the log &amp; more.<br>'
    )
    assert html.rstrip().endswith('<h2 id="part-two">Part &lt;two&gt;</h2>\n<p>x</p>')


def test_plain_text_becomes_paragraphs() -> None:
    assert paragraphs("a < b\nc\n\n\n  \nd\xa0e") == "<p>a &lt; b<br>\nc</p>\n<p>d&nbsp;e</p>"
    assert paragraphs(" \n\n") == ""
