"""Makes a large corpus of real texts, in two languages: Debian's package descriptions as Markdown articles.

Writes `articles/<locale>/<first letters>/<package>.md`, of which the title is the package's synopsis and the body the
first paragraph of its long description, `queries.jsonl` and `qrels.tsv` (debian_queries.py). Nothing is downloaded:
the files are those of a Debian mirror, as apt keeps them.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.debian_queries import make_queries
from benchmarks.descriptions import GET, LISTS, Described, find_translations, read_translations
from kb_search.errors import ConfigError

LOCALES = ("en", "fr")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--out", type=Path, metavar="DIR", help="a folder that is empty or not there yet")
    parser.add_argument(
        "--translations", type=Path, nargs="+", metavar="FILE", help=f"Translation-en.xz … (default: those in {LISTS})"
    )
    parser.add_argument("--queries", type=int, default=2_000, metavar="N", help="default 2000")
    parser.set_defaults(needs=("out",))


def run(options: argparse.Namespace) -> str:
    """Write the corpus; say in a sentence what was written. Raises ConfigError."""
    files = options.translations or find_translations(LOCALES)
    if not files:
        return f"skipped: {LISTS} has no package descriptions in English or French. Get them: {GET}"
    if options.out.exists() and any(options.out.iterdir()):
        raise ConfigError(f"{options.out} is not empty. Give a folder that is empty or not there yet.")
    described = list(read_translations(files))
    for one in described:
        path = options.out / "articles" / f"{article_id(one)}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(one), "utf-8")
    asked = _write_queries(options.out, described, options.queries)
    counts = Counter(one.locale for one in described)
    listed = ", ".join(f"{count:,} in {locale!r}" for locale, count in sorted(counts.items()))
    return f"{len(described):,} articles ({listed}) and {asked:,} queries are in {options.out}."


def article_id(described: Described) -> str:
    """Name the article: `en/bash/bash-completion`. The folder keeps directories short."""
    return f"{described.locale}/{described.package[:4].strip('.')}/{described.package}"


def render(described: Described) -> str:
    """Write the article: front matter and the first paragraph, whose lines stay as they were."""
    title = (described.synopsis or described.package).replace("'", "''")
    head = f"---\ntitle: '{title}'\nlocale: {described.locale}\naudience: [public]\n---\n\n"
    return head + described.paragraphs[0] + "\n"


def _write_queries(folder: Path, described: Sequence[Described], count: int) -> int:
    articles = {(one.locale, one.package): article_id(one) for one in described}
    queries = make_queries(described, count)
    lines, judged = [], ["query-id\tcorpus-id\tscore"]
    for number, one in enumerate(queries):
        name = f"{one.locale}-{number:04d}"
        line = {"_id": name, "text": one.text, "lang": one.locale, "kind": one.kind}
        lines.append(json.dumps(line, ensure_ascii=False))
        judged.append(f"{name}\t{articles[one.locale, one.package]}\t1")
    (folder / "queries.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    (folder / "qrels.tsv").write_text("".join(f"{row}\n" for row in judged), "utf-8")
    return len(queries)
