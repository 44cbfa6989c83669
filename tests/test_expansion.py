"""A query with slips finds what it meant, and one without is taken as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search import Searcher, open_searcher
from kb_search.expansion import expand
from kb_search.text.normalize import lower
from kb_search.text.slots import Alternative, Slot
from tests.fakes import FakeEmbedder, article, build, searcher_for, settings

FILES = {
    "en/subscription.md": article("Cancel a subscription", "Open Billing and choose Cancel.", locale="en"),
    "en/keyboard.md": article("Merge two keyboards", "The verge of a keyboard is its border.", locale="en"),
    "en/address.md": article("Change your address", "Only before the parcel leaves.", locale="en"),
    "en/border.md": article("Borders", "On the verge of the table, the verge.", locale="en"),
    "fr/adresse.md": article("Modifier l'adresse", "Avant la livraison. Facturation séparée.", locale="fr"),
    "fr/cafe.md": article("Machine à café", "Réinitialiser la machine. Liste des codes d'erreur.", locale="fr"),
    "tr/iade.md": article("İade ve geri ödeme", "Işık yanınca İADE düğmesine basın.", locale="tr"),
    "tr/abonelik.md": article("Aboneliği durdur", "Ayarları açın, özdeş kayıtları seçin.", locale="tr"),
}


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with searcher_for(build(tmp_path_factory.mktemp("slips"), FILES)) as opened:
        yield opened


def meant(searcher: Searcher, query: str) -> str:
    return expand(query, searcher.snapshot.view("public")).text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("subscripton", "en/subscription"),  # a letter left out
        ("subscritpion", "en/subscription"),  # two letters swapped
        ("keybord", "en/keyboard"),
        ("abonelgi", "tr/abonelik"),
        ("aboneligi", "tr/abonelik"),  # without its diacritics
        ("odeme", "tr/iade"),
        ("isik", "tr/iade"),
        ("IŞIK", "tr/iade"),
        ("iade", "tr/iade"),
        ("İADE", "tr/iade"),
        ("cafe", "fr/cafe"),
        ("CAFÉ", "fr/cafe"),
        ("reinitialiser", "fr/cafe"),
        ("facturer", "fr/adresse"),  # facturation, by its stem
        ("l'adresse", "fr/adresse"),
        ("subs", "en/subscription"),  # not finished
    ],
)
def test_what_was_meant_comes_first(searcher: Searcher, query: str, expected: str) -> None:
    result = searcher.search(query, mode="keyword", limit=3)
    assert result.hits[0].id == expected


def test_the_answer_says_what_was_asked_too_and_marks_it(searcher: Searcher) -> None:
    result = searcher.search("cancel my subscripton", locale="en")
    assert result.query == "cancel my subscripton"
    assert result.corrected == "cancel my subscription"
    assert "<mark>verge</mark>" in searcher.search("vergge", mode="keyword").hits[0].passage.html
    assert searcher.search("cancel a subscription").corrected is None


def test_the_model_reads_the_corrected_text(searcher: Searcher) -> None:
    # The fake model knows `livraison` (a parcel), and no `livrasion`.
    right, wrong = (
        searcher.search(text, mode="semantic", limit=1, explain=True) for text in ("livraison", "livrasion")
    )
    assert wrong.corrected == "livraison"
    assert [(hit.id, hit.score) for hit in wrong.hits] == [(hit.id, hit.score) for hit in right.hits]


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("odes d'erruer", "codes d'erreur"),  # a French query: not özdeş, though that needs no edit
        ("adresse", "adresse"),  # French, and no slip of address
        ("the merge", "the merge"),  # rare, but somebody wrote it: not verge
        ("E-1043 zzz 12345", "E-1043 zzz 12345"),  # codes and numbers are not guessed at
        ("wholly unrelated questoin", "wholly unrelated questoin"),
        ("subs", "subs"),  # a beginning is looked for, and not put into somebody's mouth
        ("", ""),
    ],
)
def test_what_is_read(searcher: Searcher, query: str, read: str) -> None:
    assert meant(searcher, query) == read


def test_a_common_word_that_no_article_has_is_no_slip(searcher: Searcher) -> None:
    # One letter from `verge`, both of them; only one is a word.
    assert searcher.search("vergge").corrected == "verge"
    assert searcher.search("verse").corrected is None
    assert searcher.search("verse", mode="keyword").total == 0


def test_a_model_that_tells_no_words_apart_takes_none_for_common(tmp_path: Path) -> None:
    class Plain:
        """An embedder that can only embed."""

        def __init__(self) -> None:
            model = FakeEmbedder()
            self.spec, self.count_tokens = model.spec, model.count_tokens
            self.embed_queries, self.embed_passages = model.embed_queries, model.embed_passages

    with open_searcher(build(tmp_path, FILES), settings=settings(), embedder=Plain()) as opened:
        assert opened.search("verse").corrected == "verge"


def test_a_word_of_another_locale_may_lack_its_diacritics_here(searcher: Searcher) -> None:
    slots = expand("code erreur", searcher.snapshot.view("public")).slots
    assert set(slots) == {"en", "fr", "tr"}
    assert slots["en"] == (Slot(("code",)), Slot(("erreur",)))  # French has it: nothing is guessed in English


def test_alternatives_are_stems_with_their_worth(searcher: Searcher) -> None:
    slots = expand("sikayet odeme", searcher.snapshot.view("public")).slots["tr"]
    assert slots == (Slot(("sikayet",)), Slot(("ode",), (Alternative(("öde",), 0.95),)))


WORDS = "cancel subscription merge verge keyboard adresse machine codes iade kayıtları açın address".split()


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join))
def test_words_that_somebody_wrote_are_taken_as_they_are(searcher: Searcher, query: str) -> None:
    expansion = expand(query, searcher.snapshot.view("public"))
    assert expansion.text == query
    assert not any(slot.alternatives for slots in expansion.slots.values() for slot in slots)


@given(st.text(max_size=60))
def test_any_text_can_be_read(searcher: Searcher, query: str) -> None:
    view = searcher.snapshot.view("public")
    expansion = expand(query, view)
    assert set(expansion.slots) == set(view.keywords)
    assert all(0 < other.weight < 1 for slots in expansion.slots.values() for s in slots for other in s.alternatives)


def test_an_article_with_the_word_as_typed_stays_before_look_alikes(tmp_path: Path) -> None:
    # One long Turkish article is about nerves (sinir), twenty short ones are all about limits (sınır).
    files = {f"{row:02}.md": article(f"Sınır {row}", "Bir sınır, bir sınır.", locale="tr") for row in range(20)}
    files["zz.md"] = article("Sağlık", f"{'Başka sözler burada durur. ' * 50} Sinir için ilaç.", locale="tr")
    with searcher_for(build(tmp_path, files)) as opened:
        found = [hit.id for hit in opened.search("sinir", mode="keyword", limit=30).hits]
        (slot,) = expand("sinir", opened.snapshot.view("public")).slots["tr"]
    assert found == ["zz"]
    assert slot == Slot(("sinir",))


def test_a_word_of_another_language_counts_less_without_its_diacritics(tmp_path: Path) -> None:
    files = {
        "en.md": article("Cote", "A cote for doves.", locale="en"),
        "fr.md": article("Côté", "À côté.", locale="fr"),
    }
    with searcher_for(build(tmp_path, files)) as opened:
        slots = expand("cote", opened.snapshot.view("public")).slots
    assert slots["en"] == (Slot(("cote",)),)
    assert slots["fr"][0].alternatives == (Alternative(("côt",), 0.4),)


def test_no_more_words_are_guessed_at_than_anybody_misspells(searcher: Searcher) -> None:
    view = searcher.snapshot.view("public")
    slips = [f"keyboard{letter}{other}"[:10] for letter in "abcdefgh" for other in "stuvwxyz"]
    slots = expand(" ".join(slips), view).slots["en"]
    assert sum(bool(slot.alternatives) for slot in slots) == 32
    again = expand(" ".join(["keyborad"] * 100), view).slots["en"]
    assert all(slot == Slot(("keyborad",), (Alternative(("keyboard",), 0.8),)) for slot in again)


@pytest.mark.parametrize("query", ["IŞIK YANINCA", "Facturation", "SUBSCRIPTON", "iade VE geri"])
def test_capitals_do_not_matter(searcher: Searcher, query: str) -> None:
    locale = "tr" if ("I" in query and "Ş" in query) or "iade" in query else "en"
    small = searcher.search(lower(query, locale), limit=3)
    capital = searcher.search(query, limit=3)
    assert [(hit.id, hit.score) for hit in capital.hits] == [(hit.id, hit.score) for hit in small.hits]
    assert capital.corrected == small.corrected
