"""What was asked and told → what is recorded of it; the recorder takes out what is personal and returns at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kb_search.events.records import EventRecord, FlagRecord, SearchRecord
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
    """Record a search; blank queries are none."""
    if state is None or not result.query.strip():
        return
    record = SearchRecord(
        query_id=result.query_id,
        query=result.query,
        corrected=result.corrected,
        locale=result.locale,
        surface=surface,
        outcome=result.outcome,
        total=result.total,
        hits=tuple(hit.id for hit in result.hits),
        took_ms=result.took_ms,
        filters=filters,
        typing=typing,
        **_signed(reader),
    )
    state.recorder.search(record, client=reader.client)


def record_event(state: State | None, reader: Principal, **told: Any) -> None:
    """Record what a reader did: `told` are the fields of EventRecord, but for who told it."""
    if state is not None:
        state.recorder.event(EventRecord(**told, **_signed(reader)))


def record_flag(state: State, reader: Principal, **told: Any) -> None:
    """Record what a reader says is wrong: `told` are the fields of FlagRecord, but for who told it."""
    state.recorder.flag(FlagRecord(**told, **_signed(reader)))


def _signed(reader: Principal) -> dict[str, Any]:
    return {"view": reader.view, "key_id": reader.key}
