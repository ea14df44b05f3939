"""Which status answers which refusal: one table, and the envelope that it becomes (SPEC 4, Status)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from hunter_api import errors as api
from hunter_api.wire import failure, printable
from hunter_core import errors as core
from hunter_core.errors import HunterError
from hunter_core.rules.findings import RulebookUnreadable

STATUS: Mapping[type[HunterError], HTTPStatus] = {
    # The request is not understood.
    api.MalformedJson: HTTPStatus.BAD_REQUEST,
    api.BadRequest: HTTPStatus.BAD_REQUEST,
    core.IdempotencyKeyInvalid: HTTPStatus.BAD_REQUEST,
    core.CodeInvalid: HTTPStatus.BAD_REQUEST,
    core.SecondFactorWrong: HTTPStatus.BAD_REQUEST,
    core.EmailTaken: HTTPStatus.BAD_REQUEST,
    core.HunterNameTaken: HTTPStatus.BAD_REQUEST,
    # Who asks.
    core.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    core.InvalidCredentials: HTTPStatus.UNAUTHORIZED,
    core.RefreshTokenReused: HTTPStatus.UNAUTHORIZED,
    core.TwoFactorRequired: HTTPStatus.UNAUTHORIZED,
    core.Forbidden: HTTPStatus.FORBIDDEN,
    api.ForeignOrigin: HTTPStatus.FORBIDDEN,
    core.NotVerified: HTTPStatus.FORBIDDEN,
    core.StepUpRequired: HTTPStatus.FORBIDDEN,
    # What is asked for.
    core.NotFound: HTTPStatus.NOT_FOUND,
    api.RouteNotFound: HTTPStatus.NOT_FOUND,
    api.MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    api.UpgradeRequired: HTTPStatus.UPGRADE_REQUIRED,
    # The state refuses.
    core.Refused: HTTPStatus.CONFLICT,
    core.IdentityTaken: HTTPStatus.CONFLICT,
    core.LastWayIn: HTTPStatus.CONFLICT,
    core.QuestRefused: HTTPStatus.CONFLICT,
    core.QuestInactive: HTTPStatus.CONFLICT,
    core.QuestAlreadyCompleted: HTTPStatus.CONFLICT,
    core.QuestExpired: HTTPStatus.CONFLICT,
    core.CompletionLimitReached: HTTPStatus.CONFLICT,
    core.QuestLimitReached: HTTPStatus.CONFLICT,
    core.VoidWindowPassed: HTTPStatus.CONFLICT,
    core.SettingsChangeTooSoon: HTTPStatus.CONFLICT,
    core.PauseLimitReached: HTTPStatus.CONFLICT,
    core.TwoFactorAlreadyOn: HTTPStatus.CONFLICT,
    core.TwoFactorNotOn: HTTPStatus.CONFLICT,
    core.ApiTokenLimitReached: HTTPStatus.CONFLICT,
    core.PushTargetLimitReached: HTTPStatus.CONFLICT,
    core.WebhookLimitReached: HTTPStatus.CONFLICT,
    core.WebhookInactive: HTTPStatus.CONFLICT,
    core.IdempotencyInProgress: HTTPStatus.CONFLICT,
    # The body.
    api.BodyTooSlow: HTTPStatus.REQUEST_TIMEOUT,
    api.HeadTooLarge: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    api.BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    api.UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    core.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    core.IdempotencyKeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    # Later.
    core.RateLimitExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    core.TryLater: HTTPStatus.SERVICE_UNAVAILABLE,
    core.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    core.TooBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    core.ProviderUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    core.OutcomeUnknown: HTTPStatus.SERVICE_UNAVAILABLE,
    # Ours.
    core.RulebookInvalid: HTTPStatus.INTERNAL_SERVER_ERROR,
    RulebookUnreadable: HTTPStatus.INTERNAL_SERVER_ERROR,
    api.InternalError: HTTPStatus.INTERNAL_SERVER_ERROR,
    HunterError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def status_of(kind: type[HunterError]) -> HTTPStatus:
    """Return the status of a refusal: its own row, or that of the nearest family that has one."""
    return next(STATUS[family] for family in kind.__mro__ if family in STATUS)


def headers_of(error: HunterError) -> Iterable[tuple[bytes, bytes]]:
    """Yield the headers that say what to do about *error*."""
    match error:
        case core.TryLater():
            yield b"retry-after", b"%d" % error.retry_after
        case core.IdempotencyInProgress():
            yield b"retry-after", b"1"
        case core.Unauthenticated():
            yield b"www-authenticate", b"Bearer"
        case api.BodyTooSlow():
            # What may still come of the body is not the next request.
            yield b"connection", b"close"
        case api.UpgradeRequired():
            yield b"upgrade", b"websocket"
            yield b"connection", b"upgrade"
        case api.MethodNotAllowed():
            yield b"allow", error.allowed.encode("latin-1")


def body_of(error: HunterError, request_id: str) -> bytes:
    """Return the envelope that says *error*."""
    details = None
    message = str(error)
    match error:
        case core.InvalidInput():
            details = [{"field": printable(field), "message": text} for field, text in error.problems]
            message = _named(details)
        case core.StepUpRequired() if error.needs:
            details = [{"field": field, "message": "is needed here"} for field in error.needs]
        case core.TwoFactorRequired():
            details = [{"field": "code", "message": "is needed here"}]
            if error.ticket is not None:
                details.append({"field": "ticket", "message": error.ticket})
    return failure(error.code, message, request_id, details)


_MOST_NAMED = 5


def _named(details: list[dict[str, str]]) -> str:
    """Return one sentence for people; `details` has all of it for programs."""
    said = "; ".join(f"{each['field']} {each['message']}" for each in details[:_MOST_NAMED])
    more = len(details) - _MOST_NAMED
    return f"{said}; and {more} more." if more > 0 else f"{said}."
