"""What readers may tell: the bodies of POST /v1/events and /v1/flags, checked.

KCS calls it "use it, flag it, fix it": a link or a click says that an article was used, a flag that something is wrong
with it, a flag with a proposal how to mend it.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from kb_search.events.records import EventType, Reason, Surface

MAX_COMMENT = 2_000
"""Characters of a comment."""
MAX_PROPOSAL = 20_000
"""Characters of a proposed text."""


def _whole(text: str) -> str:
    """Refuse half of a surrogate pair, which JSON can smuggle in and no store could take."""
    try:
        msgspec.json.encode(text)
    except UnicodeEncodeError:
        raise ValueError("there is half of a surrogate pair in it, which is no character") from None
    return text


_QueryId = Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="Of the answer that this is about.")]
_ArticleId = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_whole)]
_Comment = Annotated[str, Field(min_length=1, max_length=MAX_COMMENT), AfterValidator(_whole)]


class EventBody(BaseModel):
    """The body of POST /v1/events: one thing that a reader did."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "type": "click",
                    "query_id": "0f8fad5bd9cb469fa165a16e3d4b7c55",
                    "article_id": "en/accounts/reset-password",
                    "position": 1,
                    "surface": "widget",
                },
                {"type": "helpful", "article_id": "en/accounts/reset-password", "helpful": True},
            ]
        },
    )

    type: EventType = Field(
        description="The answer was seen, an article opened, voted for, commented on, or given to a customer."
    )
    query_id: _QueryId | None = None
    article_id: _ArticleId | None = Field(None, description="All types but `impression` need it.")
    position: int | None = Field(None, ge=1, le=200, description="The hit's place in the answer, from 1.")
    helpful: bool | None = Field(None, description="For `helpful`: whether the article helped.")
    comment: _Comment | None = Field(None, description="For `comment`: what the reader adds.")
    ticket: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_whole)] | None = Field(
        None, description="For `link`: the ticket that the article was used for."
    )
    surface: Surface = "api"

    @model_validator(mode="after")
    def _is_complete(self) -> EventBody:
        wanted = {"impression": "query_id", "helpful": "helpful", "comment": "comment"}.get(self.type, "article_id")
        if getattr(self, wanted) is None:
            raise ValueError(f"an event of type {self.type!r} needs {wanted!r}")
        if self.type != "impression" and self.article_id is None:
            raise ValueError(f"an event of type {self.type!r} needs 'article_id'")
        return self


class FlagBody(BaseModel):
    """The body of POST /v1/flags: something is wrong with an article, or missing."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "article_id": "en/accounts/reset-password",
                    "reason": "outdated",
                    "comment": "The button is called Security now.",
                }
            ]
        },
    )

    article_id: _ArticleId
    reason: Reason
    comment: _Comment | None = None
    proposal: Annotated[str, Field(min_length=1, max_length=MAX_PROPOSAL), AfterValidator(_whole)] | None = Field(
        None, description="The text that would be right."
    )
    query_id: _QueryId | None = None
