"""The literals of search reach the database through Django as casts, never through a text-search parser."""

import pytest
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.test.utils import isolate_apps

from chengyang.chinese.lookups import matches, rank
from chengyang.chinese.search import name_query, name_vector, text_query, text_vector


@pytest.fixture
def note(db):
    """A model with a search vector, in a table that the test's transaction takes away again."""
    with isolate_apps("chengyang.web"):

        class Note(models.Model):
            title = models.CharField(max_length=50)
            words = SearchVectorField()

            class Meta:
                app_label = "web"

    with connection.schema_editor() as editor:
        editor.create_model(Note)
    return Note


def test_matches_finds_what_bulk_create_wrote(note):
    note.objects.bulk_create(note(title=name, words=name_vector(name)) for name in ["曾国藩", "曾国荃", "O'Neill"])
    assert [row.title for row in note.objects.filter(matches("words", name_query("guofan")))] == ["曾国藩"]


def test_matches_finds_what_save_and_update_wrote(note):
    row = note.objects.create(title="甲", words=name_vector("甲"))
    note.objects.filter(pk=row.pk).update(words=name_vector("O'Neill"))
    assert note.objects.get(matches("words", name_query("o'neill"))) == row


def test_matches_nothing_without_a_query(note):
    note.objects.create(title="甲", words=name_vector("甲"))
    assert list(note.objects.filter(matches("words", name_query("!")))) == []


def test_matches_can_be_combined_and_excluded(note):
    note.objects.bulk_create(note(title=name, words=name_vector(name)) for name in ["曾国藩", "曾国荃"])
    found = note.objects.filter(matches("words", name_query("曾"))).exclude(matches("words", name_query("quan")))
    assert [row.title for row in found] == ["曾国藩"]


def test_rank_puts_titles_first(note):
    note.objects.create(title="body", words=text_vector("通知", "座谈会"))
    note.objects.create(title="title", words=text_vector("座谈会", "通知"))
    query = text_query("座谈")
    found = note.objects.filter(matches("words", query)).order_by(rank("words", query).desc())
    assert [row.title for row in found] == ["title", "body"]
