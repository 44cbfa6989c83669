"""`kb-search index` and `kb-search lint`."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.fakes import article, write


def test_index_reports_on_stderr(source: Path, cli: Cli) -> None:
    out, err = cli("index", str(source), "--index", "kb")
    assert out == ""
    assert "Generation 000001 published: 4 articles, 5 passages from 4 files." in err
    assert re.search(r"0 reused, 5 embedded; \d+\.\d s in all", err)
    assert "  view public: 3 articles (en 2, fr 1)" in err
    assert "  view agents: 4 articles (en 3, fr 1)" in err
    assert "  audience agent: 1 articles" in err
    _, err = cli("index", str(source), "--index", "kb")
    assert "Generation 000001 is up to date" in err and "5 reused, 0 embedded" in err


def test_index_json_is_one_document(source: Path, cli: Cli) -> None:
    report = cli.json("index", str(source), "--index", "kb")
    assert (report["generation"], report["published"], report["embedded"]) == ("000001", True, 5)
    assert report["views"]["public"] == {"en": 2, "fr": 1}
    assert report["findings"] == []


def test_index_full_embeds_again(index: str, source: Path, cli: Cli) -> None:
    assert cli.json("index", str(source), "--index", index, "--full")["embedded"] == 5


def test_index_dry_run_writes_nothing(source: Path, cli: Cli) -> None:
    out, err = cli("index", str(source), "--index", "kb", "--dry-run")
    assert out == "" and "Would index 4 articles as 5 passages from 4 files." in err
    assert re.search(r"0 would be reused; 5 \(\d+ tokens\) embedded in about \d+ s", err)
    plan = cli.json("index", str(source), "--index", "kb", "--dry-run")
    assert (plan["articles"], plan["to_embed"], plan["reused"]) == (4, 5, 0)
    assert not Path("kb").exists()


def test_index_default_audience(cli: Cli) -> None:
    write(Path("articles"), {"parcel.md": "---\ntitle: Track a parcel\nlocale: en\n---\n\nAsk the carrier.\n"})
    assert cli.json("index", "articles", "--index", "kb")["audiences"] == {"internal": 1}
    public = cli.json("index", "articles", "--index", "kb", "--default-audience", "public")
    assert (public["audiences"], public["generation"]) == ({"public": 1}, "000002")
    _, err = cli("index", "articles", "--index", "kb", "--default-audience", "everyone", status=2)
    assert "'everyone', which no view knows" in err


def test_index_exits_1_when_an_article_is_left_out(source: Path, cli: Cli) -> None:
    write(source, {"broken.md": "---\ntitle: [\n---\n\nText.\n"})
    out, err = cli("index", str(source), "--index", "kb", status=1)
    assert out == ""
    assert re.search(r"^error bad-front-matter: articles/broken\.md(:\d+)?: .+", err, re.MULTILINE)
    assert "1 left out, 0 warnings; see above." in err
    report = cli.json("index", str(source), "--index", "kb", status=1)
    assert [finding["code"] for finding in report["findings"]] == ["bad-front-matter"]


def test_curation_is_counted_and_both_commands_say_what_is_wrong_with_it(source: Path, cli: Cli) -> None:
    pins = "pins:\n  - {query: parcel, articles: parcel}\n  - {query: lost, articles: gone}\n"
    write(source, {"curation.yaml": f"synonyms: {{en: [[parcel, package]]}}\n{pins}"})
    said = "error pin-unknown-article: articles/curation.yaml:4: There is no article 'gone' to pin; it is left out."
    _, err = cli("index", str(source), "--index", "kb", status=1)
    assert said in err and "  curation: synonyms 1, pins 1\n" in err and "from 4 files." in err
    _, err = cli("lint", str(source), status=1)
    assert said in err
    report = cli.json("index", str(source), "--index", "kb", status=1)
    assert (report["synonyms"], report["pins"], report["published"]) == (1, 1, False)


def test_settings_come_from_the_file_in_the_working_folder(source: Path, cli: Cli) -> None:
    Path("kb-search.toml").write_text('[views.all]\naudiences = ["public", "agent"]\n')
    assert cli.json("index", str(source), "--index", "kb")["views"] == {"all": {"en": 3, "fr": 1}}


# ── lint ────────────────────────────────────────────────────────────────────────────────────────────────


def test_lint_exits_1_with_findings_and_0_without(cli: Cli) -> None:
    good = article("Track", "Ask the carrier.", locale="en", owner="desk", updated="2026-01-31")
    write(Path("articles"), {"parcel.md": good})
    out, err = cli("lint", "articles")
    assert (out, err) == ("", "1 articles in 1 files, 0 findings.\n")
    write(Path("articles"), {"other.md": good.replace("Ask", "[Ask](missing.md)")})
    out, err = cli("lint", "articles", status=1)
    assert out == "" and "articles/other.md" in err and "broken-link" in err
    answer = cli.json("lint", "articles", status=1)
    assert (answer["articles"], answer["files"]) == (2, 2)
    assert "broken-link" in [finding["code"] for finding in answer["findings"]]


def test_a_note_is_said_and_is_no_finding_to_correct(cli: Cli) -> None:
    good = article("Track", "Ask the carrier.", locale="en", owner="desk", updated="2026-01-31")
    write(Path("articles"), {"parcel.md": good, "README.md": "# About this folder\n"})
    _, err = cli("lint", "articles")
    assert "note not-an-article: articles/README.md" in err and err.endswith("in 1 files, 0 findings.\n")


def test_reviews_are_overdue_by_the_day_that_is_given(cli: Cli) -> None:
    due = article("Track", "Ask.", locale="en", owner="desk", updated="2026-01-31", review_by="2027-01-31")
    write(Path("articles"), {"parcel.md": due})
    cli("lint", "articles", "--today", "2027-01-31")
    _, err = cli("lint", "articles", "--today", "2027-02-01", status=1)
    assert "review-overdue" in err
    status, _, err = cli.usage("lint", "articles", "--today", "tomorrow")
    assert status == 2 and "'tomorrow' is not a date. Write year-month-day" in err


def test_lint_says_what_is_wrong_where_not_one_article_can_be_read(cli: Cli) -> None:
    write(Path("articles"), {"one.md": "", "two.md": "---\ntitle: [\n---\n"})
    out, err = cli("lint", "articles", status=1)
    assert out == ""
    assert "articles/one.md" in err and "articles/two.md" in err and "not one article" in err


def test_a_view_that_loses_articles_is_said(cli: Cli) -> None:
    plain = "---\ntitle: A\nlocale: en\n---\nText."
    write(Path("articles"), {"a.md": plain, "b.md": article("B", "Text.", locale="en")})
    cli("index", "articles", "--index", "kb", "--default-audience", "public")
    _, err = cli("index", "articles", "--index", "kb")  # the flag was forgotten
    assert "  view public: 1 articles (en 1), 1 FEWER than before\n" in err
    assert "  view internal: 2 articles (en 2)\n" in err


class Freed:
    """Ctrl-C comes while Python frees this, where it can raise nothing."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_python_swallows_ends_watching(
    source: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds: list[Freed | None] = []

    def build_again(*args: object, quiet: bool) -> None:
        builds.append(Freed())
        assert len(builds) < 3, "it goes on"
        (source / f"{len(builds)}.md").touch()
        builds[-1] = None

    monkeypatch.setattr("kb_search.cli.indexing._build_again", build_again)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _, err = cli("index", str(source), "--index", "kb", "--watch")
    finally:
        signal.signal(signal.SIGINT, before)
    assert err.splitlines()[-1] == "Stopped watching."
    assert builds == [None]
