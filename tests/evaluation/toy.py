"""Five articles whose order for "password" in semantic mode can be told by counting words, and a data set on them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.fakes import article, write

# Counts of (password, invoice, parcel): the cosine with "password" falls from 1 to 4; the fifth is French.
ARTICLES = {
    "en/p1.md": article("Password", "password"),
    "en/p2.md": article("Password invoice", "password"),
    "en/p3.md": article("Password invoice parcel", "invoice"),
    "en/p4.md": article("Invoice invoice", "parcel"),
    "fr/p5.md": article("Mot de passe", "passe"),
}
# "password" in semantic mode: en p1 p2 p3 p4, fr p5.
QUERIES: list[dict[str, Any]] = [
    {"_id": "graded", "text": "password", "lang": "en", "kind": "short"},
    {"_id": "both", "text": "passwords", "lang": "en", "kind": "long"},
    {"_id": "lost", "text": "şifre", "lang": "tr"},
]
QRELS = [("graded", "en/p2", 1), ("graded", "en/p3", 2), ("both", "en/p1", 1), ("both", "fr/p5", 1), ("lost", "no", 1)]
QRELS_HEADER = "query-id\tcorpus-id\tscore\n"


def dataset(folder: Path, queries: Sequence[Mapping[str, Any]], qrels: Sequence[tuple[str, str, int]]) -> Path:
    """Write a data set and return its folder."""
    lines = "".join(json.dumps(query) + "\n" for query in queries)
    rows = "".join("\t".join(map(str, row)) + "\n" for row in qrels)
    return write(folder, {"queries.jsonl": lines, "qrels.tsv": QRELS_HEADER + rows})
