"""Who is asking. The one place that decides which view a request sees: every endpoint takes its answer from here."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from kb_search.errors import QueryError
from kb_search.types import Principal


async def principal(request: Request) -> Principal:
    """Name the reader behind a request: anyone, who sees the view `public`. No parameter can change that."""
    return Principal()


async def no_parameters(request: Request) -> None:
    """Refuse a query string where an endpoint takes none. Raises QueryError."""
    for name in request.query_params:
        raise QueryError(f"query {name!r}: Unknown here. /openapi.json lists what this endpoint takes.")


Reader = Annotated[Principal, Depends(principal)]
