"""What goes wrong, as an HTTP answer in the shape of an acknowledgement."""

from starlette.responses import JSONResponse

from rooms.errors import DialogtischError

STATUS_OF_ERROR = {
    "refused": 409,
    "malformed": 400,
    "conflict": 409,
    "forgotten": 404,
    "busy": 503,
    "unavailable": 503,
    "internal": 500,
}
STATUS_OF_REASON = {
    "not_signed_in": 401,
    "unknown_link": 403,
    "link_revoked": 403,
    "not_allowed": 403,
    "wrong_origin": 403,
    "wrong_host": 421,
    "too_large": 413,
}


def failed(error: DialogtischError) -> JSONResponse:
    """The answer for a thing that went wrong on purpose."""
    return refusal(error.error, error.reason)


def refusal(error: str, reason: str, status: int | None = None) -> JSONResponse:
    """An answer that says no."""
    known = STATUS_OF_REASON.get(reason, STATUS_OF_ERROR[error])
    return JSONResponse({"ok": False, "error": error, "reason": reason}, status or known)
