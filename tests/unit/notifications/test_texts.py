"""Every language says the same: the same sentences, of the same facts; and counts as it should."""

from __future__ import annotations

import re
import tomllib
from datetime import time
from importlib.resources import files
from typing import Any

import pytest

from hunter_core.notifications.notification import LONGEST_TITLE, NotificationType
from hunter_core.notifications.texts import catalogue_of, languages
from hunter_core.webhooks.ports import Failure

FOLDERS = {"hunter_core.notifications": "texts", "hunter_core.mail": "templates"}


def read(package: str, language: str) -> dict[str, Any]:
    text = files(package).joinpath(FOLDERS[package], f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def facts(said: object) -> set[str]:
    return set(re.findall(r"\$(\w+)", str(said)))


def test_there_are_two_languages_at_least() -> None:
    assert {"en", "de"} <= languages().keys()


@pytest.mark.parametrize("package", FOLDERS)
def test_every_language_has_every_sentence_with_the_same_facts(package: str) -> None:
    english = read(package, "en")
    for language in languages().values():
        other = read(package, language)
        assert other.keys() == english.keys(), language
        for name, said in english.items():
            assert other[name].keys() == said.keys(), (language, name)
            for part in said:
                assert facts(other[name][part]) == facts(said[part]), (language, name, part)


def test_every_type_but_what_others_write_has_sentences() -> None:
    for language in languages():
        assert set(NotificationType) - {NotificationType.SYSTEM} <= catalogue_of(language).names


@pytest.mark.parametrize(
    ("language", "streak", "title"),
    [
        ("en", 1, "Your streak of 1 day is at stake"),
        ("en", 2, "Your streak of 2 days is at stake"),
        ("en", 1200, "Your streak of 1,200 days is at stake"),
        ("de", 1, "Deine Serie von 1 Tag steht auf dem Spiel"),
        ("de-CH", 2, "Deine Serie von 2 Tagen steht auf dem Spiel"),
        ("DE", 1200, "Deine Serie von 1.200 Tagen steht auf dem Spiel"),
        ("xx", 1, "Your streak of 1 day is at stake"),
    ],
)
def test_numbers_and_plurals_are_those_of_the_language(language: str, streak: int, title: str) -> None:
    said = catalogue_of(language).say(NotificationType.STREAK_WARNING, streak=streak, ends="00:00")
    assert said.title == title


def test_none_has_a_form_of_its_own() -> None:
    assert catalogue_of("en").say("DAILY_DIGEST", done=0, xp=0).message == "Yesterday no quest was done."


def test_what_a_hunter_wrote_is_said_as_it_is_and_cut_where_it_is_too_long() -> None:
    said = catalogue_of("en").say(NotificationType.QUEST_REMINDER, quest="$xp <b>${quest}</b>")
    assert said.title == "$xp <b>${quest}</b>"
    long = catalogue_of("en").say(NotificationType.FRIEND_REQUEST, hunter="x" * 300)
    assert len(long.title) == LONGEST_TITLE
    assert long.title.endswith("…")


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_failure_of_a_webhook_has_words(language: str) -> None:
    words = read("hunter_core.notifications", language)["words"]["failure"]
    assert words.keys() == set(Failure)
    assert {name for name, said in words.items() if facts(said)} == {"STATUS"}


@pytest.mark.parametrize(
    ("language", "at", "said"),
    [
        ("en", time(0), "Complete any quest before midnight, and it goes on."),
        ("en", time(4, 30), "Complete any quest before 04:30, and it goes on."),
        ("de", time(0), "Erledige vor Mitternacht irgendeine Quest, und sie geht weiter."),
        ("de", time(4, 30), "Erledige vor 04:30 Uhr irgendeine Quest, und sie geht weiter."),
    ],
)
def test_the_end_of_a_day_is_told_as_people_do(language: str, at: time, said: str) -> None:
    catalogue = catalogue_of(language)
    text = catalogue.say(NotificationType.STREAK_WARNING, streak=2, ends=catalogue.time(at))
    assert text.message == said


@pytest.mark.parametrize(
    ("language", "said"), [("en", "It is time for “Read Faust”."), ("de", "Es ist Zeit für „Read Faust“.")]
)
def test_a_reminder_names_its_quest_in_its_text_too(language: str, said: str) -> None:
    text = catalogue_of(language).say(NotificationType.QUEST_REMINDER, quest="Read Faust")
    assert (text.title, text.message) == ("Read Faust", said)
