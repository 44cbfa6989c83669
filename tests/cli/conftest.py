"""Commands run in this process, with the fake embedder, in an empty folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kb_search.cli import main
from tests.fakes import FakeEmbedder, article, write

FILES = {
    "password.md": article(
        "Reset your password", "Open the page.\n\n## By phone\n\nCall us.", locale="en", tags="[login]", owner="desk"
    ),
    "parcel.md": article(
        "Track a parcel", "The carrier shows where the parcel is.", locale="en", tags="[orders]", updated="2026-01-31"
    ),
    "colis.md": article("Suivre un colis", "Le transporteur le montre.", locale="fr", translation_of="parcel"),
    "limit.md": article("Refund limit", "Ask above 100 euros.", locale="en", audience="agent", owner="finance"),
}


class Cli:
    """Runs commands and reads what they say."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str, status: int = 0) -> tuple[str, str]:
        """Run one command, which must end with `status`: its stdout and stderr."""
        assert main(arguments) == status
        said = self._capsys.readouterr()
        return said.out, said.err

    def json(self, *arguments: str, status: int = 0) -> Any:
        """Run one command with --json and read its stdout."""
        out, _ = self(*arguments, "--json", status=status)
        return json.loads(out)

    def usage(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command line that argparse ends: its status, stdout and stderr."""
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = self._capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """Work with the fake embedder, in a folder without settings, without waiting for the disk."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr("kb_search.embedding.loading.load_for_indexing", lambda settings: FakeEmbedder())
    monkeypatch.setattr("kb_search.embedding.loading.load_for_serving", lambda settings, spec: FakeEmbedder())
    return Cli(capsys)


@pytest.fixture
def source(cli: Cli) -> Path:
    """Write the articles."""
    return write(Path("articles"), FILES)


@pytest.fixture
def index(cli: Cli, source: Path) -> str:
    """Index the articles; the name of the index folder."""
    cli("index", str(source), "--index", "kb")
    return "kb"
