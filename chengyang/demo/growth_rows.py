# ruff: noqa: S608 - the parts of these statements are constants of this file, keys and names of columns.
"""The rows of a grown demo: one statement for each table, see `growth`.

Each step inserts from rows that are there already and returns the number of new rows. Names with their keys and search
vectors, and numbers with their ciphertexts and digests, are made by the functions that every other write uses.
"""

import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection

from chengyang.lib.chinese import pinyin, search
from chengyang.lib.vault import sealing
from chengyang.platform.accounts.models import User
from members.models import Person

from .dataset import FIRST_DAY
from .names import names
from .randomness import PHONES, RandomSource

NAMES = 60_000  # different names: at a million persons a name has seventeen bearers
BATCH = 20_000  # lines of one COPY
PERMUTE = 61_803_399  # multiplying by it visits every number below 10^8 once
SPREAD = 7919  # a prime: multiplying by it spreads neighbouring rows over those that they copy
QUARTER = 13  # weeks between today and the latest new activity
ROUNDS = 90  # of four weeks, over which the new activities are spread
PRESENT = 7  # of ten people who signed up
ACCOUNT_EVERY, MEMBER_EVERY, CHANGED_EVERY, AUDITED_EVERY = 2, 3, 20, 5


@dataclass
class Growth:
    """The wanted size, and the highest keys before the growth: rows with higher keys are new."""

    seed: int
    today: dt.date
    size: Any
    base: dict[str, int] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """Return the number of days over which the new persons were registered."""
        return (self.today - FIRST_DAY).days - 1


def _table(label: str) -> str:
    return apps.get_model(label)._meta.db_table


def _note(growth: Growth, cursor: Any, label: str, wanted: int) -> int:
    """Note the highest key of a table and how many rows are to be added; return the latter."""
    cursor.execute(f"SELECT count(*), coalesce(max(id), 0) FROM {_table(label)}")
    have, growth.base[label] = cursor.fetchone()
    growth.added[label] = max(wanted - have, 0)
    return growth.added[label]


def _insert(cursor: Any, label: str, given: dict[str, str], source: str, copied: str = "") -> int:
    """Insert into a table the SQL expressions `given` by column, selected from `source`; return the number of rows.

    The other columns are copied from the rows of `source` that have the alias `copied`, or get the default of their field.
    """
    columns, values, parameters = [], [], []
    for column in apps.get_model(label)._meta.concrete_fields:
        if column.primary_key and column.column not in given:
            continue
        columns.append(connection.ops.quote_name(column.column))
        if column.column in given or copied:
            values.append(given.get(column.column, f"{copied}.{columns[-1]}"))
        else:
            values.append("%s")
            parameters.append(column.get_db_prep_save(column.get_default(), connection))
    cursor.execute(
        f"INSERT INTO {_table(label)} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {source}", parameters
    )
    return cursor.rowcount


def _next_key(cursor: Any, label: str) -> None:
    """Let the sequence of a table continue after its highest key."""
    table = _table(label)
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")


def _public_id(kind: str, number: str) -> str:
    """Return SQL for a public id; hexadecimal digits are letters of its alphabet, and each number gives another one."""
    return f"substr(md5('{kind}' || ({number})), 1, 3) || lpad(to_hex({number}), 7, '0')"


def _copy(cursor: Any, table: str, lines: Iterator[str]) -> int:
    number = 0
    while batch := [line for _place, line in zip(range(BATCH), lines, strict=False)]:
        cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO("".join(batch)))
        number += len(batch)
    return number


