"""What a sign-up costs: the queries of sending the form, when the pages before it were opened."""

import pytest

from . import factories

pytestmark = pytest.mark.django_db(transaction=True)  # inside a transaction nothing is kept


def test_a_sign_up_over_http_takes_eleven_queries(client_of, activity, django_assert_num_queries):
    client, path = client_of(factories.guest(7, name="来宾")), f"{activity.get_absolute_url()}signup/"
    client.get(path)
    with django_assert_num_queries(13):  # and two of them are BEGIN and COMMIT
        answer = client.post(path, {"guest_name": "林知夏"})
    assert (answer.status_code, activity.signups.get().state) == (302, "confirmed")


def test_a_full_activity_is_full_for_those_who_opened_the_form_before(client_of, activity):
    path = f"{activity.get_absolute_url()}signup/"
    clients = [client_of(factories.guest(number, name="来宾")) for number in range(1, 4)]
    for client in clients:
        client.get(path)
    for client in clients:
        client.post(path, {"guest_name": "林知夏"})
    assert list(activity.signups.order_by("position").values_list("state", flat=True)) == [
        *["confirmed"] * 2,
        "waitlisted",
    ]
