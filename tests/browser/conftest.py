"""A real Chromium on real servers. Without a Chromium on the machine, the tests that want one are skipped.

`page` is a page of a new, empty profile that is watched: an error of a script, a complaint in the console or a request
to a foreign host fails the test. `watch.expect("status of 503")` says what a test provokes on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.browser import MISSING, browser, program
from kb_search.embedding.base import Embedder
from kb_search.events.state import State, open_state
from kb_search.service.app import create_app
from kb_search.service.holder import SearcherHolder
from tests import fakes, help_center
from tests.browser.indexes import index_sample
from tests.browser.serving import Site, serving
from tests.browser.watching import Watch


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser. Of this package, not of the session: Playwright's event loop in the thread of the tests would be
    in the way of tests elsewhere that run one of their own."""
    if program() is None:
        pytest.skip(MISSING)
    with browser() as opened:
        yield opened


@pytest.fixture
def context_options() -> dict[str, object]:
    """Options of the browser context, for a test or a file of tests to override: viewport, locale, colour scheme …"""
    return {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}


@pytest.fixture
def context(chromium: Browser, context_options: dict[str, object]) -> Iterator[BrowserContext]:
    """A new, empty profile."""
    opened = chromium.new_context(**context_options)  # type: ignore[arg-type]
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def watch(context: BrowserContext) -> Iterator[Watch]:
    """The faults of this test's pages; there must be none in the end."""
    watching = Watch(context)
    yield watching
    assert watching.faults == []


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    """A watched page."""
    return context.new_page()


@pytest.fixture
def site() -> Site:
    """Somebody else's site; see `other_origin`."""
    return Site()


@pytest.fixture
def other_origin(site: Site) -> Iterator[str]:
    """The address of `site`: another origin than any of the services."""
    with serving(site.app(), host="localhost") as address:
        yield address


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The help center of tests/help_center.py, indexed with the fake embedder."""
    return fakes.build(tmp_path_factory.mktemp("browser"), help_center.FILES)


@pytest.fixture(scope="session")
def small_state(small_index: Path) -> Iterator[State]:
    """What was asked and told there."""
    with open_state(fakes.settings(), small_index) as state:
        yield state


@pytest.fixture(scope="session")
def small_help_center(small_index: Path, small_state: State) -> Iterator[str]:
    """The address of a service over it, which pages of any site may call."""
    settings = fakes.settings(service__allowed_origins="*")
    with serving(create_app(SearcherHolder(small_index, settings, fakes.FakeEmbedder()), small_state)) as address:
        yield address


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory, model_cache: Path, bulk_embedder: Embedder) -> Path:
    """The sample corpus, indexed with the real model. Mark tests that need it with `model`."""
    kept = model_cache / "tests" / "sample-embeddings.sqlite"
    return index_sample(tmp_path_factory.mktemp("sample") / "index", kept, fakes.settings(), bulk_embedder)


@pytest.fixture(scope="session")
def sample_state(sample_index: Path) -> Iterator[State]:
    """What was asked and told there."""
    with open_state(fakes.settings(), sample_index) as state:
        yield state


@pytest.fixture(scope="session")
def sample_help_center(sample_index: Path, sample_state: State, single_embedder: Embedder) -> Iterator[str]:
    """The address of a service over the sample corpus, which pages of any site may call. Mark tests with `model`."""
    settings = fakes.settings(service__allowed_origins="*")
    with serving(create_app(SearcherHolder(sample_index, settings, single_embedder), sample_state)) as address:
        yield address