# ---- people ---------------------------------------------------------------------------------------------------------
def make_names(growth: Growth, cursor: Any) -> int:
    """Make the names that the new persons have, with their keys and search vectors."""
    wanted = min(_note(growth, cursor, "members.Person", growth.size.persons), NAMES)
    invented = names(RandomSource(growth.seed, "growth names"))
    found: dict[str, None] = {}
    while len(found) < wanted:
        found.setdefault(next(invented))
    cursor.execute(
        "CREATE TEMPORARY TABLE growth_name (n int PRIMARY KEY, name text, key text, search tsvector) ON COMMIT DROP"
    )
    lines = (
        f"{place}\t{name}\t{pinyin.name_key(name)}\t{search.name_vector(name)}\n".replace("\\", r"\\")
        for place, name in enumerate(found)
    )
    growth.added["names"] = _copy(cursor, "growth_name", lines)
    cursor.execute("ANALYZE growth_name")
    return growth.added["names"]


def make_numbers(growth: Growth, cursor: Any) -> int:
    """Make the phone numbers of the new persons, encrypted for their row and for that of their account."""
    _note(growth, cursor, "accounts.User", 0)
    cursor.execute(
        "CREATE TEMPORARY TABLE growth_number (n int PRIMARY KEY, person_id text, user_id text, for_person text, "
        "for_user text, digest text, last4 text) ON COMMIT DROP"
    )
    number = _copy(cursor, "growth_number", _numbers(growth, growth.added["members.Person"]))
    cursor.execute("ANALYZE growth_number")
    return number


def _numbers(growth: Growth, wanted: int) -> Iterator[str]:
    """Yield the lines of `growth_number`: numbers that nobody in the portal has."""
    rng = RandomSource(growth.seed, "growth numbers")
    taken = {*User.objects.values_list("phone_index", flat=True), *Person.objects.values_list("phone_index", flat=True)}
    done = number = 0
    while done < wanted:
        number += 1
        phone = f"+86154{number * PERMUTE % PHONES:08d}"
        digest = sealing.blind_index("phone", phone)
        if digest in taken:
            continue
        person, user = rng.public_id(), rng.public_id()
        for_person = sealing.seal(phone, sealing.binding("members.Person", person, "phone"))
        for_user = r"\N"
        if done % ACCOUNT_EVERY == 0:
            for_user = sealing.seal(phone, sealing.binding("accounts.User", user, "phone"))
        yield f"{done}\t{person}\t{user}\t{for_person}\t{for_user}\t{digest}\t{phone[-4:]}\n"
        done += 1


def _people(growth: Growth) -> str:
    """Return the source of the new persons: number, name and day of registration."""
    many = max(growth.added["names"], 1)
    return f"""(SELECT g.*, w.name, w.key, w.search,
                       date '{FIRST_DAY}' + mod(g.n::bigint * {SPREAD}, {growth.days})::int AS day
                FROM growth_number g JOIN growth_name w ON w.n = mod(g.n::bigint * {SPREAD}, {many})) g"""


def add_accounts(growth: Growth, cursor: Any) -> int:
    """Add an account for every second new person; nobody knows a password of it."""
    given = {
        "id": f"{growth.base['accounts.User']} + 1 + g.n",
        "public_id": "g.user_id",
        "name": "g.name",
        "email": "NULL",
        "password": "'!'",
        "phone": "g.for_user",
        "phone_index": "g.digest",
        "phone_last4": "g.last4",
        "date_joined": "g.day - interval '3 days'",
        "is_demo": "true",
    }
    number = _insert(cursor, "accounts.User", given, f"{_people(growth)} WHERE g.for_user IS NOT NULL")
    _next_key(cursor, "accounts.User")
    return number


