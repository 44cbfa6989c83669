"""What requests may say: the query string of GET and the body of POST, checked and turned into a searcher's arguments.

Unknown parameters and keys are refused. What a filter means is decided in kb_search.filters.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema, field_validator

from kb_search.errors import ConfigError, QueryError
from kb_search.events.records import Surface
from kb_search.filters import DATE_FIELDS, TEXT_FIELDS
from kb_search.ranking.rollup import WINDOW
from kb_search.text.locales import canonical
from kb_search.types import Mode

MAX_VALUES = 100
"""Values of one filter."""

_FILTERS_SCHEMA = {
    "type": "object",
    "properties": {
        **{field: {"$ref": "#/components/schemas/AnyOf"} for field in TEXT_FIELDS},
        **{field: {"$ref": "#/components/schemas/DateFilter"} for field in DATE_FIELDS},
    },
    "additionalProperties": False,
}
FILTER_SCHEMAS: dict[str, Any] = {
    "AnyOf": {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "maxItems": MAX_VALUES}],
        "description": "A value, or a list of which any may match.",
    },
    "DateFilter": {
        "anyOf": [
            {"$ref": "#/components/schemas/AnyOf"},
            {
                "type": "object",
                "properties": {end: {"type": "string", "examples": ["2026-01-31"]} for end in ("gte", "lte")},
                "additionalProperties": False,
            },
        ],
        "description": "Days, months (2026-01) or years (2026), or a range of them with both ends included.",
    },
}
"""Schemas that the OpenAPI document needs beside those of the types."""


class _Options(BaseModel):
    """What GET and POST have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(10, ge=0, le=WINDOW, description="How many articles; 0 counts only.")
    offset: int = Field(0, ge=0, le=WINDOW, description=f"How many to skip; offset + limit is at most {WINDOW}.")
    locale: str | None = Field(None, description="The reader's language: preferred, never a filter.", examples=["fr"])
    mode: Mode = Field("hybrid", description="Which branches search.")
    explain: bool = Field(False, description="Add to each hit why it has its score.")
    fold_translations: bool = Field(True, description="Show the translations of one article as one hit.")
    surface: Surface = Field("api", description="Where the query was typed, for the owner's reports.")
    typing: bool = Field(
        False, description="Asked while somebody types: recorded only once an event names this answer's query_id."
    )


class SearchBody(_Options):
    """The body of POST /v1/search."""

    model_config = ConfigDict(strict=True)

    query: str = Field("", description="What to look for; blank lists pinned and recent articles.")
    filters: Annotated[dict[str, JsonValue], WithJsonSchema(_FILTERS_SCHEMA)] = Field(
        default_factory=dict, description="Field → values or range, AND-ed.", examples=[{"tags": ["billing"]}]
    )

    @field_validator("query", "filters")
    @classmethod
    def _has_whole_characters(cls, value: Any) -> Any:
        """JSON can smuggle in half of a surrogate pair, which no store and no answer could take."""
        try:
            msgspec.json.encode(value)
        except UnicodeEncodeError:
            raise ValueError("there is half of a surrogate pair in it, which is no character") from None
        return value

    def checked_filters(self) -> dict[str, Any]:
        """Give the filters for the searcher. Raises QueryError for too many values."""
        for field, value in self.filters.items():
            _count(field, value if isinstance(value, list) else ())
        return dict(self.filters)


def _any_of(field: str) -> Any:
    return Field(None, alias=f"filter.{field}", description=f"Any of these `{field}`: repeated, or with commas.")


def _end(field: str, end: str) -> Any:
    words = {"gte": "Not before", "lte": "Not after"}
    return Field(None, alias=f"filter.{field}.{end}", description=f"{words[end]} this day.", examples=["2026-01-31"])


class SearchParameters(_Options):
    """The query string of GET /v1/search."""

    q: str = Field("", description="What to look for; blank lists pinned and recent articles.")
    locales: list[str] | None = _any_of("locale")
    category: list[str] | None = _any_of("category")
    tags: list[str] | None = _any_of("tags")
    area: list[str] | None = _any_of("area")
    status: list[str] | None = _any_of("status")
    confidence: list[str] | None = _any_of("confidence")
    governance: list[str] | None = _any_of("governance")
    owner: list[str] | None = _any_of("owner")
    created: list[str] | None = _any_of("created")
    created_gte: str | None = _end("created", "gte")
    created_lte: str | None = _end("created", "lte")
    updated: list[str] | None = _any_of("updated")
    updated_gte: str | None = _end("updated", "gte")
    updated_lte: str | None = _end("updated", "lte")
    review_by: list[str] | None = _any_of("review_by")
    review_by_gte: str | None = _end("review_by", "gte")
    review_by_lte: str | None = _end("review_by", "lte")

    def checked_filters(self) -> dict[str, Any]:
        """Give the filters for the searcher. Raises QueryError: too many values, or values and a range at once."""
        filters: dict[str, Any] = {}
        for alias, value in self.model_dump(by_alias=True, exclude_none=True).items():
            if not alias.startswith("filter."):
                continue
            field, _, end = alias.removeprefix("filter.").partition(".")
            if not end:
                filters[field] = _count(field, (part for text in value for part in _split(text)))
            elif isinstance(filters.setdefault(field, {}), dict):
                filters[field][end] = value
            else:
                raise QueryError(f"filter.{field} and filter.{field}.{end} exclude each other. Leave one out.")
        return filters


class SimilarParameters(BaseModel):
    """The query string of GET /v1/articles/{id}/similar."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(5, ge=0, le=50, description="How many articles.")
    locale: str | None = Field(None, description="The reader's language; by default the article's.")


class SuggestParameters(BaseModel):
    """The query string of GET /v1/suggest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str = Field("", description="What is typed so far; blank lists pinned articles and popular queries.")
    limit: int = Field(5, ge=1, le=10, description="How many suggestions.")
    locale: str | None = Field(None, description="The reader's language.", examples=["fr"])


class ChangesParameters(BaseModel):
    """The query string of GET /v1/changes and /v1/changes.atom."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: str | None = Field(None, description="Not before this day.", examples=["2026-01-31"])
    area: str | None = Field(None, description="Only articles of this area.", examples=["billing"])
    locale: str | None = Field(None, description="Only articles in this language.", examples=["fr"])
    limit: int = Field(50, ge=0, le=200, description="How many changes.")
    offset: int = Field(0, ge=0, description="How many to skip.")


def reader_locale(text: str | None) -> str | None:
    """Write the reader's locale as it is stored. Raises QueryError."""
    try:
        return canonical(text) if text else None
    except ConfigError as error:
        raise QueryError(f"locale: {error}") from None


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _count(field: str, values: Iterable[Any]) -> list[Any]:
    listed = list(values)
    if len(listed) > MAX_VALUES:
        raise QueryError(f"The filter {field} has {len(listed)} values. Give at most {MAX_VALUES}.")
    return listed
