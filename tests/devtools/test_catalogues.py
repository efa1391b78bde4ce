"""Chinese translations of the texts of packages."""

import os
from gettext import GNUTranslations

import pytest

from chengyang.devtools import catalogues
from chengyang.devtools.paths import ROOT

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def project(tmp_path):
    """Return a function that writes the project's own catalogue with the given entries, [(text, Chinese)]."""

    def write(*entries):
        path = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEADER + "".join(f'msgid "{text}"\nmsgstr "{chinese}"\n\n' for text, chinese in entries))
        return tmp_path

    return write


def test_every_text_of_the_packages_has_chinese():
    assert catalogues.problems(ROOT) == []


def test_text_without_chinese_is_named(project):
    assert "django: no Chinese for 'Forgotten your login credentials?' (django.contrib.admin)" in catalogues.problems(
        project()
    )


def test_empty_translation_is_none(project):
    found = catalogues.problems(project(("Model name", "")))
    assert "django: no Chinese for 'Model name' (django.contrib.admin)" in found


def test_translation_that_no_package_uses_is_named(project):
    assert "django: no package uses 'Gone for good' any more" in catalogues.problems(
        project(("Gone for good", "没有了"))
    )


def test_missing_placeholder_is_named(project):
    found = catalogues.problems(project(("%s (descending)", "降序")))
    assert "django: '%s (descending)' and its Chinese differ in placeholders" in found


def test_context_distinguishes_two_meanings():
    assert {("March", "abbrev. month"), ("March", "alt. month")} <= set(catalogues._used("django"))


def test_folders_of_a_package_that_we_do_not_install_are_left_out():
    assert ("Login", "field label") in catalogues._used("django")
    assert not [text for text, _context in catalogues._used("django") if "third-party login" in text.lower()]


def test_compiled_catalogue_holds_the_translations_of_the_source(project):
    root = project(("Model name", "名称"))
    assert catalogues.compile_all(root) == 1
    with (root / "locale/zh_Hans/LC_MESSAGES/django.mo").open("rb") as compiled:
        assert GNUTranslations(compiled).gettext("Model name") == "名称"


def test_only_a_newer_source_is_compiled_again(project):
    root = project(("Model name", "名称"))
    catalogues.compile_all(root)
    assert catalogues.compile_all(root) == 0
    source = root / "locale/zh_Hans/LC_MESSAGES/django.po"
    os.utime(source, (source.stat().st_atime, source.stat().st_mtime + 10))
    assert catalogues.compile_all(root) == 1
