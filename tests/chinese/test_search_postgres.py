"""Requirements U02, U17, U18 in a real PostgreSQL, in the portal's locale and in a database with the C locale."""

import random

import psycopg2
import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chengyang.lib.chinese import search

anything = st.text(st.characters(), max_size=60)
nasty = st.text(st.sampled_from("'\\\"&|!:*<->()%\0 \t_·.曾国é🎉\u202e\ud800a1"), max_size=40)
in_one_database = settings(  # the fixture has a connection, which examples do not change
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200
)
WAYS_TO_TYPE = """
zgf zengguofan ceng 曾 国藩 guofan zeng ZGF ＺＧＦ 曾国藩 曾國藩 gf fan 藩 cgf cengguofan zengguo zēng 曾gf 0077 5678
"""
PARTS = """
座谈 社会 社会阶层 座谈会 召开2026年 新e汇 新e汇+ e汇 汇+”活动 座談會 阶层人士座谈会的通知 ２０２６ 2026年城阳 街道“新 参加。 20 新e
"""
MEETING = "关于召开2026年城阳区新的社会阶层人士座谈会的通知，请各街道“新e汇+”活动负责人参加。"


def _cursor(name):
    found = psycopg2.connect(**{**connection.get_connection_params(), "dbname": name, "cursor_factory": None})
    found.autocommit = True
    return found.cursor()


@pytest.fixture(scope="module")
def c_locale(django_db_setup, django_db_blocker):
    """Return the name of a database with the C locale, which does not know letters."""
    with django_db_blocker.unblock():
        own = connection.settings_dict["NAME"]
        name = f"{own}_c"
        cursor = _cursor(own)
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    yield name
    cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    cursor.connection.close()


@pytest.fixture(scope="module", params=["portal locale", "C locale"])
def cursor(request, c_locale, django_db_blocker):
    with django_db_blocker.unblock():
        found = _cursor(c_locale if request.param == "C locale" else connection.settings_dict["NAME"])
    yield found
    found.connection.close()


@pytest.fixture
def finds(cursor):
    """Return a function (query, vector) → whether the query literal matches the vector literal, both cast in SQL."""

    def ask(vector, query):
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", (vector, query))
        return cursor.fetchone()[0]

    return ask


def test_the_second_database_has_the_c_locale(c_locale):
    cursor = _cursor(c_locale)
    cursor.execute("SELECT datcollate, datctype FROM pg_database WHERE datname = current_database()")
    row = cursor.fetchone()
    cursor.connection.close()
    assert row == ("C", "C")


def test_the_parser_of_the_server_makes_one_word_of_a_sentence(cursor):
    cursor.execute("SELECT length(to_tsvector('simple', '城阳区召开座谈会'))")
    assert cursor.fetchone()[0] <= 1  # the reason why the project builds the literals


@pytest.mark.parametrize("typed", [*WAYS_TO_TYPE.split(), "zeng guo fan", " 曾 国藩", "国藩 曾", "CY-0077"])
def test_a_person_is_found(finds, typed):
    assert finds(search.name_vector("曾国藩", "CY-0077", "5678"), search.name_query(typed)) is True


@pytest.mark.parametrize("typed", ["zgx", "guozeng", "曾藩", "藩国", "uofan", "曾国荃", "567", "78"])
def test_another_person_is_not_found(finds, typed):
    assert finds(search.name_vector("曾国藩", "1234"), search.name_query(typed)) is False


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("吕布", "lv"),
        ("吕布", "lu"),
        ("吕布", "lyubu"),
        ("吕布", "lü"),
        ("吕布", "lb"),
        ("王㻛", "㻛"),
        ("王㻛", "wang㻛"),
        ("龚䶮", "gongyan"),
        ("𬭚", "𬭚"),
        ("王\U00031350", "王\U00031350"),  # extension H, which Python's tables do not have yet
        ("艾合买提·买买提", "买买提"),
        ("艾合买提·买买提", "艾合买提•买买提"),
        ("艾合买提·买买提", "提买"),
        ("艾合买提·买买提", "mmt"),
        ("John O'Neill", "o'neill"),
        ("John Smith", "smith john"),
        ("José Müller", "jose"),
        ("José Müller", "müller"),
        ("张乾", "乾"),
        ("欧阳修", "yangxiu"),
    ],
)
def test_unusual_names_are_found(finds, name, typed):
    assert finds(search.name_vector(name), search.name_query(typed)) is True