def add_persons(growth: Growth, cursor: Any) -> int:
    """Add the persons; work, subdistrict and category are those of persons in the registry."""
    before = growth.base["members.Person"]
    active = f"members_person WHERE state = 'active' AND id <= {before}"
    cursor.execute(f"SELECT count(*) FROM {active}")
    many = cursor.fetchone()[0]
    given = {
        "id": f"{before} + 1 + g.n",
        "public_id": "g.person_id",
        "name": "g.name",
        "name_key": "g.key",
        "name_search": "g.search",
        "phone": "g.for_person",
        "phone_index": "g.digest",
        "phone_last4": "g.last4",
        "registered_on": "g.day",
        "user_id": f"CASE WHEN g.for_user IS NOT NULL THEN {growth.base['accounts.User']} + 1 + g.n END",
        "entered_by_id": "NULL",
        "is_demo": "true",
    }
    copied = f"(SELECT row_number() OVER (ORDER BY id) - 1 AS nth, * FROM {active}) t"
    source = f"{_people(growth)} JOIN {copied} ON t.nth = mod(g.n::bigint * {PERMUTE}, {many})"
    number = _insert(cursor, "members.Person", given, source, "t")
    _next_key(cursor, "members.Person")
    cursor.execute("ANALYZE members_person")
    cursor.execute("ANALYZE accounts_user")
    return number


def _new_persons(growth: Growth) -> str:
    return f"members_person p WHERE p.id > {growth.base['members.Person']}"


def add_applications(growth: Growth, cursor: Any) -> int:
    """Add the approved application of every new person with an account, reviewed by the officers of the subdistrict."""
    told = ("category_id", "unit", "job", "subdistrict_id", "can", "want", "name", "name_key", "name_search", "user_id")
    given = {
        **{column: f"p.{column}" for column in told},
        "public_id": _public_id("application", "p.id"),
        "person_id": "p.id",
        "is_demo": "true",
        **dict.fromkeys(("created_at", "saved_at", "submitted_at"), "p.registered_on - interval '2 days'"),
        "first_reviewed_at": "p.registered_on - interval '1 day'",
        **dict.fromkeys(("decided_at", "acted_at"), "p.registered_on::timestamptz"),
    }
    approved = "SELECT DISTINCT ON (subdistrict_id) * FROM members_application WHERE state = 'approved'"
    reviewed = f"({approved} ORDER BY subdistrict_id, id) t"
    people = f"(SELECT * FROM {_new_persons(growth)} AND p.user_id IS NOT NULL) p"
    source = f"{people} JOIN {reviewed} ON t.subdistrict_id = p.subdistrict_id"
    return _insert(cursor, "members.Application", given, source, "t")


def add_memberships(growth: Growth, cursor: Any) -> int:
    """Add a membership for every third new person, in an organization that has members of the same kind."""
    given = {
        "public_id": _public_id("membership", "p.id"),
        "organization_id": "o.ids[1 + mod(p.id, cardinality(o.ids))]",
        "person_id": "p.id",
        "state": "'active'",
        "applied_at": "p.registered_on::timestamptz",
        "joined_on": "p.registered_on",
        "decided_at": "p.registered_on::timestamptz",
        "is_demo": "true",
    }
    open_to = """(SELECT q.subdistrict_id, q.category_id, array_agg(DISTINCT m.organization_id) AS ids
                  FROM organizations_membership m JOIN members_person q ON q.id = m.person_id
                  WHERE m.state = 'active' GROUP BY 1, 2) o"""
    people = f"(SELECT * FROM {_new_persons(growth)} AND mod(p.id, {MEMBER_EVERY}) = 0) p"
    source = f"{people} JOIN {open_to} ON o.subdistrict_id = p.subdistrict_id AND o.category_id = p.category_id"
    return _insert(cursor, "organizations.Membership", given, source)


def add_consents(growth: Growth, cursor: Any) -> int:
    """Add the consents of the new accounts: for each purpose the latest one in the portal, as their own."""
    given = {"user_id": "u.id", "actor_public_id": "u.public_id", "at": "u.date_joined + interval '5 minutes'"}
    latest = "(SELECT DISTINCT ON (purpose_id) * FROM privacy_consent ORDER BY purpose_id, at DESC) t"
    accounts = f"(SELECT * FROM accounts_user WHERE id > {growth.base['accounts.User']}) u"
    return _insert(cursor, "privacy.Consent", given, f"{accounts} CROSS JOIN {latest}", "t")


