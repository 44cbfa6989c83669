"""The values that travel between rooms: frozen, without behaviour, without I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Mode = Literal["hybrid", "keyword", "semantic"]
Outcome = Literal["ok", "weak", "none"]
Severity = Literal["error", "warning", "note"]

SUMMARY_SUFFIX = "#~summary"
"""How the id of the chunk ends that holds an article's summary: it belongs to no section."""


# ── Sources ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a source: which file, what, and what to do about it.

    `error`: the file (or a part named in the message) is left out. `warning`: it is indexed all the same. `note`:
    nothing to correct, said so that nothing is passed over in silence.
    """

    path: str
    code: str
    message: str
    remedy: str
    severity: Severity = "error"
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A link or picture of an article: the target as written, the source line it stands on, and its words.

    `text` is empty for links in HTML and for pictures.
    """

    target: str
    line: int
    image: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A link from one article to another, by their ids: the words that its author thought would lead there."""

    source: str
    text: str
    target: str


@dataclass(frozen=True, slots=True)
class Section:
    """The text under one heading, without that of the headings below it.

    `heading_path` runs from the outermost heading to this one and leaves out the article's title; it is empty,
    and `anchor` too, for the text before the first heading. `line` counts from 1 in the source file.
    """

    heading_path: tuple[str, ...]
    anchor: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Article:
    """One article as its author wrote it, checked and completed with the defaults. Dates are ISO 8601 text.

    `pictures` are those that it shows from files, by the path from its own. `page` is its safe HTML (see
    stores/pages.py), empty where the text is plain; `contents` its outline: level from 2 on, text and anchor.
    `source` is the path of its file inside the source folder, `file` the one by which links between files are followed.
    """

    id: str
    title: str
    locale: str
    audience: tuple[str, ...]
    status: str = "published"
    sections: tuple[Section, ...] = ()
    slug: str | None = None
    summary: str | None = None
    tags: tuple[str, ...] = ()
    category: str | None = None
    translation_of: str | None = None
    confidence: str | None = None
    governance: str | None = None
    owner: str | None = None
    area: str | None = None
    created: str | None = None
    updated: str | None = None
    review_by: str | None = None
    aliases: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    pinned_for: tuple[str, ...] = ()
    canonical: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    pictures: tuple[Link, ...] = ()
    markdown: str = ""
    page: bytes = b""
    contents: tuple[tuple[int, str, str], ...] = ()
    source: str = ""
    file: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of bounded length, the unit that is embedded.

    `id` is the article's id, '#', the section's anchor, '~' and the number of the chunk in its section; it
    stays the same while that section keeps its heading. `embedding_text` is what the model sees: title,
    heading path and text. `joint` is what stood between the chunk before it in the section and this one, a blank
    line for the first.
    """

    id: str
    article_id: str
    anchor: str
    heading_path: tuple[str, ...]
    text: str
    embedding_text: str
    joint: str = "\n\n"


# ── Readers ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking: a name for the log, the one view that decides all they can see, and what they may do.

    `key` is the id of the key that they came with, None for anybody. `scopes` are of `search` (ask and read), `events`
    (say what was of use), `reports` and `admin`. `client` is whom limits count as one; it may be an address, and is
    neither stored nor logged.
    """

    view: str = "public"
    name: str = "anonymous"
    key: str | None = None
    scopes: frozenset[str] = frozenset({"search", "events"})
    client: str = field(default="", repr=False)


# ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Passage:
    """The part of an article that answers: plain text, the same as safe HTML with `<mark>`, and where it stands."""

    text: str
    html: str
    heading: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Translation:
    """Another language version of a hit, folded into it."""

    id: str
    title: str
    locale: str
    url: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a hit has its score: `score` = sigmoid(sum of `ledger`), to 1e-9.

    `ledger` maps each piece of evidence to its log-odds; `signals` holds the raw values behind it
    (similarity, BM25 and what they are in deviations), None where that branch did not find the article.
    """

    ledger: Mapping[str, float]
    signals: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Hit:
    """One article of the answer; `passages` are its further passages, best first."""

    id: str
    title: str
    url: str
    locale: str
    score: float
    status: str
    confidence: str | None
    updated: str | None
    owner: str | None
    passage: Passage
    passages: tuple[Passage, ...] = ()
    translations: tuple[Translation, ...] = ()
    explanation: Explanation | None = None


NoticeCode = Literal[
    "query-cut", "view-empty", "filters-apart", "field-empty", "date-unmet", "value-unmet", "value-misspelt"
]


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be known of how a query was read: `text` says it in English, `code` and the rest for other languages.

    `field` is the filter that it is about, `wanted` values that no article has, `known` those that are meant or that
    there are (a few of them), of dates the first and the last; `numbers` are the characters of a query, and those used.
    """

    code: NoticeCode
    text: str
    field: str | None = None
    wanted: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to one query. `facets` maps field → value → number of articles in the window.

    `notices` are sentences in English, `remarks` the same with what another language needs.
    `corrected` is the query with its misspelt words replaced, as it was asked too; None where there was none.
    `stages` tells where the time went, in milliseconds (see stages.py).
    """

    query_id: str
    query: str
    corrected: str | None
    locale: str | None
    outcome: Outcome
    degraded: str | None
    total: int
    total_is_lower_bound: bool
    took_ms: float
    generation: str
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]]
    notices: tuple[str, ...] = ()
    remarks: tuple[Notice, ...] = ()
    stages: Mapping[str, float] = field(default_factory=dict, compare=False)
