"""
The catalogues: every sentence of a notification in every language that there is, a file each.

A language without a catalogue is English; a region without one is its language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from hunter_core.notifications.notification import LONGEST_TITLE

FALLBACK = "en"

MIDNIGHT = time(0)

Fact = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What a notification says; `title` is empty for a sentence that only goes on."""

    title: str
    message: str


class Catalogue:
    """The sentences of one language."""

    def __init__(self, language: str, read: Mapping[str, Any]) -> None:
        self.language = language
        self._words: Mapping[str, Any] = read["words"]
        self._texts: Mapping[str, Mapping[str, Any]] = {
            name: said for name, said in read.items() if name != "words"
        }

    @property
    def names(self) -> frozenset[str]:
        """What there are sentences for."""
        return frozenset(self._texts)

    def say(self, name: str, **facts: Fact) -> Text:
        """
        Return what the sentences called *name* say of *facts*; numbers are grouped as the language does.

        Raises:
            KeyError: If there is no such sentence, or it names another fact.
        """
        said = self._texts[name]
        count = facts.get(said["by"]) if "by" in said else None
        filled = {key: self._written(value) for key, value in facts.items()}
        title = _filled(_form(said.get("title", ""), count), filled)
        if len(title) > LONGEST_TITLE:
            title = title[: LONGEST_TITLE - 1] + "…"
        return Text(title=title, message=_filled(_form(said["message"], count), filled))

    def word(self, kind: str, name: str, **facts: Fact) -> str:
        """Return a single word, such as that of a rarity, or a few that name *facts*."""
        return _filled(
            str(self._words[kind].get(name, name)), {key: str(fact) for key, fact in facts.items()}
        )

    def time(self, at: time) -> str:
        """Return what a clock shows *at* that time, or what midnight is called."""
        return _filled(self._words["midnight" if at == MIDNIGHT else "clock"], {"time": f"{at:%H:%M}"})

    def _written(self, value: Fact) -> str:
        if isinstance(value, str):
            return value
        return f"{value:,}".replace(",", self._words["thousands"])


def catalogue_of(language: str) -> Catalogue:
    """Return the catalogue for a language tag: its own, that of the language without the region, or English."""
    tag, known = language.lower(), languages()
    for candidate in (tag, tag.partition("-")[0]):
        if candidate in known:
            return _read(known[candidate])
    return _read(FALLBACK)


@cache
def languages() -> Mapping[str, str]:
    """Return the names of the catalogues that there are, by their lower-cased tags."""
    names = (each.name for each in files(__name__).iterdir())
    found = [name.removesuffix(".toml") for name in names if name.endswith(".toml")]
    return {name.lower(): name for name in found}


@cache
def _read(language: str) -> Catalogue:
    text = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return Catalogue(language, tomllib.loads(text))


def _form(said: Any, count: Fact | None) -> str:
    """Return the form for *count*: that for none, for one, or for others; a sentence with one form is that."""
    if isinstance(said, str):
        return said
    if count == 0 and "none" in said:
        return str(said["none"])
    return str(said["one" if count == 1 else "other"])


def _filled(sentence: str, facts: Mapping[str, str]) -> str:
    return Template(sentence).substitute(facts)
