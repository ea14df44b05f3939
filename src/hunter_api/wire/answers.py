"""An answer class becomes bytes, in the envelope that every answer has (SPEC 4)."""

from __future__ import annotations

from typing import Any

import msgspec

from hunter_api.schemas.schedules import ScheduleValue


def _written(value: object) -> object:
    if isinstance(value, ScheduleValue):
        return value.written()
    raise TypeError(f"{type(value).__name__} is not part of any answer")


_encoder = msgspec.json.Encoder(enc_hook=_written)


def success(view: object) -> bytes:
    """Return the envelope of an answer that holds *view*."""
    return b'{"success":true,"data":' + _encoder.encode(view) + b"}"


def encoded(view: object) -> bytes:
    """Return *view*, a part of an answer that is written in parts."""
    return _encoder.encode(view)


def failure(code: str, message: str, request_id: str, details: list[dict[str, str]] | None) -> bytes:
    """Return the envelope of a refusal."""
    error: dict[str, Any] = {"code": code, "message": message}
    if details:
        error["details"] = details
    error["requestId"] = request_id
    return _encoder.encode({"success": False, "error": error})
