"""An article read back is the article that was indexed."""

from __future__ import annotations

from pathlib import Path

from indexer.sources import read_sources
from kb_search.reading import read_article
from tests.fakes import article, build, searcher_for, settings

LONG = """One sentence of six words here. Another sentence of six words here. A third sentence of six words.

## Code

```
first line of code here
second line of code here
third line of code here

fourth line after a blank one
```

## One word

{word}
"""


def test_sections_come_back_as_they_were_however_they_were_cut(tmp_path: Path) -> None:
    index = build(tmp_path, {"a.md": article("A", LONG.format(word="Antidisestablishmentarianism" * 30))}, **CUT)
    written = read_sources([tmp_path / "source"], settings()).articles[0].sections
    with searcher_for(index, **CUT) as searcher:
        assert searcher.snapshot.manifest.chunks > len(written)
        read = read_article(searcher, "a", "public").sections
    assert [(section.anchor, section.text) for section in read] == [(s.anchor, s.text) for s in written]


CUT = {"chunking__max_tokens": 16}
