"""Japanese, Chinese, Korean, Thai: pairs of characters, and the few words of one that the writing shows."""

from __future__ import annotations

import pytest

from tests.text.reading import exact, finds, folded, shares


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("パスワード", "パス スワ ワー ード"),
        ("再設定", "再設 設定"),
        ("お問い合わせ", "お問 問い 問* い合 合わ 合* わせ"),
        ("パスワードを忘れた", "パス スワ ワー ード ドを を忘 忘れ 忘* れた"),
        ("東", "東"),
        ("時々 人々", "時々 人々"),  # 々 is as good as the character before it
        ("ログイン・ログアウト", "ログ グイ イン ログ グア アウ ウト"),
        ("メール アドレス", "メー ール アド ドレ レス"),
        ("「設定」→「通知」。", "設定 通知"),
    ],
)
def test_japanese_pairs(text: str, expected: str) -> None:
    assert exact(text, "ja") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("iPhoneの設定", "iphone の設 設定"),
        ("iPhone15の設定", "iphone15 iphone* 15* の設 設定"),
        ("Wi-Fiに接続", "wifi* wi fi に接 接続"),
        ("E-1042エラー", "e-1042 e1042* e* 1042* エラ ラー"),
        ("バージョン2.0", "バー ージ ジョ ョン 2.0 2* 0*"),
        ("第3章 3ヶ月", "第 3 章 3 ヶ月 月*"),
        ("help@example.comまで", "help@example.com help* example.com* example* com* まで"),
    ],
)
def test_japanese_with_latin_letters_and_digits(text: str, expected: str) -> None:
    assert exact(text, "ja") == expected


@pytest.mark.parametrize(
    ("typed", "usual"),
    [
        ("ﾊﾟｽﾜｰﾄﾞ", "パスワード"),
        ("ｱｶｳﾝﾄ ｶﾞｲﾄﾞ", "アカウント ガイド"),
        ("｢設定｣", "「設定」"),
        ("ｉＰｈｏｎｅ１５", "iPhone15"),
        ("Ｅ－１０４２", "E-1042"),
        ("Ｗｉ－Ｆｉ", "Wi-Fi"),
        ("２０２４年", "2024年"),
        ("か\u3099いと\u3099", "がいど"),
        ("コーヒー", "ｺｰﾋｰ"),
    ],
)
def test_widths_and_voicing_marks_make_no_difference(typed: str, usual: str) -> None:
    assert exact(typed, "ja") == exact(usual, "ja") and exact(typed, "ja")
    assert folded(typed, "ja") == folded(usual, "ja")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("パスワード", "新しいパスワードを設定する"),
        ("サーバ", "サーバーに接続できない"),  # the mark at the end is often left out
        ("鍵", "鍵を無くした"),
        ("E1042", "エラーE-1042が出る"),
        ("設定 iphone 15", "iPhone15の設定"),
    ],
)
def test_japanese_finds(query: str, text: str) -> None:
    assert finds(query, text, "ja")


def test_a_verb_finds_its_other_forms_by_its_character() -> None:
    assert shares("届きません", "荷物が届かない", "ja")
    assert not shares("とどかない", "荷物が届いた", "ja")  # how a character is read would need a dictionary


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("重置密码", "zh", "重置 置密 密码"),
        ("错误代码E-1042", "zh-CN", "错误 误代 代码 e-1042 e1042* e* 1042*"),
        ("ＶＩＰ会员２４小时", "zh", "vip 会员 24 小时"),
        ("钱", "zh", "钱"),
        ("發票", "zh-TW", "發票"),  # another pair than 发票: the two writings are two locales
        ("비밀번호를", "ko", "비밀 밀번 번호 호를"),
        ("비밀번호 재설정", "ko", "비밀 밀번 번호 재설 설정"),
        ("앱을 앱에서", "ko", "앱을 앱* 앱에 앱* 에서"),
        ("앱 설치", "ko", "앱 설치"),
        ("아이폰15의 설정", "ko", "아이 이폰 15 의 설정"),
        ("รหัสผ่าน", "th", "รหั หัส สผ่ ผ่า าน"),
        ("บริการ ๒๔ ชม", "th", "บริ ริก กา าร 24 ชม"),
    ],
)
def test_chinese_korean_thai(text: str, locale: str, expected: str) -> None:
    assert exact(text, locale) == expected


@pytest.mark.parametrize(
    ("query", "text", "locale"),
    [
        ("密码", "如何重置密码", "zh"),
        ("비밀번호변경", "비밀번호변경을 하려면", "ko"),
        ("앱", "앱이 자꾸 꺼져요", "ko"),
        ("รหัสผ่าน", "ลืมรหัสผ่าน", "th"),
    ],
)
def test_finds(query: str, text: str, locale: str) -> None:
    assert finds(query, text, locale)


def test_korean_decomposed_is_korean() -> None:
    assert exact("\u110b\u1162\u11b8\u110b\u1173\u11af", "ko") == "앱을 앱*"


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("पासवर्ड भूल", "hi", "पासवर्ड भूल"),
        ("می\u200cخواهم", "fa", "میخواهم"),
        ("ПАРОЛЬ за́мок", "ru", "пароль за́мок"),
        ("dell'acqua", "it", "acqua"),
    ],
)
def test_other_languages(text: str, locale: str, expected: str) -> None:
    assert exact(text, locale) == expected
