"""For the tests of the build path."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def lazy_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk where a test is about what is written, not about when it is durable."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
