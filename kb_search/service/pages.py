"""What the routes of the help center share: the reader's language, the frame of a page, pages for what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request, Response

from kb_search.browsing import by_alias
from kb_search.config import Settings
from kb_search.errors import ArticleNotFound, ConfigError, IndexNotFound, ModelError
from kb_search.events.state import State
from kb_search.reading import read_article
from kb_search.searcher import Searcher
from kb_search.service.holder import SearcherHolder
from kb_search.service.middleware import HEAD
from kb_search.service.page_answers import fleeting_page, redirect
from kb_search.service.workers import Busy, Workers
from kb_search.text.locales import canonical
from kb_search.types import Principal
from kb_search.web.frame import Choice, Frame, choices, contact_address
from kb_search.web.language import Language, preferred, speak
from kb_search.web.links import home_address, whole, with_query
from kb_search.web.message import Message, missing, unavailable
from kb_search.web.rendering import render
from kb_search.web.theme import Theme
from kb_search.web.words import FALLBACK, Words

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page.

    `locales` are those that the view has articles in, most first, `locale` the one in which the reader wants them, and
    `language` speaks the page's own words.
    """

    request: Request
    reader: Principal
    locales: tuple[str, ...]
    locale: str
    language: Language

    @property
    def view(self) -> str:
        """The view that decides all that the reader sees."""
        return self.reader.view

    def parameter(self, name: str) -> str:
        """Give a parameter of the address, empty if it is not there."""
        return self.request.query_params.get(name, "")

    @property
    def is_head(self) -> bool:
        """Whether only the headers are wanted: then nobody reads the page."""
        return HEAD in self.request.scope

    @property
    def is_read(self) -> bool:
        """Whether somebody reads the page, as far as browsers say: not another site that loads it as a picture."""
        return not self.is_head and self.request.headers.get("sec-fetch-dest", "document") == "document"

    @property
    def page(self) -> int:
        """The number of the page of a list that is asked for, from 1."""
        text = self.parameter("page")
        return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


@dataclass(frozen=True, slots=True)
class HelpCenter:
    """What all pages are made from. `state` is None where nothing is recorded."""

    searchers: SearcherHolder
    state: State | None
    workers: Workers
    words: Words
    theme: Theme

    @property
    def settings(self) -> Settings:
        """The settings of the service."""
        return self.searchers.settings

    def visit(self, request: Request, reader: Principal, searcher: Searcher | None, own: str | None = None) -> Visit:
        """Find out which language to speak.

        It is the one that the address asks for, else that of the article (`own`), else as the browser asks, else the
        one with most articles.
        """
        sizes = searcher.snapshot.view(reader.view).sizes if searcher is not None else {}
        locales = tuple(sorted(sizes, key=lambda locale: (-sizes[locale], locale))) or tuple(self.words.by_locale)
        asked = request.headers.get("accept-language", "")
        first = next(iter(locales), FALLBACK)
        wanted = request.query_params.get("locale", "")
        locale = self._wanted(wanted, locales) or own or preferred(asked, locales) or first
        return Visit(request, reader, locales, locale, speak(self.words, locale, f"{wanted},{asked}"))

    def base(self, request: Request) -> str:
        """Give the address of the site as readers see it, without a slash at its end."""
        return self.settings.service.public_url.rstrip("/") or str(request.base_url).rstrip("/")

    def frame(
        self,
        visit: Visit,
        title: str = "",
        *,
        description: str = "",
        canonical: str | None = None,
        alternates: Sequence[tuple[str, str]] = (),
        switch: Sequence[tuple[str, str]] | None = None,
        query: str = "",
    ) -> Frame:
        """Complete what a page has around its content.

        `canonical` is its whole address, None for pages that search engines shall not list; `alternates` are locale and
        whole address; `switch` leads to the same in other languages, by default to the front page.
        """
        site, base = self.settings.site, self.base(visit.request)
        listed = switch if switch is not None else [(locale, home_address(locale)) for locale in visit.locales]
        return Frame(
            site=site,
            theme=self.theme,
            language=visit.language,
            locale=visit.locale,
            base=base,
            title=f"{title} · {site.name}" if title else site.name,
            description=description,
            canonical=whole(base, canonical) if canonical else None,
            alternates=tuple(alternates),
            choices=_chosen(listed, visit.locale),
            indexed=canonical is not None,
            contact=contact_address(site, query),
            query=query,
        )

    async def answer(self, request: Request, reader: Principal, make: Callable[[Searcher], Response]) -> Response:
        """Answer with the page that `make` makes of the searcher in a thread, or say what is the matter."""

        def page() -> Response:
            with self.searchers.lease() as searcher:
                try:
                    return make(searcher)
                except ArticleNotFound:
                    return self.elsewhere(self.visit(request, reader, searcher), searcher)

        try:
            return await self.workers.run(page)
        except (IndexNotFound, ModelError, Busy) as error:
            _log.error("%s %r: %s", request.method, request.scope["path"], error)
            visit = self.visit(request, reader, None)
            return self.message(visit, unavailable(visit.language), 503, {"Retry-After": "5"})

    def elsewhere(self, visit: Visit, searcher: Searcher) -> Response:
        """Send on for good to the article whose old address this is, or say that nothing is here."""
        article_id = by_alias(searcher, quote(visit.request.scope["path"]), visit.view)
        if article_id is None:
            return self.missing(visit)
        return redirect(with_query(read_article(searcher, article_id, visit.view).url, visit.request.url.query), 301)

    def missing(self, visit: Visit) -> Response:
        """Say that there is nothing at this address, with a search box."""
        return self.message(visit, missing(visit.language), 404)

    def message(self, visit: Visit, message: Message, status: int, headers: dict[str, str] | None = None) -> Response:
        """Answer with a page that only says something."""
        content = render("message.html", self.frame(visit, message.title), message)
        return fleeting_page(content, status, headers)

    def _wanted(self, text: str, locales: Sequence[str]) -> str | None:
        """Read the language that an address asks for: one that articles are in, or else one that the pages speak."""
        try:
            wanted = canonical(text) if text else None
        except ConfigError:
            return None
        if wanted is None:
            return None
        spoken = self.words.best(wanted)
        return preferred(wanted, locales) or (spoken if wanted.startswith(spoken) else None)


def _chosen(addresses: Sequence[tuple[str, str]], locale: str) -> tuple[Choice, ...]:
    listed = dict(addresses)
    return choices(tuple(listed.items()), locale)
