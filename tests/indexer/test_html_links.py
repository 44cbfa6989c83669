"""Where the links and pictures of a page lead."""

from __future__ import annotations

import pytest

from indexer.markdown import parse_markdown
from kb_search.stores.pages import PictureMark
from tests.indexer.pages import page_of


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("[a](b.md)", '<a href="/to/b.md">a</a>'),
        ('[a](../c%20d.md?plain=1#E%20f "ti<tle")', '<a href="/to/../c d.md#E%20f" title="ti&lt;tle">a</a>'),
        ("[a](#İade)", '<a href="#İade">a</a>'),
        ("[a](#kb-123)", '<a href="#section-kb-123">a</a>'),
        ("[a](https://x.org/?a=1&b=2)", '<a href="https://x.org/?a=1&amp;b=2" rel="noopener nofollow">a</a>'),
        ("<https://x.org>", '<a href="https://x.org" rel="noopener nofollow">https://x.org</a>'),
        ("[a](//x.org/y)", '<a href="https://x.org/y" rel="noopener nofollow">a</a>'),
        ("[a](\\\\\\\\x.org)", '<a href="https://x.org" rel="noopener nofollow">a</a>'),
        ("[a](mailto:x@y.org)", '<a href="mailto:x@y.org">a</a>'),
        ("<x@y.org>", '<a href="mailto:x@y.org">x@y.org</a>'),
        ("[a](tel:+33-1)", '<a href="tel:+33-1">a</a>'),
        ("[a](/old/foo?x#y)", '<a href="/old/foo?x#y">a</a>'),
        ("[a](ftp://x.org)", "a"),
        ("[a]()", "a"),
        ("[a](?x=1)", "a"),
        ("[a](http:x)", "a"),
        ("<a href='b.md' target=_top ping=x>a <i>b</i></a>", '<a href="/to/b.md">a <i>b</i></a>'),
        ("<a href='b.md'>a [c](d.md)</a>", '<a href="/to/b.md">a c</a>'),
        ("[a <a href=b.md>b</a> c](d.md)", '<a href="/to/d.md">a b c</a>'),
        ("<a name=here></a>x", '<span id="here"></span>x'),
        ("![A b](c/d.png)", '<img src="/assets/c/d.png" alt="A b">'),
        ('![A *b* "c"](d.png "t")', '<img src="/assets/d.png" alt="A b &quot;c&quot;" title="t">'),
        ("x <img src=d.png alt='A' onerror=x>", 'x <img src="/assets/d.png" alt="A">'),
        ("[![A](b.png)](c.md)", '<a href="/to/c.md"><img src="/assets/b.png" alt="A"></a>'),
        ("![A](https://x.org/b.png)", '<a href="https://x.org/b.png" rel="noopener nofollow">A</a>'),
        ("![](https://x.org/b%20c.png?x)", '<a href="https://x.org/b%20c.png?x" rel="noopener nofollow">b c.png</a>'),
        ("[![A](https://x.org/b.png)](c.md)", '<a href="/to/c.md">A</a>'),
        ("![A](data:image/png;base64,AAAA)", "A"),
        ("![A](/b.png)", "A"),
        ("![A](javascript:x)", "A"),
    ],
)
def test_links_and_pictures(markdown: str, expected: str) -> None:
    assert page_of(markdown).strip() == f"<p>{expected}</p>"


def test_the_width_an_author_asks_for_is_kept() -> None:
    parsed = parse_markdown('<img src="a.png" width="300"> <img src="b.png" width="100%">', 1)
    assert [mark.width for mark in parsed.page.marks if isinstance(mark, PictureMark)] == [300, None]


def test_pictures_are_those_that_are_shown_with_the_line_of_the_first() -> None:
    markdown = "# ![T](title.png)\n\n![](a.png)\n![](b.png)\n![](a.png) <!-- ![](no.png) --> ![](http://x/c.png)"
    assert [(link.target, link.line) for link in parse_markdown(markdown, 3).pictures] == [("a.png", 5), ("b.png", 6)]


@pytest.mark.parametrize(
    "text",
    [
        '<a href="kb-mark:0">x</a>',
        "[x](kb-mark:0)",
        "![x](kb-mark:0)",
        "<img src='kb-mark:0'>",
        '`<a href="kb-mark:0">`',
        "<abbr title='<a href=\"kb-mark:0\">'>x</abbr>",
        '![<a href="kb-mark:0">](a.png)',
        "&lt;a href=&quot;kb-mark:0&quot;&gt;",
    ],
)
def test_what_an_author_writes_is_never_taken_for_a_mark(text: str) -> None:
    page = parse_markdown(f"{text} [real](real.md)", 1).page
    links = [mark for mark in page.marks if not isinstance(mark, PictureMark)]
    assert [getattr(mark, "path", "end") for mark in links] == ["real.md", "end"]
