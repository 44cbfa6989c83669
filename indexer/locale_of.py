"""The language of an article as its path tells it: `fr/faq.md`, `guide/fr-CA/faq.md`, `faq.fr.md`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb_search.text.locales import canonical, matches

# Narrower than BCP 47, in which a folder `en-office` or `fr-team` is a locale too.
_SCRIPTS = "latn|cyrl|arab|hans|hant|grek|hebr|deva|beng|thai|jpan|kore"
_TAG = re.compile(rf"[a-z]{{2,3}}(?:[-_](?:{_SCRIPTS}))?(?:[-_](?:[a-z]{{2}}|[0-9]{{3}}))?", re.IGNORECASE | re.ASCII)


def locale_from_path(path: str, locales: Sequence[str]) -> str | None:
    """Give the locale that a file's suffix names, else its outermost folder that is one, None if there is none.

    Only the given locales and their regional forms count: a department called `hr` or `it` is no language.
    """
    *folders, name = path.split("/")
    stem, _, suffix = name.rpartition(".")[0].rpartition(".")
    for part in [suffix, *folders] if stem else folders:
        if _TAG.fullmatch(part):
            locale = canonical(part)
            if is_configured(locale, locales):
                return locale
    return None


def is_configured(locale: str, locales: Sequence[str]) -> bool:
    """Tell whether a locale is one of the given ones, or a regional form of one."""
    return any(matches(locale, wanted) for wanted in locales)
