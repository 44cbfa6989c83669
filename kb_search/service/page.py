"""A plain page of one article: its text, escaped, without scripts or anything from elsewhere. Pure."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from kb_search.answers import ArticleAnswer, ArticleSection
from kb_search.types import Translation

_STYLE = (
    "body{font:1.05rem/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}"
    "p{white-space:pre-line;overflow-wrap:anywhere}nav,footer{color:#555;font-size:.9rem}a{color:#0b57d0}"
    "@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#161616}nav,footer{color:#aaa}a{color:#8ab4f8}}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Only this page's own style sheet may act; not even an error in the escaping could run a script."""


def render(article: ArticleAnswer) -> str:
    """Write the page of an article."""
    parts = [f"<h1>{escape(article.title)}</h1>"]
    if article.translations:
        links = " · ".join(_link(translation) for translation in article.translations)
        parts.insert(0, f"<nav>{links}</nav>")
    if article.summary:
        parts.append(f"<p><em>{escape(article.summary)}</em></p>")
    parts += [_section(section) for section in article.sections]
    if article.updated:
        parts.append(f'<footer><time datetime="{escape(article.updated)}">{escape(article.updated)}</time></footer>')
    return _document(article.title, article.locale, "\n".join(parts))


def _document(title: str, locale: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{escape(locale)}" dir="auto">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )


def _link(translation: Translation) -> str:
    locale = escape(translation.locale)
    return f'<a href="{escape(translation.url)}" hreflang="{locale}" lang="{locale}">{escape(translation.title)}</a>'


def _section(section: ArticleSection) -> str:
    heading = f'<h2 id="{escape(section.anchor)}">{escape(section.heading)}</h2>\n' if section.heading else ""
    paragraphs = (text.strip() for text in section.text.split("\n\n"))
    return heading + "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs if text)


NOT_FOUND = _document("Not found", "en", "<h1>Not found</h1>\n<p>There is no such article here.</p>")
"""The page for an article that does not exist, or that this reader may not see."""
