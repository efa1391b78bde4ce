"""Known-answer tests of the cryptographic library, run at every start; a failure stops the process.  (requirements.md C04)

Some distributions build OpenSSL without the SM algorithms, and a broken build must never encrypt a stored value.
"""

from collections.abc import Callable
from typing import NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.core.exceptions import ImproperlyConfigured

from chengyang.lib.vault.sealing import AesGcm, Sm4Gcm


class KnownAnswer(NamedTuple):
    """A published test vector: its source, how to compute it, and the expected result in hexadecimal."""

    source: str
    compute: Callable[[], bytes]
    expected: str


_GB_KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
_HMAC_TEXT = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
_AES_PLAIN = bytes.fromhex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
)
_SM4_PLAIN = b"".join(bytes([byte]) * 8 for byte in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))


def _sm3() -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"abc")
    return digest.finalize()


def _hmac(key: bytes, message: bytes, digest: hashes.HashAlgorithm) -> bytes:
    mac = hmac.HMAC(key, digest)
    mac.update(message)
    return mac.finalize()


def _sm4() -> bytes:
    encryptor = Cipher(algorithms.SM4(_GB_KEY), modes.ECB()).encryptor()  # noqa: S305 - the vector is for one block
    return encryptor.update(_GB_KEY) + encryptor.finalize()


def _aes_gcm() -> bytes:
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    nonce = bytes.fromhex("cafebabefacedbaddecaf888")
    return b"".join(AesGcm(key).encrypt(nonce, _AES_PLAIN, bytes.fromhex("feedfacedeadbeef" * 2 + "abaddad2")))


def _sm4_gcm() -> bytes:
    nonce = bytes.fromhex("00001234567800000000abcd")
    return b"".join(Sm4Gcm(_GB_KEY).encrypt(nonce, _SM4_PLAIN, bytes.fromhex("feedfacedeadbeef" * 2 + "abaddad2")))


KNOWN_ANSWERS = [
    KnownAnswer("SM3, GB/T 32905", _sm3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
    KnownAnswer("SM4, GB/T 32907", _sm4, "681edf34d206965e86b3e94f536e4246"),
    KnownAnswer(
        "SM4-GCM, RFC 8998",
        _sm4_gcm,
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec",
    ),
    KnownAnswer(
        "AES-256-GCM, NIST test case 16",
        _aes_gcm,
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
    KnownAnswer(
        "HMAC-SHA256, RFC 4231",
        lambda: _hmac(b"Jefe", b"what do ya want for nothing?", hashes.SHA256()),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    KnownAnswer(
        "HMAC-SM3, GM/T 0042",
        lambda: _hmac(bytes(range(1, 33)), _HMAC_TEXT * 2, hashes.SM3()),
        "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a",
    ),
]


def run() -> None:
    """Check every known answer. Raises ImproperlyConfigured with the name of the one that failed."""
    for answer in KNOWN_ANSWERS:
        try:
            correct = answer.compute().hex() == answer.expected
        except UnsupportedAlgorithm:
            correct = False
        if not correct:
            raise ImproperlyConfigured(
                f"The cryptographic library fails its known-answer test ({answer.source}): nothing may be encrypted "
                "with it. Install the locked version of the package cryptography."
            )
