"""The documents say what the code does: every setting, command, module and front-matter key is in them."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import msgspec
import pytest

from indexer.curation import parse_curation
from indexer.lint import CODES
from indexer.report import BuildReport, DryRun
from kb_search.cli import COMMANDS
from kb_search.config import DEFAULT_VIEWS, Settings
from kb_search.types import Finding

ROOT = Path(__file__).parent.parent


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def _settings_with_defaults() -> list[tuple[str, object]]:
    keys: list[tuple[str, object]] = [("cache_dir", None)]
    for name, value in msgspec.structs.asdict(Settings()).items():
        if isinstance(value, msgspec.Struct):
            keys += [(f"{name}.{key}", default) for key, default in msgspec.structs.asdict(value).items()]
    return keys


@pytest.mark.parametrize(("key", "default"), _settings_with_defaults())
def test_every_setting_is_documented_with_its_default(key: str, default: object) -> None:
    rows = [line for line in _read("docs/configuration.md").splitlines() if line.startswith(f"| `{key}` |")]
    assert len(rows) == 1
    if isinstance(default, (int, float)) or (isinstance(default, str) and default and "{" not in default):
        shown = str(default).lower() if isinstance(default, bool) else default
        assert f"`{shown}`" in rows[0]


def test_the_documented_views_are_the_default_ones() -> None:
    documented = re.findall(r"\[views\.(\w+)\]", _read("docs/configuration.md"))
    assert documented == list(DEFAULT_VIEWS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"kb-search {command}\b|also: [^\n]*\b{command}\b", _read("README.md"))


def test_the_readme_names_the_two_commands_of_the_makefile() -> None:
    targets = re.findall(r"^(\w+):", _read("Makefile"), re.MULTILINE)
    for target in ("demo", "test"):
        assert target in targets
        assert f"make {target}" in _read("README.md")


@pytest.mark.parametrize(
    "folder", ["indexer", "kb_search", "kb_search/embedding", "kb_search/stores", "kb_search/ranking"]
)
def test_every_module_is_in_the_architecture(folder: str) -> None:
    text = _read("ARCHITECTURE.md")
    modules = [path.name for path in (ROOT / folder).glob("*.py") if path.name != "__init__.py"]
    assert modules
    assert [name for name in modules if f"{name}`" not in text] == []


def test_the_architecture_names_no_module_that_is_gone() -> None:
    for name in re.findall(r"`((?:\w+/)*\w+\.py)`", _read("ARCHITECTURE.md")):
        assert list(ROOT.glob(f"**/{name}")), name


def test_the_example_of_a_curation_file_is_one() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", _read("docs/curation.md"), re.DOTALL)
    entries, findings = parse_curation(example, "curation.yaml")
    assert (len(entries), findings) == (6, [])


def test_every_finding_about_curation_is_documented() -> None:
    known = {code for code in CODES if code.startswith(("pin-", "synonym-")) or "curation" in code}
    assert set(re.findall(r"^\| `([a-z-]+)` \|", _read("docs/curation.md"), re.MULTILINE)) == known


def test_links_between_the_documents_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} → {target}"


@pytest.mark.parametrize("shape", [BuildReport, DryRun, Finding])
def test_every_key_of_the_command_line_is_documented(shape: type) -> None:
    text = _read("docs/cli.md")
    assert [field.name for field in fields(shape) if f"`{field.name}`" not in text] == []
