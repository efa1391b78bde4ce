"""Forbidden data, checked over all models and in the headers of an import (domain.md; X01–X13)."""

import re

import pytest
from django.apps import apps
from django.db import models

from chengyang.devtools.paths import ROOT
from chengyang.platform.privacy import forbidden_fields
from chengyang.platform.privacy.forbidden_fields import EXCEPTIONS, refused_fields, refused_headers


def test_no_model_has_a_forbidden_column():
    assert refused_fields() == []


def test_each_exception_exists_is_needed_and_has_a_reason(monkeypatch):
    monkeypatch.setattr(forbidden_fields, "EXCEPTIONS", {})
    needed = {(label, name) for label, name, _words in refused_fields()}
    assert EXCEPTIONS.keys() <= needed
    assert all(len(reason) > 20 for reason in EXCEPTIONS.values())


def test_the_exceptions_are_those_of_the_domain():
    text = (ROOT / "docs" / "domain.md").read_text().partition("The exceptions are:")[2]
    assert set(re.findall(r"`(\w+\.\w+)\.(\w+)`", text)) == set(EXCEPTIONS)


def _field(name, field):
    """Return a model with the field `field`."""
    namespace = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "members", "managed": False})}
    return type("Extra", (models.Model,), {**namespace, name: field})


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("religion", models.CharField(max_length=9)),
        ("note", models.CharField("思想动态", max_length=9)),
        ("note", models.CharField(max_length=9, help_text="家庭成员")),
        ("kind", models.CharField(max_length=9, choices=[("a", "正常"), ("b", "重点人员")])),
        ("last_latitude", models.FloatField()),
        ("face", models.BinaryField()),
    ],
)
def test_a_forbidden_column_is_found_by_name_label_hint_or_choice(monkeypatch, name, field):
    with_it = [_field(name, field)]
    apps.all_models["members"].pop("extra", None)
    monkeypatch.setattr(forbidden_fields.apps, "get_models", lambda **options: with_it)
    assert [found[:2] for found in refused_fields()] == [("members.Extra", name)]


def test_a_forbidden_model_is_found_by_its_name(monkeypatch):
    portrait = type("人物画像", (_Named,), {})
    monkeypatch.setattr(forbidden_fields.apps, "get_models", lambda **options: [portrait])
    assert refused_fields() == [(portrait._meta.label, "", "画像")]


class _Named:
    """A stand-in for a model with the attributes that `refused_fields` reads."""

    class _meta:
        label, object_name, verbose_name, verbose_name_plural = "members.Portrait", "Portrait", "人物画像", "人物画像"
        local_fields = local_many_to_many = ()


@pytest.mark.parametrize(
    "header",
    [
        "宗教信仰",
        "宗 教",
        "宗教　信仰",
        "家庭成員",
        "人臉",
        "Religion",
        "ＲＥＬＩＧＩＯＮ",
        "faceId",
        "face_id",
        "政治表现（2025）",
        "经度 longitude",
        "风险等级",
        "社会关系",
        "重点人员\u200b",
    ],
)
def test_an_import_refuses_the_header(header):
    assert refused_headers(["姓名", header]) == [header]


@pytest.mark.parametrize("header", ["姓名", "手机", "工作单位", "surface", "interface", "备注", "", None, 2026, "街道"])
def test_an_import_accepts_the_header(header):
    assert refused_headers([header]) == []
