"""What was asked → what is recorded of it; the recorder takes out what is personal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kb_search.events.records import SearchRecord
from kb_search.events.state import State
from kb_search.types import Principal, SearchResult


def record_search(
    state: State | None,
    reader: Principal,
    result: SearchResult,
    *,
    surface: str,
    filters: Mapping[str, Any],
    typing: bool = False,
) -> None:
    """Hand a search to the recorder, which returns at once; blank queries are no searches."""
    if state is None or not result.query.strip():
        return
    record = SearchRecord(
        query_id=result.query_id,
        query=result.query,
        corrected=result.corrected,
        locale=result.locale,
        view=reader.view,
        surface=surface,
        outcome=result.outcome,
        total=result.total,
        hits=tuple(hit.id for hit in result.hits),
        took_ms=result.took_ms,
        key_id=reader.key,
        filters=filters,
    )
    state.recorder.search(record, typing=typing)
