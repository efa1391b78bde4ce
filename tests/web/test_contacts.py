"""Telephone numbers and mail addresses in a text are links that call and write."""

import pytest

from chengyang.lib.chinese.phones import contacts
from chengyang.platform.web.templatetags.web import contact


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("王老师 15400000001", ["tel:15400000001"]),
        ("0532-8786 6010、154 0000 0002", ["tel:053287866010", "tel:15400000002"]),
        ("电话：0532-87866010，邮箱 office@example.invalid。", ["tel:053287866010", "mailto:office@example.invalid"]),
        ("87866010", ["tel:87866010"]),
        ("+86 532 87866010", ["tel:+8653287866010"]),
        ("400-123-4567 或 12345", ["tel:4001234567", "tel:12345"]),
        ("2026-09-19 08:30，共 123456 人，编号 SQ20261123-001，20261123", []),
        ("街道办公室", []),
        ("", []),
    ],
)
def test_numbers_and_addresses_are_found(text, links):
    parts = contacts(text)
    assert [url for _, url in parts if url] == links
    assert "".join(part for part, _ in parts) == text


def test_the_rest_of_a_contact_is_escaped():
    assert contact("<b>15400000001") == '&lt;b&gt;<a class="as-is" href="tel:15400000001">15400000001</a>'
    assert contact(None) == ""
