"""How the pages speak to one reader: words, plurals, dates, numbers and names of languages (CLDR, by Babel)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal

from kb_search.text.locales import matches, primary
from kb_search.web.word_files import WIDGET
from kb_search.web.words import FALLBACK, Words


@dataclass(frozen=True, slots=True)
class Language:
    """The language of a page's own words. `tag` is that of <html>; what articles say has a language of its own.

    `formats` is the locale by which dates and numbers are written: that of the reader's region, if it is known.
    """

    tag: str
    words: Mapping[str, str]
    formats: str = ""

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return direction(self.tag)

    def say(self, key: str, **values: object) -> str:
        """Give the text of a key with its {places} filled; numbers are written as the language does."""
        return self.words[key].format_map({name: self._written(value) for name, value in values.items()})

    def of_the_box(self, key: str) -> str:
        """Give the text of `search.label` or `search.placeholder`; what a site wrote for the script's box is first."""
        return self.words.get(key.replace("search.", WIDGET)) or self.words[key]

    def count(self, key: str, count: int) -> str:
        """Give the text of a key for a number of things: 1 article, 2 articles."""
        form = f"{key}.{_known(self.tag).plural_form(count)}"
        return self.say(form if form in self.words else f"{key}.other", count=count)

    def number(self, value: int) -> str:
        """Write a whole number: 1,234."""
        return str(format_decimal(value, locale=_known(self.formats or self.tag)))

    def listing(self, values: Sequence[str], *, either: bool = False) -> str:
        """Write a list: a, b and c, or `either` a, b or c."""
        return str(format_list(values, "or" if either else "standard", _known(self.tag)))

    def date(self, text: str) -> str:
        """Write a date that is given in ISO 8601: a day, a month (2026-09) or a year; anything else as it is."""
        parts = text.partition("T")[0].split("-")
        try:
            year, month, day = (int(part) for part in [*parts, "1", "1"][:3])
            written = datetime.date(year, month, day)
        except ValueError:
            return text
        locale = _known(self.formats or self.tag)
        if len(parts) == 3:
            return str(format_date(written, "long", locale))
        return str(format_skeleton("yMMMM" if len(parts) == 2 else "y", written, locale=locale))

    def _written(self, value: object) -> object:
        return self.number(value) if isinstance(value, int) else value


def speak(words: Words, locale: str, accepted: str = "") -> Language:
    """Choose the words for readers of `locale`, whose browser asks for the languages `accepted` (Accept-Language)."""
    tag = words.best(locale)
    formats = (known for wanted in (locale, *_by_weight(accepted)) if (known := _regional(wanted, tag)))
    return Language(tag, words.by_locale[tag], next(formats, tag))


@lru_cache(512)
def _regional(wanted: str, tag: str) -> str | None:
    """Give a locale if CLDR knows it as one of a region, in the language of `tag`; a region that `tag` has counts."""
    known = _known(wanted)
    if primary(wanted) != primary(tag) or known.territory is None or (_known(tag).territory and wanted != tag):
        return None
    return str(known).replace("_", "-")


@lru_cache(512)
def direction(locale: str) -> str:
    """Tell how a locale is written: `ltr` or `rtl`."""
    return str(_known(locale).text_direction)


@lru_cache(512)
def own_name(locale: str) -> str:
    """Give the name of a language in itself, as its readers look for it: `Français`; unknown ones by their tag."""
    known = _known(locale)
    if known.language != primary(locale):
        return locale
    name = known.get_display_name(known) or locale
    # A list of languages has them with a capital; the Turkish i is the only letter that would be a wrong one.
    first = "İ" if known.language == "tr" and name[0] == "i" else name[0].upper()
    return first + name[1:]


def preferred(header: str, locales: Sequence[str]) -> str | None:
    """Choose from `locales` by a header Accept-Language, None where it asks for none of them."""
    for wanted in _by_weight(header):
        for tag in (wanted, primary(wanted)):
            found = next((locale for locale in locales if matches(locale, tag)), None)
            if found:
                return found
    return None


def _by_weight(header: str) -> list[str]:
    """List the languages of the header, the most wanted first."""
    weighed = []
    for part in header[:1_000].split(","):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            quality = 0.0
        if tag.strip() not in ("", "*") and 0 < quality <= 1:
            weighed.append((quality, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]


@lru_cache(512)
def _known(locale: str) -> Locale:
    """Find the locale, or what is nearest to it, in CLDR."""
    for tag in (locale, primary(locale)):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale(FALLBACK)
