"""The OpenAPI document, completed with what FastAPI cannot know: answers are made by msgspec, errors by one table."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI
from pydantic import TypeAdapter

from kb_search.service.event_bodies import EventBody, FlagBody
from kb_search.service.parameters import FILTER_SCHEMAS, SearchBody
from kb_search.service.schemas import EXAMPLES, Problem

_REQUESTS = {SearchBody.__name__, EventBody.__name__, FlagBody.__name__, *FILTER_SCHEMAS}

_KEY = {"type": "http", "scheme": "bearer", "description": "A key of `kb-search keys create`."}
KEYED: dict[str, Any] = {"security": [{"key": []}]}
"""For `openapi_extra` of an endpoint that nobody may use without a key."""
KEYLESS: dict[str, Any] = {"security": []}
"""For `openapi_extra` of an endpoint that looks at no key."""


def complete_openapi(app: FastAPI) -> None:
    """Make the application publish the completed document."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            _complete(document["components"]["schemas"])
            document["components"]["securitySchemes"] = {"key": _KEY}
            document["security"] = [{}, {"key": []}]  # without a key everybody reads what is public
        return generate()

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(schemas: dict[str, Any]) -> None:
    problem = TypeAdapter(Problem).json_schema(ref_template="#/components/schemas/{model}")
    schemas.update({**problem.pop("$defs", {}), "Problem": problem, **FILTER_SCHEMAS})
    schemas.pop("JsonValue", None)  # the filters have a schema that says more
    for example in EXAMPLES:
        schemas[type(example).__name__]["examples"] = [msgspec.to_builtins(example)]
    for name, schema in schemas.items():
        if name not in _REQUESTS:
            # An answer always has all of its fields; a default in the type does not make one optional.
            schema["required"] = list(schema["properties"])
