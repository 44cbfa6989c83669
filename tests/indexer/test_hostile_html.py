"""Articles written to attack their readers: nothing that runs, loads or takes over the page comes through."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.markdown import parse_markdown
from indexer.page_tags import cleaner
from tests.indexer.pages import Outline, page_of, shown

# Spelt out here once more, so that what a page may hold is not decided by the code under test alone.
_TAGS = frozenset(
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure "
    "h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub summary sup table "
    "tbody td tfoot th thead tr u ul var wbr".split()
)
_ATTRIBUTES = frozenset(
    "alt aria-label class colspan dir href id lang loading open rel reversed role rowspan scope span src start "
    "tabindex title type value".split()
)
_CLEANER = cleaner()


def assert_harmless(html: str) -> None:
    """Balanced, known tags and attributes only, addresses that lead where they may, nothing left to clean."""
    outline = Outline(html)
    for tag, attributes in outline.tags:
        assert tag in _TAGS, tag
        assert set(attributes) <= _ATTRIBUTES, attributes
        for name in ("href", "src"):
            if name in attributes:
                assert re.match(r"https?://[^/\\]|mailto:|tel:|#|/(?![/\\])", attributes[name], re.IGNORECASE), (
                    attributes
                )
        assert tag != "img" or attributes["src"].startswith("/assets/")
        assert not attributes.get("href", "").lower().startswith("http") or attributes["rel"] == "noopener nofollow"
        assert not attributes.get("id", "").lower().startswith("kb-")
    assert len(outline.ids) == len(set(outline.ids))
    assert _CLEANER.clean(html) == html


SCRIPT = "<script>alert(1)</script>"
IN_EVERY_PLACE = [
    "{}",
    "a {} b",
    "# {}",
    "## Heading {}",
    "## {} {{#own}}",
    "- {}",
    "1. a\n   {}",
    "> {}",
    "> [!NOTE]\n> {}",
    "> [!NOTE] {}\n> x",
    '!!! note "{}"\n    x',
    "!!! note\n    {}",
    "::: tip {}\nx\n:::",
    "::: {}\nx\n:::",
    "??? note\n    {}",
    "| {} | b |\n|-|-|\n| c | {} |",
    "Term {}\n: Meaning {}",
    "a[^{}]\n\n[^{}]: x",
    "a[^1]\n\n[^1]: {}",
    "a^[{}]",
    "`{}`",
    "```\n{}\n```",
    "```{}\nx\n```",
    "    {}",
    "[{}](b.md)",
    '[a](b.md "{}")',
    "[a](<{}>)",
    "[a]({})",
    "![{}](b.png)",
    '![a](b.png "{}")',
    "![a](<{}>)",
    "[a][b]\n\n[b]: <{}> '{}'",
    "<{}>",
    "<div>{}</div>",
    "<div title='{}'>x</div>",
    '<img src="{}" alt="{}">',
    "<details><summary>{}</summary>{}</details>",
    "<!-- {} -->",
    "*a {} b*",
    "~~{}~~",
    "{{{{ {} }}}} {{% {} %}}",
    "<table><td>{}</table>",
    "a\\\n{}",
    "{}\n===",
]
PAYLOADS = [
    SCRIPT,
    "<ScRiPt src=//evil.example></sCrIpT >",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)><animate onbegin=alert(1)>",
    '"onmouseover=alert(1) x="',
    "' autofocus onfocus=alert(1) '",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("place", IN_EVERY_PLACE)
def test_no_place_lets_a_payload_through(place: str, payload: str) -> None:
    assert_harmless(page_of(place.replace("{}", payload).replace("{{", "{").replace("}}", "}")))


NOWHERE = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java&#10;script:alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A;avascript&#x3A;alert(1)",
    "javascript&colon;alert(1)",
    "java&Tab;script&colon;alert(1)",
    "\x01javascript:alert(1)",
    "&#1;javascript:alert(1)",
    "javascript://x.org/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "vbscript:msgbox(1)",
    "livescript:x",
    "blob:https://x.org/1",
    "file:///etc/passwd",
    "about:blank",
    "view-source:https://x.org",
    "jar:x!/y",
    "intent:x#y",
    "http:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "feed:javascript:alert(1)",
]


@pytest.mark.parametrize("target", NOWHERE)
@pytest.mark.parametrize(
    "link",
    [
        "[words](<{}>)",
        "[words]({})",
        "[words][r]\n\n[r]: <{}>",
        "<{}> words",
        '<a href="{}">words</a>',
        "<a href={}>words</a>",
        "![words](<{}>)",
        '<img src="{}" alt="words">',
        "[![words](<{}>)](<{}>)",
    ],
)
def test_addresses_that_run_or_reach_into_the_machine_are_only_words(link: str, target: str) -> None:
    html = page_of(link.replace("{}", target))
    assert_harmless(html)
    outline = Outline(html)
    assert "words" in outline.text
    for attributes in outline.all("a") + outline.all("img"):
        address = attributes.get("href", "") + attributes.get("src", "")
        # What is left of an address that was cut at a space, or read as a path, leads to no other site.
        assert address.startswith(("/to/", "/assets/", "#")), address


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/x",
        "\\\\evil.example/x",
        "/\\evil.example/x",
        "/\t/evil.example",
        "\\/evil.example",
        "/&#9;/evil.example",
    ],
)
def test_an_address_that_browsers_read_as_another_site_is_marked_as_one(target: str) -> None:
    (link,) = Outline(page_of(f'<a href="{target}">x</a>')).all("a")
    assert link == {"href": link["href"], "rel": "noopener nofollow"}
    assert re.match("https://evil.example", link["href"])


@pytest.mark.parametrize(
    "html",
    [
        "<meta http-equiv=refresh content='0;url=//evil.example'>x",
        "<base href=//evil.example/>[a](b.md)",
        "<form action=//evil.example><input name=kb-q><button formaction=javascript:alert(1)>x</button></form>",
        "<link rel=stylesheet href=//evil.example>x",
        "<style>@import '//evil.example';</style>x",
        "<div style='position:fixed;inset:0;background:url(//evil.example)'>x</div>",
        "<iframe src=//evil.example srcdoc='<script>alert(1)</script>'></iframe>x",
        "<object data=//evil.example><embed src=//evil.example><applet code=x></object>x",
        "<svg><script>alert(1)</script><a xlink:href='javascript:alert(1)'>x</a></svg>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>x",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'></math>x",
        "<math href='javascript:alert(1)'>x</math>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>x",
        "<template><script>alert(1)</script></template>x",
        "<xmp><script>alert(1)</script></xmp>x",
        "<plaintext><script>alert(1)</script>x",
        "<textarea><script>alert(1)</script></textarea>x",
        "<title><img src=x onerror=alert(1)></title>x",
        "<video src=//evil.example poster=//evil.example onerror=alert(1)><source onerror=alert(1)></video>x",
        "<audio src=//evil.example autoplay>x</audio>",
        "<picture><source srcset=//evil.example><img src=a.png srcset=//evil.example></picture>x",
        "<input autofocus onfocus=alert(1)>x",
        "<select><option><img src=x onerror=alert(1)></select>x",
        "<marquee onstart=alert(1)>x</marquee>",
        "<body onload=alert(1) background=//evil.example>x",
        "<html manifest=//evil.example><head></head>x</html>",
        "<frameset><frame src=//evil.example></frameset>x",
        "<details open ontoggle=alert(1)>x</details>",
        "<a href=b.md target=_blank ping=//evil.example download onclick=alert(1)>x</a>",
        "<p contenteditable draggable=true accesskey=x tabindex=99 is=x slot=x part=x popover>x</p>",
        "<p data-x=y aria-hidden=true role=alert class='kb-page admonition' itemprop=x>x</p>",
        "<custom-element onclick=alert(1)>x</custom-element>",
        "<![CDATA[<script>alert(1)</script>]]>x",
        "<?xml-stylesheet href='//evil.example'?>x",
        "<!DOCTYPE html [<!ENTITY x 'y'>]>x",
        "<!--><script>alert(1)</script>-->x",
        "<!---><img src=x onerror=alert(1)>-->x",
        "<!-- a --!><img src=x onerror=alert(1)>-->x",
        "<!-- never closed\n\n<script>alert(1)</script>",
        "<div><!--\n\n</div>\n\n<img src=x onerror=alert(1)>\n\n-->x",
        "<scr<script>ipt>alert(1)</scr</script>ipt>x",
        "<<script>alert(1)//<</script>x",
        "<img src=x:alert(alt) onerror=eval(src) alt=x",
        "<img/src='a.png'/onerror='alert(1)'>x",
        "<img src=`a.png` onerror=`alert(1)`>x",
        "<img src='a.png' alt='\"><script>alert(1)</script>'>x",
        "<img src='a.png' alt='`onerror=alert(1)'>x",
        "<p title='x\n><script>alert(1)</script>'>x</p>",
        "<a href='b.md' title='\" onclick=\"alert(1)'>x</a>",
        "<b <script>alert(1)</script>>x</b>",
        "</p></div></main></body></html><script>alert(1)</script>x",
        "<table><tr><td><div></td></tr><script>alert(1)</script></table>x",
        "<p><table><p><a href=b.md><table><a href=javascript:alert(1)>x",
        "<b><i></b></i><ul><p></li></ul>x",
        "<ol><ol><dl><li><dt><summary><tr><td>x",
        "{{constructor.constructor('alert(1)')()}} {% import os %} ${alert(1)} <%= x %> #{x} [[x]]",
        "\u2028<script\u2028>alert(1)</script>x",
        "＜script＞alert(1)＜/script＞x",
        "&#60;script&#62;alert(1)&#60;/script&#62;x",
        "<script\x0b>alert(1)</script>x",
        "<\x00script>alert(1)</script>x",
        "<img\x0csrc=a.png\x0conerror=alert(1)>x",
        "<p>" * 2_000 + "x",
        "<b><div>" * 500 + "x" + "</b></div>" * 700,
        "<a href=b.md>" * 300 + "x",
        "<table>" * 150 + "x",
    ],
)
def test_hostile_html_leaves_its_words(html: str) -> None:
    page = page_of(html)
    assert_harmless(page)
    assert "evil.example" not in " ".join(f"{attributes}" for _, attributes in Outline(page).tags)


@pytest.mark.parametrize(
    ("markdown", "ids"),
    [
        ("<p id='kb-search'>x</p> <a name='KB-x'>y</a>", []),
        ("<p id=a>x</p>\n\n<p id=a>y</p>", ["a"]),
        ("<p id=search>x</p>\n\n## Search", ["search"]),
        ("<p id='a b'>x</p> <p id=''>y</p>\n\n<p id='&#9;'>z</p>", []),
        ("## kb-main {#kb-main}", ["section-kb-main"]),
        ("<svg id=s><form id=f name=g></form></svg>", ["s", "f", "g"]),
        ("<p id='\"><script>'>x</p>", ["><script>"]),
        ("a[^kb-x]\n\n[^kb-x]: y\n\n<p id='fn:kb-x'>z</p>", ["fn:kb-x"]),
    ],
)
def test_no_id_takes_the_place_of_another(markdown: str, ids: list[str]) -> None:
    html = page_of(markdown)
    assert_harmless(html)
    assert Outline(html).ids == ids


_FRAGMENTS = st.sampled_from(
    "# |## |- |1. |> |`|```|*|**|~~|[|](x.md)|](javascript:x)|](//x)|![|[^1]|[^1]: |^[|[!NOTE]|[a]: data:x|---|{#id}|"
    "&amp;|&lt;|&#x3c;|&quot;|\\|<|>|\"|'|=|<!--|-->|<div>|</div>|<script>|</script>|<style>|<template>|<pre>|<td>|"
    "<tr>|<table>|</table>|<br>|<a href='x'>|<a href=b.md|</a>|<img src=x|<img src=x onerror=y>|<details>|<summary>|"
    "<select>|<svg>|<math>|<mtext>|<p id=x>|<b id=y>|</p>|<li>|<h1>|<b|<![CDATA[|]]>|<?|?>|::: note|:::|!!! note|"
    '??? tip| | |\n|\n\n|    |\t|\x00|\xa0|\u2028|kb-mark:0|<a href="kb-mark:0">|<input|<form>|<iframe>|'
    "<base href=//x>".split("|")
)


@given(st.lists(_FRAGMENTS | st.text(max_size=4), max_size=40).map("".join))
@settings(max_examples=500, deadline=None)
def test_whatever_is_written_is_harmless(markdown: str) -> None:
    assert_harmless(page_of(markdown))


@pytest.mark.parametrize(
    "unit", ["<div>", "</div>", "<b>", "<b></i>", "<a href=x>", "<table><td>", "<p id=a>", "[a](b)", "<li>"]
)
def test_many_tags_take_linear_time(unit: str) -> None:
    markdown = "x\n\n" + unit * (40_000 // len(unit))
    started = time.process_time()
    html = shown(parse_markdown(markdown, 1).page)
    assert time.process_time() - started < 8
    assert len(html) < 40 * len(markdown)
