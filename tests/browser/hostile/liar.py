"""A search service that is an enemy: every text of its answers is the payload, and so is every word of its box."""

from __future__ import annotations

from typing import Any

from kb_search.web.bundle import bundled_words


def lies(text: str) -> dict[str, Any]:
    """Everything that a box may be told, by the end of the address that it asks; the outcome is what is asked for."""
    passage = {"text": text, "html": text, "heading": text, "anchor": text}
    other = {"id": text, "title": text, "locale": text, "url": text}
    hit = {**other, "score": 1, "passage": passage, "passages": [passage]}
    hits = [{**hit, "url": url, "translations": [other]} for url in (text, "/articles/a")]
    answer = {"query_id": text, "query": text, "corrected": text, "locale": text, "notices": [text], "hits": hits}
    suggestions = [{"kind": kind, "html": text, "text": text, **other} for kind in ("query", "article", text)]
    return {
        "search": {**answer, "total": 2, "total_is_lower_bound": False, "facets": {"tags": {text: 1}}},
        "suggest": {"suggestions": suggestions},
        "words.json": dict.fromkeys(bundled_words()["en"], text) | {"widget.question": "{title} " + text, text: text},
        "events": {"status": text},
    }


def places(lie: Any) -> int:
    """Count the texts in what `lies` gave."""
    if isinstance(lie, dict | list):
        return sum(map(places, lie.values() if isinstance(lie, dict) else lie))
    return int(isinstance(lie, str))
