"""Filters that no article of a view meets: a notice of each, with what there is instead.

So that a filter that is misspelt is told apart from a query that finds nothing. A sentence names only values that
the view's readers may see, and depends on nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import process
from rapidfuzz.distance import Indel

from kb_search.filters import DATE_FIELDS, Condition
from kb_search.snapshot import ViewSnapshot
from kb_search.stores.articles import ArticleStore
from kb_search.stores.base import Mask
from kb_search.text.normalize import fold
from kb_search.types import Notice

_LISTED = 12
"""Values that one sentence names at most."""
_COMPARED = 3
_ALIKE = 0.65
"""Values that are compared with all there are: that takes time, and whoever asks may give a hundred."""
_SHOWN = 60
"""Characters of a value that are shown."""


def filter_notices(
    conditions: Sequence[Condition], allowed: Mask | None, store: ArticleStore, view: ViewSnapshot
) -> tuple[Notice, ...]:
    """Say which conditions, or which of their values, no article of the view meets.

    `allowed`, bool of shape (articles,), marks the articles of the view that meet all of them; None without conditions.
    """
    if allowed is None or not len(view.articles):
        return ()
    some = bool(allowed.any())
    unmet = [(condition, _unmet(condition, some, store, view.members)) for condition in conditions]
    notices = [_notice(condition.field, parts, store, view) for condition, parts in unmet if parts]
    if not some and all(len(parts) < max(1, len(condition.values)) for condition, parts in unmet):
        text = f"Each filter is met by an article of the view {view.name!r}, but no article meets all of them."
        notices.append(Notice("filters-apart", text))
    return tuple(notices)


def _unmet(condition: Condition, some: bool, store: ArticleStore, members: Mask) -> list[Condition]:
    """List the values of a condition, each as one of its own, that no member has; a range is one."""
    parts = [replace(condition, values=(value,)) for value in condition.values] or [condition]
    if some and len(parts) == 1:
        return []
    return [part for part in parts if not store.has_matching(part, members)]


def _notice(field: str, unmet: Sequence[Condition], store: ArticleStore, view: ViewSnapshot) -> Notice:
    known = store.values(field, view.members)
    nobody = f"No article of the view {view.name!r} has"
    if not known:
        return Notice("field-empty", f"{nobody} a value for {field!r}.", field)
    if field in DATE_FIELDS:
        first, last = known[0][:10], known[-1][:10]
        text = f"{nobody} a date {field!r} {_span(unmet)}. They run from {first} to {last}."
        return Notice("date-unmet", text, field, known=(first, last))
    wanted = [value for part in unmet for value in part.values]
    one = "tag" if field == "tags" else field
    text = f"{nobody} the {one} {_named(wanted, 'or')}."
    if close := _close(wanted, known):
        said = f"{text} Did you mean {_named(close, 'or')}?"
        return Notice("value-misspelt", said, field, _shown(wanted), _shown(close))
    said = f"{text} There {'is' if len(known) == 1 else 'are'}: {_named(known, 'and')}."
    return Notice("value-unmet", said, field, _shown(wanted), _shown(known))


def _close(wanted: Sequence[str], known: Sequence[str]) -> list[str]:
    """List the values that are spelt alike."""
    spelt = {fold(value)[:_SHOWN]: value for value in reversed(known)}
    close = dict.fromkeys(
        spelt[found]
        for value in wanted[:_COMPARED]
        for found, *_ in process.extract(
            fold(value)[:_SHOWN], spelt.keys(), scorer=Indel.normalized_similarity, score_cutoff=_ALIKE, limit=3
        )
    )
    return list(close)


def _span(unmet: Sequence[Condition]) -> str:
    values = [value for part in unmet for value in part.values]
    if values:
        return f"in {_named(values, 'or')}"
    ends = (("from", unmet[0].gte), ("up to", unmet[0].lte))
    return " ".join(f"{word} {day!r}" for word, day in ends if day is not None)


def _named(values: Sequence[str], word: str) -> str:
    named = [repr(value) for value in _shown(values)]
    if more := len(values) - len(named):
        named.append(f"{more} more")
    return f" {word} ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else named[0]


def _shown(values: Sequence[str]) -> tuple[str, ...]:
    """Give as many values as there is room for, long ones cut."""
    return tuple(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…" for value in values[:_LISTED])
