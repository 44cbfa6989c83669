"""A help center of hostile texts, served with its policy and without; and a page that notices what they do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from indexer.build import build_index
from kb_search.config import Settings
from kb_search.events.records import SearchRecord
from kb_search.events.state import State, open_state
from kb_search.service.app import create_app
from kb_search.service.holder import SearcherHolder
from tests import fakes
from tests.browser.hostile.corpus import write_corpus
from tests.browser.hostile.payloads import PAYLOADS
from tests.browser.hostile.probe import Probe
from tests.browser.hostile.serving import Relaxed
from tests.browser.serving import serving
from tests.browser.watching import Watch

NAME = '"><script>pwn(0)</script>{{ 7*7 }}'
"""What the site is called: hostile as well."""


def settings(**more: object) -> Settings:
    return fakes.settings(
        site__name=NAME,
        site__contact_url="https://help.example/?about={query}",
        service__allowed_origins="*",
        service__article_url="/articles/{id}?as={slug}",
        state__popular_floor=1,
        **more,
    )


@pytest.fixture(scope="session")
def hostile_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Indexed with the fake embedder."""
    folder = tmp_path_factory.mktemp("hostile")
    build_index([write_corpus(folder / "source")], folder / "index", settings(), fakes.FakeEmbedder())
    return folder / "index"


@pytest.fixture(scope="session")
def hostile_state(hostile_index: Path) -> Iterator[State]:
    """Every payload is a popular query, as far as it may become one."""
    with open_state(settings(), hostile_index) as state:
        for payload in PAYLOADS:
            text = payload.text.encode("utf-8", "replace").decode()
            for locale in ("en", None):
                record = SearchRecord("0" * 32, text, locale, "public", "api", "ok", 1, (), 1.0, None, None, {})
                state.recorder.search(record)
        assert state.flush()
        state.popular.refresh()
        yield state


def _served(index: Path, state: State, *, policy: bool) -> Iterator[str]:
    app = create_app(SearcherHolder(index, settings(), fakes.FakeEmbedder()), state)
    with serving(Relaxed(app, policy=policy)) as address:
        yield address


@pytest.fixture(scope="session")
def guarded(hostile_index: Path, hostile_state: State) -> Iterator[str]:
    """The address of the help center as it is."""
    yield from _served(hostile_index, hostile_state, policy=True)


@pytest.fixture(scope="session")
def bare(hostile_index: Path, hostile_state: State) -> Iterator[str]:
    """Its address without any policy: whatever is not escaped runs."""
    yield from _served(hostile_index, hostile_state, policy=False)


@pytest.fixture(scope="package")
def tally() -> Iterator[Counter[str]]:
    """Where payloads were put: the place, and how many of them. Printed in the end (-s)."""
    counted: Counter[str] = Counter()
    yield counted
    total = sum(counted.values())
    print(f"\n{len(PAYLOADS)} payloads in {len(counted)} kinds of places, {total:,} times in all:")
    print("".join(f"{count:8,}  {place}\n" for place, count in counted.items()))


@pytest.fixture
def probe(context: BrowserContext, watch: Watch) -> Probe:
    """A page that notices."""
    return Probe(context, watch)
