"""Settings: kb-search.toml < KB_SEARCH_* environment < command-line flags, as one frozen value.

The sole reader of the environment. An unknown key is an error that names it; a wrong type says which was
expected. `KB_SEARCH_EMBEDDING__MODEL=x` is the environment's spelling of `[embedding] model = "x"`.
"""

from __future__ import annotations

import os
import re
import string
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from platformdirs import user_cache_path

from kb_search.errors import ConfigError, UnknownView

FILE_NAME = "kb-search.toml"
PREFIX = "KB_SEARCH_"
EVERY_STATUS = ("draft", "published", "archived")
_URL_FIELDS = ("id", "slug", "locale")
_ORIGIN = re.compile(r"https?://[^/\s?#@]+")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the settings file: read-only, unknown keys refused."""


class Embedding(_Table, frozen=True):
    """Which model turns text into vectors: `multilingual-e5-small` (packaged), a folder, or a hub name."""

    model: str = "multilingual-e5-small"
    backend: str = "auto"  # auto | onnx | openvino | torch
    threads: int = 0  # 0 = all cores
    query_cache: int = 4096  # 0 = none


class Chunking(_Table, frozen=True):
    """How sections become passages, in the model's own tokens."""

    max_tokens: int = 224


class Vectors(_Table, frozen=True):
    """How nearest passages are found: `recall` is the share of the true nearest that is to be found."""

    recall: float = 0.99


class View(_Table, frozen=True):
    """What one kind of reader may see: articles with any of these audiences and one of these statuses."""

    audiences: tuple[str, ...]
    statuses: tuple[str, ...] = ("published",)


class Sources(_Table, frozen=True):
    """How articles are read."""

    locales: tuple[str, ...] = ("en", "fr", "tr")
    default_audience: str | None = None
    max_file_mb: float = 10.0


class Retention(_Table, frozen=True):
    """How many generations stay on disk, besides the live one where a rollback made that an older one."""

    generations: int = 3


class Service(_Table, frozen=True):
    """The HTTP service. `article_url` may use {id}, {slug} and {locale}.

    `public_url` is the address that readers see (https://help.example.com), for links that must be whole; empty: that
    of the request. `allowed_origins` are the sites whose pages may call the API from a browser; `*` is any. More than
    `requests_per_minute` to the API by one key or address are refused; 0: any number is answered.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    article_url: str = "/articles/{id}"
    reload_seconds: float = 2.0
    public_url: str = ""
    allowed_origins: tuple[str, ...] = ()
    requests_per_minute: int = 0


class State(_Table, frozen=True):
    """Events and keys. `url` is a database as SQLAlchemy names it; empty: SQLite in a folder beside the index.

    Events are kept for `retention_days`; with `record = false` none are. A query is suggested to others once it
    was asked, and had an answer, in `popular_floor` different hours.
    """

    url: str = ""
    record: bool = True
    retention_days: int = 90
    popular_floor: int = 5


class Site(_Table, frozen=True):
    """The help center: its name, files for its logo and a style sheet, and where to go when nothing helps.

    `contact_url` may use {query}. `strings` is a folder of JSON files, one a locale, with words of the pages and of the
    widget that are added or replaced.
    """

    name: str = "Help center"
    logo: str = ""
    stylesheet: str = ""
    contact_url: str = ""
    home_url: str = ""
    strings: str = ""


DEFAULT_VIEWS = {
    "public": View(audiences=("public",)),
    "agents": View(audiences=("public", "agent")),
    "internal": View(audiences=("public", "agent", "internal")),
    "owners": View(audiences=("public", "agent", "internal"), statuses=EVERY_STATUS),
}


class Settings(_Table, frozen=True):
    """Everything that can be configured."""

    embedding: Embedding = Embedding()
    chunking: Chunking = Chunking()
    vectors: Vectors = Vectors()
    sources: Sources = Sources()
    views: dict[str, View] = msgspec.field(default_factory=lambda: dict(DEFAULT_VIEWS))
    retention: Retention = Retention()
    service: Service = Service()
    state: State = State()
    site: Site = Site()
    cache_dir: str | None = None

    @property
    def cache(self) -> Path:
        """The folder for models and their converted forms."""
        return Path(self.cache_dir).expanduser() if self.cache_dir else user_cache_path("kb-search")

    def view_for(self, audiences: frozenset[str]) -> str:
        """Name the view of published articles that shows exactly these audiences; raises UnknownView."""
        for name, view in self.views.items():
            if frozenset(view.audiences) == audiences and view.statuses == ("published",):
                return name
        raise UnknownView(
            f"No view shows exactly the audiences {sorted(audiences)}. Add one under [views] and index again."
        )


_T = TypeVar("_T")


def load_settings(
    path: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Read the settings once. `overrides` maps dotted keys (`embedding.model`) to values, None meaning unset.

    Without `path`, kb-search.toml in the working folder is read if it is there. Raises ConfigError.
    """
    values = _read_file(path)
    for name, text in sorted((os.environ if environ is None else environ).items()):
        if name.startswith(PREFIX):
            _put(values, name[len(PREFIX) :].lower().split("__"), text, name)
    for key, value in (overrides or {}).items():
        if value is not None:
            _put(values, key.split("."), value, key)
    settings = _convert(values)
    _check(settings)
    return settings


