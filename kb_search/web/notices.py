"""What is to be known of how a query was read, in the words of a page: the API has it as English sentences."""

from __future__ import annotations

from collections.abc import Sequence

from kb_search.types import Notice, NoticeCode
from kb_search.web.language import Language, own_name

_KEYS: dict[NoticeCode, str] = {
    "query-cut": "notice.query_cut",
    "view-empty": "notice.view_empty",
    "filters-apart": "notice.filters_apart",
    "field-empty": "notice.field_empty",
    "date-unmet": "notice.date_unmet",
    "value-unmet": "notice.value_unmet",
    "value-misspelt": "notice.value_misspelt",
}


def notice_text(notice: Notice, language: Language) -> str:
    """Write one notice in the language of a page."""
    values: dict[str, object] = {"field": language.say(f"facet.{notice.field}") if notice.field else ""}
    if notice.code == "query-cut":
        values["length"], values["used"] = notice.numbers
    elif notice.code == "date-unmet":
        values["first"], values["last"] = (language.date(day) for day in notice.known)
    else:
        values["wanted"] = _listed(notice, notice.wanted, language, either=True)
        values["known"] = _listed(notice, notice.known, language, either=notice.code == "value-misspelt")
    return language.say(_KEYS[notice.code], **values)


def _listed(notice: Notice, values: Sequence[str], language: Language, *, either: bool) -> str:
    shown = [own_name(value) if notice.field == "locale" else value for value in values]
    return language.listing([language.say("notice.quoted", value=value) for value in shown], either=either)
