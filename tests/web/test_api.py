import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from drf_spectacular.generators import SchemaGenerator
from rest_framework import exceptions

from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.web.api import handle


@pytest.mark.parametrize(
    ("error", "status", "data"),
    [
        (ActionError("报名已截止。", "closed"), 409, {"code": "closed", "detail": "报名已截止。"}),
        (ValidationError("太长。"), 400, {"detail": ["太长。"]}),
        (ValidationError({"name": "太长。"}), 400, {"name": ["太长。"]}),
    ],
)
def test_an_action_error_has_its_message_and_code(error, status, data):
    answer = handle(error, {})
    assert (answer.status_code, answer.data) == (status, data)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotAllowed(), 403, "permission_denied"),
        (PermissionDenied(), 403, "permission_denied"),
        (Http404("No Activity matches the given query."), 404, "not_found"),
        (exceptions.ParseError(), 400, "parse_error"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.PermissionDenied("CSRF Failed: CSRF token missing."), 403, "permission_denied"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
    ],
)
def test_other_errors_keep_their_status_and_get_a_chinese_sentence(error, status, code):
    answer = handle(error, {})
    assert (answer.status_code, answer.data["code"]) == (status, code)
    assert not re.search("[a-z]{3}", answer.data["detail"])


def test_errors_of_fields_keep_their_form():
    answer = handle(exceptions.ValidationError({"since": ["太早。"]}), {})
    assert (answer.status_code, answer.data) == (400, {"since": ["太早。"]})


def test_the_schema_describes_the_errors():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    signup = schema["paths"]["/api/v1/activities/{public_id}/signup/"]["post"]
    assert {"201", "400", "401", "403", "404", "409", "415"} <= signup["responses"].keys()
    listing = schema["paths"]["/api/v1/activities/"]["get"]
    assert "400" in listing["responses"]
    assert "403" not in listing["responses"]


def test_an_internal_error_is_not_hidden():
    assert handle(RuntimeError(), {}) is None
