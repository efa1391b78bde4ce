"""Keys: their format, their order, and key rotation."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from chengyang.lib.vault import keys
from chengyang.lib.vault.sealing import VaultError, binding, blind_index, seal, unseal

PLACE = binding("vault.Letter", "0123456789", "phone")


def key(byte):
    return base64.b64encode(bytes([byte]) * 32).decode()


FIRST, SECOND, INDEX = f"k1:{key(1)}", f"k2:{key(2)}", f"index:{key(9)}"


@pytest.fixture
def vault(settings):
    """Return a function that sets `VAULT_KEYS`."""

    def use(*entries, provider="software-aes"):
        settings.VAULT_KEYS, settings.CRYPTO_PROVIDER = ",".join(entries), provider

    use(FIRST, INDEX)
    return use


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no encryption key"),
        (INDEX, "no encryption key"),
        (FIRST, "lacks the entry index"),
        (f"{FIRST},{FIRST},{INDEX}", "stands there twice"),
        (f"{key(1)},{INDEX}", "entry 1 is not of the form"),
        (f"K1:{key(1)},{INDEX}", "entry 1 is not of the form"),
        (f"k1:{key(1)[:-8]},{INDEX}", "'k1' is not 32 bytes"),
        (f"k1:这不是密钥,{INDEX}", "'k1' is not 32 bytes"),
    ],
)
def test_bad_keys_are_refused_with_a_message(text, says):
    with pytest.raises(ImproperlyConfigured, match=says):
        keys.parse_keys(text)


def test_message_never_contains_a_key():
    with pytest.raises(ImproperlyConfigured) as refusal:
        keys.parse_keys(f"{key(1)},{INDEX}")
    assert key(1) not in str(refusal.value)


def test_made_keys_can_be_used(vault):
    vault(keys.make_keys())
    assert unseal(seal("城阳", PLACE), PLACE) == "城阳"


def test_made_keys_differ():
    assert keys.make_keys() != keys.make_keys()


def test_url_safe_and_plain_base64_are_both_read():
    raw = bytes([255]) * 32
    ring = keys.parse_keys(f"a:{base64.b64encode(raw).decode()},index:{base64.urlsafe_b64encode(raw).decode()}")
    assert ring.stable == ring.secrets["a"] == raw


def test_first_key_encrypts(vault):
    vault(SECOND, FIRST, INDEX)
    assert seal("城阳", PLACE).split(":")[1] == "k2"


def test_older_key_still_decrypts(vault):
    old = str(seal("城阳", PLACE))
    vault(SECOND, FIRST, INDEX)
    assert unseal(old, PLACE) == "城阳"


def test_missing_key_is_named(vault):
    old = str(seal("城阳", PLACE))
    vault(SECOND, INDEX)
    with pytest.raises(VaultError, match="no key 'k1'"):
        unseal(old, PLACE)


def test_wrong_key_does_not_open(vault):
    old = str(seal("城阳", PLACE))
    vault(f"k1:{key(7)}", INDEX)
    with pytest.raises(VaultError, match="changed"):
        unseal(old, PLACE)


def test_index_does_not_change_with_a_new_key(vault):
    before = blind_index("phone", "+8615412345678")
    vault(SECOND, FIRST, INDEX)
    assert blind_index("phone", "+8615412345678") == before


def test_index_depends_on_its_key(vault):
    before = blind_index("phone", "+8615412345678")
    vault(FIRST, f"index:{key(8)}")
    assert blind_index("phone", "+8615412345678") != before


def test_national_algorithms_are_used_when_chosen(vault):
    vault(FIRST, INDEX, provider="software-sm")
    sealed = str(seal("城阳", PLACE))
    assert sealed.startswith("sm4gcm:")
    assert unseal(sealed, PLACE) == "城阳"


def test_other_algorithm_still_decrypts_after_a_switch(vault):
    old = str(seal("城阳", PLACE))
    vault(FIRST, INDEX, provider="software-sm")
    assert unseal(old, PLACE) == "城阳"


def test_moved_value_does_not_open_under_national_algorithms(vault):
    vault(FIRST, INDEX, provider="software-sm")
    with pytest.raises(VaultError):
        unseal(str(seal("城阳", PLACE)), binding("vault.Letter", "9876543210", "phone"))


def test_unknown_provider_is_refused(vault):
    vault(FIRST, INDEX, provider="rot13")
    with pytest.raises(ImproperlyConfigured, match="software-aes, software-sm"):
        keys.provider()


def test_purposes_have_keys_of_their_own(vault):
    assert len({keys.stable_key("audit/entry"), keys.stable_key("index/phone"), keys.stable_key("index/id")}) == 3
