"""Who may see an article."""

from __future__ import annotations

from kb_search.config import View
from kb_search.types import Article


def visible(article: Article, view: View) -> bool:
    """Tell whether a view's readers may see an article."""
    return article.status in view.statuses and not set(article.audience).isdisjoint(view.audiences)
