"""Two models for these tests only, so that they do not depend on models of the apps."""

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from chengyang.lib.vault.fields import BlindIndexField, EncryptedField, LastFourField
from chengyang.lib.vault.public_ids import PublicIdField

with isolate_apps("chengyang.lib.vault"):

    class Sealed(models.Model):
        public_id = PublicIdField()
        phone = EncryptedField("手机", blank=True, max_plain=20)
        phone_index = BlindIndexField("phone", namespace="vault-test", unique=True)
        phone_last4 = LastFourField("phone")
        note = EncryptedField("备注", blank=True)

        class Meta:
            abstract = True
            app_label = "vault"

    class Letter(Sealed):
        class Meta(Sealed.Meta):
            abstract = False

    class Card(Sealed):
        class Meta(Sealed.Meta):
            abstract = False


@pytest.fixture
def letters(db):
    """Create the tables of both models; return the model `Letter`."""
    with connection.schema_editor() as editor:
        editor.create_model(Letter)
        editor.create_model(Card)
    return Letter


@pytest.fixture
def cards(letters):
    return Card


@pytest.fixture
def letter(letters):
    return letters.objects.create(phone="+8615412345678", note="请下午联系")


@pytest.fixture
def stored():
    """Return a function that reads the stored value of a column."""

    def read(row, column="phone"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM {row._meta.db_table} WHERE id = %s", [row.pk])
            return cursor.fetchone()[0]

    return read
