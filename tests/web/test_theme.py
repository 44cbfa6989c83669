from pathlib import Path

import pytest

from kb_search.config import Site
from kb_search.errors import ConfigError
from kb_search.web.theme import load_theme


def test_our_own_files() -> None:
    theme = load_theme(Site())
    assert theme.logo is None
    assert {address.rpartition("/")[2] for address in (*theme.stylesheets, theme.icon)} == theme.files.keys()
    assert theme.stylesheets[0].startswith("/static/site.")


def test_a_name_changes_with_the_content(tmp_path: Path) -> None:
    logo, style = tmp_path / "Logo.SVG", tmp_path / "theme.css"
    style.write_text(":root { --kb-accent: #a02040 }")
    logo.write_text("<svg/>")
    first = load_theme(Site(logo=str(logo), stylesheet=str(style)))
    style.write_text(":root { --kb-accent: #205040 }")
    second = load_theme(Site(logo=str(logo), stylesheet=str(style)))
    assert first.stylesheets[0] == second.stylesheets[0]
    assert first.stylesheets[1] != second.stylesheets[1]
    assert first.logo == second.logo == second.icon
    assert second.files[(second.logo or "").rpartition("/")[2]].media_type == "image/svg+xml"


@pytest.mark.parametrize(
    ("site", "said"),
    [
        (Site(logo="none.svg"), "site.logo is 'none.svg'"),
        (Site(stylesheet="none.css"), "site.stylesheet is 'none.css'"),
        (Site(logo=__file__), "Give a file that ends in .svg"),
    ],
)
def test_a_file_that_cannot_be_used(site: Site, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_theme(site)
