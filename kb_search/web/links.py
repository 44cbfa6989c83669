"""Addresses of pages, and links to articles. They carry the reader's language along where an article has another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urljoin, urlsplit

from kb_search.text.locales import primary


@dataclass(frozen=True, slots=True)
class ArticleLink:
    """A link to an article. `foreign`: it is not in the reader's language."""

    title: str
    address: str
    locale: str
    foreign: bool


def link_to(title: str, url: str, locale: str, reader: str) -> ArticleLink:
    """Link to an article, by its title, its address and the two languages."""
    return ArticleLink(title, article_address(url, locale, reader), locale, is_foreign(locale, reader))


def is_foreign(locale: str, reader: str) -> bool:
    """Tell whether an article is in another language than the reader's; regions make no difference."""
    return primary(locale) != primary(reader)


def home_address(locale: str) -> str:
    """Write the address of the help center's front page."""
    return "/?" + urlencode({"locale": locale})


def topic_address(name: str, locale: str, page: int = 1) -> str:
    """Write the address of a category; the articles without one have the name ""."""
    query = urlencode({"locale": locale, **({"page": page} if page > 1 else {})})
    return f"/categories/{quote(name, safe='')}?{query}"


def article_address(url: str, own: str, reader: str, sent_from: str = "", anchor: str = "") -> str:
    """Complete the address of an article: an anchor, and for our own pages what the reader came with.

    `own` is the article's locale, `reader` the reader's: a page keeps the reader's language where the article has
    another. `sent_from` names a result, `query_id.position`.
    """
    pairs = {"locale": reader if is_foreign(own, reader) else "", "from": sent_from}
    query = urlencode({name: value for name, value in pairs.items() if value})
    return with_query(url, query) + (f"#{quote(anchor)}" if anchor else "")


def is_ours(url: str) -> bool:
    """Tell whether an address is one of this site's, not a whole one of another."""
    return url.startswith("/") and not url.startswith("//")


def whole(base: str, url: str) -> str:
    """Write an address with scheme and host."""
    return urljoin(f"{base}/", url)


def canonical_address(base: str, url: str, given: str | None) -> str:
    """Give the address that search engines shall know a page by: the one its author gave, if it is one."""
    try:
        if given and (is_ours(given) or urlsplit(given).scheme in ("http", "https")):
            return whole(base, given)
    except ValueError:  # http://[, say: nothing that could be an address
        pass
    return whole(base, url)


def with_query(url: str, query: str) -> str:
    """Hand a query string on to another address, if that is one of this site's."""
    return f"{url}{'&' if '?' in url else '?'}{query}" if query and is_ours(url) else url


def with_default(family: Mapping[str, str], locales: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Complete a family of translations, locale → whole address, by the one for everybody else; none for one article.

    That is the one in the first of `locales`, so that all members name the same one.
    """
    if len(family) < 2:
        return ()
    default = next(family[locale] for locale in locales if locale in family)
    return (*sorted(family.items()), ("x-default", default))
