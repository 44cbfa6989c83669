"""Turkish and Azeri: four letters i, suffixes after an apostrophe and without one, words typed in ASCII."""

from __future__ import annotations

import pytest

from tests.text.reading import exact, finds, folded, shares, stemmed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("İADE iade İade", "iade iade iade"),
        ("IŞIK Işık ışık", "ışık ışık ışık"),
        ("ŞİFRE Şifre şifre", "şifre şifre şifre"),
        ("I\u0307ADE", "iade"),
        ("DİYARBAKIR", "diyarbakır"),
        # In ASCII capitals nobody can tell whether I is ı or i: both are indexed.
        ("INTERNET", "ınternet internet*"),
        ("Iptal", "ıptal iptal*"),
        ("ISIK", "ısık isik*"),
        ("WI-FI", "wıfı* wı wi* fı fi*"),
        ("İNTERNET internet", "internet internet"),
        ("ERR_INVALID", "err_invalid err* invalid*"),  # a code is never Turkish
    ],
)
@pytest.mark.parametrize("locale", ["tr", "tr-TR", "az"])
def test_four_letters_i(text: str, expected: str, locale: str) -> None:
    assert exact(text, locale) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ankara'da KVKK’ya", "ankara kvkk"),
        ("IBAN'ım IBAN'ınız", "ıban iban* ıban iban*"),
        ("iPhone'um, iOS'ta", "iphone ios"),
        ("E-1042'yi, 17.4'te", "e-1042 e1042* e* 1042* 17.4 17* 4*"),
        ("2024'te 3'üncü 5'i", "2024 3 5"),
        ("A'dan Z'ye", "a z"),
        ("O'Brien", "o'brien"),  # the suffix of a letter is short
        ("e-posta E-POSTA", "eposta* e posta eposta* e posta"),
    ],
)
def test_suffixes_after_an_apostrophe(text: str, expected: str) -> None:
    assert exact(text, "tr") == expected


@pytest.mark.parametrize(
    ("forms", "stem"),
    [
        ("şifre şifrem şifremi şifremin şifrenizi şifresini şifreler şifrelerimi", "şifre"),
        ("fatura faturam faturamı faturanız faturalar faturada faturaya FATURANIN", "fatur"),
        ("sipariş siparişim siparişimi siparişler siparişin siparişte", "sipariş"),
        ("ödeme ödemem ödemeler ödemeyi ödemenin ödemede", "öde"),
        ("hesap hesabım hesabı hesaplar hesabımdan", "hesap"),
        ("kargo kargom kargoyu kargonuz kargonun", "kargo"),
        ("abonelik aboneliğim aboneliğimi aboneliği abonelikler", "abonelik"),
        ("telefon telefonum telefonumu", "telefo"),
        ("mağaza mağazada mağazalar", "mağaz"),
        ("kitap kitaplarımızdan", "kitap"),
        ("IŞIK ışıklar", "ışık"),
    ],
)
def test_the_forms_of_a_noun_meet(forms: str, stem: str) -> None:
    assert set(stemmed(forms, "tr").split()) == {stem}


@pytest.mark.parametrize(
    "pair",
    [
        "iade iadem",  # ia and iade: to go on below three letters would bring satır and sayı together too
        "hata hatası",
        "fatura faturası",  # the possessive -sı loses one letter too few
        "kart kartım",  # -tım is taken for "I did"
    ],
)
def test_what_snowball_keeps_apart(pair: str) -> None:
    first, second = stemmed(pair, "tr").split()
    assert first != second


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Şifre IŞIK iade", "sifre isik iade"),
        ("sifre isik İADE", "sifre isik iade"),
        ("ÖĞRENCİ çözüm Ürün", "ogrenci cozum urun"),
        ("kâr kar", "kar kar"),
    ],
)
def test_folded_is_what_is_typed_in_ascii(text: str, expected: str) -> None:
    assert folded(text, "tr") == expected


def test_accents_that_tell_words_apart_stay() -> None:
    assert exact("kâr kar hâlâ hala", "tr") == "kâr kar hâlâ hala"


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("iban", "IBAN'ınızı girin"),
        ("İNTERNET", "Internet bağlantısı"),
        ("iptal", "IPTAL EDİLDİ"),
        ("windows", "WINDOWS 11"),
        ("eposta", "E-posta adresi"),
        ("şifremi unuttum", "Şifreyi unuttum"),
        ("faturalarım", "Fatura"),
    ],
)
def test_finds(query: str, text: str) -> None:
    assert finds(query, text, "tr")


@pytest.mark.parametrize("text", ["iban numarası", "IBAN numarası", "ıban numarası"])
def test_capitals_in_ascii_find_either_reading(text: str) -> None:
    assert shares("IBAN", text, "tr")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("İstifadəçi ŞƏKİL", "istifadəçi şəkil"),
        ("şifrəni ŞİFRƏ", "şifrəni şifrə"),
        ("XƏTA Qaytarma KÖMƏK", "xəta qaytarma kömək"),
        ("IŞIQ işıq Bakı'da", "ışıq işıq bakı"),
        ("ə Ə", "ə ə"),
    ],
)
def test_azeri(text: str, expected: str) -> None:
    assert exact(text, "az-AZ") == expected


def test_azeri_folds_as_it_is_typed_and_has_no_stemmer() -> None:
    assert folded("ŞƏKİL şifrəni xəta", "az") == "sekil sifreni xeta"
    assert stemmed("şəkillər şifrəni", "az") == "şəkillər şifrəni"
