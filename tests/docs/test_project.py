"""What the documentation says of the project: its dependencies, its decisions, its words."""

from __future__ import annotations

import re
import tomllib

import attrs

import hunter_core
from hunter_api.settings import Settings
from tests.docs.http import env_example
from tests.docs.pages import ROOT, modules_of


def test_every_dependency_has_a_line_in_its_decision_record_and_no_other_has() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = {
        (re.split(r"[\[<>=;\s]", one)[0].lower(), extra) for extra, names in extras.items() for one in names
    }
    record = (ROOT / "docs/decisions/0009-dependencies.md").read_text(encoding="utf-8")
    named = {
        (name.strip().lower(), extra)
        for names, extra in re.findall(r"^\| ([\w, -]+) \| (\w+) \|", record, re.MULTILINE)
        for name in names.split(",")
    } - {("dependency", "extra")}

    assert project["dependencies"] == []
    assert named == needed


def test_every_setting_stands_in_the_example_file_with_a_value_that_it_takes() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example(), (
        "run `python -m tests.docs.write`"
    )

    for field in attrs.fields(Settings):
        example = field.metadata["example"]
        if example and "<" not in example:
            field.metadata["read"](example)


def test_every_decision_record_says_what_lost_and_what_follows() -> None:
    for record in sorted((ROOT / "docs/decisions").glob("0*.md")):
        text = record.read_text(encoding="utf-8")

        assert text.startswith(f"# {record.name[:4]} "), record.name
        for heading in ("## Context", "## Decision", "## Consequences"):
            assert heading in text, f"{record.name} lacks {heading}"
        assert "lost" in text, f"{record.name} names no alternative that lost"


def test_every_type_in_the_glossary_is_a_type_of_the_core() -> None:
    modules = modules_of(hunter_core)
    types = {name for module in modules for name, value in vars(module).items() if isinstance(value, type)}
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`", glossary)) - {"Schedule", "Condition"}

    assert named - types == set()


def test_whatever_file_or_folder_the_map_names_is_there() -> None:
    named = set(
        re.findall(r"`([\w/.]+(?:/|\.py|\.toml))`", (ROOT / "docs/map.md").read_text(encoding="utf-8"))
    )
    src = ROOT / "src"

    assert len(named) > 40
    assert {
        name
        for name in named
        if not any((place / name).exists() for place in (ROOT, src, *src.iterdir()))
        and not any(src.glob(f"*/*/{name}"))
    } == set()
