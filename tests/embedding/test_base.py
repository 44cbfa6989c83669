from __future__ import annotations

from dataclasses import replace

import pytest

from kb_search.embedding.base import ModelSpec

SPEC = ModelSpec(
    name="multilingual-e5-small",
    weights="00ff",
    dimension=384,
    pooling="mean",
    normalized=True,
    query_prompt="query: ",
    passage_prompt="passage: ",
    max_tokens=512,
)


def test_the_fingerprint_is_the_same_for_ever() -> None:
    """Indexes and caches name models by it: another value here means that none of them is found any more."""
    assert SPEC.fingerprint == "29c4138997cb6d0b"


def test_the_name_is_not_part_of_the_fingerprint() -> None:
    assert replace(SPEC, name="/models/e5").fingerprint == SPEC.fingerprint


@pytest.mark.parametrize(
    "changed",
    [
        replace(SPEC, weights="00fe"),
        replace(SPEC, dimension=385),
        replace(SPEC, pooling="cls"),
        replace(SPEC, normalized=False),
        replace(SPEC, query_prompt="query:"),
        replace(SPEC, passage_prompt=""),
        replace(SPEC, max_tokens=256),
    ],
)
def test_all_else_is(changed: ModelSpec) -> None:
    assert changed.fingerprint != SPEC.fingerprint
