"""Sealing single values, and the blind index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyang.lib.vault import sealing
from chengyang.lib.vault.sealing import VaultError, binding, blind_index, decrypt_for, encrypt_for, seal, unseal

PLACE = binding("vault.Letter", "0123456789", "phone")
ELSEWHERE = binding("vault.Letter", "0123456789", "note")
any_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(any_text)
def test_any_text_comes_back(text):
    assert unseal(str(seal(text, PLACE)), PLACE) == text


@given(any_text)
def test_any_text_opens_in_its_place_only(text):
    sealed = seal(text, PLACE)
    with pytest.raises(VaultError):
        unseal(sealed, ELSEWHERE)


@given(st.text())
def test_what_was_never_sealed_is_refused(text):
    with pytest.raises(VaultError):
        unseal(text, PLACE)


def test_text_that_is_no_unicode_is_refused():
    with pytest.raises(ValueError, match="surrogates"):
        seal("\ud800", PLACE)


def test_text_that_looks_sealed_is_sealed_like_any_other():
    looks_sealed = str(seal("城阳", PLACE))
    assert unseal(str(seal(looks_sealed, PLACE)), PLACE) == looks_sealed


def test_place_needs_a_public_id():
    with pytest.raises(ValueError, match="public_id"):
        binding("vault.Letter", "", "phone")


def test_empty_text_stays_empty():
    assert encrypt_for("vault.Letter", "0123456789", "phone", "") == ""
    assert decrypt_for("vault.Letter", "0123456789", "phone", "") == ""


def test_encrypted_for_a_place_it_is_decrypted_there():
    sealed = encrypt_for("vault.Letter", "0123456789", "phone", "城阳")
    assert decrypt_for("vault.Letter", "0123456789", "phone", sealed) == "城阳"


@given(any_text, any_text)
def test_index_is_equal_exactly_when_the_trimmed_text_is(one, other):
    assert (blind_index("test", one) == blind_index("test", other)) == (one.strip() == other.strip())


def test_index_differs_between_namespaces():
    assert blind_index("phone", "+8615412345678") != blind_index("identity", "+8615412345678")


def test_index_of_nothing_is_null():
    assert blind_index("phone", "  ") is None


def test_namespace_is_normalised_as_declared(monkeypatch):
    monkeypatch.setitem(sealing._normalisers, "test-folded", "builtins.str.casefold")
    monkeypatch.setattr(sealing, "_imported", lambda path: str.casefold)
    assert blind_index("test-folded", "ABC") == blind_index("test-folded", "abc")


def test_namespace_is_normalised_in_one_way():
    sealing.declare_namespace("test-once", "")
    with pytest.raises(ValueError, match="already normalised"):
        sealing.declare_namespace("test-once", "chengyang.lib.chinese.phones.normalise")


def test_bytes_are_bound_to_their_place():
    place, other = sealing.binding("a.B", "x", "1"), sealing.binding("a.B", "x", "2")
    sealed = sealing.seal_bytes(b"\0:\xff" * 9, place)
    assert sealing.unseal_bytes(sealed, place) == b"\0:\xff" * 9
    for wrong, where in ((sealed, other), (sealed[:-1] + b"?", place), (b"nothing", place)):
        with pytest.raises(sealing.VaultError):
            sealing.unseal_bytes(wrong, where)
