"""Passkeys: adding one, signing in with it, removing it. The authenticator is a small real implementation in Python."""

import hashlib
import json
import os
import struct

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

from chengyang.platform.accounts.models import User
from chengyang.platform.audit.models import Entry
from tests.personas import stepped_up

from .conftest import PHONE, last_code

pytestmark = pytest.mark.django_db
PAGE, OPTIONS, LOGIN = "/accounts/passkeys/", "/accounts/passkeys/options/", "/accounts/passkeys/login/"
PRESENT, VERIFIED, NEW_KEY = 0x01, 0x04, 0x40


class Device:
    """A device with a passkey for this portal."""

    def __init__(self, flags=PRESENT | VERIFIED, origin="http://testserver"):
        self.key, self.id = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        self.flags, self.origin, self.user = flags, origin, b""

    def _data(self, flags, more=b""):
        return hashlib.sha256(b"testserver").digest() + bytes([flags]) + struct.pack(">I", 1) + more

    def _client(self, kind, options):
        data = {"type": kind, "challenge": options["publicKey"]["challenge"], "origin": self.origin}
        return json.dumps(data).encode()

    def _answer(self, client, **response):
        parts = {name: websafe_encode(value) for name, value in {"clientDataJSON": client, **response}.items()}
        key = websafe_encode(self.id)
        return json.dumps(
            {"id": key, "rawId": key, "type": "public-key", "response": parts, "clientExtensionResults": {}}
        )

    def create(self, options):
        self.user = websafe_decode(options["publicKey"]["user"]["id"])
        public = cbor.encode(ES256.from_cryptography_key(self.key.public_key()))
        data = self._data(self.flags | NEW_KEY, bytes(16) + struct.pack(">H", len(self.id)) + self.id + public)
        statement = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(self._client("webauthn.create", options), attestationObject=statement)

    def get(self, options):
        client, data = self._client("webauthn.get", options), self._data(self.flags)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(client, authenticatorData=data, signature=signature, userHandle=self.user)


@pytest.fixture
def owner(member):
    member.phone = PHONE
    member.save()
    return member


@pytest.fixture
def browser(client_of, owner):
    return stepped_up(client_of(owner))


def add(browser, device):
    return browser.post(PAGE, {"credential": device.create(browser.get(OPTIONS).json())})


def enter(device, browser=None, **data):
    browser = browser or Client()
    return browser.post(LOGIN, {"credential": device.get(browser.get(LOGIN).json()), **data})


def signed_in(browser):
    return browser.session.get("_auth_user_id")


def test_a_member_adds_one_and_signs_in_with_it(browser, owner):
    device, elsewhere = Device(), Client()
    add(browser, device)
    assert enter(device, elsewhere, next="/me/data/")["Location"] == "/me/data/"
    assert signed_in(elsewhere) == str(owner.pk)
    assert set(Entry.objects.filter(user=owner.public_id).values_list("verb", flat=True)) >= {"passkey.added"}


def test_it_is_listed_and_removed(browser):
    device = Device()
    add(browser, device)
    row = browser.get(PAGE).context["rows"][0]
    browser.post(f"{PAGE}{row.pk}/remove/")
    assert enter(device)["Location"].startswith("/accounts/phone/")
    assert not Authenticator.objects.exists()


def test_the_phone_still_signs_in_without_it(browser, owner):
    add(browser, Device())
    elsewhere = Client()
    elsewhere.post("/accounts/phone/", {"do": "send", "phone": PHONE})
    elsewhere.post("/accounts/phone/", {"do": "check", "code": last_code()})
    assert signed_in(elsewhere) == str(owner.pk)


@pytest.mark.parametrize("device", [Device(flags=PRESENT), Device(origin="https://evil.example")])
def test_one_without_a_screen_lock_or_of_another_site_is_refused(browser, settings, device):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    add(browser, device)
    assert not Authenticator.objects.exists()


def test_an_answer_to_another_challenge_does_not_sign_in(browser):
    device, elsewhere = Device(), Client()
    add(browser, device)
    old = device.get(elsewhere.get(LOGIN).json())
    elsewhere.get(LOGIN)
    elsewhere.post(LOGIN, {"credential": old})
    assert not signed_in(elsewhere)


@pytest.mark.parametrize("credential", ["", "{}", "[]", "no json", '{"id": 1}', '{"response": {"userHandle": "x"}}'])
def test_nonsense_is_answered(browser, credential):
    assert Client().post(LOGIN, {"credential": credential}).status_code == 302
    browser.get(OPTIONS)
    assert browser.post(PAGE, {"credential": credential}).status_code == 302


def test_the_signature_of_another_key_does_not_sign_in(browser):
    device, elsewhere = Device(), Client()
    add(browser, device)
    device.key = Device().key
    enter(device, elsewhere)
    assert not signed_in(elsewhere)


def test_nobody_removes_the_passkey_of_somebody_else(browser, client_of, stranger):
    add(browser, Device())
    row = Authenticator.objects.get()
    stepped_up(client_of(stranger)).post(f"{PAGE}{row.pk}/remove/")
    assert Authenticator.objects.exists()


def test_a_disabled_account_is_not_signed_in(browser, owner):
    device, elsewhere = Device(), Client()
    add(browser, device)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    enter(device, elsewhere)
    assert not signed_in(elsewhere)


def test_trying_is_slowed_down(client, reference):
    answers = [client.get(LOGIN, headers={"Accept": "application/json"}).status_code for _ in range(21)]
    assert answers == [200] * 20 + [409]