def add_notices(growth: Growth, cursor: Any) -> int:
    """Add a notice to every new account, which it has read."""
    given = {
        "public_id": _public_id("notice", "p.id"),
        "user_id": "p.user_id",
        "kind": "'members/approved'",
        "title": "'你已入册'",
        "body": "'你的入册申请已经通过。'",
        "url": "'/me/'",
        "at": "p.registered_on::timestamptz",
        "read_at": "p.registered_on + interval '3 hours'",
    }
    return _insert(cursor, "notices.Notice", given, f"{_new_persons(growth)} AND p.user_id IS NOT NULL")


# ---- activities -----------------------------------------------------------------------------------------------------
def add_activities(growth: Growth, cursor: Any) -> int:
    """Add activities that are over and recorded: those of the portal, moved by a quarter of a year and more into the past."""
    wanted = _note(growth, cursor, "activities.Activity", growth.size.activities)
    moved = ("starts", "ends", "signup_opens", "signup_closes", "published_at", "submitted_at", "changed_at")
    given = {
        **{column: f"t.{column} - m.by" for column in moved},
        "public_id": _public_id("activity", "g"),
        "recorded_at": "t.ends - m.by + interval '3 hours'",
        "due_on": "NULL",
        "capacity": "CASE WHEN t.capacity IS NOT NULL THEN greatest(t.capacity, 200) END",
        **dict.fromkeys(("taken", "last_position", "attended"), "0"),
        "headcount": "NULL",
        "is_demo": "true",
    }
    over = "state = 'published' AND ends < now() AND audience = 'public'"
    copied = f"""(SELECT row_number() OVER (ORDER BY id) - 1 AS nth, count(*) OVER () AS many, *
                  FROM activities_activity WHERE {over}) t"""
    source = f"""generate_series(1, {wanted}) g JOIN {copied} ON t.nth = mod(g, t.many)
                 CROSS JOIN LATERAL (SELECT ({QUARTER} + mod(g / t.many, {ROUNDS}) * 4) * interval '1 week' AS by) m"""
    number = _insert(cursor, "activities.Activity", given, source, "t")
    cursor.execute("ANALYZE activities_activity")
    return number


