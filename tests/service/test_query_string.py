"""Query strings are read and described exactly as FastAPI would, which is asked here to do it itself."""

# Annotations are not postponed here: those of the routes name a local variable.

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Query
from fastapi.testclient import TestClient
from pydantic import BaseModel

from kb_search.service.parameters import SearchParameters, SimilarParameters
from kb_search.service.query_string import described_query, query_reader


class Needed(BaseModel):
    """Other than those of the service: one parameter that must be given, and one that is a list whatever it holds."""

    name: str
    numbers: list[int] = []


def compared(model: type[BaseModel]) -> TestClient:
    """Make an application that reads the same query string by FastAPI's hand and by ours."""
    app = FastAPI()

    @app.get("/theirs")
    def theirs(read: Annotated[model, Query()]) -> Any:  # type: ignore[valid-type]
        return read

    @app.get("/ours", openapi_extra=described_query(model))
    def ours(read: Annotated[Any, Depends(query_reader(model))]) -> Any:
        return read

    return TestClient(app)


@pytest.mark.parametrize(
    ("model", "query", "status"),
    [
        (SearchParameters, "", 200),
        (SearchParameters, "q=a&q=b&limit=3&explain=yes", 200),
        (SearchParameters, "filter.tags=a,b&filter.tags=c&filter.updated.gte=2026", 200),
        (SearchParameters, "q=&locale=&filter.tags=", 200),
        (SearchParameters, "q=%F0%9F%98%80+a%2Bb&mode=keyword", 200),
        (SearchParameters, "limit=x&offset=-1&mode=magic&fold_translations=perhaps", 422),
        (SearchParameters, "view=agents&view=internal&locales=fr", 422),
        (SimilarParameters, "limit=50&locale=fr", 200),
        (SimilarParameters, "limit=51&q=a", 422),
        (Needed, "numbers=1&numbers=2&name=a", 200),
        (Needed, "numbers=one", 422),
    ],
)
def test_read_as_fastapi_reads(model: type[BaseModel], query: str, status: int) -> None:
    client = compared(model)
    theirs, ours = client.get(f"/theirs?{query}"), client.get(f"/ours?{query}")
    assert ours.status_code == theirs.status_code == status
    if status == 200:
        assert ours.json() == theirs.json()
    else:
        assert _refusals(ours.json()) == _refusals(theirs.json())


def _refusals(body: Any) -> list[tuple[str, list[str], str]]:
    return [(error["type"], error["loc"], error["msg"]) for error in body["detail"]]


@pytest.mark.parametrize("model", [SearchParameters, SimilarParameters, Needed])
def test_described_as_fastapi_describes(model: type[BaseModel]) -> None:
    paths = compared(model).get("/openapi.json").json()["paths"]
    assert paths["/ours"]["get"]["parameters"] == paths["/theirs"]["get"]["parameters"]
