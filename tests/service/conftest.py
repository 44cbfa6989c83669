from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kb_search.config import Settings
from kb_search.events.state import State, open_state
from kb_search.service.app import create_app
from kb_search.service.holder import SearcherHolder
from tests import fakes

PASSWORD = fakes.article(
    "Reset your password",
    "Ask for a new password on the sign-in page.\n\n## The link has expired\n\nAsk again for the password link.",
    summary="Get back into your account.",
    tags="[login, account]",
    category="Accounts, sign-in",
    owner="Ada",
    area="accounts",
    confidence="validated",
    created="2025-02-11",
    updated="2026-05-01",
    review_by="2027-05-01",
)
PUBLIC = {
    "en/accounts/password.md": PASSWORD,
    "fr/comptes/mot-de-passe.md": fakes.article(
        "Réinitialiser le mot de passe",
        "Demandez un nouveau passe.",
        translation_of="en/accounts/password",
        tags="[login]",
    ),
    "en/billing/invoice.md": fakes.article(
        "Download an invoice", "Every invoice is in your account.", tags="[billing]", updated="2026-01-15"
    ),
    "en/orders/parcel.md": fakes.article("Track a parcel", "Follow the delivery of your parcel.", tags="[orders]"),
    "en/orders/refund.md": fakes.article("Get a refund", "A refund takes five days.", tags="[orders, billing]"),
    "en/app/phone & tablet+é.md": fakes.article("The app on your phone", "Install the mobile app."),
}
HIDDEN = {
    "en/agents/password-override.md": fakes.article(
        "Override a password",
        "Password password password override.",
        audience="agent",
        tags="[secret]",
        updated="2026-09-09",
    ),
    "en/internal/password-vault.md": fakes.article(
        "Password vault", "The password of the vault.", audience="internal", tags="[secret]"
    ),
    "en/drafts/password.md": fakes.article("New password page", "A password draft.", status="draft", tags="[secret]"),
}
ARTICLE = "en/accounts/password"


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fakes.build(tmp_path_factory.mktemp("service"), {**PUBLIC, **HIDDEN})


def holder(index: Path, settings: Settings | None = None, **options: float) -> SearcherHolder:
    return SearcherHolder(index, settings or fakes.settings(), fakes.FakeEmbedder(), **options)


def publish(folder: Path, title: str, weights: str = "fake") -> None:
    files = {"en/a.md": fakes.article(title, "Reset the password.")}
    fakes.index_files(folder, files, fakes.FakeEmbedder(weights))


def generation(searchers: SearcherHolder) -> str:
    with searchers.lease() as searcher:
        return searcher.generation


@pytest.fixture(scope="session")
def client(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(holder(index)), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """Keys and events in a file of the test's own: `tmp_path / "index.state" / "state.sqlite"`."""
    opened = open_state(fakes.settings(), tmp_path / "index")
    yield opened
    opened.close()
