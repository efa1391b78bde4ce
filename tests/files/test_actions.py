"""Actions on files: storing, attaching, deleting, and the clean-up after failures."""

import datetime as dt
import hashlib
import io
import os

import pytest
from django.db import transaction
from PIL import Image

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts.models import User
from chengyang.platform.audit.models import Entry
from chengyang.platform.files import actions, tasks
from chengyang.platform.files.actions import attach, store
from chengyang.platform.files.models import File
from tests import personas

from .conftest import PDF, office, picture, upload


def outcome(*arguments, **options):
    """Return the code of the error, or None."""
    try:
        store(*arguments, **options)
    except ActionError as error:
        return error.code
    return ""


def paths(storage):
    return [path for path in storage.rglob("*") if path.is_file()] if storage.exists() else []


def test_an_upload_is_stored_with_its_properties(owner):
    file = store(upload(PDF), owner=owner)
    assert (file.name, file.content_type, file.size, file.owner) == ("材料.pdf", "application/pdf", len(PDF), owner)
    assert file.sha256 == hashlib.sha256(PDF).hexdigest()


def test_the_stored_name_is_independent_of_the_uploaded_one(owner, storage):
    store(upload(PDF, "林知夏的材料.pdf"), owner=owner)
    (path,) = paths(storage)
    assert (path.suffix, len(path.stem)) == (".pdf", 32)
    assert path.read_bytes() == PDF


def test_stored_files_are_readable_by_the_portal_only(owner, storage):
    store(upload(PDF), owner=owner)
    assert paths(storage)[0].stat().st_mode & 0o077 == 0


def test_a_picture_is_stored_re_encoded(owner):
    file = store(upload(picture("PNG"), "照片.jpg"), owner=owner)
    assert (file.name, file.content_type) == ("照片.png", "image/png")


def test_an_upload_is_in_the_audit(owner):
    file = store(upload(PDF), owner=owner)
    entry = Entry.objects.get()
    assert (entry.verb, entry.subject_id, entry.user) == ("file.uploaded", file.public_id, owner.public_id)


@pytest.mark.parametrize(("less", "code"), [(0, ""), (1, "too_large")])
def test_the_limit_is_exact(owner, settings, less, code):
    settings.FILES_MAX_BYTES = len(PDF) - less
    assert outcome(upload(PDF), owner=owner) == code


def test_a_false_declared_size_is_not_trusted(owner, settings):
    settings.FILES_MAX_BYTES = 100
    liar = upload(PDF + b" " * 1000)
    liar.size = 1
    with pytest.raises(ActionError):
        store(liar, owner=owner)


@pytest.mark.parametrize("data", [b"", b"<html>", b"<svg/>", office("a.exe")])
def test_a_refused_upload_leaves_nothing(owner, storage, data):
    with pytest.raises(ActionError):
        store(upload(data), owner=owner)
    assert (paths(storage), File.objects.exists()) == ([], False)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a.pdf", ""),
        ("a", ""),
        ("a.docx", "extension"),
        ("a.exe", "extension"),
        ("a.html", "extension"),
        ("a.pdf.exe", "extension"),
    ],
)
def test_a_document_must_have_its_own_extension(owner, name, code):
    assert outcome(upload(PDF, name), owner=owner) == code


@pytest.mark.parametrize(("name", "expected"), [("a.webp", "a.jpg"), ("a.jpeg", "a.jpeg"), ("a", "a.jpg")])
def test_a_picture_with_the_extension_of_another_is_renamed(owner, name, expected):
    assert store(upload(picture("JPEG"), name), owner=owner).name == expected


def test_a_phones_photo_with_a_second_picture_is_stored_under_its_name(owner):
    target = io.BytesIO()
    first, second = (Image.new("RGB", (64, 48), colour) for colour in ("red", "blue"))
    first.save(target, "MPO", save_all=True, append_images=[second])
    assert store(upload(target.getvalue(), "现场照片.jpg"), owner=owner).name == "现场照片.jpg"


# ---- attaching ------------------------------------------------------------------------------------------------------


@pytest.fixture
def base(reference):
    return personas.base()


def test_an_upload_can_be_attached_at_once(owner, base):
    file = store(upload(PDF), owner=owner, attached_to=base)
    assert (file.attached_to, file.attached_id) == ("bases.Base", base.public_id)


def test_a_file_is_attached_by_its_owner(owner, base):
    file = attach(store(upload(PDF), owner=owner), base, actor=owner)
    assert attach(file, base, actor=owner).attached_id == base.public_id


def test_a_file_of_another_account_is_not_attached(owner, base, district):
    with pytest.raises(NotAllowed):
        attach(store(upload(PDF), owner=owner), base, actor=district)


def test_a_file_belongs_to_one_row(owner, base):
    file = store(upload(PDF), owner=owner, attached_to=base)
    with pytest.raises(ActionError) as refused:
        attach(file, personas.team(), actor=owner)
    assert refused.value.code == "attached"


def test_opening_a_file_is_in_the_audit_of_its_owner(owner, district):
    file = store(upload(PDF), owner=owner)
    actions.opened(file, actor=district)
    actions.opened(file, actor=owner)
    (entry,) = Entry.objects.filter(verb="file.read")
    assert (entry.actor, entry.user) == (district.public_id, owner.public_id)


def age(storage, days):
    then = (clock.now() - dt.timedelta(days=days)).timestamp()
    for path in paths(storage):
        os.utime(path, (then, then))


def test_bytes_of_a_rolled_back_upload_are_deleted(owner, storage):
    stored = store(upload(PDF), owner=owner)
    with transaction.atomic():
        store(upload(PDF), owner=owner)
        transaction.set_rollback(True)
    age(storage, days=2)
    assert tasks.tidy() == 1
    assert [path.name for path in paths(storage)] == [os.path.basename(stored.content.name)]


def test_bytes_that_may_belong_to_an_open_transaction_are_not_deleted(owner, storage):
    with transaction.atomic():
        store(upload(PDF), owner=owner)
        transaction.set_rollback(True)
    assert (tasks.tidy(), len(paths(storage))) == (0, 1)


def test_bytes_of_a_deleted_owner_are_deleted(owner, storage):
    store(upload(PDF), owner=owner)
    User.objects.filter(pk=owner.pk).delete()
    age(storage, days=2)
    assert (tasks.tidy(), paths(storage)) == (1, [])


def test_an_empty_storage_needs_no_clean_up(db, storage):
    assert tasks.tidy() == 0
