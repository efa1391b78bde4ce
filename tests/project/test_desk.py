"""The desk's forms: what has no action is not written, and what is out of reach cannot be chosen."""

import pytest
from django.contrib import admin
from django.urls import reverse

from bases.models import Post
from chengyang.errors import NotAllowed
from chengyang.platform.accounts.models import Subdistrict
from tests import personas

WITHOUT_ACTION = [(model, desk) for model, desk in admin.site._registry.items() if desk.edit is None]


@pytest.mark.parametrize(("model", "desk"), WITHOUT_ACTION, ids=[model._meta.label for model, _ in WITHOUT_ACTION])
def test_a_list_without_an_action_cannot_save(model, desk, rf):
    with pytest.raises(NotAllowed):
        desk.save_model(rf.post("/"), model(), None, change=True)


def test_a_form_takes_no_row_out_of_reach(world, browser_of):
    there = personas.person("流亭人", subdistrict=Subdistrict.objects.get(name="流亭街道"))
    form = {"base": world.base.pk, "person": there.pk, "kind": "manager", "starts": "2026-10-01"}
    answer = browser_of("xiazhuang").post(reverse("admin:bases_post_add"), form)
    assert (answer.status_code, Post.objects.filter(person=there).exists()) == (400, False)
