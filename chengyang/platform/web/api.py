"""Error responses of the API: the same sentence as on the page, and a code for programs."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from chengyang.errors import ActionError


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return 409 `{code, detail}` for an ActionError, 400 for a model's ValidationError, else DRF's own response."""
    if isinstance(error, ActionError):
        set_rollback()
        return Response({"code": error.code, "detail": str(error.message)}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, ValidationError):
        set_rollback()
        detail = error.message_dict if hasattr(error, "error_dict") else {"detail": error.messages}
        return Response(detail, status=status.HTTP_400_BAD_REQUEST)
    return exception_handler(error, context)