def add_signups(growth: Growth, cursor: Any) -> int:
    """Add sign-ups for the new activities, all confirmed, of persons who were registered before."""
    wanted = _note(growth, cursor, "activities.Signup", growth.size.signups)
    cursor.execute(
        "CREATE TEMPORARY TABLE growth_person ON COMMIT DROP AS SELECT (row_number() OVER (ORDER BY registered_on, id))::int "
        f"AS n, p.id, p.registered_on FROM {_new_persons(growth)}"
    )
    cursor.execute("CREATE UNIQUE INDEX ON growth_person (n)")
    cursor.execute("CREATE INDEX ON growth_person (registered_on, n)")
    cursor.execute("ANALYZE growth_person")
    each = -(-wanted // max(growth.added["activities.Activity"], 1))
    before = (
        "SELECT n FROM growth_person WHERE registered_on < a.starts::date ORDER BY registered_on DESC, n DESC LIMIT 1"
    )
    source = f"""activities_activity a CROSS JOIN LATERAL ({before}) b CROSS JOIN generate_series(1, {each}) k
                 JOIN growth_person p ON p.n = 1 + mod(a.id * {SPREAD} + k * (b.n / {each}), b.n)
                 WHERE a.id > {growth.base["activities.Activity"]} AND b.n >= {each} LIMIT {wanted}"""
    given = {
        "public_id": _public_id("signup", f"(a.id * {each + 1} + k)"),
        "activity_id": "a.id",
        "person_id": "p.id",
        "state": "'confirmed'",
        "position": "k",
        **dict.fromkeys(("at", "changed_at"), "a.published_at + k * interval '1 minute'"),
    }
    number = _insert(cursor, "activities.Signup", given, source)
    cursor.execute("ANALYZE activities_signup")
    return number


def _new_signups(growth: Growth) -> str:
    return f"activities_signup s JOIN activities_activity a ON a.id = s.activity_id WHERE s.id > {growth.base['activities.Signup']}"


def add_checkins(growth: Growth, cursor: Any) -> int:
    """Add the check-ins of seven out of ten; the trigger on check-ins counts them for their activity."""
    _note(growth, cursor, "activities.CheckIn", 0)
    given = {
        "signup_id": "s.id",
        "method": "'list'",
        "checked_in_at": "a.starts",
        "checked_out_at": "a.ends",
        "by_id": "a.drafted_by_id",
    }
    source = f"{_new_signups(growth)} AND mod(s.position, 10) < {PRESENT}"
    number = _insert(cursor, "activities.CheckIn", given, source)
    cursor.execute("ANALYZE activities_checkin")
    return number


def add_hours(growth: Growth, cursor: Any) -> int:
    """Add the hours of volunteer service, in whole half hours."""
    given = {
        "public_id": _public_id("service", "c.id"),
        "checkin_id": "c.id",
        "hours": "least(floor(extract(epoch FROM a.ends - a.starts) / 1800) / 2, 24)",
        "at": "a.recorded_at",
    }
    served = _new_signups(growth).replace(" WHERE ", " JOIN activities_checkin c ON c.signup_id = s.id WHERE ")
    return _insert(cursor, "activities.ServiceRecord", given, f"{served} AND a.kind = 'volunteer'")


def count_places(growth: Growth, cursor: Any) -> int:
    """Set the counters of the new activities that actions keep."""
    cursor.execute(
        "UPDATE activities_activity a SET taken = c.many, last_position = c.last FROM (SELECT activity_id, count(*) AS many, "
        f"max(position) AS last FROM activities_signup WHERE id > {growth.base['activities.Signup']} GROUP BY 1) c "
        "WHERE c.activity_id = a.id"
    )
    return cursor.rowcount


# ---- what is kept about changes ---------------------------------------------------------------------------------------
def change_rows(growth: Growth, cursor: Any) -> int:
    """Change every twentieth new person and sign-up, so that their history has rows."""
    cursor.execute(
        f"UPDATE members_person p SET job = '顾问' WHERE p.id > {growth.base['members.Person']} "
        f"AND mod(p.id, {CHANGED_EVERY}) = 0"
    )
    number = cursor.rowcount
    cursor.execute(
        "UPDATE activities_signup s SET changed_at = s.changed_at + interval '1 hour' "
        f"WHERE s.id > {growth.base['activities.Signup']} AND mod(s.id, {CHANGED_EVERY}) = 0"
    )
    return number + cursor.rowcount


def add_entries(growth: Growth, cursor: Any) -> int:
    """Add the audit entries of every fifth new sign-up; those of the others are taken to be purged."""
    given = {
        "at": "s.at",
        "actor_kind": "'system'",
        "verb": "'signup.created'",
        "subject": "'activities.Signup'",
        "subject_id": "s.public_id",
        "person": "p.public_id",
    }
    source = f"""activities_signup s JOIN members_person p ON p.id = s.person_id
                 WHERE s.id > {growth.base["activities.Signup"]} AND mod(s.position, {AUDITED_EVERY}) = 0"""
    return _insert(cursor, "audit.Entry", given, source)


STEPS = (
    ("names", make_names),
    ("numbers", make_numbers),
    ("accounts", add_accounts),
    ("persons", add_persons),
    ("applications", add_applications),
    ("memberships", add_memberships),
    ("consents", add_consents),
    ("notices", add_notices),
    ("activities", add_activities),
    ("sign-ups", add_signups),
    ("check-ins", add_checkins),
    ("hours", add_hours),
    ("counters", count_places),
    ("changes", change_rows),
    ("audit entries", add_entries),
)
