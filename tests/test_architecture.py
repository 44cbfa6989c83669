"""The arrows of ARCHITECTURE.md, held: who may import whom, who may know an engine, who may spell a file name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from kb_search.index_format import IndexLayout

ROOT = Path(__file__).parent.parent

LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(rooms.split())
    for rooms in (
        "types errors disk",
        "config text answers",
        "embedding filters curation",
        "index_format",
        "manifest",
        "stages stores ranking events marking emphasis",
        "snapshot passages spelling",
        "retrieval expansion filter_notices cutting once suggestions",
        "finding hydrate catalogue",
        "searcher article_html",
        "reading assets evaluation insight suggesting browsing",
        "web",
        "service mcp client",
        "cli",
    )
)
"""Rooms of kb_search, lowest first. A room imports from itself and from rooms below, never from beside or above."""

INDEXER_USES = frozenset(
    (
        "types errors disk config text embedding curation index_format manifest stages stores "
        "ranking.calibration ranking.naming"
    ).split()
)

ENGINES = {
    "faiss": {"kb_search/stores/vectors.py"},
    "tantivy": {"kb_search/stores/keywords.py"},
    # The indexer's cache is a database of its own; publishing tells a full disk by what SQLite says of it.
    "sqlite3": {
        "kb_search/stores/articles.py",
        "kb_search/stores/article_rows.py",
        "kb_search/stores/article_copy.py",
        "indexer/embedding_cache.py",
        "indexer/build_cache.py",
        "indexer/build.py",
        "indexer/publish.py",
    },
    "openvino": {"kb_search/embedding/quiet_openvino.py"},
    "onnxruntime": {"kb_search/embedding/quiet_onnxruntime.py", "kb_search/embedding/quantize.py"},
    "onnx": {"kb_search/embedding/export.py", "kb_search/embedding/quantize.py"},
    "torch": {"kb_search/embedding/torch_backend.py", "kb_search/embedding/export.py"},
    "sentence_transformers": {"kb_search/embedding/convert.py", "kb_search/embedding/export.py"},
    "tokenizers": {
        "kb_search/embedding/tokens.py",
        "kb_search/embedding/convert.py",
        "kb_search/embedding/packaged.py",
    },
    "transformers": {"kb_search/embedding/convert.py"},
    "nh3": {"indexer/page_tags.py"},
    "markdown_it": {"indexer/markdown.py", "indexer/blocks.py", "indexer/inline.py"},
    "yaml": {"indexer/strict_yaml.py"},
    "lingua": {"kb_search/text/detectors.py"},
    "jinja2": {"kb_search/web/rendering.py"},
    "babel": {"kb_search/web/language.py"},
    "rapidfuzz": {"kb_search/stores/vocabulary.py", "kb_search/filter_notices.py"},
    "Stemmer": {"kb_search/text/stemming.py"},
    "filelock": {"indexer/publish.py", "kb_search/embedding/cached.py", "kb_search/events/database.py"},
    "sqlalchemy": {
        "kb_search/events/tables.py",
        "kb_search/events/database.py",
        "kb_search/events/keys.py",
        "kb_search/events/writing.py",
        "kb_search/events/recorder.py",
        "kb_search/events/popular.py",
        "kb_search/events/keeping.py",
        "kb_search/events/export.py",
        "kb_search/events/migrations/versions/v0001_first.py",
        "kb_search/events/migrations/versions/v0002_typing.py",
    },
    "alembic": {
        "kb_search/events/database.py",
        "kb_search/events/migrations/env.py",
        "kb_search/events/migrations/versions/v0001_first.py",
        "kb_search/events/migrations/versions/v0002_typing.py",
    },
    "phonenumbers": {"kb_search/events/phones.py"},
    "watchfiles": {"kb_search/cli/indexing.py"},
    "tqdm": {"kb_search/cli/common.py"},
}
HTTP = ("fastapi", "starlette", "uvicorn", "pydantic")
HTTP_ROOMS = ("kb_search/service/", "kb_search/web/")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def modules(*folders: str) -> list[Path]:
    return sorted(chain.from_iterable((ROOT / folder).rglob("*.py") for folder in folders))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """List what a module imports, wherever in it: `from a.b import c` counts as a.b and as a.b.c."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{name(path)}:{node.lineno} imports by a relative name"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str:
    """Give the room of a module of kb_search: kb_search.stores.vectors → stores."""
    return module.split(".")[1] if module.count(".") else ""


def rooms_imported(path: Path) -> set[str]:
    there = {entry.stem for entry in (ROOT / "kb_search").iterdir()}
    return {room(module) for module in imports(path) if module.startswith("kb_search.")} & there


# ── Arrows ───────────────────────────────────────────────────────────────────────────────────────────────


def test_every_room_has_its_place() -> None:
    folder = ROOT / "kb_search"
    there = {path.relative_to(folder).parts[0].removesuffix(".py") for path in folder.rglob("*.py")} - {"__init__"}
    assert there <= frozenset().union(*LAYERS), "Give the new room a layer."


