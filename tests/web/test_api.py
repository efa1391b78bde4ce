import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

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


@pytest.mark.parametrize(("error", "status"), [(NotAllowed(), 403), (PermissionDenied(), 403), (Http404(), 404)])
def test_other_errors_keep_their_status(error, status):
    assert handle(error, {}).status_code == status


def test_an_internal_error_is_not_hidden():
    assert handle(RuntimeError(), {}) is None
