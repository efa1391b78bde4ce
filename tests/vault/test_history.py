"""Encrypted fields in history rows and in migrations."""

from django.db import models

from chengyang.lib.vault.fields import CiphertextColumn, EncryptedField, decrypt_for
from chengyang.platform.accounts.models import User

PHONE = "+8615412345678"


def renamed(user, **fields):
    for name, value in fields.items():
        setattr(user, name, value)
    user.save()
    return user.history.get()


def test_history_keeps_the_ciphertext(db):
    user = User.objects.create(phone=PHONE)
    before = User.objects.values_list("phone", flat=True).get()
    assert renamed(user, name="林知夏").phone == before


def test_history_is_opened_by_name_of_the_model(db):
    event = renamed(User.objects.create(phone=PHONE), phone="")
    assert decrypt_for("accounts.User", event.public_id, "phone", event.phone) == PHONE


def test_history_column_never_decrypts(db):
    field = User.pgh_event_model._meta.get_field("phone")
    assert type(field) is CiphertextColumn


def test_migrations_know_only_the_bare_columns():
    path = {name: User._meta.get_field(name).deconstruct()[1] for name in ("phone", "phone_index")}
    assert path == {
        "phone": "chengyang.lib.vault.fields.CiphertextColumn",
        "phone_index": "django.db.models.CharField",
    }


def test_field_demands_a_public_id():
    class Nameless(models.Model):
        secret = EncryptedField()

        class Meta:
            app_label = "vault"
            abstract = True

    field = EncryptedField()
    field.set_attributes_from_name("secret")
    field.model = Nameless
    assert "public_id" in field._check_identity()[0].msg
