"""Which HTML a page may hold: what is made from Markdown, and what authors may write. Everything else is text.

An author's tag is never copied: it is read, and written anew with what is known to be harmless.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import nh3

from indexer.admonitions import KINDS
from kb_search.stores.pages import escaped

_SAME = (
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure "
    "h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub summary sup table "
    "tbody td tfoot th thead tr u ul var wbr"
)
TAGS: Mapping[str, str] = {
    **{name: name for name in _SAME.split()},
    # The page has these itself, once.
    **dict.fromkeys("address article aside center footer header main nav section".split(), "div"),
    "strike": "s",
    "tt": "code",
}
"""Tags of authors → those of the page. A heading's level depends on where it stands."""

VOID = frozenset({"br", "col", "hr", "img", "wbr"})

LANGUAGES = frozenset(
    "apache asm awk bash basic bat batch bibtex c clojure cmake cmd cobol console cpp cs csharp csp css csv curl "
    "dart diff docker dockerfile dos dotenv elixir elm env erb erlang excel f fortran fsharp git go golang gradle "
    "graphql groovy haskell hcl html http ini java javascript jinja jq js json json5 jsonc jsonl jsx julia kotlin "
    "latex less lisp log lua make makefile markdown math matlab md mermaid mysql nginx nix objc objectivec ocaml "
    "output pascal patch perl php plain plaintext plsql postgresql powershell prolog properties protobuf ps1 puppet "
    "py python r razor rb regex rest rst ruby rust sass scala scheme scss sh shell solidity sparql sql svelte swift "
    "tcl terraform tex text toml ts tsx txt typescript vb vba vbnet verilog vim vue wasm x xml yaml yml zig zsh".split()
)
"""Names of languages that a block of code may carry as `class="language-…"`."""

_NUMBER, _LANGUAGE = re.compile(r"\d{1,4}"), re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_CHECKS: Mapping[tuple[str, str], Callable[[str], object]] = {
    **{(tag, name): _NUMBER.fullmatch for tag in ("td", "th") for name in ("colspan", "rowspan")},
    **{(tag, "span"): _NUMBER.fullmatch for tag in ("col", "colgroup")},
    ("th", "scope"): {"col", "row", "colgroup", "rowgroup"}.__contains__,
    ("ol", "start"): re.compile(r"-?\d{1,9}").fullmatch,
    ("ol", "type"): {"1", "a", "A", "i", "I"}.__contains__,
    ("ol", "reversed"): lambda value: True,
    ("li", "value"): re.compile(r"-?\d{1,9}").fullmatch,
    ("details", "open"): lambda value: True,
    ("abbr", "title"): bool,
    ("dfn", "title"): bool,
    ("*", "dir"): {"ltr", "rtl", "auto"}.__contains__,
    ("*", "lang"): _LANGUAGE.fullmatch,
}
_BARE = frozenset({"reversed", "open"})


def kept_attributes(tag: str, attributes: Mapping[str, str]) -> str:
    """Write the attributes that an author's tag keeps, with a space before each. Addresses and ids are not here."""
    kept = ""
    for name, value in attributes.items():
        check = _CHECKS.get((tag, name)) or _CHECKS.get(("*", name))
        if check and check(value):
            kept += f' {name}="{"" if name in _BARE else escaped(value)}"'
    return kept


PLACEHOLDER = "kb-mark"
"""The scheme of addresses that stand for a mark; an author's address never has it."""


def cleaner() -> nh3.Cleaner:
    """Make the last word on what a page holds, whatever was written before."""
    own = {
        "a": {"href", "rel", "title"},
        "div": {"aria-label", "role", "tabindex"},
        "img": {"alt", "height", "loading", "src", "title", "width"},
        "pre": {"tabindex"},
    }
    attributes: dict[str, set[str]] = {tag: set(names) for tag, names in own.items()} | {"*": {"id"}}
    for tag, name in _CHECKS:
        attributes.setdefault(tag, set()).add(name)
    kinds = {"admonition", *KINDS}
    return nh3.Cleaner(
        tags=set(TAGS.values()),
        attributes=attributes,
        allowed_classes={
            "code": {f"language-{name}" for name in LANGUAGES},
            "details": kinds,
            "div": {*kinds, "footnote", "table-scroll"},
            "p": {"admonition-label", "admonition-title"},
            "span": {"footnote-label"},
            "td": {"align-center", "align-right"},
            "th": {"align-center", "align-right"},
        },
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel", PLACEHOLDER},
    )
