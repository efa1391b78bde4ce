"""Public ids: their format, in the database and in URLs."""

import re

import pytest
from django.urls import NoReverseMatch, Resolver404, path, resolve, reverse

from chengyang.lib.vault.public_ids import ALPHABET, PUBLIC_ID_REGEX, new_public_id

urlpatterns = [path("thing/<public_id:public_id>/", lambda request, public_id: None, name="thing")]


def test_ids_are_ten_characters_of_the_alphabet():
    assert all(len(made) == 10 and set(made) <= set(ALPHABET) for made in (new_public_id() for _ in range(200)))


def test_expression_matches_exactly_the_alphabet():
    single = PUBLIC_ID_REGEX.removesuffix("{10}")
    assert "".join(sorted(chr(code) for code in range(0x3000) if re.fullmatch(single, chr(code)))) == ALPHABET


def test_row_has_its_id_before_it_is_saved(letters):
    assert letters().public_id != letters().public_id


@pytest.mark.urls("tests.vault.test_public_ids")
def test_address_of_an_id_resolves():
    assert resolve(reverse("thing", args=["0123456789"])).kwargs == {"public_id": "0123456789"}


@pytest.mark.urls("tests.vault.test_public_ids")
@pytest.mark.parametrize(
    "wrong", ["012345678", "01234567890", "012345678i", "012345678A", "０１２３４５６７８９", "012345678%0A"]
)
def test_address_of_anything_else_does_not(wrong):
    with pytest.raises(Resolver404):
        resolve(f"/thing/{wrong}/")


@pytest.mark.urls("tests.vault.test_public_ids")
def test_no_url_is_made_of_anything_else():
    with pytest.raises(NoReverseMatch):
        reverse("thing", args=["Wrong"])
