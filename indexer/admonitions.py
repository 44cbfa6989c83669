"""Notes and warnings set apart from the text become a label: `Note: …`.

Read are `> [!NOTE]` (GitHub, Obsidian), `!!! note "Title"` (MkDocs) and `::: tip Title` (VitePress, Docusaurus).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from kb_search.text.locales import primary

KINDS = frozenset(
    "abstract attention bug caution danger error example failure faq hint important info note question quote "
    "success summary tip todo warning".split()
)
_LABELS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "abstract": "Résumé",
        "attention": "Attention",
        "bug": "Anomalie",
        "caution": "Attention",
        "danger": "Danger",
        "error": "Erreur",
        "example": "Exemple",
        "failure": "Échec",
        "faq": "FAQ",
        "hint": "Indice",
        "important": "Important",
        "info": "Info",
        "note": "Remarque",
        "question": "Question",
        "quote": "Citation",
        "success": "Réussite",
        "summary": "Résumé",
        "tip": "Astuce",
        "todo": "À faire",
        "warning": "Avertissement",
    },
    "tr": {
        "abstract": "Özet",
        "attention": "Dikkat",
        "bug": "Hata",
        "caution": "Dikkat",
        "danger": "Tehlike",
        "error": "Hata",
        "example": "Örnek",
        "failure": "Başarısız",
        "faq": "SSS",
        "hint": "İpucu",
        "important": "Önemli",
        "info": "Bilgi",
        "note": "Not",
        "question": "Soru",
        "quote": "Alıntı",
        "success": "Başarılı",
        "summary": "Özet",
        "tip": "İpucu",
        "todo": "Yapılacak",
        "warning": "Uyarı",
    },
}
"""Language → kind → label. Authors write the kind in English, whatever the language of their article."""
_FOLDED = frozenset({"details", "spoiler", "collapse"})
_ALERT = re.compile(r"\[!([A-Za-z]+)\][-+]?[ \t]*([^\n]*)\n?")
_INFO = re.compile(r"[+\s]*\{?\.?([^\W_][\w-]*)\}?\s*(.*)", re.DOTALL)


class Labels(NamedTuple):
    """What notes are called, by kind, where that is not as authors write it; `colon` stands behind it in plain text."""

    words: Mapping[str, str]
    colon: str = ": "


_COLONS = {"fr": " : "}
AS_WRITTEN = Labels({})


def labels_for(locale: str | None) -> Labels:
    """Give the labels of articles of a locale: those of languages without words here are as authors write them."""
    language = primary(locale or "")
    return Labels(_LABELS[language], _COLONS.get(language, ": ")) if language in _LABELS else AS_WRITTEN


def alert(content: str) -> tuple[str, str, str] | None:
    """Read the first paragraph of a quotation: label, title and the rest of it, None if it is only a quotation."""
    found = _ALERT.match(content)
    return (found[1].capitalize(), found[2].strip(), content[found.end() :]) if found else None


def label_and_title(info: str, markup: str) -> tuple[str, str]:
    """Read what follows `!!!` or `:::`; the label is '' where the word is not a kind of note but layout."""
    found = _INFO.fullmatch(info)
    if found is None:
        return "", info.strip()
    kind, title = found[1].lower(), found[2].strip().strip("[]\"'").strip()
    if kind in KINDS:
        return kind.capitalize(), "" if title.lower() == kind else title
    # `!!! Do not unplug` is a sentence; `::: columns` is layout, and its name is not for readers.
    return "", title if kind in _FOLDED or markup.startswith(":") else info.strip()


def is_folded(info: str, markup: str) -> bool:
    """Tell whether a note is meant to be unfolded by its readers: `??? note`, `::: details`."""
    found = _INFO.fullmatch(info)
    return markup.startswith("???") or (found is not None and found[1].lower() in _FOLDED)
