"""Error responses of the API: the same sentence as on the page, a code for programs, and their description in OpenAPI."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from chengyang.errors import ActionError

_DETAILS = {  # the sentences of Django and DRF are in English
    status.HTTP_400_BAD_REQUEST: _("发来的内容读不懂：应当是 JSON。"),
    status.HTTP_401_UNAUTHORIZED: _("请先登录。"),
    status.HTTP_403_FORBIDDEN: _("这一步不在你的权限里，或者缺少 CSRF 令牌。"),
    status.HTTP_404_NOT_FOUND: _("没有这个内容。"),
    status.HTTP_405_METHOD_NOT_ALLOWED: _("这个地址不接受这种方法。"),
    status.HTTP_406_NOT_ACCEPTABLE: _("这里只回答 JSON。"),
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: _("这里只收 JSON。"),
}
_SCHEMA = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "detail": {"type": "string"}},
    "required": ["code", "detail"],
}
_FIELD_ERRORS = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return 409 for an ActionError, 400 by field for a ValidationError, else `{code, detail}` with the status of DRF."""
    if isinstance(error, ActionError):
        set_rollback()
        return Response({"code": error.code, "detail": str(error.message)}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, ValidationError):
        set_rollback()
        detail = error.message_dict if hasattr(error, "error_dict") else {"detail": error.messages}
        return Response(detail, status=status.HTTP_400_BAD_REQUEST)
    response = exception_handler(error, context)
    if response is not None and not isinstance(error, exceptions.ValidationError):
        detail = _DETAILS.get(response.status_code, response.data.get("detail", ""))
        response.data = {"code": _code(error), "detail": str(detail)}
    return response


def _code(error):
    if isinstance(error, Http404):
        return "not_found"
    if isinstance(error, PermissionDenied):
        return "permission_denied"
    return str(error.get_codes()) if isinstance(error, exceptions.APIException) else "error"


def describe_errors(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Add the error responses to each operation of the OpenAPI document `result`; a hook of drf-spectacular."""
    for path, methods in result["paths"].items():
        for operation in (one for one in methods.values() if isinstance(one, dict) and "responses" in one):
            for code in _errors_of(path, operation):
                schema = {"oneOf": [_SCHEMA, _FIELD_ERRORS]} if code == 400 else _SCHEMA
                answer = {"description": str(_DETAILS[code]), "content": {"application/json": {"schema": schema}}}
                operation["responses"].setdefault(str(code), answer)
    return result


def _errors_of(path, operation):
    """Return the statuses of the errors that an operation may answer with."""
    has_input = "requestBody" in operation or any(one["in"] == "query" for one in operation.get("parameters", []))
    needs_sign_in = {} not in operation.get("security", [])
    return (
        [400] * has_input
        + [401, 403] * needs_sign_in
        + [404] * ("{" in path)
        + [406]
        + [415] * ("requestBody" in operation)
    )
