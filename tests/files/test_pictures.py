"""Pictures of public pages: what is taken, how it is stored, who sees it, its order, its removal (requirements S15)."""

import datetime as dt
import io
import os

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from PIL import Image

from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.files import actions, contents, tasks
from chengyang.platform.files.models import Picture
from tests import personas
from tests.activities.test_races import at_once

from .conftest import PDF, picture, upload

SEEN = "夏新连心外景：两层砖楼，红门朝南"


def photo(colour=0, size=(1200, 800), form="JPEG", **options):
    """Return the bytes of a photo; another `colour` is another photo."""
    target = io.BytesIO()
    Image.new("RGB", size, (colour, 90, 60)).save(target, form, **options)
    return target.getvalue()


@pytest.fixture
def base(reference):
    return personas.base()


@pytest.fixture
def manager(base):
    return personas.make("base_manager")


def add(base, manager, colour=0, **options):
    data = {"alt": SEEN, **options}
    return actions.add_picture(base, upload=upload(photo(colour), "a.jpg"), actor=manager, **data)


def refusal(call, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        call(*arguments, **options)
    return refused.value.code


def ask(browser, url, **headers):
    """Return the answer, with its file closed."""
    answer = browser.get(url, **headers)
    for close in answer._resource_closers:  # not close(): that would end the request, and the test's connection
        close()
    return answer


def outcome(data):
    """Return the code of the refusal, "" when it is taken; any other exception fails the test."""
    try:
        contents.public_picture(data)
    except ActionError as error:
        return error.code
    return ""


def order(base):
    return [one.public_id for one in Picture.objects.of(base)]


# ---- what is taken --------------------------------------------------------------------------------------------------
def svg():
    return b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def animation():
    frames = [Image.new("P", (700, 500), number) for number in range(3)]
    target = io.BytesIO()
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (svg(), "kind"),
        (animation(), "kind"),
        (PDF, "kind"),
        (b"\x00\x00\x00\x18ftypheic" + b"\0" * 40, "kind"),
        (photo()[:300], "broken"),
        (photo(form="PNG")[:100], "broken"),
        (b"\xff\xd8\xff" + b"\0" * 100, "broken"),
        (picture("PNG", (9000, 6000), "1"), "bomb"),
        (photo(size=(2000, 300)), "stretched"),
    ],
)
def test_a_bad_file_gets_a_clear_refusal(data, code):
    with pytest.raises(ActionError) as refused:
        contents.public_picture(data)
    assert (refused.value.code, refused.value.field) == (code, "file")
    assert str(refused.value.message).endswith("。")


@given(
    start=st.sampled_from([photo(), photo(form="PNG"), photo(form="WEBP")]),
    place=st.integers(0, 4000),
    byte=st.binary(max_size=5),
)
@limits(max_examples=40, deadline=None)
def test_a_damaged_photo_is_taken_or_refused(start, place, byte):
    place %= len(start)
    data = start[:place] + byte + start[place + len(byte) :]
    assert outcome(data) in {"", "empty", "kind", "broken", "bomb", "stretched"}


def test_a_photo_is_stored_in_three_widths_without_metadata():
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[2] = (36.0, 18.0, 0.0)
    exif[0x0112] = 6  # the camera was rotated
    _kind, sizes = contents.public_picture(photo(size=(3000, 2000), exif=exif))
    assert [(size.width, size.height) for size in sizes] == [(400, 600), (800, 1200), (1067, 1600)]
    assert not any(b"PhoneMaker" in size.data or b"Exif" in size.data for size in sizes)


def test_a_photo_is_never_enlarged():
    _kind, sizes = contents.public_picture(photo(size=(640, 480)))
    assert [size.width for size in sizes] == [400, 640, 640]


@pytest.mark.parametrize(
    ("form", "mode", "stored"), [("JPEG", "CMYK", "JPEG"), ("PNG", "RGBA", "PNG"), ("WEBP", "RGB", "JPEG")]
)
def test_every_colour_mode_becomes_a_picture_that_browsers_show(form, mode, stored):
    target = io.BytesIO()
    Image.new(mode, (700, 500)).save(target, form)
    _kind, sizes = contents.public_picture(target.getvalue())
    with Image.open(io.BytesIO(sizes[-1].data)) as found:
        assert (found.format, found.mode) == (stored, "RGBA" if stored == "PNG" else "RGB")


