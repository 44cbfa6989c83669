import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from kb_search.answers import ArticleAnswer, ArticleSection, Heading, SimilarAnswer
from kb_search.filters import DATE_FIELDS, TEXT_FIELDS
from kb_search.service.schemas import EXAMPLES, FieldError, Health, Problem, Ready
from kb_search.types import Explanation, Hit, Passage, SearchResult, Translation
from tests.service.conftest import ARTICLE

ANSWERS: tuple[Any, ...] = (
    SearchResult,
    Hit,
    Passage,
    Translation,
    Explanation,
    SimilarAnswer,
    ArticleAnswer,
    ArticleSection,
    Heading,
    Health,
    Ready,
    Problem,
    FieldError,
)
GUIDE = (Path(__file__).parents[2] / "docs" / "http-api.md").read_text("utf-8")


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    return dict(client.get("/openapi.json").json())


def validator(document: dict[str, Any], name: str) -> Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/v1/search?q=password&explain=true", "SearchResult"),
        ("/v1/search?q=password", "SearchResult"),
        ("/v1/search", "SearchResult"),
        ("/v1/search?q=zzz&limit=0", "SearchResult"),
        (f"/v1/articles/{ARTICLE}", "ArticleAnswer"),
        ("/v1/articles/fr/comptes/mot-de-passe", "ArticleAnswer"),
        (f"/v1/articles/{ARTICLE}/similar", "SimilarAnswer"),
        ("/health", "Health"),
        ("/ready", "Ready"),
        ("/v1/search?view=agents", "Problem"),
        ("/v1/articles/missing", "Problem"),
        ("/v1/nowhere", "Problem"),
    ],
)
def test_answers_are_as_documented(client: TestClient, document: dict[str, Any], address: str, name: str) -> None:
    body = client.get(address).json()
    validator(document, name).validate(body)
    assert set(body) == set(document["components"]["schemas"][name]["properties"])


def test_examples_are_as_documented(document: dict[str, Any]) -> None:
    examples = [(n, e) for n, schema in document["components"]["schemas"].items() for e in schema.get("examples", ())]
    assert {name for name, _ in examples} >= {type(example).__name__ for example in EXAMPLES}
    for name, example in examples:
        validator(document, name).validate(example)


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        ({}, True),
        ({"query": "a", "filters": {"tags": "x", "updated": {"gte": "2026-01-01"}}}, True),
        ({"query": "a", "filters": {"tags": ["x", "y"], "updated": "2026-01-01"}}, True),
        ({"query": "a", "filters": {"tags": {"gte": "x"}}}, False),
        ({"query": "a", "filters": {"colour": "x"}}, False),
        ({"query": "a", "filters": {"updated": {"gt": "2026-01-01"}}}, False),
        ({"view": "agents"}, False),
        ({"limit": "10"}, False),
        ({"mode": "magic"}, False),
    ],
)
def test_bodies_are_taken_as_documented(
    client: TestClient, document: dict[str, Any], body: dict[str, Any], valid: bool
) -> None:
    assert validator(document, "SearchBody").is_valid(body) == valid
    assert (client.post("/v1/search", json=body).status_code == 200) == valid


def test_the_document_is_whole(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    for reference in re.findall(r"#/components/schemas/\w+", str(document)):
        assert reference.rsplit("/", 1)[1] in document["components"]["schemas"]
    for kind in ANSWERS:
        schema = document["components"]["schemas"][kind.__name__]
        names = [field.name for field in fields(kind)]
        assert sorted(schema["required"]) == sorted(schema["properties"]) == sorted(names)
    for path in document["paths"].values():
        for operation in path.values():
            assert "422" not in operation["responses"]
            assert "default" in operation["responses"]


def test_every_filter_is_a_parameter(document: dict[str, Any]) -> None:
    names = {parameter["name"] for parameter in document["paths"]["/v1/search"]["get"]["parameters"]}
    expected = {f"filter.{field}" for field in TEXT_FIELDS + DATE_FIELDS}
    expected |= {f"filter.{field}.{end}" for field in DATE_FIELDS for end in ("gte", "lte")}
    assert {name for name in names if name.startswith("filter.")} == expected


def test_the_guide_mentions_everything(document: dict[str, Any]) -> None:
    wanted = ["GET /articles/{id}", "GET /openapi.json", *TEXT_FIELDS, *DATE_FIELDS]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            wanted.append(f"{method.upper()} {path}")
            wanted += [p["name"] for p in operation.get("parameters", ()) if not p["name"].startswith("filter.")]
    wanted += list(document["components"]["schemas"]["SearchBody"]["properties"])
    wanted += [field.name for kind in ANSWERS for field in fields(kind)]
    missing = [name for name in wanted if f"`{name}`" not in GUIDE]
    assert not missing