@pytest.mark.parametrize("path", modules("kb_search"), ids=name)
def test_arrows_go_one_way(path: Path) -> None:
    own = path.relative_to(ROOT / "kb_search").parts[0].removesuffix(".py")
    if own == "__init__":  # the front door: names of types, errors and searcher
        assert rooms_imported(path) <= {"types", "errors", "searcher"}
        return
    layer = next(number for number, rooms in enumerate(LAYERS) if own in rooms)
    allowed = frozenset({own}).union(*LAYERS[:layer])
    assert rooms_imported(path) <= allowed, f"{name(path)} looks up or sideways"


def test_the_format_knows_of_a_model_only_what_it_is_called() -> None:
    found = {module for module in imports(ROOT / "kb_search" / "manifest.py") if "embedding" in module}
    assert found == {"kb_search.embedding.base", "kb_search.embedding.base.ModelSpec"}


@pytest.mark.parametrize("path", modules("indexer"), ids=name)
def test_the_indexer_uses_the_library_and_nothing_that_searches(path: Path) -> None:
    for module in imports(path):
        if module.startswith("kb_search."):
            inside = module.removeprefix("kb_search.")
            assert any(
                inside == used or inside.startswith(f"{used}.") or used.startswith(f"{inside}.")
                for used in INDEXER_USES
            ), f"{name(path)} imports {module}"


def test_only_the_command_line_imports_the_indexer() -> None:
    users = {
        name(path)
        for path in modules("kb_search")
        if any(module.split(".")[0] == "indexer" for module in imports(path))
    }
    assert users and all(user.startswith("kb_search/cli/") for user in users)


def test_neither_imports_tests_or_benchmarks() -> None:
    for path in modules("kb_search", "indexer"):
        assert {module.split(".")[0] for module in imports(path)}.isdisjoint({"tests", "benchmarks"}), name(path)


# ── Engines ──────────────────────────────────────────────────────────────────────────────────────────────


def users_of(library: str) -> set[str]:
    return {
        name(path)
        for path in modules("kb_search", "indexer")
        if any(module.split(".")[0] == library for module in imports(path))
    }


@pytest.mark.parametrize("library", ENGINES)
def test_an_engine_is_known_where_it_is_adapted(library: str) -> None:
    assert users_of(library) <= ENGINES[library]


@pytest.mark.parametrize("library", HTTP)
def test_only_the_service_knows_http(library: str) -> None:
    assert all(user.startswith(HTTP_ROOMS) for user in users_of(library))


def test_searching_imports_no_training_library() -> None:
    """A module that imports torch at its top would bring it into every process that searches."""
    for path in modules("kb_search"):
        top = {alias.name for node in tree(path).body if isinstance(node, ast.Import) for alias in node.names}
        top |= {node.module or "" for node in tree(path).body if isinstance(node, ast.ImportFrom)}
        assert {module.split(".")[0] for module in top}.isdisjoint({"torch", "transformers", "sentence_transformers"})


# ── Names and settings ───────────────────────────────────────────────────────────────────────────────────


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """List the string constants of a module with their lines, documentation left out."""
    documentation = {id(node.value) for node in ast.walk(tree(path)) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


def file_names() -> set[str]:
    layout = IndexLayout(Path("index"))
    generation = layout.generation("000001")
    view = generation.view("public")
    paths = (
        layout.current,
        layout.cache,
        layout.build_cache,
        layout.lock,
        layout.lock_owner,
        generation.manifest,
        generation.articles,
    )
    more = (generation.vectors, view.vectors, view.rows, view.calibration, view.synonyms, view.articles("en"))
    named = (generation.names, generation.name_terms, view.names, view.name_rows, view.naming)
    return {path.name for path in (*paths, *more, *named, *generation.analysed)}


@pytest.mark.parametrize("path", modules("kb_search", "indexer"), ids=name)
def test_only_the_format_spells_a_file_name_of_the_index(path: Path) -> None:
    if name(path) == "kb_search/index_format.py":
        return
    spelled = re.compile("|".join(rf"(?<![\w.-]){re.escape(found)}(?![\w-])" for found in file_names()))
    for line, text in texts(path):
        assert not spelled.search(text), f"{name(path)}:{line} spells {text!r}"


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        name(path)
        for path in modules("kb_search", "indexer")
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv", "putenv"))
        or (isinstance(node, ast.ImportFrom) and node.module == "os")
    }
    # The second reads nothing: it switches telemetry off, for which there is no other way.
    assert readers == {"kb_search/config.py", "kb_search/embedding/quiet_onnxruntime.py"}


def test_no_file_is_too_long_to_be_read() -> None:
    lengths = {
        name(path): len(path.read_text("utf-8").splitlines())
        for path in modules("kb_search", "indexer", "tests", "benchmarks")
    }
    assert {found: lines for found, lines in lengths.items() if lines > 350} == {}


def test_every_folder_of_tests_is_collected(pytestconfig: pytest.Config) -> None:
    # By default pytest passes over folders called build, dist and the like without a word.
    skipped = pytestconfig.getini("norecursedirs")
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    names = {part for folder in folders for part in folder.relative_to(ROOT / "tests").parts}
    assert {name for name in names if any(fnmatch(name, pattern) for pattern in skipped)} == set()
