"""Lines of the log: for people or programs, each with the request, the account and the job that it belongs to."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from typing import Any

import pytest

from hunter_api.background.jobs import doing
from hunter_api.door.threads import Threads
from hunter_api.log_lines import REQUEST, JsonLines, TextLines, answering
from tests.api.house import House


def line(
    message: str = "it happened", *arguments: Any, error: BaseException | None = None
) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("hunter.test", logging.WARNING, __file__, 1, message, arguments, info)


def said(record: logging.LogRecord) -> dict[str, Any]:
    text = JsonLines().format(record)
    assert "\n" not in text
    assert text.isascii()
    read: dict[str, Any] = json.loads(text)
    return read


def test_a_line_for_programs_says_when_what_and_of_whom() -> None:
    with answering("a-request") as request, doing("mail-7"):
        request.account_id = "an-account"
        found = said(line("%s of %s", 1, "2"))
    assert found["message"] == "1 of 2"
    assert (found["level"], found["logger"]) == ("warning", "hunter.test")
    assert (found["request"], found["account"], found["job"]) == ("a-request", "an-account", "mail-7")
    assert found["at"].endswith("Z")
    assert len(found["at"]) == len("2026-11-22T12:00:00.000Z")


def test_what_is_not_known_is_left_out() -> None:
    assert not {"request", "account", "job", "error"} & said(line()).keys()
    assert REQUEST.get() is None


@pytest.mark.parametrize("text", ['a "quoted"\nline\r\n{}', "\x1b[31m\0\u2028", "\ud800", "ü" * 3])
def test_whatever_is_said_a_line_stays_one_line(text: str) -> None:
    assert said(line("%s", text))["message"] == text


def test_a_mistake_is_told_with_its_trace() -> None:
    try:
        raise RuntimeError("what?")
    except RuntimeError as error:
        found = said(line(error=error))
    assert "RuntimeError: what?" in found["error"]
    assert "Traceback" in found["error"]


def test_lines_for_people_end_with_what_they_belong_to() -> None:
    assert TextLines().format(line()).endswith("WARNING hunter.test: it happened")
    with answering("a-request"), doing("mail-7"):
        assert TextLines().format(line()).endswith("it happened [request=a-request job=mail-7]")


def test_a_line_of_the_security_log_stays_the_json_that_it_is() -> None:
    record = logging.LogRecord("hunter.security", logging.INFO, __file__, 1, "%s", ('{"event": "x"}',), None)
    with answering("a-request"):
        assert TextLines().format(record).endswith('hunter.security: {"event": "x"}')
        assert said(record)["message"] == '{"event": "x"}'


def test_threads_that_work_for_a_request_say_so() -> None:
    threads = Threads(1)

    async def ask() -> Any:
        with answering("a-request"):
            first = await threads.run(lambda: said(line()))
        return first, await threads.run(lambda: said(line()))

    within, after = asyncio.run(ask())
    threads.close()
    assert within["request"] == "a-request"
    assert "request" not in after


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []
        self.formatter = JsonLines()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


def test_each_line_of_a_request_has_its_id_and_its_account(
    hunter: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = _Lines()
    hunters = hunter, hunter.another().signed_in("Jinah")
    logging.getLogger("hunter.api").addHandler(heard)

    def fails(*_: Any, **__: Any) -> Any:
        raise RuntimeError("what?")

    monkeypatch.setattr("hunter_api.routes.users.read_settings", fails)
    try:
        asking = [
            threading.Thread(
                target=lambda who=who, n=n: who.ask(
                    "GET", "/api/users/me/settings", headers={"x-request-id": f"{who.user['id']}-{n}"}
                )
            )
            for n in range(5)
            for who in hunters
        ]
        for each in asking:
            each.start()
        for each in asking:
            each.join()
    finally:
        logging.getLogger("hunter.api").removeHandler(heard)
    assert len(heard.lines) == 10
    assert all(each["request"].startswith(each["account"]) for each in heard.lines)
