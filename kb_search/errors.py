"""Every error a user can meet: one base class, few children.

The message of each is a sentence that names the value at fault and the remedy. The command line prints
it and exits with `exit_code`; the service maps the class to an HTTP status in one table.
"""

from __future__ import annotations


class KbSearchError(Exception):
    """Base of all errors that kb-search raises on purpose; `str(error)` is meant for the user."""

    exit_code = 2


class ConfigError(KbSearchError):
    """A setting is unknown, of the wrong type, or out of range."""


class QueryError(KbSearchError):
    """A search request that cannot be answered: unknown filter field, bad type, paging past the window."""


class UnknownView(QueryError):
    """A view, or a set of audiences, that this index was not built with."""


class AccessDenied(KbSearchError):
    """A request's key is not known (any more), or is needed and not there."""


class NotPermitted(KbSearchError):
    """A request's key is good, but not for this."""


class ArticleNotFound(KbSearchError):
    """No article of this id is visible in the view that was asked."""

    exit_code = 1


class SourceError(KbSearchError):
    """The sources as a whole cannot be indexed (folder missing, or not one article in it)."""

    exit_code = 1


class IndexNotFound(KbSearchError):
    """The folder holds no published generation."""


class IndexCorrupt(KbSearchError):
    """A file of a generation is missing, truncated, altered, or contradicts its manifest."""

    exit_code = 1


class IndexIncompatible(KbSearchError):
    """The index was made by another format, analyzer or model than the one asked to open it."""


class IndexLocked(KbSearchError):
    """Another process is writing to this index."""


class StorageError(KbSearchError):
    """The disk refused a write (full, read-only, no permission); the live generation is whole."""

    exit_code = 1


class StateError(KbSearchError):
    """The database of events and keys cannot be opened, read or written; searching needs none of it."""

    exit_code = 1


class KeyNotFound(KbSearchError):
    """There is no key of this id."""

    exit_code = 1


class ModelError(KbSearchError):
    """The embedding model cannot be found, verified, converted or loaded."""


class ConversionError(ModelError):
    """The embedding model is of a kind that no light runtime can load."""


class MissingExtra(KbSearchError):
    """An optional dependency is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra '{extra}'. Install it with: pip install 'kb-search[{extra}]'")
        self.extra = extra
