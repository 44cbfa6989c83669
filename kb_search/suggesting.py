"""What to suggest while somebody types: articles by what they are called, and queries that others often ask.

No model is asked, and nothing is read but what the articles of the reader's own view are called: an article that the
view does not show changes nothing. The words of a view are sorted when it is first asked; see `warm`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from kb_search.answers import SuggestAnswer, Suggestion
from kb_search.curation import pin_key
from kb_search.errors import QueryError
from kb_search.hydrate import article_url
from kb_search.once import OncePerView
from kb_search.searcher import Searcher, reader_locale
from kb_search.snapshot import Snapshot, ViewSnapshot
from kb_search.suggestions import typed
from kb_search.suggestions.matching import Meeting, guessed, match, meetings
from kb_search.suggestions.popular import continuing
from kb_search.suggestions.shelf import Named, Shelf
from kb_search.suggestions.showing import marked
from kb_search.text.locales import matches, primary
from kb_search.text.normalize import normalize

MOST = 10
"""Suggestions of one answer."""

_DEEPER = 8
"""Articles of each locale that are looked at for one that is shown: translations fold into one."""
_BESIDE = 0.4
"""What an article must fit of how well the best does."""
_OTHER_LANGUAGE = 0.7
"""What is left of an article's fit where it is not in the reader's language."""


def suggest(
    searcher: Searcher,
    text: str,
    *,
    view: str,
    locale: str | None = None,
    limit: int = 5,
    popular: Sequence[str] = (),
) -> SuggestAnswer:
    """Suggest what somebody may be about to ask.

    `locale` is the reader's language: preferred, never a filter. `popular` are queries of this view, most frequent
    first: two of five suggestions at most are of these, unless there are too few articles. A blank text gives pinned
    articles. Raises QueryError for a bad argument, UnknownView.
    """
    started = time.perf_counter()
    if not isinstance(text, str):
        raise QueryError(f"The query is {type(text).__name__}, not text. Give a str.")
    if not 1 <= limit <= MOST:
        raise QueryError(f"limit={limit} is out of range. Choose a value from 1 to {MOST}.")
    reader = reader_locale(locale)
    snapshot, view_snapshot = searcher.snapshot, searcher.snapshot.view(view)
    start = text[: typed.MOST_LETTERS]
    asked = _Asked(normalize(start), start[-1:].isspace(), reader, limit)
    queries = continuing(asked.text, popular, limit)
    rows = _articles(asked, snapshot, view_snapshot)
    articles = _shown(rows, asked, searcher)
    titles = {pin_key(article.text) for article in articles}
    others = [
        Suggestion("query", query, marked(query, _chunks(asked, reader or ""), reader or ""))
        for query in queries
        if pin_key(query) not in titles
    ]
    room = limit - min(len(others), round(limit * 0.4))
    found = (*articles[:room], *others)[:limit]
    return SuggestAnswer(
        query=text.encode("utf-8", "replace").decode(),
        locale=reader or next((article.locale for article in articles), None),
        took_ms=round((time.perf_counter() - started) * 1000, 3),
        suggestions=found,
    )


def warm(searcher: Searcher, view: str) -> None:
    """Sort the words of a view, so that nobody waits for it: about a second for 85,000 articles. Raises UnknownView."""
    view_snapshot = searcher.snapshot.view(view)
    _shelves(searcher.snapshot, view_snapshot)
    view_snapshot.families.shown(())


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request: the text normalised, whether a space follows it, the reader's locale, how many suggestions."""

    text: str
    finished: bool
    reader: str | None
    limit: int


class _Keywords(msgspec.Struct):
    keywords: tuple[str, ...] = ()


def _sorted(snapshot: Snapshot, view: ViewSnapshot) -> dict[str, Shelf]:
    asked: dict[int, list[str]] = {}
    for query, places in view.pins.items():
        for row in places if query else ():
            asked.setdefault(row, []).append(query)
    locales = snapshot.store.locales.tolist()
    named: dict[str, list[Named]] = {locale: [] for locale in view.keywords}
    for row, title, _, front in snapshot.store.scan(_Keywords):
        if view.members[row]:
            named[locales[row]].append(Named(row, title, (*front.keywords, *asked.get(row, ()))))
    return {locale: Shelf(listed, locale) for locale, listed in named.items()}


_shelves = OncePerView(_sorted)


def _articles(asked: _Asked, snapshot: Snapshot, view: ViewSnapshot) -> list[int]:
    """Choose articles, best first, one of each family, as the reader is shown it."""
    pins = view.pins.get(pin_key(asked.text), {}) if asked.text else view.pins.get("", {})
    ranked = sorted(pins, key=lambda row: (pins[row], row))
    if asked.text:
        ranked += _ranked(asked, snapshot, view)
    shown = view.families.shown(_preferred(asked.reader))
    families = view.families.of
    chosen: dict[int, int] = {}
    for row in ranked:
        chosen.setdefault(int(families[row]), int(shown[row]))
        if len(chosen) == asked.limit:
            break
    return list(chosen.values())


def _ranked(asked: _Asked, snapshot: Snapshot, view: ViewSnapshot) -> list[int]:
    """Order the articles that fit, best first."""
    scored: list[tuple[float, int]] = []
    for locale, (chunks, met) in _met(asked, snapshot, view).items():
        shelf, frequency = _shelves(snapshot, view)[locale], view.keywords[locale].document_frequency
        best = match(chunks, met, shelf, frequency, _DEEPER * asked.limit)
        factor = 1.0 if _is_own(locale, asked.reader) else _OTHER_LANGUAGE
        scored += [(-score * factor, row) for score, row in zip(best.scores.tolist(), best.rows.tolist(), strict=True)]
    least = _BESIDE * min(scored, default=(0.0, 0))[0]
    return [row for score, row in sorted(scored) if score <= least]


def _met(
    asked: _Asked, snapshot: Snapshot, view: ViewSnapshot
) -> dict[str, tuple[tuple[typed.Chunk, ...], list[list[Meeting]]]]:
    """Read what is typed in each locale: its chunks, and where each is met, if need be as a slip.

    A word that is written in the reader's language is no slip of another there; where it is not, it may be a slip of
    one of that language, whatever it is in others. All languages are the reader's own if we know none.
    """
    shelves = _shelves(snapshot, view)
    found = {
        locale: (chunks := _chunks(asked, locale), [meetings(chunk, shelf) for chunk in chunks])
        for locale, shelf in shelves.items()
    }
    own = [locale for locale in found if _is_own(locale, asked.reader)]
    for at in range(len(next(iter(found.values()))[0]) if found else 0):
        known = any(met[at] for _, met in found.values())
        if any(found[locale][1][at] for locale in own):
            continue
        for locale in own if known else found:
            chunks, met = found[locale]
            met[at] = guessed(chunks[at], shelves[locale])
    return found


def _is_own(locale: str, reader: str | None) -> bool:
    return reader is None or matches(locale, primary(reader))


def _preferred(reader: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys((reader, primary(reader)))) if reader else ()


def _chunks(asked: _Asked, locale: str) -> tuple[typed.Chunk, ...]:
    return typed.read(asked.text, locale, finished=asked.finished)


def _shown(rows: Sequence[int], asked: _Asked, searcher: Searcher) -> list[Suggestion]:
    records = searcher.snapshot.store.records(rows)
    template = searcher.settings.service.article_url
    return [
        Suggestion(
            kind="article",
            text=record.title,
            html=marked(record.title, _chunks(asked, record.locale), record.locale),
            id=record.id,
            url=article_url(template, record),
            locale=record.locale,
        )
        for record in (records[row] for row in rows)
    ]
