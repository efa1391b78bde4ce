"""The keys of the vault, read from `settings.VAULT_KEYS` and never from the database or the repository.

`VAULT_KEYS` is `id:base64[,id:base64…],index:base64`, each value 32 random bytes. The first entry is the current key,
which encrypts. The others only decrypt: to rotate, put a new key in front, and remove the old one when nothing encrypted
with it is left. The entry named `index` is never replaced: blind indexes and audit digests made years ago must still
match, so everything that is compared instead of decrypted is derived from it.  (requirements.md C02, C03, C06)
"""

import base64
import binascii
import re
import secrets
import sys
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
STABLE = "index"
_KEY_ID = re.compile(r"[a-z0-9]{1,16}")
_HOW = "Set it to what `python -m chengyang.lib.vault.keys` prints, and keep it: what it encrypted is lost without it."


@dataclass(frozen=True)
class Provider:
    """The algorithms of a `CRYPTO_PROVIDER`: name of the cipher, its key length in bytes, and the digest."""

    cipher: str
    key_bytes: int
    digest: type[hashes.HashAlgorithm]


PROVIDERS = {
    "software-aes": Provider("a256gcm", 32, hashes.SHA256),
    "software-sm": Provider("sm4gcm", 16, hashes.SM3),
}
BY_CIPHER = {provider.cipher: provider for provider in PROVIDERS.values()}


@dataclass(frozen=True)
class KeyRing:
    """The parsed keys: `current` is the id of the key that encrypts, `secrets` maps each id to its 32 bytes."""

    current: str
    secrets: dict[str, bytes]
    stable: bytes


def provider() -> Provider:
    """Return the algorithms chosen by `settings.CRYPTO_PROVIDER`. Raises ImproperlyConfigured for an unknown name."""
    name = getattr(settings, "CRYPTO_PROVIDER", "software-aes")
    if name not in PROVIDERS:
        raise ImproperlyConfigured(f"CRYPTO_PROVIDER is {name!r}; set it to one of: {', '.join(sorted(PROVIDERS))}.")
    return PROVIDERS[name]


def key_ring() -> KeyRing:
    """Return the keys of `settings.VAULT_KEYS`. Raises ImproperlyConfigured with a message that says what to set."""
    return parse_keys(getattr(settings, "VAULT_KEYS", "") or "")


@lru_cache(maxsize=16)
def parse_keys(text: str) -> KeyRing:
    """Parse `id:base64[,id:base64…],index:base64`. Raises ImproperlyConfigured; the message never contains a key."""
    found: dict[str, bytes] = {}
    for number, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        key_id, separator, value = entry.partition(":")
        if not separator or not _KEY_ID.fullmatch(key_id):
            raise ImproperlyConfigured(f"VAULT_KEYS: entry {number} is not of the form id:base64. {_HOW}")
        if key_id in found:
            raise ImproperlyConfigured(f"VAULT_KEYS: the key id {key_id!r} stands there twice.")
        found[key_id] = _decode(key_id, value)
    stable = found.pop(STABLE, None)
    if not found:
        raise ImproperlyConfigured(f"VAULT_KEYS holds no encryption key. {_HOW}")
    if stable is None:
        raise ImproperlyConfigured(f"VAULT_KEYS lacks the entry index:base64, which finds encrypted values. {_HOW}")
    return KeyRing(current=next(iter(found)), secrets=found, stable=stable)


def _decode(key_id: str, value: str) -> bytes:
    try:
        key = base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"VAULT_KEYS: the key {key_id!r} is not {KEY_BYTES} bytes in base64. {_HOW}")
    return key


@lru_cache(maxsize=64)
def _derive(secret: bytes, purpose: str, length: int, digest: type[hashes.HashAlgorithm]) -> bytes:
    info = f"chengyang/lib/vault/{purpose}".encode()
    return HKDF(algorithm=digest(), length=length, salt=None, info=info).derive(secret)


def encryption_key(cipher: str, key_id: str) -> bytes | None:
    """Return the key of `cipher` derived from the entry `key_id`, or None when `VAULT_KEYS` has no such entry."""
    secret = key_ring().secrets.get(key_id)
    if secret is None:
        return None
    chosen = BY_CIPHER[cipher]
    return _derive(secret, f"encrypt/{cipher}", chosen.key_bytes, chosen.digest)


def stable_key(purpose: str) -> bytes:
    """Return the 32-byte key for `purpose` (for example `index/phone` or `audit`) that key rotation never changes."""
    return _derive(key_ring().stable, purpose, KEY_BYTES, provider().digest)


def make_keys(current: str = "k1") -> str:
    """Return a new value for `VAULT_KEYS`: one encryption key named `current`, and the entry `index`."""
    return ",".join(
        f"{name}:{base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()}" for name in (current, STABLE)
    )


if __name__ == "__main__":
    sys.stdout.write(make_keys() + "\n")
