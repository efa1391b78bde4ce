"""Encrypt ("seal") and decrypt ("unseal") single values, and compute the blind index that finds an encrypted value.

A sealed value is `alg:key_id:nonce:ct:tag`. It is bound to model, public id and field: copied to another place it cannot
be decrypted.  (requirements.md C01, C02)
"""

import base64
import os
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.module_loading import import_string

from chengyang.lib.vault import keys

NONCE_BYTES = 12
TAG_BYTES = 16
SEALED = re.compile(r"([a-z0-9]+):([a-z0-9]+):([A-Za-z0-9_-]+):([A-Za-z0-9_-]*):([A-Za-z0-9_-]+)")


class VaultError(Exception):
    """A stored value cannot be decrypted: wrong place, changed, unknown key, or not a sealed value."""


class Ciphertext(str):
    """A sealed value as stored in the database. It caches its plain text once decrypted, but does not pickle it."""

    opened: tuple[bytes, str] | None = None

    def __reduce__(self) -> Any:
        return Ciphertext, (str(self),)


class AesGcm:
    """AES-256-GCM."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def encrypt(self, nonce: bytes, plain: bytes, bound_to: bytes) -> tuple[bytes, bytes]:
        sealed = self._aead.encrypt(nonce, plain, bound_to)
        return sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]

    def decrypt(self, nonce: bytes, sealed: bytes, tag: bytes, bound_to: bytes) -> bytes:
        return self._aead.decrypt(nonce, sealed + tag, bound_to)


class Sm4Gcm:
    """SM4-GCM (RFC 8998), for installations that must use Chinese commercial cryptography."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, plain: bytes, bound_to: bytes) -> tuple[bytes, bytes]:
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound_to)
        return encryptor.update(plain) + encryptor.finalize(), encryptor.tag

    def decrypt(self, nonce: bytes, sealed: bytes, tag: bytes, bound_to: bytes) -> bytes:
        decryptor = Cipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(bound_to)
        return decryptor.update(sealed) + decryptor.finalize()


CIPHERS: dict[str, Callable[[bytes], AesGcm | Sm4Gcm]] = {"a256gcm": AesGcm, "sm4gcm": Sm4Gcm}


def binding(model_label: str, public_id: str, field: str) -> bytes:
    """Return the associated data of a sealed value. Raises ValueError without a public id: it must exist before sealing."""
    if not public_id:
        raise ValueError(f"{model_label}.{field} cannot be sealed before its row has a public_id.")
    return f"{model_label}|{public_id}|{field}".encode()


def seal(plain: str, bound_to: bytes) -> Ciphertext:
    """Encrypt `plain` under the current key, bound to `bound_to` (see `binding`).

    Raises ValueError for text that contains NUL or is not valid Unicode, because PostgreSQL cannot store it.
    """
    if "\0" in plain:
        raise ValueError("Text with NUL characters is not accepted.")
    name, key_id = keys.provider().cipher, keys.key_ring().current
    nonce = os.urandom(NONCE_BYTES)
    sealed, tag = _cipher(name, key_id).encrypt(nonce, plain.encode(), bound_to)
    result = Ciphertext(":".join((name, key_id, _encode(nonce), _encode(sealed), _encode(tag))))
    result.opened = (bound_to, plain)
    return result


def unseal(stored: str, bound_to: bytes) -> str:
    """Decrypt a value that `seal` made for the same `bound_to`. Raises VaultError when it was moved or changed."""
    if isinstance(stored, Ciphertext) and stored.opened and stored.opened[0] == bound_to:
        return stored.opened[1]
    match = SEALED.fullmatch(stored)
    if not match or match[1] not in CIPHERS:
        raise VaultError(f"The value stored for {bound_to.decode()} is not a sealed value.")
    try:
        nonce, sealed, tag = (_decode(match[part]) for part in (3, 4, 5))
        plain = _cipher(match[1], match[2]).decrypt(nonce, sealed, tag, bound_to).decode()
    except (InvalidTag, ValueError) as error:
        raise VaultError(f"The value stored for {bound_to.decode()} was changed, or sealed elsewhere.") from error
    if isinstance(stored, Ciphertext):
        stored.opened = (bound_to, plain)
    return plain


