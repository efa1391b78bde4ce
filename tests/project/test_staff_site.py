"""Forms of the staff site: they save only through an action, and offer only rows in the scope of the user."""

import datetime as dt

import pytest
from django.contrib import admin
from django.urls import reverse

from bases.models import Post
from chengyang.errors import NotAllowed
from chengyang.platform.accounts.models import Subdistrict
from tests import personas

from . import addresses
from . import dataset as datasets

WITHOUT_ACTION = [
    (model, model_admin) for model, model_admin in admin.site._registry.items() if model_admin.edit is None
]


@pytest.mark.parametrize(
    ("model", "model_admin"), WITHOUT_ACTION, ids=[model._meta.label for model, _ in WITHOUT_ACTION]
)
def test_a_list_without_an_action_cannot_save(model, model_admin, rf):
    with pytest.raises(NotAllowed):
        model_admin.save_model(rf.post("/"), model(), None, change=True)


def test_a_form_rejects_a_row_out_of_scope(dataset, browser_of):
    there = personas.person("流亭人", subdistrict=Subdistrict.objects.get(name="流亭街道"))
    form = {"base": dataset.base.pk, "person": there.pk, "kind": "manager", "starts": "2026-10-01"}
    answer = browser_of("xiazhuang").post(reverse("admin:bases_post_add"), form)
    assert (answer.status_code, Post.objects.filter(person=there).exists()) == (400, False)


WITH_BUTTONS = [model._meta for model, model_admin in admin.site._registry.items() if model_admin.buttons]


@pytest.mark.parametrize("opts", WITH_BUTTONS, ids=str)
def test_looking_at_a_page_again_does_not_outdate_its_buttons(dataset, browser_of, settings, opts):
    url = addresses.path_of(f"admin:{opts.app_label}_{opts.model_name}_change", dataset)
    found = {}
    for minutes in (0, 1, 2):
        settings.PORTAL_CLOCK = datasets.NOW + dt.timedelta(minutes=minutes)
        for name in ("district", "secadmin", "sysadmin", "secretary"):
            answer = browser_of(name).get(url)
            if answer.status_code == 200:
                found.setdefault(name, set()).add(answer.context["version"])
    assert found
    assert {name: len(versions) for name, versions in found.items()} == dict.fromkeys(found, 1)
