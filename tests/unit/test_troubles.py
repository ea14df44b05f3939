"""What is said of jobs that fail: each cause once, when it begins and when it is over; and what to do about Redis."""

from __future__ import annotations

import logging

import pytest
from redis import RedisError, ResponseError
from redis import exceptions as redis_says
from redis.exceptions import AuthenticationError, NoPermissionError, OutOfMemoryError, ReadOnlyError

from hunter_adapters.rq.news import RedisNews, advice_on, is_news
from hunter_adapters.rq.work import Told, Work
from hunter_api.background.troubles import Troubles
from hunter_core.errors import StoreUnavailable, TooBusy


@pytest.fixture(autouse=True)
def everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def test_a_database_that_is_away_is_a_line_and_that_it_is_back_another(
    caplog: pytest.LogCaptureFixture,
) -> None:
    troubles = Troubles()
    for _ in range(20):
        for name in ("relay", "mail", "due"):
            troubles.failed(name, StoreUnavailable())
    assert [each.levelname for each in caplog.records] == ["WARNING"]
    assert "relay" in caplog.text
    assert "The database does not answer" in caplog.text
    assert "Traceback" not in caplog.text

    for name in ("due", "relay", "mail"):
        troubles.done(name)
    assert len(caplog.records) == 2
    assert "due is done again" in caplog.text

    troubles.failed("mail", StoreUnavailable())
    assert len(caplog.records) == 3, "it begins anew"


def test_two_causes_are_two_lines_and_one_that_is_over_says_nothing_of_the_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    troubles = Troubles()
    troubles.failed("relay", StoreUnavailable())
    troubles.failed("mail", TooBusy("The queue is full."))
    troubles.done("purge")
    assert len(caplog.records) == 2, "purge was not kept waiting by anything"
    troubles.done("mail")
    troubles.failed("due", StoreUnavailable())
    assert [each.getMessage().split()[2] for each in caplog.records] == ["relay", "mail", "mail"]


def test_a_mistake_is_told_with_its_trace_each_time(caplog: pytest.LogCaptureFixture) -> None:
    troubles = Troubles()
    try:
        raise ZeroDivisionError("a mistake of ours")
    except ZeroDivisionError as error:
        for _ in range(2):
            troubles.failed("mail", error)
    assert [each.levelname for each in caplog.records] == ["ERROR", "ERROR"]
    assert caplog.text.count("Traceback") == 2


def test_a_delivery_that_failed_aside_is_told_by_whoever_ran_it_and_by_nobody_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def told() -> bool:
        raise Told("mail")

    def mistaken() -> bool:
        raise ZeroDivisionError("a mistake of ours")

    work = Work()
    work.begin({"mail": told, "push": mistaken}, aside=["mail", "push"])
    work.perform("mail")
    work.wait(20)
    assert not caplog.records
    work.perform("push")
    work.wait(20)
    assert "a mistake of ours" in caplog.text


def test_redis_that_is_away_is_a_line_however_often_it_is_asked(caplog: pytest.LogCaptureFixture) -> None:
    news = RedisNews()
    news.answered()
    assert not caplog.records
    for number in range(5):
        news.away(redis_says.ConnectionError(f"Error 111 connecting to port {number}."))
        news.away(OutOfMemoryError("command not allowed when used memory > 'maxmemory'."))
        news.away(OutOfMemoryError("of pipeline caused error: command not allowed"))
    assert len(caplog.records) == 10, "another cause is another line"
    news.answered()
    news.answered()
    assert caplog.records[-1].getMessage() == "Redis answers again"
    assert len(caplog.records) == 11


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (
            redis_says.ConnectionError("Error 111 connecting to 127.0.0.1:1."),
            "whether it runs where HUNTER_REDIS_URL leads",
        ),
        (
            redis_says.TimeoutError("Timeout reading from socket"),
            "whether it runs where HUNTER_REDIS_URL leads",
        ),
        (OSError("No route to host"), "whether it runs where HUNTER_REDIS_URL leads"),
        (AuthenticationError("Authentication required."), "user and password into HUNTER_REDIS_URL"),
        (NoPermissionError("this user has no permissions"), "user and password into HUNTER_REDIS_URL"),
        (OutOfMemoryError("command not allowed"), "raise its maxmemory"),
        (ReadOnlyError("You can't write against a read only replica."), "to the primary"),
        (ResponseError("DB index is out of range"), "look at HUNTER_REDIS_URL"),
    ],
)
def test_what_is_wrong_with_redis_comes_with_what_to_do(error: Exception, advice: str) -> None:
    assert advice in advice_on(error)


@pytest.mark.parametrize(
    ("message", "error", "told"),
    [
        ("Worker %s: could not connect to Redis instance: %s retrying in %d seconds...", None, False),
        ("Worker %s: Redis connection timeout, quitting...", None, False),
        ("Worker %s: found an unhandled exception, quitting...", RedisError("away"), False),
        ("Worker %s: found an unhandled exception, quitting...", KeyError("a mistake"), True),
        ("cleanup: moving a job", None, True),
    ],
)
def test_of_what_rq_says_the_rest_is_logged(message: str, error: Exception | None, told: bool) -> None:
    info = None if error is None else (type(error), error, None)
    record = logging.LogRecord("rq.worker", logging.ERROR, __file__, 1, message, (), info)
    assert is_news(record) is told
