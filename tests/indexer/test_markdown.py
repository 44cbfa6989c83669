"""What readers find: each example shows Markdown and the plain text that is searched and displayed."""

from __future__ import annotations

import pytest

from indexer.admonitions import KINDS, labels_for
from indexer.article import ReadDefaults, read_article
from indexer.markdown import parse_markdown
from indexer.sections import Heading
from kb_search.types import Link, Section
from kb_search.web.words import load_words


def text_of(markdown: str) -> str:
    """The text of Markdown that has no headings."""
    (section,) = parse_markdown(markdown, 1).sections
    return section.text


def outline(markdown: str, title: str | None = None) -> list[tuple[tuple[str, ...], str, str]]:
    return [(s.heading_path, s.anchor, s.text) for s in parse_markdown(markdown, 1, title).sections]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("One\ntwo.\n\nThree.", "One two.\n\nThree."),
        ("One  \ntwo\\\nthree", "One\ntwo\nthree"),
        ("**Bold**, *italic*, ~~gone~~ and `code`", "Bold, italic, gone and code"),
        ("See [the guide](guide.md 'title') and <https://example.org/x>", "See the guide and https://example.org/x"),
        ("[a][1] and [2]\n\n[1]: a.md\n[2]: b.md", "a and 2"),
        ("2 &lt; 3 &amp; caf&eacute; \\*not bold\\*", "2 < 3 & café *not bold*"),
        ("![The *blue* button](b.png) ![](decoration.png)", "The blue button"),
        ("![x](data:image/png;base64," + "iVBORw0KGgo" * 500 + ") after", "x after"),
        ("![x](data:image/svg+xml;base64," + "PHN2Zz4" * 20 + ")", "x"),
        ("Above\n\n---\n\nbelow", "Above\n\nbelow"),
        ("> Quoted\n> text", "Quoted text"),
        ("Press <kbd>Ctrl</kbd>+<b>C</b><br>then<!-- draft -->\nwait", "Press Ctrl+C\nthen wait"),
        ("A <script>alert(1)</script>B <style>b{}</style>C", "A B C"),
        ("Line with a < b and c > d", "Line with a < b and c > d"),
        ("javascript [x](javascript:alert(1))", "javascript x"),
    ],
)
def test_a_paragraph_keeps_its_words(markdown: str, expected: str) -> None:
    assert text_of(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("Do:\n- one\n- two\n  more\n  - nested\n- [x] done", "Do:\n\n- one\n- two more\n- nested\n- [x] done"),
        ("3. three\n1. four", "3. three\n4. four"),
        ("1. First\n\n   More.\n\n2. Second", "1. First\n\nMore.\n\n2. Second"),
        ("- \n- full", "- full"),
        ("- a\n\nAfter", "- a\n\nAfter"),
        ("1. Run:\n\n   ```\n   make\n   ```\n2. Wait", "1. Run:\n\nmake\n\n2. Wait"),
    ],
)
def test_list_items_stand_on_lines_of_their_own(markdown: str, expected: str) -> None:
    assert text_of(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        (
            "| Plan | Price |\n|---|---:|\n| Free | `0` |\n| Team<br>plan | 9 \\| 12 |",
            "Plan | Price\nFree | 0\nTeam plan | 9 | 12",
        ),
        ("| a | b |\n|---|---|\n| | x |", "a | b\n| x"),
        ("```sh\nkb-search index .  # <b>\n\nmake\n```", "kb-search index . # <b>\n\nmake"),
        ("    indented code", "indented code"),
        ("Term\n: Meaning one\n: Meaning two", "Term\nMeaning one\nMeaning two"),
        ("Text[^1] and^[in *place*].\n\n[^1]: The note.", "Text and (in place).\n\nThe note."),
    ],
)
def test_tables_code_definitions_and_footnotes_are_text(markdown: str, expected: str) -> None:
    assert text_of(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("> [!NOTE]\n> Back up first.", "Note: Back up first."),
        ("> [!WARNING]\n>\n> Hot!", "Warning: Hot!"),
        ("> [!tip]- In short\n> Restart.", "Tip: In short\n\nRestart."),
        ("!!! danger\n    Hot!", "Danger: Hot!"),
        ('!!! note "Before you start"\n    Save.', "Note: Before you start\n\nSave."),
        ("??? question\n    Why?", "Question: Why?"),
        ("!!! DİKKAT fişi çekmeyin", "DİKKAT fişi çekmeyin"),
        ("::: warning\nHot!\n:::", "Warning: Hot!"),
        ("::: tip In short\nRestart.\n:::", "Tip: In short\n\nRestart."),
        ("::: details Show the log\nok\n:::\nAfter", "Show the log\n\nok\n\nAfter"),
        ("::: columns\nleft\n:::", "left"),
        (":::{.caution}\nHot!\n:::", "Caution: Hot!"),
        ("> [!NOTE] and no more", "Note: and no more"),
    ],
)
def test_an_admonition_keeps_its_label(markdown: str, expected: str) -> None:
    assert text_of(markdown) == expected