def _read_file(path: Path | None) -> dict[str, Any]:
    chosen = path or Path(FILE_NAME)
    if path is None and not chosen.is_file():
        return {}
    try:
        return tomllib.loads(chosen.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"The settings file {chosen} cannot be read ({error.strerror}). Check --config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {chosen} is not valid TOML: {error}. Correct that line.") from error


def _put(values: dict[str, Any], keys: list[str], value: Any, name: str) -> None:
    for key in keys[:-1]:
        values = values.setdefault(key, {})
        if not isinstance(values, dict):
            raise ConfigError(f"{name} goes inside {key!r}, which is not a table. Check its spelling.")
    values[keys[-1]] = value


def _convert(values: dict[str, Any]) -> Settings:
    try:
        # strict=False: the environment gives numbers as text. Lists there are separated by commas.
        return msgspec.convert(_split_lists(values, Settings), Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"Setting refused: {error}. See docs/configuration.md for the keys and their types."
        ) from error


def _split_lists(values: dict[str, Any], table: type[Any]) -> dict[str, Any]:
    hints = {field.name: field.type for field in msgspec.structs.fields(table)}
    result = dict(values)
    for key, value in values.items():
        hint = hints.get(key)
        if isinstance(value, dict) and isinstance(hint, type) and issubclass(hint, _Table):
            result[key] = _split_lists(value, hint)
        elif isinstance(value, dict) and key == "views":
            result[key] = {
                name: _split_lists(view, View) if isinstance(view, dict) else view for name, view in value.items()
            }
        elif isinstance(value, str) and "tuple" in str(hint):
            result[key] = [part.strip() for part in value.split(",") if part.strip()]
    return result


def _check(settings: Settings) -> None:
    _check_range("chunking.max_tokens", settings.chunking.max_tokens, 16, 480)
    _check_range("vectors.recall", settings.vectors.recall, 0.5, 1)
    _check_range("retention.generations", settings.retention.generations, 1, 1_000_000)
    _check_range("embedding.threads", settings.embedding.threads, 0, 1_024)
    _check_range("embedding.query_cache", settings.embedding.query_cache, 0, 10_000_000)
    _check_range("sources.max_file_mb", settings.sources.max_file_mb, 0.001, 10_000)
    _check_range("service.port", settings.service.port, 0, 65_535)
    _check_range("service.reload_seconds", settings.service.reload_seconds, 0, 86_400)
    _check_range("service.requests_per_minute", settings.service.requests_per_minute, 0, 1_000_000)
    _check_range("state.retention_days", settings.state.retention_days, 1, 36_500)
    _check_range("state.popular_floor", settings.state.popular_floor, 1, 1_000_000)
    _check_views(settings.views)
    _check_origins(settings.service)
    _check_template("site.contact_url", settings.site.contact_url, ("query",))
    _check_template("service.article_url", settings.service.article_url, _URL_FIELDS)
    if settings.embedding.backend not in ("auto", "onnx", "openvino", "torch"):
        raise ConfigError(f"embedding.backend is {settings.embedding.backend!r}. Choose auto, onnx, openvino or torch.")


def _check_range(key: str, value: float, lowest: float, highest: float) -> None:
    if not lowest <= value <= highest:  # not a number is refused too
        raise ConfigError(f"{key} is {value}. Choose a value from {lowest} to {highest}.")


def _check_template(key: str, template: str, known: tuple[str, ...]) -> None:
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        raise ConfigError(f"{key} is {template!r} ({error}). Write a brace as {{{{ or }}}}.") from error
    for name in fields:
        if name not in known:
            usable = " and ".join(", ".join(f"{{{one}}}" for one in known).rsplit(", ", 1))
            raise ConfigError(f"{key} has {{{name}}}. Use {usable}, or write a brace twice.")


def _check_origins(service: Service) -> None:
    origins = [*service.allowed_origins, *([service.public_url.rstrip("/")] if service.public_url else [])]
    for origin in origins:
        if origin != "*" and not is_origin(origin):
            raise ConfigError(f"{origin!r} is no origin. Write scheme and host, as in https://www.example.com.")


def normal_origin(text: str) -> str:
    """Write an origin as browsers do: in lower case, without a slash behind, without the port of its scheme."""
    origin = text.strip().lower().removesuffix("/")
    scheme = origin.partition(":")[0]
    return origin.removesuffix({"http": ":80", "https": ":443"}.get(scheme, "/"))


def is_origin(text: str) -> bool:
    """Tell whether a text names a site as browsers do: scheme and host, with a port if it is unusual."""
    return _ORIGIN.fullmatch(text) is not None


def _check_views(views: Mapping[str, View]) -> None:
    if not views:
        raise ConfigError("[views] is empty. Define at least one view, or leave the table out for the default four.")
    for name, view in views.items():
        if not name.replace("-", "").replace("_", "").isalnum():
            raise ConfigError(f"The view name {name!r} is not usable as a folder name. Use letters, digits, - and _.")
        unknown = set(view.statuses) - set(EVERY_STATUS)
        if unknown:
            raise ConfigError(
                f"View {name!r} names the status {sorted(unknown)[0]!r}. Choose from {', '.join(EVERY_STATUS)}."
            )