@pytest.mark.parametrize("typed", [*PARTS.split(), "座谈 街道", "汇 活动"])
def test_a_text_is_found_by_any_part(finds, typed):
    assert finds(search.text_vector("通知", MEETING), search.text_query(typed)) is True


@pytest.mark.parametrize(
    "typed", ["谈座", "座谈通知", "通知请各", "e活动", "026", "街道 会议", "士会", "新汇", "知关于"]
)
def test_a_text_is_not_found_by_words_it_does_not_contain(finds, typed):
    assert finds(search.text_vector("通知", MEETING), search.text_query(typed)) is False


@pytest.mark.parametrize(("typed", "expected"), [("城", True), ("阳", True), ("会", True), ("谈", False), ("x", True)])
def test_one_character_is_looked_for_in_titles_only(finds, typed, expected):
    assert finds(search.text_vector("城阳大会 X", "座谈"), search.text_query(typed)) is expected


@in_one_database
@given(name=anything | nasty, typed=anything | nasty)
@example(name="", typed="")
def test_no_name_and_no_query_breaks_the_syntax(finds, name, typed):
    query = search.name_query(typed)
    assert finds(search.name_vector(name, typed), query or "") is bool(query)


@in_one_database
@given(title=anything | nasty, typed=anything | nasty)
def test_no_text_and_no_query_breaks_the_syntax(finds, title, typed):
    query = search.text_query(typed)
    assert finds(search.text_vector(typed, title), query or "") is bool(query)


@in_one_database
@given(st.lists(anything | nasty))
def test_any_words_make_a_vector(cursor, words):
    cursor.execute("SELECT length(%s::tsvector)", (search.tsvector(words),))
    assert cursor.fetchone()[0] <= len(words)


@in_one_database
@given(before=anything, word=st.text("城阳曾国藩新汇abé12", min_size=2, max_size=8), after=anything)
def test_what_stands_between_ideographs_is_found(finds, before, word, after):
    text = f"{before}城{word}阳{after}"
    assert finds(search.text_vector(text), search.text_query(f"城{word}阳")) is True


@pytest.mark.parametrize(
    "text",
    [
        "x" * 3_000_000,
        "".join(map(chr, random.Random(5).choices(range(0x20000, 0x2A000), k=240_000))),
        " ".join(chr(0x4E00 + i % 20000) * 3 for i in range(60_000)),
        " ".join(str(i) for i in range(100_000)),
        "ﷺ" * 60_000,
        "é" * 2046 + " " + "𐐷" * 2046,
    ],
    ids=["one word", "rare", "runs", "numbers", "expands", "long words"],
)
def test_the_largest_texts_make_a_vector(cursor, text):
    cursor.execute("SELECT length(%s::tsvector) > 0", (search.text_vector(text, text),))
    assert cursor.fetchone()[0]


def test_pairs_are_found_behind_the_last_position(finds):
    text = "".join(chr(0x4E00 + i % 5000) for i in range(30_000)) + "座谈会"
    assert finds(search.text_vector(text), search.text_query("座谈")) is True


def test_two_characters_use_the_index(cursor):
    chance = random.Random(3)
    rows = ["".join(chr(chance.randrange(0x4E00, 0x5800)) for _ in range(30)) for _ in range(5000)]
    cursor.execute("CREATE TEMP TABLE article (words tsvector)")
    values = ",".join(cursor.mogrify("(%s)", (search.text_vector(row),)).decode() for row in rows)
    cursor.execute(f"INSERT INTO article VALUES {values}")
    cursor.execute("CREATE INDEX article_words ON article USING gin (words); ANALYZE article")
    cursor.execute("EXPLAIN SELECT * FROM article WHERE words @@ %s::tsquery", (search.text_query(rows[7][3:5]),))
    plan = "\n".join(row[0] for row in cursor)
    cursor.execute("DROP TABLE article")
    assert "article_words" in plan
