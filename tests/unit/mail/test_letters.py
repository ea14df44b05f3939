"""Letters: every template in text and HTML, in the hunter's language, with nobody's words as markup."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from hunter_adapters.testing.builders import NOW
from hunter_adapters.testing.contract.mails import a_mail
from hunter_core.mail.letters import Letter, Letters, catalogue_of, languages
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.ports import Message

CODE = "k3y_" * 10 + "abc"
WITH_CODE = {MailTemplate.VERIFY_EMAIL, MailTemplate.RESET_PASSWORD, MailTemplate.CHANGE_EMAIL}
DETAILS = {
    name: f"<{name}&>"
    for name in ("device", "address", "provider", "token", "scope", "left", "until", "title", "message")
}
PAGE = "https://hunter.example/account"


class Markup(HTMLParser):
    """Collects the tags, addresses and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def written(
    template: MailTemplate,
    *,
    link_url: str | None = None,
    name: str | None = "Jinwoo",
    language: str | None = "en",
    details: dict[str, str] | None = None,
) -> Message:
    has_code = template in WITH_CODE
    letter = Letter(
        mail=a_mail(template=template, details=DETAILS if details is None else details),
        name=name,
        language=language,
        code=CODE if has_code else None,
        lasts=timedelta(minutes=10) if has_code else None,
    )
    return Letters(link_url=link_url).write(letter)


@pytest.mark.parametrize("template", MailTemplate)
@pytest.mark.parametrize("language", sorted(languages().values()))
def test_every_template_has_a_letter_in_every_language(template: MailTemplate, language: str) -> None:
    for link_url in (None, PAGE):
        message = written(template, language=language, link_url=link_url)
        page = Markup(message.html)
        assert message.subject
        assert "\n" not in message.subject
        for said in (message.text, page.text):
            assert "Jinwoo" in said
            assert "$" not in said
            assert "None" not in said
            assert (CODE in said) == (template in WITH_CODE)
        assert re.search(rf'<html lang="{language}">', message.html)
        # A mail asks nobody for anything when it is read: no picture, no script, no style from elsewhere.
        assert not {"img", "script", "link", "iframe"} & set(page.tags)
        assert all(link.startswith(f"{PAGE}#") for link in page.links)


@pytest.mark.parametrize("template", MailTemplate)
def test_what_others_wrote_is_text_and_never_markup(template: MailTemplate) -> None:
    message = written(template, name="<b>Jin&</b>")
    assert "<b>" not in message.html
    assert not re.search(r"<(device|address|message|token|provider|until)", message.html)
    if template not in (MailTemplate.NOTIFICATION, MailTemplate.DAILY_DIGEST):
        assert "<" not in message.subject


def test_a_line_break_in_somebodys_words_breaks_no_line() -> None:
    message = written(
        MailTemplate.NOTIFICATION, details={"title": "Run\r\nBcc: all@example.org", "message": "a\nb\0c"}
    )
    assert message.subject == "Run Bcc: all@example.org"
    assert "a b c" in message.text


def test_the_code_stands_on_a_line_of_its_own_and_in_a_link_behind_the_hash() -> None:
    message = written(MailTemplate.RESET_PASSWORD, link_url=PAGE)
    lines = message.text.splitlines()
    assert CODE in lines
    assert f"{PAGE}#reset-password={CODE}" in lines
    assert Markup(message.html).links == [f"{PAGE}#reset-password={CODE}"]


def test_without_a_page_the_code_is_there_to_be_pasted() -> None:
    message = written(MailTemplate.VERIFY_EMAIL)
    assert CODE in message.text.splitlines()
    assert "http" not in message.text
    assert Markup(message.html).links == []


@pytest.mark.parametrize(
    ("lasts", "said"),
    [(timedelta(minutes=10), "within 10 minutes"), (timedelta(hours=24), "within 24 hours")],
)
def test_how_long_the_code_is_good_is_said(lasts: timedelta, said: str) -> None:
    mail = a_mail(template=MailTemplate.VERIFY_EMAIL)
    message = Letters().write(Letter(mail=mail, name="Jin", language=None, code=CODE, lasts=lasts))
    assert said in message.text


def test_a_sentence_whose_fact_is_not_known_is_left_out() -> None:
    known = written(MailTemplate.PASSWORD_CHANGED, details={"address": "192.0.2.7"})
    unknown = written(MailTemplate.PASSWORD_CHANGED, details={})
    assert "192.0.2.7" in known.text
    assert "from" not in unknown.text.split("farewell")[0].split("changed at")[0]
    assert f"changed at {NOW:%Y-%m-%d %H:%M} UTC" in unknown.text


@pytest.mark.parametrize("language", ["en", "EN", "en-GB", "xx", "tlh-Latn", "../../etc/passwd", None, ""])
def test_whoever_speaks_a_language_without_a_catalogue_is_written_to_in_english(language: str | None) -> None:
    assert catalogue_of(language).language == "en"


def test_a_letter_without_a_hunter_greets_nobody_by_name() -> None:
    assert written(MailTemplate.NOTIFICATION, name=None).text.startswith("Hello,")


def test_neither_letter_nor_message_shows_its_secrets_when_it_is_printed() -> None:
    letter = Letter(
        mail=a_mail(template=MailTemplate.VERIFY_EMAIL),
        name="J",
        language=None,
        code=CODE,
        lasts=timedelta(1),
    )
    assert CODE not in repr(letter)
    assert CODE not in repr(Letters().write(letter))


def test_sheets_and_catalogues_lie_in_one_folder() -> None:
    names = {each.name for each in files("hunter_core.mail").joinpath("templates").iterdir()}
    assert {"layout.txt", "layout.html", "en.toml"} <= names