FRENCH = "Débranchez la lampe avant de la nettoyer, puis attendez une minute."


@pytest.mark.parametrize(
    ("path", "front", "text", "label"),
    [
        ("fr/a.md", "", "> [!WARNING]\n> Chaud", "Avertissement : Chaud"),
        ("a.md", "locale: fr-CA", "> [!warning]\n> Chaud", "Avertissement : Chaud"),
        ("a.md", "", f"{FRENCH}\n\n!!! note\n    {FRENCH}", f"{FRENCH}\n\nRemarque : {FRENCH}"),
        ("a.md", "locale: tr", "::: tip Kısaca\nBekleyin.\n:::", "İpucu: Kısaca\n\nBekleyin."),
        ("en/a.md", "locale: fr", "::: faq\nQui ?\n:::", "FAQ : Qui ?"),
        ("fr/a.md", "locale: en", "> [!WARNING]\n> Hot", "Warning: Hot"),
        ("a.md", "locale: de", "> [!WARNING]\n> Hot", "Warning: Hot"),
        ("fr/a.md", "", "> [!PROMPT]\n> Texte", "Prompt : Texte"),
    ],
)
def test_its_label_is_in_the_language_of_the_article(path: str, front: str, text: str, label: str) -> None:
    defaults = ReadDefaults(("en", "fr", "tr"), ("public",), frozenset({"public"}), lambda sample: "fr")
    article, _ = read_article(f"---\ntitle: T\n{front}\n---\n{text}\n", path, defaults)
    assert article is not None
    assert [section.text for section in article.sections] == [label]
    assert label.partition(":")[0].strip().split("\n")[-1].encode() in article.page


@pytest.mark.parametrize("locale", ["fr", "tr"])
def test_every_kind_has_a_label_and_it_is_that_of_the_help_center(locale: str) -> None:
    labels = labels_for(locale).words
    assert labels.keys() == KINDS
    words = load_words().by_locale[locale]
    said = {key.removeprefix("label."): text for key, text in words.items() if key.startswith("label.")}
    assert said.items() <= labels.items()


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("<details><summary>Logs</summary>\n\nThey are in *var*.\n\n</details>", "Logs\n\nThey are in var."),
        ("<p>Hello\nworld &amp; all</p>\n<p>Bye</p>", "Hello world & all\n\nBye"),
        ("<table>\n<tr><th>a</th><th>b</th></tr>\n<tr><td>c</td><td>d</td></tr>\n</table>", "a | b\nc | d"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<pre>\na\n  b\n</pre>", "a\nb"),
        ('<img src="x.png" alt="The menu"> <a href="y.md">more</a>', "The menu more"),
        ("<!-- a\n\nb -->\nshown", "shown"),
        ("<div>\n<!-- secret\n\n## Also secret\n\n- and this --> public\n</div>", "public"),
        ("<div><script>\nvar a;\n\nvar b;\n</script>after</div>", "after"),
        ("<script>\n\nvar a;\n</script>\n\nafter", "after"),
        ("<b>1 < 2</b>", "1 < 2"),
        ('<a title="a > b">x</a>', "x"),
    ],
)
def test_html_leaves_its_words_and_hides_what_a_page_hides(markdown: str, expected: str) -> None:
    assert text_of(markdown) == expected


@pytest.mark.parametrize("space", ["\u00a0", "\u202f"], ids=["no-break space", "narrow no-break space"])
def test_a_no_break_space_is_in_the_heading_and_not_in_the_anchor_as_on_github(space: str) -> None:
    ((path, anchor, _),) = outline(f"## Quand serai-je remboursé{space}?\n\nBientôt.")
    assert (path, anchor) == (("Quand serai-je remboursé ?",), "quand-serai-je-remboursé")


def test_every_heading_opens_a_section_with_its_path_and_anchor() -> None:
    markdown = """# Billing

Who pays what.

## Refunds

Within 30 days.

### By card {#card}

In 3 days.

Invoices
--------

Sent monthly.

## Refunds ##

Again.
"""
    assert parse_markdown(markdown, 5).sections == (
        Section((), "", "Who pays what.", 7),
        Section(("Refunds",), "refunds", "Within 30 days.", 9),
        Section(("Refunds", "By card"), "card", "In 3 days.", 13),
        Section(("Invoices",), "invoices", "Sent monthly.", 17),
        Section(("Refunds",), "refunds-1", "Again.", 22),
    )


