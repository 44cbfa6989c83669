"""Every page that can be reached from the front page, read as a robot reads them."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from fastapi.testclient import TestClient

from kb_search.service.app import create_app
from tests import fakes, help_center
from tests.outline import Outline
from tests.service.conftest import holder

HIDDEN = [f"{id}.md" for id in help_center.OWNERS if id not in help_center.PUBLIC]
MANY = {f"en/tips/{n:02}.md": fakes.article(f"Phone tip {n:02}", "The phone app.", category="Tips") for n in range(32)}
START = "http://testserver/"


def crawl(pages: TestClient, searches: tuple[str, ...]) -> dict[str, str]:
    """Follow every link on this host; address → text of all pages. Every answer must be 200, every page well-formed."""
    found: dict[str, str] = {}
    wanted = {START, *(urljoin(START, f"/?q={query}") for query in searches)}
    while wanted:
        address = wanted.pop()
        answer = pages.get(address, follow_redirects=False)
        assert answer.status_code == 200, address
        is_page = answer.headers["content-type"].startswith("text/html")
        found[address] = answer.text if is_page else ""
        if is_page:
            page = Outline(answer.text)
            assert len(page.all("h1")) == 1, address
            ids = [given["id"] for _, given in page.tags if "id" in given]
            assert len(ids) == len(set(ids)), address
            for label in [given.get("aria-labelledby") or given.get("for") for _, given in page.tags]:
                assert label is None or label in ids, address
            wanted |= page.links(address) - found.keys()
    return found


def pages_of(folder: Path, files: Mapping[str, str]) -> dict[str, str]:
    with TestClient(create_app(holder(fakes.build(folder, files)))) as pages:
        return crawl(pages, ("password", "refund", "phone", "vault", "qqqq"))


def test_every_link_leads_somewhere_and_no_page_shows_what_is_hidden(tmp_path: Path) -> None:
    files = {**help_center.FILES, **MANY}
    pages = pages_of(tmp_path / "all", files)
    paths = {urlsplit(address).path for address in pages}
    assert paths >= {f"/articles/{id}" for id in help_center.PUBLIC}
    assert not paths & {f"/articles/{name.removesuffix('.md')}" for name in HIDDEN}
    assert {"/", "/widget.js", "/v1/changes.atom"} <= paths
    # Taken away, hidden articles leave no trace: not in a list, a count, a suggestion or the order of results.
    without = {name: text for name, text in files.items() if name not in HIDDEN}
    assert pages_of(tmp_path / "public", without) == pages
