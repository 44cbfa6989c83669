from __future__ import annotations

from pathlib import Path

import pytest
from platformdirs import user_cache_path

from kb_search.config import DEFAULT_VIEWS, Settings, load_settings
from kb_search.errors import ConfigError, UnknownView
from tests.fakes import settings


def toml(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "kb-search.toml"
    path.write_text(text, "utf-8")
    return path


def test_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = load_settings(environ={})
    assert loaded == Settings()
    assert loaded.embedding.model == "multilingual-e5-small"
    assert loaded.sources.locales == ("en", "fr", "tr")
    assert loaded.sources.default_audience is None
    assert loaded.views == DEFAULT_VIEWS
    assert loaded.views["public"].audiences == ("public",)
    assert loaded.views["owners"].statuses == ("draft", "published", "archived")
    assert loaded.cache == user_cache_path("kb-search")


def test_the_file_in_the_working_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    toml(tmp_path, "[service]\nport = 9000\n")
    assert load_settings(environ={}).service.port == 9000


def test_environment_wins_over_file_and_flag_over_environment(tmp_path: Path) -> None:
    path = toml(tmp_path, '[embedding]\nmodel = "file"\nthreads = 1\n[service]\nport = 1\n')
    environ = {"KB_SEARCH_EMBEDDING__MODEL": "environment", "KB_SEARCH_SERVICE__PORT": "2", "PATH": "/bin"}
    loaded = load_settings(path, environ, {"service.port": 3, "service.host": None})
    assert (loaded.embedding.threads, loaded.embedding.model, loaded.service.port) == (1, "environment", 3)
    assert loaded.service.host == "127.0.0.1"


def test_lists_in_the_environment_are_separated_by_commas() -> None:
    environ = {"KB_SEARCH_SOURCES__LOCALES": "de, fr-CA,", "KB_SEARCH_VIEWS__STAFF__AUDIENCES": "agent,internal"}
    loaded = load_settings(environ=environ)
    assert loaded.sources.locales == ("de", "fr-CA")
    assert loaded.views["staff"].audiences == ("agent", "internal")


def test_views_of_the_file_replace_the_default_ones(tmp_path: Path) -> None:
    path = toml(tmp_path, '[views.help]\naudiences = ["public"]\n[views.all]\naudiences = ["public", "partner"]\n')
    loaded = load_settings(path, {})
    assert list(loaded.views) == ["help", "all"]
    assert loaded.view_for(frozenset({"partner", "public"})) == "all"


def test_the_view_for_a_set_of_audiences() -> None:
    assert settings().view_for(frozenset({"public"})) == "public"
    assert settings().view_for(frozenset({"internal", "agent", "public"})) == "internal"  # not owners: drafts
    with pytest.raises(UnknownView, match=r"No view shows exactly the audiences \['agent'\]\. Add one under \[views\]"):
        settings().view_for(frozenset({"agent"}))


def test_the_cache_folder_can_be_chosen() -> None:
    assert settings(cache_dir="/srv/models").cache == Path("/srv/models")
    assert settings(cache_dir="~/models").cache == Path.home() / "models"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('embeding = "x"', r"unknown field `embeding`"),
        ("[embedding]\nmodle = 'x'", r"unknown field `modle`.*\$\.embedding"),
        ("[service]\nport = 'eighty'", r"Expected `int`, got `str`.*\$\.service\.port"),
        ("[service]\nport = 70000", r"service\.port is 70000\. Choose a value from 0 to 65535"),
        ("[service]\narticle_url = '/a/{ident}'", r"service\.article_url has \{ident\}\. Use \{id\}, \{slug\}"),
        ("[service]\narticle_url = '/a/{id'", r"service\.article_url is '/a/\{id' \(expected '}'"),
        ("[chunking]\nmax_tokens = 8", r"chunking\.max_tokens is 8\. Choose a value from 16 to 480"),
        ("[retention]\ngenerations = 0", r"retention\.generations is 0\. Choose a value from 1 to"),
        ("[sources]\nmax_file_mb = nan", r"sources\.max_file_mb is nan\. Choose"),
        ("[embedding]\nthreads = -1", r"embedding\.threads is -1\. Choose a value from 0 to"),
        ("[embedding]\nbackend = 'jax'", r"embedding\.backend is 'jax'\. Choose auto, onnx, openvino or torch"),
        ("[embedding]\nquery_cache = -1", r"embedding\.query_cache is -1\. Choose a value from 0 to"),
        ("[views]", r"\[views\] is empty\. Define at least one view"),
        ("[views]\npublic = ['public']", r"Expected `object`, got `array`.*\$\.views"),
        ("[views.public]\nstatuses = ['draft']", r"missing required field `audiences`"),
        ("[views.'a/b']\naudiences = ['public']", r"The view name 'a/b' is not usable as a folder name"),
        ("[views.a]\naudiences = ['x']\nstatuses = ['live']", r"View 'a' names the status 'live'\. Choose from draft"),
        ("[service\nport = 1", r"kb-search\.toml is not valid TOML: .*Correct that line"),
    ],
)
def test_a_wrong_setting_is_refused_and_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        load_settings(toml(tmp_path, text), {})


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"absent\.toml cannot be read \(No such file or directory\)\. Check --config"
    ):
        load_settings(tmp_path / "absent.toml", {})


def test_a_wrong_variable_is_refused_and_named() -> None:
    with pytest.raises(ConfigError, match="KB_SEARCH_CACHE_DIR__X goes inside 'cache_dir', which is not a table"):
        load_settings(environ={"KB_SEARCH_CACHE_DIR": "/tmp", "KB_SEARCH_CACHE_DIR__X": "1"})
    with pytest.raises(ConfigError, match="unknown field `embeding`"):
        load_settings(environ={"KB_SEARCH_EMBEDING__MODEL": "x"})


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        settings().service.port = 1  # type: ignore[misc]
