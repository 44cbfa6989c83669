"""A help center of 600 articles, drawn the same way every time, of which every test knows what it holds."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from kb_search.config import DEFAULT_VIEWS
from kb_search.types import Mode
from tests import fakes

MODES: list[Mode] = ["hybrid", "keyword", "semantic"]
VIEWS = tuple(DEFAULT_VIEWS)

# Words of one topic mean the same to the fake embedder in every language; no two words here are alike to a stemmer.
TOPICS = {
    "en": ("password", "invoice", "parcel", "refund", "account", "error"),
    "fr": ("passe", "facture", "colis", "remboursement", "compte", "erreur"),
    "tr": ("şifre", "fatura", "kargo", "iade", "hesap", "hata"),
}
FREQUENT = (16, 8, 4, 2, 1, 1)
"""Weights of the topics: what a few articles are about fits, what many are about tells them apart too little."""
FILLERS = ("harbour", "lantern", "meadow", "copper", "violin", "thicket", "walnut", "glacier", "marble", "orchid")
RARE = ("quixotry", "zinnia", "bagpipe")
"""Words of a few articles each, which the fake embedder hardly sees."""
LOCALES = ("en", "en-GB", "fr", "fr-CA", "tr")

Filters = Mapping[str, str | list[str] | dict[str, str]]


@dataclass(frozen=True)
class Known:
    """What an article is, written down before it was indexed."""

    id: str
    locale: str
    title: str
    text: str
    audience: str = "public"
    status: str = "published"
    translation_of: str | None = None
    tags: tuple[str, ...] = ()
    category: str | None = None
    area: str | None = None
    confidence: str | None = None
    owner: str | None = None
    updated: str | None = None

    @property
    def family(self) -> str:
        """What an article and its translations have in common."""
        return self.translation_of or self.id

    @property
    def words(self) -> frozenset[str]:
        """The words that keywords match."""
        return frozenset(f"{self.title} {self.text} {' '.join(self.tags)}".lower().split())

    def values(self, field: str) -> tuple[str, ...]:
        """The values of a field, none, one or more."""
        value = getattr(self, field)
        return value if isinstance(value, tuple) else () if value is None else (value,)

    def source(self) -> str:
        names = "locale audience status translation_of category area confidence owner updated".split()
        fields = {name: getattr(self, name) for name in names if self.values(name)}
        return fakes.article(self.title, self.text, tags=f"[{', '.join(self.tags)}]", **fields)


@cache
def corpus() -> dict[str, Known]:
    """Draw the articles: id → article, by id."""
    draw = random.Random(20260131)
    made = [_draw(draw, number) for number in range(600)]
    return {article.id: article for article in sorted(made, key=lambda article: article.id)}


def files(articles: Mapping[str, Known]) -> dict[str, str]:
    """Write articles as the files of a source."""
    return {f"{name}.md": article.source() for name, article in articles.items()}


def _draw(draw: random.Random, number: int) -> Known:
    locale = draw.choices(LOCALES, (8, 2, 5, 2, 4))[0]
    # Of three numbers one in two is a family: its second and third article say that they translate the first, be it
    # that the first is in their own language, or hidden from a reader who sees them.
    original = f"{number - number % 3:03}" if number % 6 in (1, 2) else None
    topics = draw.choices(TOPICS[locale[:2]], FREQUENT, k=2)
    fillers = draw.choices(FILLERS, k=draw.randint(0, 30))
    text = draw.choices(topics, k=draw.randint(1, 6)) + fillers + [word for word in RARE if draw.random() < 0.02]
    draw.shuffle(text)
    sections = " ".join(text)
    if number % 10 == 0:  # several passages
        sections += f"\n\n## {topics[1].title()}\n\n" + " ".join(draw.choices(FILLERS, k=12))
    return Known(
        id=f"{number:03}",
        locale=locale,
        title=f"{topics[0].title()} {number}",
        text=sections,
        audience=draw.choices(("public", "agent", "internal"), (14, 3, 3))[0],
        status=draw.choices(("published", "draft", "archived"), (16, 2, 2))[0],
        translation_of=original,
        tags=tuple(tag for tag in ("login", "billing", "orders", "app") if draw.random() < 0.3)
        + (("single",) if number == 333 else ()),
        category=draw.choice(("Billing", "Orders, returns", "Account", None)),
        area=draw.choice(("payments", "shop", None, None)),
        confidence=draw.choice(("wip", "not_validated", "validated", None)),
        owner=draw.choice(("Ada", "Ben", "Zoë", None)),
        updated=draw.choice(
            (None, *(f"{y}-{m:02}-{d:02}" for y in (2024, 2025) for m in (1, 6, 12) for d in (1, 31 - m)))
        ),
    )
