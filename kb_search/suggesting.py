"""What to suggest while somebody types: articles by what they are called, and queries that others often ask.

No model is asked, and nothing is read but what the articles of the reader's own view are called: an article that the
view does not show changes nothing. The words of a view are sorted when it is first asked; see `warm`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from kb_search.answers import SuggestAnswer, Suggestion
from kb_search.curation import pin_key
from kb_search.emphasis import is_common
from kb_search.errors import QueryError
from kb_search.hydrate import article_url
from kb_search.once import OncePerView
from kb_search.searcher import Searcher, reader_locale
from kb_search.snapshot import Snapshot, ViewSnapshot
from kb_search.stores.articles import ArticleRecord
from kb_search.stores.base import KeywordStore
from kb_search.suggestions import typed
from kb_search.suggestions.matching import Meeting, guessed, match, meetings, slips
from kb_search.suggestions.popular import continuing
from kb_search.suggestions.shelf import Named, Shelf
from kb_search.suggestions.showing import marked
from kb_search.text.locales import matches, primary
from kb_search.text.normalize import normalize

MOST = 10
"""Suggestions of one answer."""

_OF_QUERIES = 0.4
"""Share of the suggestions that popular queries may have while there are articles enough."""
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
    readings = _read(asked, snapshot, view_snapshot) if asked.text else {}
    articles = _shown(_articles(asked, readings, snapshot, view_snapshot), readings, view_snapshot, searcher)
    titles = {pin_key(article.text) for article in articles}
    stores = view_snapshot.keywords
    spoken = next((stores[locale] for locale in _preferred(reader) if locale in stores), None)
    words = _telling(_chunks(asked, reader or ""), spoken)
    others = [
        Suggestion("query", query, marked(query, words, reader or ""))
        for query in queries
        if pin_key(query) not in titles
    ]
    room = limit - min(len(others), round(limit * _OF_QUERIES))
    return SuggestAnswer(
        query=text.encode("utf-8", "replace").decode(),
        locale=reader or next((article.locale for article in articles), None),
        took_ms=round((time.perf_counter() - started) * 1000, 3),
        suggestions=(*articles[:room], *others)[:limit],
    )


def warm(searcher: Searcher, view: str) -> None:
    """Sort the words of a view, so that nobody waits for it (85,000 articles: 1 to 2 s). Raises UnknownView."""
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


class _Keywords(msgspec.Struct, gc=False):
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


def _articles(
    asked: _Asked, readings: Mapping[str, _Reading], snapshot: Snapshot, view: ViewSnapshot
) -> list[ArticleRecord]:
    """Choose articles, best first, one of each family, as the reader is shown it."""
    pins = view.pins.get(pin_key(asked.text), {})
    ranked = sorted(pins, key=lambda row: (pins[row], row)) + _ranked(asked, readings, view)
    shown = view.families.shown(_preferred(asked.reader))
    families = view.families.of
    chosen: dict[int, int] = {}
    for row in ranked:
        chosen.setdefault(int(families[row]), int(shown[row]))
        if len(chosen) == asked.limit:
            break
    records = snapshot.store.records(chosen.values())
    return [records[row] for row in chosen.values()]


def _ranked(asked: _Asked, readings: Mapping[str, _Reading], view: ViewSnapshot) -> list[int]:
    """Order the articles that fit, best first."""
    scored: list[tuple[float, int]] = []
    for locale, reading in readings.items():
        frequency = view.keywords[locale].document_frequency
        best = match(reading.chunks, reading.met, reading.shelf, frequency, _DEEPER * asked.limit)
        factor = 1.0 if _is_own(locale, asked.reader) else _OTHER_LANGUAGE
        scored += [(-score * factor, row) for score, row in zip(best.scores.tolist(), best.rows.tolist(), strict=True)]
    least = _BESIDE * min(scored, default=(0.0, 0))[0]
    return [row for score, row in sorted(scored) if score <= least]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is typed, as one locale reads it: where each chunk is met, and the beginnings that slips are taken for."""

    shelf: Shelf
    chunks: tuple[typed.Chunk, ...]
    met: list[list[Meeting]]
    meant: list[str]


def _read(asked: _Asked, snapshot: Snapshot, view: ViewSnapshot) -> dict[str, _Reading]:
    """Read what is typed in each locale.

    A word that is written in the reader's language is no slip of another there; where it is not, it may be a slip of
    one of that language, whatever it is in others. All languages are the reader's own if we know none.
    """
    found: dict[str, _Reading] = {}
    for locale, shelf in _shelves(snapshot, view).items():
        chunks = _chunks(asked, locale)
        found[locale] = _Reading(shelf, chunks, [meetings(chunk, shelf) for chunk in chunks], [])
    own = [reading for locale, reading in found.items() if _is_own(locale, asked.reader)]
    for at in range(min((len(reading.chunks) for reading in found.values()), default=0)):
        if any(reading.met[at] for reading in own):
            continue
        known = any(reading.met[at] for reading in found.values())
        for reading in own if known else found.values():
            meant = slips(reading.chunks[at], reading.shelf)
            reading.met[at] = guessed(reading.chunks[at], meant, reading.shelf)
            reading.meant.extend(slip.beginning for slip in meant)
    return found


def _is_own(locale: str, reader: str | None) -> bool:
    return reader is None or matches(locale, primary(reader))


def _preferred(reader: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys((reader, primary(reader)))) if reader else ()


def _chunks(asked: _Asked, locale: str) -> tuple[typed.Chunk, ...]:
    return typed.read(asked.text, locale, finished=asked.finished)


def _telling(chunks: Iterable[typed.Chunk], store: KeywordStore | None) -> set[typed.Typed]:
    """List the words to mark: those that are finished and in most articles only where there is nothing else."""
    words = {word for chunk in chunks for reading in chunk.readings for word in reading}
    if store is None:
        return words
    telling = {word for word in words if word.open or not is_common(store.document_frequency(word.stem), store.size)}
    return telling or words


def _shown(
    records: Iterable[ArticleRecord], readings: Mapping[str, _Reading], view: ViewSnapshot, searcher: Searcher
) -> list[Suggestion]:
    template = searcher.settings.service.article_url
    marks = {
        locale: _telling(reading.chunks, view.keywords[locale])
        | {typed.beginning(letters) for letters in reading.meant}
        for locale, reading in readings.items()
    }
    return [
        Suggestion(
            kind="article",
            text=record.title,
            html=marked(record.title, marks.get(record.locale, ()), record.locale),
            id=record.id,
            url=article_url(template, record),
            locale=record.locale,
        )
        for record in records
    ]
