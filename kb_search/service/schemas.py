"""What the OpenAPI document shows: the answers' types, examples of them, and the shape of every error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kb_search.answers import (
    ArticleAnswer,
    ArticleSection,
    Change,
    ChangesAnswer,
    Heading,
    SimilarAnswer,
    SuggestAnswer,
    Suggestion,
)
from kb_search.types import Hit, Passage, SearchResult, Translation

PROBLEM_JSON = "application/problem+json"
"""Media type of RFC 9457."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One parameter or body key that was refused: where it stands, its name, and what is wrong with it."""

    location: str
    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An error (RFC 9457). `type` names the kind of error for programs, `detail` says it and the remedy for people."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """The process runs and answers."""

    status: Literal["available"] = "available"


@dataclass(frozen=True, slots=True)
class Ready:
    """A generation is open. `articles` and `locales` count what this reader may find, nothing else."""

    status: Literal["ready"]
    generation: str
    model: str
    articles: int
    locales: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was told is taken; a flag has an id by which it can be spoken of."""

    status: Literal["accepted"] = "accepted"
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Reloaded:
    """Which generation is served, and whether it was opened just now."""

    generation: str
    reloaded: bool


_PASSAGE = Passage(
    text="Select Forgot password? under the password field.",
    html="Select Forgot <mark>password</mark>? under the <mark>password</mark> field.",
    heading="Ask for a reset link",
    anchor="ask-for-a-reset-link",
)
_TRANSLATION = Translation(
    id="fr/accounts/reset-password",
    title="Réinitialiser un mot de passe oublié",
    locale="fr",
    url="/articles/fr/accounts/reset-password",
)
_HIT = Hit(
    id="en/accounts/reset-password",
    title="Reset a forgotten password",
    url="/articles/en/accounts/reset-password",
    locale="en",
    score=0.91,
    status="published",
    confidence="validated",
    updated="2026-09-14",
    owner="Accounts team lead",
    passage=_PASSAGE,
    translations=(_TRANSLATION,),
)
_SEARCH = SearchResult(
    query_id="0f8fad5bd9cb469fa165a16e3d4b7c55",
    query="lost password",
    corrected=None,
    locale="en",
    outcome="ok",
    degraded=None,
    total=1,
    total_is_lower_bound=False,
    took_ms=4.2,
    generation="000012",
    hits=(_HIT,),
    facets={"locale": {"en": 1}, "tags": {"account": 1, "password": 1}, "updated": {"2026-09": 1}},
)
_SIMILAR = SimilarAnswer("en/accounts/two-factor-authentication", "en", 1.3, "000012", (_HIT,))
_ARTICLE = ArticleAnswer(
    id=_HIT.id,
    title=_HIT.title,
    url=_HIT.url,
    locale="en",
    status="published",
    confidence="validated",
    owner="Accounts team lead",
    area="accounts",
    category="Account and sign-in",
    tags=("password", "account"),
    summary="Ask for a reset link and choose a new password.",
    created="2025-02-11",
    updated="2026-09-14",
    review_by="2027-03-14",
    translations=(_TRANSLATION,),
    sections=(ArticleSection("Ask for a reset link", "ask-for-a-reset-link", _PASSAGE.text),),
    contents=(Heading(2, "Ask for a reset link", "ask-for-a-reset-link"),),
    html=(
        '<h2 id="ask-for-a-reset-link">Ask for a reset link</h2>\n'
        "<p>Select <strong>Forgot password?</strong> under the password field.</p>"
    ),
)
_READY = Ready("ready", "000012", "multilingual-e5-small", 36, {"en": 12, "fr": 12, "tr": 12})
_PROBLEM = Problem(
    type="urn:kb-search:problem:bad-request",
    title="Bad Request",
    status=400,
    detail="query 'view': Unknown here. /openapi.json lists what this endpoint takes.",
    errors=(FieldError("query", "view", "Unknown here. /openapi.json lists what this endpoint takes."),),
)
_SUGGEST = SuggestAnswer(
    query="pasw",
    locale="en",
    took_ms=0.4,
    suggestions=(
        Suggestion("article", _HIT.title, "Reset a forgotten <mark>passw</mark>ord", _HIT.id, _HIT.url, "en"),
    ),
)
_CHANGE = Change("edited", "2026-09-14", _HIT.id, _HIT.title, _HIT.url, "en", "accounts", "Sign-in", None, "published")
_CHANGES = ChangesAnswer(1, "000012", (_CHANGE,))
EXAMPLES = (
    _SEARCH,
    _SIMILAR,
    _ARTICLE,
    _SUGGEST,
    _CHANGES,
    Accepted(id="6f1e0a6b8d1c4be28ad1f6ef0f4d7a31"),
    Reloaded("000012", True),
    Health(),
    _READY,
    _PROBLEM,
)
"""One of each answer."""

Responses = dict[int | str, dict[str, Any]]


def responses(description: str, *errors: int, status: int = 200) -> Responses:
    """Document what an endpoint's answer is, and which errors it can give; `status` is that of an answer."""
    problem = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    documented: Responses = {status: {"description": description}}
    for error in errors:
        documented[error] = {"description": _ERRORS[error], "content": problem}
    # Any other refusal has the same shape; this also keeps FastAPI from describing a shape of its own.
    documented["default"] = {"description": "Any other error", "content": problem}
    return documented


TIMED: dict[str, Any] = {
    "headers": {
        "Server-Timing": {
            "description": "What the search took, in milliseconds: stages, `search`, `serialise` and `total`.",
            "schema": {"type": "string"},
            "example": "wait;dur=0.052, search;dur=4.200, serialise;dur=0.081, total;dur=4.410",
        }
    }
}
"""What the answer of a search has besides its body, for the document."""

_ERRORS = {
    400: "The request is wrong: an unknown parameter, a bad value, paging past the window",
    401: "The key is not known, or there is none and this needs one",
    403: "The key is not for this",
    404: "No such article for this reader",
    413: "The body is too large",
    429: "More requests than `service.requests_per_minute`; the header `Retry-After` has the seconds to wait",
    503: "No index is open at the moment, or too much is asked",
}