def seal_bytes(plain: bytes, bound_to: bytes) -> bytes:
    """Encrypt `plain` under the current key, bound to `bound_to` (see `binding`); for files, which are no text."""
    name, key_id = keys.provider().cipher, keys.key_ring().current
    nonce = os.urandom(NONCE_BYTES)
    sealed, tag = _cipher(name, key_id).encrypt(nonce, plain, bound_to)
    return b":".join((name.encode(), key_id.encode(), nonce + tag + sealed))


def unseal_bytes(stored: bytes, bound_to: bytes) -> bytes:
    """Decrypt what `seal_bytes` made for the same `bound_to`. Raises VaultError when it was moved or changed."""
    try:
        name, key_id, rest = stored.split(b":", 2)
        nonce, tag, sealed = rest[:NONCE_BYTES], rest[NONCE_BYTES:][:TAG_BYTES], rest[NONCE_BYTES + TAG_BYTES :]
        return _cipher(name.decode(), key_id.decode()).decrypt(nonce, sealed, tag, bound_to)
    except (InvalidTag, ValueError, KeyError) as error:
        raise VaultError(f"The bytes stored for {bound_to.decode()} were changed, or sealed elsewhere.") from error


def encrypt_for(model_label: str, public_id: str, field: str, plain: str) -> str:
    """Seal `plain` for a model, row and field, for example in a data migration; the empty string stays empty."""
    return str(seal(plain, binding(model_label, public_id, field))) if plain else ""


def decrypt_for(model_label: str, public_id: str, field: str, ciphertext: str) -> str:
    """Decrypt a value read with `values()` or from a history row; `model_label` is like `members.Person`.

    Returns the plain text, or "" for an empty value. Raises VaultError when the value does not belong there.
    """
    return unseal(ciphertext, binding(model_label, public_id, field)) if ciphertext else ""


def blind_index(namespace: str, plain: str) -> str | None:
    """Return the keyed digest of `plain` that finds it, 43 characters, or None for empty text.

    The same namespace gives the same digest in every model. The text is normalised as the fields of the namespace
    declare it (`BlindIndexField(normalise=…)`).
    """
    text = _normalise(namespace)(plain)
    return mac(f"index/{namespace}", text.encode()) if text else None


def mac(purpose: str, message: bytes) -> str:
    """Return a keyed digest of `message` as 43 characters; each `purpose` has its own key, which rotation does not change."""
    digest = hmac.HMAC(keys.stable_key(purpose), keys.provider().digest())
    digest.update(message)
    return _encode(digest.finalize())


_normalisers: dict[str, str] = {}


def declare_namespace(namespace: str, normalise: str) -> None:
    """Set the normalising function of a namespace (dotted path). Raises ValueError when it already has another one."""
    if _normalisers.setdefault(namespace, normalise) != normalise:
        raise ValueError(f"The blind index {namespace!r} is already normalised by {_normalisers[namespace]!r}.")


@lru_cache(maxsize=64)
def _imported(path: str) -> Callable[[str], str]:
    return import_string(path) if path else str.strip


def _normalise(namespace: str) -> Callable[[str], str]:
    return _imported(_normalisers.get(namespace, ""))


@lru_cache(maxsize=64)
def _made(name: str, key: bytes) -> AesGcm | Sm4Gcm:
    return CIPHERS[name](key)


def _cipher(name: str, key_id: str) -> AesGcm | Sm4Gcm:
    key = keys.encryption_key(name, key_id)
    if key is None:
        raise VaultError(f"VAULT_KEYS has no key {key_id!r}, with which a stored value was sealed.")
    return _made(name, key)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
