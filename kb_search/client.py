"""A typed client of the HTTP API: `Client("http://127.0.0.1:8080").search("lost password").hits`.

It needs the extra `client` (httpx2) and none of the engines; answers are the same values that the library gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2
import msgspec

from kb_search.answers import ArticleAnswer, ChangesAnswer, SimilarAnswer, SuggestAnswer
from kb_search.errors import KbSearchError
from kb_search.events.records import EventType, Reason, Surface
from kb_search.types import Mode, SearchResult

_T = TypeVar("_T")


class ServiceError(KbSearchError):
    """The service refused a request, or could not be reached.

    `status` is that of HTTP, None without an answer; `kind` the end of the problem's type (`bad-request`).
    """

    def __init__(self, message: str, status: int | None = None, kind: str = "unreachable") -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind


class Client:
    """Asks one service. Thread-safe; close it, or use it as a context manager. Every call raises ServiceError."""

    def __init__(
        self, address: str, *, key: str | None = None, timeout: float = 10.0, http: httpx2.Client | None = None
    ) -> None:
        """Prepare to ask the service at `address`, as the reader that `key` names; `timeout` is in seconds.

        `http` is used instead of a connection pool of its own, and left open.
        """
        self._address = address.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = http or httpx2.Client(timeout=timeout)
        self._own = http is None

    def close(self) -> None:
        """Close the connections."""
        if self._own:
            self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        locale: str | None = None,
        filters: Mapping[str, Any] | None = None,
        mode: Mode = "hybrid",
        explain: bool = False,
        fold_translations: bool = True,
        surface: Surface = "api",
        typing: bool = False,
    ) -> SearchResult:
        """Find articles, as `Searcher.search` does; `typing` says that somebody is still typing."""
        body = {
            "query": query,
            "limit": limit,
            "offset": offset,
            "locale": locale,
            "filters": dict(filters or {}),
            "mode": mode,
            "explain": explain,
            "fold_translations": fold_translations,
            "surface": surface,
            "typing": typing,
        }
        return self._ask("POST", "/v1/search", SearchResult, body=body)

    def suggest(self, text: str, *, limit: int = 5, locale: str | None = None) -> SuggestAnswer:
        """Suggest articles and popular queries for what is typed so far."""
        return self._ask("GET", "/v1/suggest", SuggestAnswer, query={"q": text, "limit": limit, "locale": locale})

    def article(self, article_id: str) -> ArticleAnswer:
        """Fetch one article."""
        return self._ask("GET", _article(article_id), ArticleAnswer)

    def similar(self, article_id: str, *, limit: int = 5, locale: str | None = None) -> SimilarAnswer:
        """Find the articles nearest to one."""
        query = {"limit": limit, "locale": locale}
        return self._ask("GET", f"{_article(article_id)}/similar", SimilarAnswer, query=query)

    def changes(
        self,
        *,
        since: str | None = None,
        area: str | None = None,
        locale: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> ChangesAnswer:
        """List what is new, edited or archived, latest first; `since` is a day (2026-01-31)."""
        query = {"since": since, "area": area, "locale": locale, "limit": limit, "offset": offset}
        return self._ask("GET", "/v1/changes", ChangesAnswer, query=query)

    def event(
        self,
        kind: EventType,
        *,
        article_id: str | None = None,
        query_id: str | None = None,
        position: int | None = None,
        helpful: bool | None = None,
        comment: str | None = None,
        ticket: str | None = None,
        surface: Surface = "api",
    ) -> None:
        """Say what a reader did with an answer or an article; `position` counts from 1."""
        body = {
            "type": kind,
            "article_id": article_id,
            "query_id": query_id,
            "position": position,
            "helpful": helpful,
            "comment": comment,
            "ticket": ticket,
            "surface": surface,
        }
        self._ask("POST", "/v1/events", dict[str, Any], body=body)

    def flag(
        self,
        article_id: str,
        reason: Reason,
        *,
        comment: str | None = None,
        proposal: str | None = None,
        query_id: str | None = None,
    ) -> str:
        """Say that something is wrong with an article, and give the flag's id; it needs a key."""
        body = {
            "article_id": article_id,
            "reason": reason,
            "comment": comment,
            "proposal": proposal,
            "query_id": query_id,
        }
        return str(self._ask("POST", "/v1/flags", dict[str, Any], body=body)["id"])

    def _ask(
        self,
        method: str,
        path: str,
        kind: type[_T],
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> _T:
        params = {name: value for name, value in (query or {}).items() if value is not None}
        content = msgspec.json.encode(body) if body is not None else None
        headers = {**self._headers, "Content-Type": "application/json"} if body is not None else self._headers
        try:
            answer = self._http.request(method, self._address + path, params=params, content=content, headers=headers)
        except httpx2.HTTPError as error:
            raise ServiceError(f"{self._address} cannot be reached ({error}). Is the service running?") from error
        if answer.is_success:
            return msgspec.json.decode(answer.content, type=kind)
        raise _refused(answer)


def _article(article_id: str) -> str:
    return f"/v1/articles/{quote(article_id, safe='/')}"


def _refused(answer: httpx2.Response) -> ServiceError:
    try:
        problem = answer.json()
        return ServiceError(str(problem["detail"]), answer.status_code, str(problem["type"]).rpartition(":")[2])
    except (ValueError, KeyError, TypeError):
        return ServiceError(f"{answer.url} answered {answer.status_code}, not as kb-search does.", answer.status_code)
