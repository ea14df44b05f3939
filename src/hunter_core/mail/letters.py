"""
Letters: what a mail says, in the hunter's language, as text and as HTML, made of the files in one folder.

`templates/layout.txt` and `layout.html` are the sheets; a catalogue such as `en.toml` has every sentence of a
language. Another language is another catalogue: nothing else has to be changed.
"""

from __future__ import annotations

import html
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from hunter_core.mail.mail import Mail, MailTemplate
from hunter_core.mail.ports import Message

FALLBACK = "en"
"""The language of whoever speaks one that there is no catalogue for."""

LONGEST_DETAIL = 2000
"""Characters of a detail that are printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """
    What a letter is made of.

    Attributes:
        name: Whom it greets; None where there is no hunter.
        language: A language tag, such as "pt-BR"; None where it is not known.
        code: The one-time code that it carries, which is stored nowhere.
        lasts: How long the code is good.
    """

    mail: Mail
    name: str | None
    language: str | None
    code: str | None
    lasts: timedelta | None

    def __repr__(self) -> str:
        """Leave the code out, for logs and tracebacks."""
        return f"Letter(mail={self.mail.id})"


class Letters:
    """Writes letters; those with a code lead to the page at *link_url*, where one is set."""

    def __init__(self, *, link_url: str | None = None) -> None:
        self._link_url = link_url or None

    def write(self, letter: Letter) -> Message:
        """
        Return the message that *letter* says.

        Raises:
            KeyError: If the catalogue has no such template or sentence.
        """
        mail = letter.mail
        catalogue = catalogue_of(letter.language)
        words, template = catalogue.words, catalogue.letters[mail.template]
        facts = self._facts(letter, words, template)
        link = facts.get("link")
        parts = _Parts(
            greeting=_filled(words["greeting" if letter.name else "greeting_nobody"], facts) or "",
            before=_paragraphs(template["say"], facts),
            button=template.get("button", "") if link else "",
            link=link or "",
            code_line="" if letter.code is None else words["code_beside_link" if link else "code"],
            code=letter.code or "",
            after=_paragraphs(template.get("after", ()), facts),
            farewell=words["farewell"],
            footer=words["footer"],
        )
        subject = _filled(template["subject"], facts) or words["subject"]
        return Message(
            id=mail.id,
            recipient=mail.recipient,
            subject=_on_one_line(subject),
            text=_as_text(parts),
            html=_as_html(parts, catalogue.language, subject),
        )

    def _facts(self, letter: Letter, words: Mapping[str, str], template: Mapping[str, Any]) -> dict[str, str]:
        """Return everything that a sentence may name, by its name."""
        facts = {name: _printable(value) for name, value in letter.mail.details.items() if value.strip()}
        facts["at"] = _written(letter.mail.created_at)
        facts["to"] = letter.mail.recipient
        if letter.name:
            facts["name"] = letter.name
        if letter.lasts is not None:
            facts["lasts"] = _span(letter.lasts, words)
        if letter.code is not None and self._link_url is not None and "page" in template:
            # In the fragment, which browsers send to no server: so it is in no server's log.
            facts["link"] = f"{self._link_url}#{template['page']}={letter.code}"
        return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Every sentence of a language."""

    language: str
    words: Mapping[str, str]
    letters: Mapping[MailTemplate, Mapping[str, Any]]


def catalogue_of(language: str | None) -> Catalogue:
    """Return the catalogue for a language tag: its own, that of the language without the region, or English."""
    tag = (language or FALLBACK).lower()
    known = languages()
    for candidate in (tag, tag.partition("-")[0]):
        if candidate in known:
            return _catalogue(known[candidate])
    return _catalogue(FALLBACK)


@cache
def languages() -> Mapping[str, str]:
    """Return the names of the catalogues that there are, by their lower-cased tags."""
    names = (each.name for each in files("hunter_core.mail").joinpath("templates").iterdir())
    found = [name.removesuffix(".toml") for name in names if name.endswith(".toml")]
    return {name.lower(): name for name in found}


@cache
def _catalogue(language: str) -> Catalogue:
    read = tomllib.loads(_file(f"{language}.toml"))
    words = read.pop("words")
    return Catalogue(
        language=language, words=words, letters={MailTemplate(name): said for name, said in read.items()}
    )


@cache
def _file(name: str) -> str:
    return files("hunter_core.mail").joinpath("templates", name).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What the sheets have places for, as plain text."""

    greeting: str
    before: list[str]
    button: str
    link: str
    code_line: str
    code: str
    after: list[str]
    farewell: str
    footer: str


def _as_text(parts: _Parts) -> str:
    # A link and a code stand on lines of their own: so they can be marked with one click.
    link = [f"{parts.button}:", parts.link] if parts.link else []
    code = [parts.code_line, parts.code] if parts.code else []
    body = [parts.greeting, *parts.before, *link, *code, *parts.after]
    return Template(_file("layout.txt")).substitute(
        body="\n\n".join(body), farewell=parts.farewell, footer=parts.footer
    )


def _as_html(parts: _Parts, language: str, subject: str) -> str:
    def paragraphs(texts: Iterable[str]) -> str:
        return "\n".join(f"<p>{html.escape(text)}</p>" for text in texts)

    body = [paragraphs([parts.greeting, *parts.before])]
    if parts.link:
        body.append(
            f'<p><a class="button" href="{html.escape(parts.link)}">{html.escape(parts.button)}</a></p>'
        )
    if parts.code:
        body.append(f"{paragraphs([parts.code_line])}\n<p><code>{html.escape(parts.code)}</code></p>")
    body.append(paragraphs(parts.after))
    return Template(_file("layout.html")).substitute(
        language=html.escape(language),
        subject=html.escape(subject),
        body="\n".join(part for part in body if part),
        farewell=html.escape(parts.farewell),
        footer=html.escape(parts.footer),
    )


def _paragraphs(sentences: Iterable[str], facts: Mapping[str, str]) -> list[str]:
    """Return *sentences* with their facts; one that names a fact that is not known is left out."""
    filled = (_filled(sentence, facts) for sentence in sentences)
    return [sentence for sentence in filled if sentence is not None]


def _filled(sentence: str, facts: Mapping[str, str]) -> str | None:
    try:
        return Template(sentence).substitute(facts)
    except KeyError:
        return None


def _printable(value: str) -> str:
    return _on_one_line(value)[:LONGEST_DETAIL]


def _on_one_line(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _span(lasts: timedelta, words: Mapping[str, str]) -> str:
    minutes = int(lasts.total_seconds()) // 60
    if minutes >= 120 and minutes % 60 == 0:
        return f"{minutes // 60} {words['hours']}"
    return f"{minutes} {words['minutes']}"
