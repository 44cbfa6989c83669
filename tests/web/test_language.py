import pytest

from kb_search.web.language import Language, direction, own_name, preferred, speak
from kb_search.web.words import load_words

WORDS = load_words()


def test_numbers_and_plurals_are_those_of_the_language() -> None:
    english, french, turkish = (speak(WORDS, locale) for locale in ("en", "fr", "tr"))
    assert [english.count("topic.articles", n) for n in (0, 1, 2)] == ["0 articles", "1 article", "2 articles"]
    assert [french.count("results.count", n) for n in (0, 1, 2)] == ["0 résultat", "1 résultat", "2 résultats"]
    assert turkish.count("results.count", 1234) == "1.234 sonuç"


def test_a_plural_that_nobody_wrote_is_the_other_one() -> None:
    polish = Language("pl", {"articles.one": "{count} artykuł", "articles.other": "{count} artykułu"})
    assert [polish.count("articles", n) for n in (1, 3)] == ["1 artykuł", "3 artykułu"]


@pytest.mark.parametrize(
    ("locale", "day", "month"),
    [
        ("en", "September 14, 2026", "September 2026"),
        ("fr", "14 septembre 2026", "septembre 2026"),
        ("tr", "14 Eylül 2026", "Eylül 2026"),
    ],
)
def test_dates_are_written_as_the_language_does(locale: str, day: str, month: str) -> None:
    language = speak(WORDS, locale)
    assert [language.date(text) for text in ("2026-09-14", "2026-09", "2026")] == [day, month, "2026"]


@pytest.mark.parametrize(
    ("locale", "accepted", "day", "number"),
    [
        ("en", "en-GB,en;q=0.9", "14 September 2026", "1,234"),
        ("en", "en;q=0.8, en-IN", "14 September 2026", "1,234"),
        ("en-GB", "", "14 September 2026", "1,234"),
        ("en", "fr-CH, en-US;q=0.5", "September 14, 2026", "1,234"),
        ("fr", "en-GB", "14 septembre 2026", "1\u202f234"),
        ("fr", "fr-CA", "14 septembre 2026", "1\u00a0234"),
        ("en", "en-XX, en_GB, *", "September 14, 2026", "1,234"),
    ],
)
def test_dates_and_numbers_are_those_of_the_readers_region(locale: str, accepted: str, day: str, number: str) -> None:
    language = speak(WORDS, locale, accepted)
    assert language.tag == locale[:2]
    assert (language.date("2026-09-14"), language.number(1234)) == (day, number)


def test_what_is_no_date_stays_as_it_is() -> None:
    english = speak(WORDS, "en")
    assert [english.date(text) for text in ("soon", "2026-13-01", "")] == ["soon", "2026-13-01", ""]


def test_languages_are_named_in_themselves_with_a_capital() -> None:
    names = [own_name(locale) for locale in ("en", "fr", "tr", "fr-CA", "ar", "xx")]
    assert names == ["English", "Français", "Türkçe", "Français (Canada)", "العربية", "xx"]


def test_the_direction_of_writing() -> None:
    assert [direction(locale) for locale in ("en", "tr", "ar", "fa-IR", "he")] == ["ltr", "ltr", "rtl", "rtl", "rtl"]


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("tr", "tr"),
        ("de, fr;q=0.8, en;q=0.9", "en"),
        ("fr-BE,fr;q=0.9", "fr"),
        ("en-GB", "en"),
        ("fr;q=0, tr;q=0.1", "tr"),
        ("*", None),
        ("de", None),
        ("", None),
        (";;q=x,,", None),
    ],
)
def test_the_browser_asks_for_a_language(header: str, chosen: str | None) -> None:
    assert preferred(header, ["en", "fr", "tr"]) == chosen


def test_a_region_is_preferred_to_its_language() -> None:
    assert preferred("fr-CA", ["fr", "fr-CA"]) == "fr-CA"