def test_the_h1_that_repeats_the_title_opens_no_section() -> None:
    assert outline("Intro.\n\n# Reset  a *password*\n\nText.", "Reset a password") == [((), "", "Intro.\n\nText.")]


def test_an_h1_that_says_something_else_is_a_section() -> None:
    assert outline("# Step one\n\nText.\n\n## Detail\n\nMore.", "Reset a password") == [
        (("Step one",), "step-one", "Text."),
        (("Step one", "Detail"), "detail", "More."),
    ]


def test_only_the_first_h1_can_be_the_title() -> None:
    markdown = "# One\n\na\n\n# Two\n\nb\n\n## Three\n\nc"
    assert parse_markdown(markdown, 1).title == "One"
    assert outline(markdown) == [((), "", "a"), (("Two",), "two", "b"), (("Two", "Three"), "three", "c")]


def test_a_section_without_text_shows_only_in_the_paths_below_it() -> None:
    assert outline("# T\n\n## Parent\n\n### Child\n\nText.\n\n## Empty") == [(("Parent", "Child"), "child", "Text.")]


def test_headings_alone_are_kept() -> None:
    assert outline("# T\n\n## A\n\n## B") == [(("A",), "a", ""), (("B",), "b", "")]


@pytest.mark.parametrize("markdown", ["", "\n\n", "# Title", "<!-- nothing -->", "![](x.png)"])
def test_a_text_without_words_is_one_empty_section(markdown: str) -> None:
    (section,) = parse_markdown(markdown, 4).sections
    assert (section.heading_path, section.anchor, section.text) == ((), "", "")


def test_a_level_that_is_skipped_leaves_no_hole_in_the_path() -> None:
    assert outline("# T\n\n### Deep\n\na\n\n## Up\n\nb") == [(("Deep",), "deep", "a"), (("Up",), "up", "b")]


def test_a_heading_inside_a_quotation_or_list_is_text_but_can_be_linked_to() -> None:
    parsed = parse_markdown("> ## Quoted\n> text\n\n- # Listed", 1)
    assert [section.text for section in parsed.sections] == ["Quoted\n\ntext\n\n- Listed"]
    assert parsed.headings == (Heading(2, "quoted", 1), Heading(1, "listed", 4))


def test_a_paragraph_that_a_stray_rule_made_a_heading_stays_a_paragraph() -> None:
    sentence = "This is a long paragraph about nothing in particular. " * 5
    assert text_of(f"{sentence}\n---\n\nMore.") == f"{sentence.strip()}\n\nMore."


def test_links_and_pictures_are_noted_with_their_lines() -> None:
    markdown = """See [a](a.md)
and [b](<b c.md#x>)

| t |
|---|
| ![Menu](menu.png) |

![](naked.png) ![x](data:image/gif;base64,R0lGOD==)

<a id="old" href="c.md">c</a>

<p><img src="d.png"></p>

[e]

[e]: e.md
"""
    parsed = parse_markdown(markdown, 10)
    assert parsed.links == (
        Link("a.md", 10, text="a"),
        Link("b c.md#x", 11, text="b"),
        Link("menu.png", 15, image=True),
        Link("naked.png", 17, image=True),
        Link("c.md", 19),
        Link("d.png", 21, image=True),
        Link("e.md", 23, text="e"),
    )
    assert parsed.undescribed == (17, 21)
    assert parsed.anchors == ("old",)


def test_a_comment_without_an_end_is_reported_and_hides_the_rest() -> None:
    parsed = parse_markdown("Shown.\n\n<!-- oops ->\n\nHidden.", 1)
    assert [section.text for section in parsed.sections] == ["Shown."]
    assert parsed.unclosed == 3


def test_windows_line_ends_count_as_one_line() -> None:
    assert parse_markdown("a\r\n\r\n## B\r\n\r\nc", 1).sections[1] == Section(("B",), "b", "c", 3)


def test_a_very_long_text_is_read_by_lines_only() -> None:
    rows = "\n".join(f"{number},*value*" for number in range(30_000))
    markdown = (
        f"# Log\n\nIntro.\n\n## Rows\n\n```\n# no heading\n```\n{rows}\n<!-- secret\n## hidden\n-->\n### End\n\nDone."
    )
    parsed = parse_markdown(markdown, 1)
    assert parsed.simplified
    assert [section.heading_path for section in parsed.sections] == [(), ("Rows",), ("Rows", "End")]
    assert parsed.sections[1].text.startswith("```\n# no heading\n```\n0,*value*\n1,*value*")
    assert "hidden" not in parsed.sections[1].text
    assert parsed.sections[2] == Section(("Rows", "End"), "end", "Done.", 30_013)
