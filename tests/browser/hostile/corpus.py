"""A help center that was written by an enemy: every payload in every field and every place of a text."""

from __future__ import annotations

import os
from pathlib import Path

from tests.browser.hostile.payloads import PAYLOADS, Payload
from tests.browser.hostile.pictures import PICTURES

WOVEN = """A password for number NUMBER.

## P

[a](P) [b](<P>) [c](plain.md "P") ![P](../pictures/plain.svg) ![d](<P>) ![e](../pictures/plain.svg "P") ![f](P)

[r-NUMBER]: <P> "P"

[r-NUMBER] [P][r-NUMBER] <P> `P` **P** ~~P~~

### A place {#P}

| P | b |
|---|:-:|
| P | P |

A note[^P] and another.^[P]

[^P]: P

!!! note "P"
    P

??? P "P"
    P

::: P
P
:::

> [!P]
> P

``` P
P
```

<p id="P" title="P" lang="P" dir='P' class="P" style="P">P</p>

<p id='P' role='P'>P</p>

<p id=P onclick=P>P</p>

<a href="P" title='P' name="P">P</a> <a href='P'>P</a> <a href=P>P</a> <img src="P" alt="P"> <img src='P' width=P>
<img src="../pictures/plain.svg" alt='P' title="P" width="P">

<table><tr><td colspan="P" title='P'>P</td><th scope=P>P</th></table>
<ol start="P" type='P'><li value=P>P</li></ol>
<details open="P"><summary>P</summary>P</details>

P
"""

_LONGEST_NAME = 200
TOGETHER = 4
"""Payloads of one article that has them in every place."""


def quoted(text: str) -> str:
    """Write a text as YAML that means exactly it."""
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'


def _article(body: str, **fields: str) -> str:
    lines = [f"{key}: {value}" for key, value in {"audience": "public", "locale": "en", **fields}.items()]
    return "\n".join(["---", *lines, "---", "", body, ""])


_TEXTS = "title summary category owner area slug canonical governance".split()
_LISTS = "tags keywords aliases".split()
FIELDS = len(_TEXTS) + len(_LISTS) + 1
"""Places of an article outside of its text, and the text."""


def _raw(payload: Payload) -> str:
    """The payload as each field, and as the whole text."""
    text = quoted(payload.text)
    lists = dict.fromkeys(_LISTS, f"[{text}, /old/{payload.number}]")
    fields = dict.fromkeys(_TEXTS, text)
    return _article(payload.text, id=f"en/raw/{payload.number}", updated="2026-01-31", **fields, **lists)


def _hides(payload: Payload) -> bool:
    """Tell whether a text opens what hides all that follows it."""
    text = payload.text
    return text.count("<!--") > text.count("-->") or "<style><!--</style>" in text or "<style></math>" in text


def _woven(payload: Payload) -> str:
    return WOVEN.replace("P", storable(payload.line)).replace("NUMBER", str(payload.number))


def write_corpus(folder: Path) -> Path:
    """Write it: an article of fields for each payload, and one of places for some, called by the name of its file."""
    for kind in ("raw", "woven", "pictures"):
        (folder / "en" / kind).mkdir(parents=True)
    for payload in PAYLOADS:
        raw = _raw(Payload(payload.number, payload.group, storable(payload.text)))
        _write(folder / "en" / "raw" / f"{payload.number}.md", raw)
    for first in range(0, len(PAYLOADS), TOGETHER):
        some = sorted(PAYLOADS[first : first + TOGETHER], key=_hides)
        woven = [_woven(payload) for payload in some]
        name = storable(PAYLOADS[first].line).replace("/", "⁄").encode()[:_LONGEST_NAME].decode("utf-8", "ignore")
        _write(folder / "en" / "woven" / f"{first} {name}.md", _article("\n\n".join(woven), id=f"en/woven/{first}"))
    _write(folder / "en" / "woven" / "plain.md", _article("Plain.", title="Plain"))
    _write_pictures(folder / "en")
    return folder


def storable(text: str) -> str:
    """Take out what makes the indexer leave the whole article out."""
    return "".join(letter for letter in text if letter != "\0" and not "\ud800" <= letter <= "\udfff")


def _write_pictures(folder: Path) -> None:
    shown = []
    for number, (name, content) in enumerate(PICTURES.items()):
        file = f"{number}\"'><img src=x onerror=pwn()>{name}"
        (folder / "pictures" / file.replace("/", "⁄")).write_bytes(content)
        shown.append(f"![{name}](<../pictures/{file.replace('<', '%3C').replace('>', '%3E').replace('/', '⁄')}>)")
    (folder / "pictures" / "plain.svg").write_bytes(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    _write(folder / "woven" / "pictures.md", _article("\n\n".join(shown), title="Pictures"))


def _write(path: Path, text: str) -> None:
    descriptor = os.open(os.fsencode(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    with open(descriptor, "wb") as file:
        file.write(text.encode("utf-8", "surrogatepass"))
