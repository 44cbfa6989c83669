"""One article, and the articles like it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Request, Response

from kb_search.answers import ArticleAnswer, SimilarAnswer
from kb_search.reading import read_article, similar
from kb_search.service.access import Reader, no_parameters
from kb_search.service.answers import JSON, json_answer, revalidated
from kb_search.service.holder import SearcherHolder
from kb_search.service.parameters import SimilarParameters, reader_locale
from kb_search.service.query_string import described_query, query_reader
from kb_search.service.schemas import responses
from kb_search.service.workers import Workers

ArticleId = Annotated[str, Path(alias="id", description="The article's id; it may contain slashes.")]


def article_routes(searchers: SearcherHolder, workers: Workers) -> APIRouter:
    """Make the JSON endpoints over a holder of searchers; they read in the threads of `workers`."""
    router = APIRouter(prefix="/articles", tags=["articles"])

    # First, since the next route's path takes any number of segments.
    @router.get(
        "/{id:path}/similar",
        response_model=SimilarAnswer,
        responses=responses("The nearest articles, best first.", 400, 401, 403, 404, 429, 503),
        summary="Articles like one",
        openapi_extra=described_query(SimilarParameters),
    )
    async def similar_articles(
        article_id: ArticleId,
        reader: Reader,
        parameters: Annotated[SimilarParameters, Depends(query_reader(SimilarParameters))],
    ) -> Response:
        """Find the articles nearest in meaning to one; itself and its translations are left out."""
        locale = reader_locale(parameters.locale)

        def make() -> Response:
            with searchers.lease() as searcher:
                return json_answer(similar(searcher, article_id, reader.view, parameters.limit, locale))

        return await workers.run(make)

    @router.get(
        "/{id:path}",
        response_model=ArticleAnswer,
        responses=responses("The article.", 400, 401, 403, 404, 429, 503),
        summary="One article",
        dependencies=[Depends(no_parameters)],
    )
    async def article(request: Request, article_id: ArticleId, reader: Reader) -> Response:
        """Give one article with its text; ids may contain slashes."""

        def make() -> Response:
            with searchers.lease() as searcher:
                answer = read_article(searcher, article_id, reader.view)
            return revalidated(request, msgspec.json.encode(answer), JSON)

        return await workers.run(make)

    return router
