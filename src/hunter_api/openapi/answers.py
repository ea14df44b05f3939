"""What an operation can answer, as the document says it: its success, and each refusal under its status."""

from __future__ import annotations

from collections import defaultdict
from http import HTTPStatus
from types import NoneType
from typing import Any

from hunter_api.openapi.headers import header_refs, limit_headers
from hunter_api.openapi.schemas import REFERENCE, Json
from hunter_api.operations import Operation
from hunter_api.problems import status_of
from hunter_api.schemas.common import MailUnderWayView
from hunter_core import errors as core
from hunter_core.errors import HunterError


def responses_of(operation: Operation) -> Json:
    """Return every answer of *operation*, by its status."""
    responses = {str(operation.status): _success(operation)}
    if operation.or_accepted:
        responses["202"] = _mail_under_way(operation)
    if operation.listed:
        responses["304"] = {
            "description": "Nothing changed since.",
            "headers": header_refs("X-Request-Id", "ETag", "Cache-Control", *limit_headers(operation)),
        }
    by_status: dict[HTTPStatus, list[type[HunterError]]] = defaultdict(list)
    for refusal in operation.all_refusals:
        by_status[status_of(refusal)].append(refusal)
    for status, refusals in sorted(by_status.items()):
        responses[str(status.value)] = _failure(operation, status, refusals)
    return responses


def _success(operation: Operation) -> Json:
    names = ["X-Request-Id", "Cache-Control"]
    names += ["ETag"] if operation.listed else []
    names += ["Idempotency-Replayed"] if operation.keyed else []
    names += operation.sends
    names += limit_headers(operation)
    described: Json = {
        "description": HTTPStatus(operation.status).phrase + ".",
        "headers": header_refs(*names),
    }
    if operation.view is not NoneType:
        described["content"] = _data(operation.view)
    return described


def _mail_under_way(operation: Operation) -> Json:
    return {
        "description": "Accepted: a mail tells more.",
        "headers": header_refs("X-Request-Id", "Cache-Control", *limit_headers(operation)),
        "content": _data(MailUnderWayView),
    }


def _data(view: type[Any]) -> Json:
    """Return the content of an answer whose `data` is a *view*."""
    schema = {
        "type": "object",
        "required": ["success", "data"],
        "properties": {
            "success": {"const": True},
            "data": {"$ref": REFERENCE.format(name=view.__name__)},
        },
    }
    return {"application/json": {"schema": schema}}


def _failure(operation: Operation, status: HTTPStatus, refusals: list[type[HunterError]]) -> Json:
    names = ["X-Request-Id", "Cache-Control", *limit_headers(operation)]
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        names.append("Retry-After")
    if status is HTTPStatus.UNAUTHORIZED:
        names.append("WWW-Authenticate")
    codes = list(dict.fromkeys(refusal.code for refusal in refusals))
    narrowed = {"properties": {"error": {"properties": {"code": {"enum": codes}}}}}
    meanings = {
        refusal.code: (refusal.__doc__ or "").partition("\n")[0].strip() for refusal in reversed(refusals)
    }
    return {
        "description": " ".join(f"`{code}`: {meanings[code]}" for code in codes),
        "headers": header_refs(*names),
        "content": {
            "application/json": {
                "schema": {"allOf": [{"$ref": REFERENCE.format(name="Failure")}, narrowed]},
                "examples": {code: {"value": _failed(code, meanings[code])} for code in codes},
            }
        },
    }


def _failed(code: str, message: str) -> Json:
    error: Json = {"code": code, "message": message}
    if code == core.InvalidInput.code:
        error["details"] = [{"field": "title", "message": "must have 1 to 120 characters"}]
    error["requestId"] = "0f7c4d58-6d0e-4f0b-9c39-0b7f6a1f2a11"
    return {"success": False, "error": error}
