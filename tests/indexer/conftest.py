from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.article import ReadDefaults

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file below `kb/` in a temporary folder and give the folder `kb`."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / "kb" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / "kb"

    return write_file


@pytest.fixture
def defaults() -> ReadDefaults:
    """English, French and Turkish; whatever holds the word `bonjour` is French."""
    return ReadDefaults(
        locales=("en", "fr", "tr"),
        audience=("internal",),
        audiences=frozenset({"public", "agent", "internal"}),
        identify=lambda text: "fr" if "bonjour" in text.lower() else None,
    )
