"""What every page has around its own content: title, languages, search box, header and footer, and what robots read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from kb_search.config import Site
from kb_search.web.language import Language, own_name
from kb_search.web.links import home_address
from kb_search.web.theme import Theme


@dataclass(frozen=True, slots=True)
class Choice:
    """One language that a page can be read in."""

    locale: str
    name: str
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """`language` is that of the page's own words, `locale` the one in which the reader wants articles.

    `alternates` are pairs of locale and whole address, for search engines; `choices` are for people. `base` is the
    site's address without a slash at its end. `contact` is None where the site names none.
    """

    site: Site
    theme: Theme
    language: Language
    locale: str
    base: str
    title: str
    description: str
    canonical: str | None
    alternates: tuple[tuple[str, str], ...]
    choices: tuple[Choice, ...]
    indexed: bool
    contact: str | None
    query: str = ""

    @property
    def home(self) -> str:
        """The address of the help center in the reader's language."""
        return home_address(self.locale)

    @property
    def icon_type(self) -> str:
        """The media type of the icon."""
        return self.theme.files[self.theme.icon.rpartition("/")[2]].media_type


def contact_address(site: Site, query: str = "") -> str | None:
    """Give the address of a person to ask, with what was asked."""
    return site.contact_url.format(query=quote(query, safe="")) if site.contact_url else None


def choices(addresses: Sequence[tuple[str, str]], current: str) -> tuple[Choice, ...]:
    """List languages, given as locale and address, by their names."""
    listed = [Choice(locale, own_name(locale), address, locale == current) for locale, address in addresses]
    return tuple(sorted(listed, key=lambda choice: choice.name.casefold()))
