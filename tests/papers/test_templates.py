"""Templates that officers replace: versions, what is missing and unknown, in force, back to a former version (U12)."""

import io

import docx
import pytest
from django.db import IntegrityError, transaction

from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import paper
from chengyang.platform.audit.models import Entry
from chengyang.platform.papers import actions
from chengyang.platform.papers.models import PaperTemplate

from . import templates
from .conftest import PURPOSE, word

pytestmark = pytest.mark.django_db
LIST = "/manage/papers/papertemplate/"


def uploaded(actor, text="带签名的新版", **data):
    return actions.upload_template("sign_in", templates.upload(templates.with_text(text)), actor=actor, **data)


def press(browser, template, verb):
    page = browser.get(template.get_absolute_url())
    return browser.post(f"{LIST}{template.pk}/do/{verb}/", {"version": page.context["version"]})


def first_line(data):
    return docx.Document(io.BytesIO(data)).paragraphs[0].text


def test_a_version_is_uploaded_previewed_and_put_in_force(client_of, district, activity):
    browser = client_of(district)
    data = {"paper": "sign_in", "note": "加了备注", "upload": templates.upload(templates.with_text("新：{{ 主办 }}"))}
    page = browser.post(f"{LIST}add/", data, follow=True)
    template = PaperTemplate.objects.get()
    assert (template.version, template.state, template.note) == (1, "draft", "加了备注")
    missing = {line["written"] for line in page.context["placeholders"] if line["is_missing"]}
    assert missing == {"{{ 项.手机 }}", "{{ 项.报名序号 }}", "{{ 项.票号 }}"}
    preview = b"".join(browser.get(f"{LIST}{template.pk}/preview/"))
    assert first_line(preview) == "新：城阳区新联会"
    assert first_line(word(browser, "sign_in", f"record={activity.pk}", **PURPOSE)[1]) != "新：区委统战部"
    press(browser, template, "in-force")
    assert first_line(word(browser, "sign_in", f"record={activity.pk}", **PURPOSE)[1]) == "新：区委统战部"


def test_one_goes_back_to_a_former_version_and_to_the_default(client_of, district):
    browser, first, second = client_of(district), uploaded(district), uploaded(district)
    for template in (first, second, first):
        press(browser, template, "in-force")
    states = dict(PaperTemplate.objects.values_list("version", "state"))
    assert states == {1: "in_force", 2: "retired"}
    press(browser, first, "retire")
    assert PaperTemplate.objects.in_force("sign_in") is None
    verbs = list(Entry.objects.filter(verb__startswith="paper_template").order_by("id").values_list("verb", flat=True))
    assert [verb.partition(".")[2] for verb in verbs] == [
        *("uploaded", "uploaded", "in_force", "retired", "in_force", "retired", "in_force", "retired"),
    ]


def test_the_database_keeps_one_in_force(district):
    first, second = uploaded(district), uploaded(district)
    actions.put_in_force(first, actor=district)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperTemplate.objects.filter(pk=second.pk).update(
            state="in_force", in_force_at=first.uploaded_at, in_force_by=district
        )


def test_unknown_placeholders_are_named_and_never_in_force(client_of, district):
    template = uploaded(district, "{{ 活动名 }}")
    page = client_of(district).get(template.get_absolute_url())
    assert template.unknown == ["活动名"]
    assert "活动名" in page.content.decode()
    with pytest.raises(ActionError) as error:
        actions.put_in_force(template, actor=district)
    assert error.value.code == "unknown"
    assert client_of(district).get(f"{LIST}{template.pk}/preview/").status_code == 404


def test_a_refused_file_is_named_at_its_field_and_stores_nothing(client_of, district):
    data = {"paper": "sign_in", "note": "", "upload": templates.upload(templates.with_text("{{ x() }}"))}
    answer = client_of(district).post(f"{LIST}add/", data)
    assert answer.status_code == 409
    assert "占位符" in str(answer.context["form"].errors["upload"])
    assert not PaperTemplate.objects.exists()


@pytest.mark.parametrize("name", ["xiazhuang", "editor"])
def test_only_the_district_manages_templates(client_of, district, request, name):
    officer, template = request.getfixturevalue(name), uploaded(district)
    for act in (actions.put_in_force, actions.retire):
        with pytest.raises(NotAllowed):
            act(template, actor=officer)
    with pytest.raises(NotAllowed):
        uploaded(officer)
    assert client_of(officer).get(f"{LIST}{template.pk}/file/").status_code == 404
    assert client_of(officer).get(f"/files/{template.file.public_id}/").status_code == 404


def test_the_default_can_be_fetched_changed_and_uploaded(client_of, district):
    data = client_of(district).get(f"{LIST}default/roll/").content
    template = actions.upload_template("roll", templates.upload(data, "名册.docx"), actor=district)
    assert template.unknown == []


def test_a_job_keeps_the_version_with_which_it_began(district, activity):
    """Files of one job look alike, also when another version is put in force meanwhile."""
    from chengyang.platform.papers import steps

    data = {"order": "", "joined": "", "purpose": "meeting", "note": "", "numbers_note": ""}
    job = actions.ask_for_file(paper("sign_in"), data, actor=district, record=str(activity.pk)).job
    cursor = steps.step(job, {}).cursor
    actions.put_in_force(uploaded(district), actor=district)
    assert cursor["template"] is None