def test_a_small_photo_is_refused_with_its_size(base, manager):
    with pytest.raises(ActionError) as refused:
        actions.add_picture(base, upload=upload(photo(size=(300, 200)), "a.jpg"), alt=SEEN, actor=manager)
    assert (refused.value.code, "300×200" in str(refused.value.message)) == ("small", True)


@pytest.mark.parametrize(
    ("text", "code"),
    [({"alt": " "}, "alt"), ({"shows_people": True}, "consent"), ({"shows_people": True, "consent": " "}, "consent")],
)
def test_what_is_seen_and_how_people_agreed_is_needed(base, manager, text, code):
    assert refusal(add, base, manager, **text) == code
    assert not Picture.objects.exists()


def test_the_database_keeps_both_promises(base, manager):
    one = add(base, manager)
    for change in ({"alt": ""}, {"shows_people": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Picture.objects.filter(pk=one.pk).update(**change)


# ---- who ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "may"),
    [
        *(("district", True), ("xiazhuang", True), ("base_manager", True), ("liuting", False), ("secretary", False)),
        *(("editor", False), ("member", False), ("sysadmin", False)),
    ],
)
def test_who_manages_the_base_decides_on_its_pictures(base, name, may):
    user = personas.make(name)
    if may:
        assert add(base, user).pk
    else:
        with pytest.raises(NotAllowed):
            add(base, user)


def test_a_picture_is_public_with_its_page(base, manager, client, client_of):
    one = add(base, manager)
    url = one.get_absolute_url()
    assert ask(client, url)["Cache-Control"] == "public, max-age=31536000, immutable"
    type(base).objects.update(is_published=False)
    assert ask(client, url).status_code == 404
    assert ask(client_of(manager), url)["Cache-Control"] == "private, no-store"


def test_a_picture_that_is_taken_off_is_gone_at_once(base, manager, client):
    one = add(base, manager)
    actions.remove_picture(one, actor=manager)
    assert [ask(client, url).status_code for url in (one.small_url, one.medium_url, one.get_absolute_url())] == [
        404
    ] * 3
    assert SEEN not in client.get(base.get_absolute_url()).content.decode()


def test_a_browser_that_has_it_gets_304(base, manager, client):
    url = add(base, manager).get_absolute_url()
    etag = ask(client, url)["ETag"]
    assert ask(client, url, HTTP_IF_NONE_MATCH=etag).status_code == 304


def test_the_public_page_shows_the_cover_with_its_size_and_words(base, manager, client):
    one = add(base, manager)
    page = client.get(base.get_absolute_url()).content.decode()
    assert f'width="{one.width}" height="{one.height}" alt="{SEEN}"' in page
    assert one.srcset in page


def test_bytes_that_are_missing_are_404(base, manager, client):
    one = add(base, manager)
    one.full.storage.delete(one.full.name)
    assert ask(client, one.get_absolute_url()).status_code == 404


# ---- order, removal, undo -------------------------------------------------------------------------------------------
def test_pictures_are_ordered_and_the_first_is_the_cover(base, manager):
    first, second, third = (add(base, manager, colour) for colour in (1, 50, 100))
    actions.order_pictures(base, [third.public_id, first.public_id, second.public_id], actor=manager)
    assert order(base) == [third.public_id, first.public_id, second.public_id]


def test_an_order_of_other_pictures_is_refused(base, manager):
    first, second = (add(base, manager, colour) for colour in (1, 50))
    assert refusal(actions.order_pictures, base, [first.public_id], actor=manager) == "moved"
    assert order(base) == [first.public_id, second.public_id]


def test_one_photo_stands_once(base, manager):
    add(base, manager)
    assert refusal(add, base, manager) == "twice"


def test_there_is_a_most(base, manager):
    most = extensions.picture_set(base).most
    first = add(base, manager)
    Picture.objects.bulk_create(
        Picture(
            **{name: getattr(first, name) for name in ("attached_to", "attached_id", "alt", "width", "height")},
            sha256=f"{n:064}",
        )
        for n in range(most - 1)
    )
    assert refusal(add, base, manager, 200) == "most"


def test_what_is_taken_off_is_put_back_within_ten_minutes(base, manager, settings):
    one = add(base, manager)
    actions.remove_picture(one, actor=manager)
    assert actions.restore_picture(one, actor=manager).removed_at is None
    actions.remove_picture(one, actor=manager)
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(minutes=11)
    assert refusal(actions.restore_picture, one, actor=manager) == "late"


def test_after_ten_minutes_row_bytes_and_history_are_deleted(base, manager, storage, settings):
    kept, gone = add(base, manager, 1), add(base, manager, 90)
    actions.correct_picture(gone, {"alt": "别的"}, actor=manager)
    actions.remove_picture(gone, actor=manager)
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(minutes=11)
    assert actions.erase_removed_pictures() == 1
    assert list(Picture.objects.all()) == [kept]
    assert not Picture.pgh_event_model.objects.exists()


def test_the_bytes_of_pictures_are_in_use(base, manager, storage):
    one = add(base, manager)
    for path in storage.rglob("*.jpg"):
        os.utime(path, (0, 0))
    assert tasks.tidy() == 0
    assert one.full.storage.exists(one.full.name)


def test_a_logo_takes_the_place_of_the_former_one(reference):
    organization = personas.organization()
    secretary = personas.make("secretary")
    first, second = (add(organization, secretary, colour) for colour in (1, 90))
    assert order(organization) == [second.public_id]
    actions.restore_picture(first, actor=secretary)
    assert order(organization) == [first.public_id]


def test_what_is_said_is_corrected_and_kept_in_the_history(base, manager):
    one = add(base, manager)
    actions.correct_picture(one, {"alt": "入口"}, actor=manager)
    assert [row.alt for row in one.history.all()] == [SEEN]
    assert list(Entry.objects.filter(verb="picture.corrected").values_list("fields", flat=True)) == [["alt"]]


def test_nothing_changes_on_one_that_was_taken_off(base, manager):
    one = add(base, manager)
    actions.remove_picture(one, actor=manager)
    assert refusal(actions.correct_picture, one, {"alt": "入口"}, actor=manager) == "gone"


# ---- the page of the staff site -------------------------------------------------------------------------------------
@pytest.fixture
def page(base):
    return reverse("admin:bases_base_pictures", args=[base.pk])


def test_the_page_adds_a_picture(base, manager, page, client_of):
    data = {"do": "add", "file": upload(photo(), "a.jpg"), "alt": SEEN}
    assert client_of(manager).post(page, data).status_code == 302
    assert [one.alt for one in Picture.objects.of(base)] == [SEEN]


def test_a_refused_file_keeps_what_was_typed(manager, page, client_of):
    answer = client_of(manager).post(page, {"do": "add", "file": upload(svg(), "a.svg"), "alt": SEEN})
    assert (answer.status_code, SEEN in answer.content.decode()) == (409, True)


def test_the_page_orders_removes_and_puts_back(base, manager, page, client_of):
    first, second = (add(base, manager, colour) for colour in (1, 90))
    browser = client_of(manager)
    browser.post(page, {"do": "order", "order": f"{second.public_id}.{first.public_id}"})
    assert order(base) == [second.public_id, first.public_id]
    browser.post(page, {"do": "remove", "picture": first.public_id})
    assert order(base) == [second.public_id]
    browser.post(f"{page}{first.public_id}/restore/")
    assert order(base) == [second.public_id, first.public_id]


def test_the_page_of_another_base_changes_nothing(base, manager, client_of):
    other = personas.base(slug="other", name="流亭新力量")
    one = add(base, manager)
    answer = client_of(personas.make("district")).post(
        reverse("admin:bases_base_pictures", args=[other.pk]), {"do": "remove", "picture": one.public_id}
    )
    assert (answer.status_code, order(base)) == (404, [one.public_id])


@pytest.mark.django_db(transaction=True)
def test_of_the_same_photo_added_at_once_one_stands(transactional_db):
    personas.reference()
    base, manager, data = personas.base(), personas.make("base_manager"), photo(7)

    def run():
        try:
            actions.add_picture(base, upload=upload(data, "a.jpg"), alt=SEEN, actor=manager)
        except ActionError as error:
            return error.code
        return ""

    assert sorted(at_once([run] * 4, connections=4)) == ["", "twice", "twice", "twice"]
