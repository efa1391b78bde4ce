"""Encrypted fields and their derived columns in the database."""

import copy
import pickle
import time

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.db import IntegrityError, connection
from django.db.models import Case, F, Value, When
from django.forms import modelform_factory

from chengyang.lib.vault.fields import VaultError, blind_index, bulk_update, columns_of, decrypt_for
from chengyang.lib.vault.public_ids import new_public_id
from chengyang.platform.accounts.models import User

PHONE = "+8615412345678"
OTHER = "+8615487654321"


def overwrite(row, column, value):
    """Change a column by SQL, as somebody with access to the database could."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s", [value, row.pk])
    return type(row).objects.get(pk=row.pk)


def test_value_is_read_back_as_it_was_written(letter, letters):
    assert letters.objects.get(pk=letter.pk).phone == PHONE


def test_column_holds_ciphertext(letter, stored):
    assert stored(letter).split(":")[:2] == ["a256gcm", "k1"]
    assert PHONE[3:] not in stored(letter)


def test_values_are_ciphertext(letter, letters, stored):
    assert letters.objects.values_list("phone", flat=True).get() == stored(letter)


def test_same_text_has_another_ciphertext_in_each_row(letters, stored):
    first, second = letters.objects.create(note="同样"), letters.objects.create(note="同样")
    assert stored(first, "note") != stored(second, "note")


def test_ciphertext_of_another_row_does_not_open(letter, letters, stored):
    other = letters.objects.create(phone=OTHER)
    with pytest.raises(VaultError):
        overwrite(letter, "phone", stored(other)).phone  # noqa: B018


def test_ciphertext_of_another_field_does_not_open(letter, stored):
    with pytest.raises(VaultError):
        overwrite(letter, "phone", stored(letter, "note")).phone  # noqa: B018


def test_ciphertext_of_another_model_does_not_open(letter, cards, stored):
    card = cards.objects.create(public_id=letter.public_id, phone=PHONE)
    with pytest.raises(VaultError):
        overwrite(card, "phone", stored(letter)).phone  # noqa: B018


def test_changed_ciphertext_does_not_open(letter, stored):
    alg, key, nonce, text, tag = stored(letter).split(":")
    changed = ("A" if text[0] != "A" else "B") + text[1:]
    with pytest.raises(VaultError):
        overwrite(letter, "phone", ":".join([alg, key, nonce, changed, tag])).phone  # noqa: B018


def test_database_refuses_plain_text(letter):
    with pytest.raises(IntegrityError):
        overwrite(letter, "phone", PHONE)


@pytest.mark.parametrize("expression", [Value(PHONE), F("note"), Case(When(pk__gt=0, then=Value(PHONE)))])
def test_update_refuses_expressions(letter, letters, expression):
    with pytest.raises(TypeError):
        letters.objects.update(phone=expression)


def test_update_refuses_plain_text(letter, letters):
    with pytest.raises(TypeError, match=r"set it on the instance and save\(\)"):
        letters.objects.update(phone=PHONE)


def test_update_refuses_ciphertext_of_another_row(letter, letters):
    ciphertext = letters.objects.values_list("phone", flat=True).get()
    with pytest.raises(TypeError):
        letters.objects.update(phone=ciphertext)


def test_update_may_empty_the_columns(letter, letters):
    letters.objects.update(phone="", phone_index=None, phone_last4="")
    letter.refresh_from_db()
    assert (letter.phone, letter.phone_index, letter.phone_last4) == ("", None, "")


def test_plain_bulk_update_is_refused(letter, letters):
    letter.phone = OTHER
    with pytest.raises(TypeError, match="bulk_update"):
        letters.objects.bulk_update([letter], ["phone"])


def test_bulk_update_writes_the_field_and_its_followers(letter, letters):
    letter.phone = OTHER
    bulk_update([letter], ["phone"])
    fresh = letters.objects.get(pk=letter.pk)
    assert (fresh.phone, fresh.phone_last4, fresh.phone_index) == (OTHER, "4321", blind_index("vault-test", OTHER))


def test_bulk_create_and_bulk_update_of_two_thousand_rows_take_less_than_a_second_each(letters):
    rows = [letters(phone=f"+86154{number:08}") for number in range(2000)]
    started = time.perf_counter()
    letters.objects.bulk_create(rows)
    created = time.perf_counter()
    for row in rows:
        row.phone = row.phone.replace("+86154", "+86155")
    bulk_update(rows, ["phone"])
    assert max(created - started, time.perf_counter() - created) < 1


def test_bulk_created_rows_have_their_followers(letters):
    letters.objects.bulk_create([letters(phone=PHONE), letters(phone=OTHER)])
    found = letters.objects.get(phone_index=blind_index("vault-test", OTHER))
    assert (found.phone, found.phone_last4) == (OTHER, "4321")


@pytest.mark.parametrize("lookup", ["exact", "iexact", "contains", "icontains", "startswith", "in", "gt", "regex"])
def test_comparison_is_refused(letters, lookup):
    with pytest.raises(FieldError, match="encrypted"):
        letters.objects.filter(**{f"phone__{lookup}": PHONE}).first()


def test_transform_is_refused(letters):
    with pytest.raises(FieldError, match="encrypted"):
        letters.objects.filter(phone__length=14).first()


def test_empty_values_can_be_filtered(letter, letters):
    empty = letters.objects.create()
    assert letters.objects.get(phone="") == empty
    assert not letters.objects.filter(phone__isnull=True).exists()


def test_refresh_reads_the_new_value(letter, letters):
    again = letters.objects.get(pk=letter.pk)
    again.phone = OTHER
    again.save()
    letter.refresh_from_db()
    assert letter.phone == OTHER


def test_deferred_value_is_loaded_when_it_is_read(letter, letters, django_assert_num_queries):
    row = letters.objects.only("public_id").get(pk=letter.pk)
    with django_assert_num_queries(1):
        assert row.phone == PHONE


def test_value_opens_where_the_public_id_was_deferred(letter, letters):
    assert letters.objects.only("phone").get(pk=letter.pk).phone == PHONE


def test_deferred_value_that_is_set_is_saved_with_its_followers(letter, letters):
    row = letters.objects.only("public_id").get(pk=letter.pk)
    row.phone = OTHER
    row.save()
    assert letters.objects.get(phone_last4="4321").phone == OTHER


def test_copy_with_a_new_public_id_is_sealed_anew(letter, letters):
    twin = letters.objects.get(pk=letter.pk)
    twin.pk, twin.public_id, twin._state.adding = None, new_public_id(), True
    twin.phone = OTHER
    twin.save()
    assert [row.note for row in letters.objects.all()] == ["请下午联系", "请下午联系"]


def test_copied_instance_leaves_the_original_as_it_was(db):
    user = User.objects.create(phone=PHONE)
    twin = copy.copy(User.objects.get(pk=user.pk))
    twin.public_id = new_public_id()
    assert (twin.phone, User.objects.get(pk=user.pk).phone) == (PHONE, PHONE)


def test_changed_public_id_keeps_the_values_readable(letter, letters):
    row = letters.objects.get(pk=letter.pk)
    row.public_id = new_public_id()
    row.save()
    assert letters.objects.get(pk=letter.pk).phone == PHONE


def test_unchanged_value_keeps_its_ciphertext(letter, letters, stored):
    before = stored(letter)
    row = letters.objects.get(pk=letter.pk)
    row.phone = PHONE
    row.save()
    assert stored(letter) == before


def test_value_that_does_not_open_can_be_replaced(letter, letters):
    row = overwrite(letter, "phone", "a256gcm:k9:AAAA:AAAA:AAAA")
    row.phone = OTHER
    row.save()
    assert letters.objects.get(pk=letter.pk).phone == OTHER


def test_pickle_holds_no_plain_text(letter, letters):
    row = letters.objects.get(pk=letter.pk)
    assert row.phone == PHONE
    assert PHONE.encode() not in pickle.dumps(row.__dict__)


def test_pickled_value_opens_again(letter, letters):
    row = letters.objects.get(pk=letter.pk)
    row.__dict__.update(pickle.loads(pickle.dumps(row.__dict__)))
    assert row.phone == PHONE


def test_dump_holds_ciphertext(letter, stored):
    assert serializers.serialize("python", [letter])[0]["fields"]["phone"] == stored(letter)


def test_followers_are_known_before_the_save(letters):
    row = letters(phone=PHONE)
    assert (row.phone_index, row.phone_last4) == (blind_index("vault-test", PHONE), "5678")


def test_followers_take_no_value_of_their_own(letters):
    row = letters.objects.create(phone=PHONE, phone_last4="0000")
    row.refresh_from_db()
    assert row.phone_last4 == "5678"


def test_index_is_null_without_a_value(letters):
    letters.objects.create()
    letters.objects.create()
    assert letters.objects.filter(phone_index__isnull=True, phone_last4="").count() == 2


def test_index_keeps_a_value_unique(letter, letters):
    with pytest.raises(IntegrityError):
        letters.objects.create(phone=PHONE)


def test_full_clean_sees_that_a_value_is_taken(letter, letters):
    row = letters()
    row.phone = PHONE
    with pytest.raises(ValidationError):
        row.full_clean()


def test_index_is_the_same_in_every_model_of_a_namespace(letter, cards):
    assert cards.objects.create(phone=PHONE).phone_index == letter.phone_index


def test_save_of_the_field_without_its_followers_is_refused(letter, letters):
    letter.phone = OTHER
    with pytest.raises(ValueError, match="phone_index, phone_last4"):
        letter.save(update_fields=["phone"])
    assert letters.objects.get(pk=letter.pk).phone == PHONE


def test_save_of_the_field_with_its_followers_is_done(letter, letters):
    letter.phone = OTHER
    letter.save(update_fields=columns_of(letters, "phone"))
    assert letters.objects.get(phone_index=blind_index("vault-test", OTHER)).phone == OTHER


def test_update_or_create_writes_the_followers(letter, letters):
    letters.objects.update_or_create(pk=letter.pk, defaults={"phone": OTHER})
    assert letters.objects.get(phone_last4="4321").phone == OTHER


def test_too_long_text_is_refused(letters):
    with pytest.raises(ValueError, match="at most 20"):
        letters.objects.create(phone="1" * 21)


def test_nul_is_refused(letters):
    with pytest.raises(ValueError, match="NUL"):
        letters.objects.create(note="a\0b")


def test_a_value_that_is_not_text_is_refused(letters):
    with pytest.raises(TypeError, match="takes text"):
        letters(phone=15412345678)


def test_form_shows_and_takes_plain_text(letter, letters):
    form_class = modelform_factory(letters, fields=["phone", "note"])
    form = form_class({"phone": OTHER, "note": ""}, instance=letter)
    form.save()
    assert form_class(instance=letters.objects.get(pk=letter.pk)).initial == {"phone": OTHER, "note": ""}


def test_form_says_when_text_is_too_long(letters):
    form = modelform_factory(letters, fields=["phone"])({"phone": "1" * 21})
    assert list(form.errors) == ["phone"]


def test_decrypt_for_opens_what_values_returned(letter, letters):
    row = letters.objects.values("public_id", "phone").get()
    assert decrypt_for("vault.Letter", row["public_id"], "phone", row["phone"]) == PHONE
