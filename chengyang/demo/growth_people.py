# ruff: noqa: S608 - the parts of these statements are constants of this file, keys and names of columns.
"""The people of a grown demo: persons with their accounts, applications, memberships, consents and notices.

Names with their keys and search vectors, and numbers with their ciphertexts and digests, are made by the functions that every
other write uses. Each step returns the number of new rows.
"""

from collections.abc import Iterator
from typing import Any

from chengyang.lib.chinese import pinyin, search
from chengyang.lib.vault import sealing
from chengyang.platform.accounts.models import User
from members.models import Person

from .dataset import FIRST_DAY
from .growth_rows import SPREAD, Growth, copy_lines, insert, new_persons, next_key, note, public_id
from .names import names
from .randomness import PHONES, RandomSource

BEARERS = 17  # persons of one name
PERMUTE = 61_803_399  # multiplying by it visits every number below 10^8 once
ACCOUNT_EVERY, MEMBER_EVERY = 2, 3


def make_names(growth: Growth, cursor: Any) -> int:
    """Make the names that the new persons have, with their keys and search vectors."""
    wanted = note(growth, cursor, "members.Person", growth.size.persons) // BEARERS + 1
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
    growth.added["names"] = copy_lines(cursor, "growth_name", lines)
    cursor.execute("ANALYZE growth_name")
    return growth.added["names"]


def make_numbers(growth: Growth, cursor: Any) -> int:
    """Make the phone numbers of the new persons, encrypted for their row and for that of their account."""
    note(growth, cursor, "accounts.User", 0)
    cursor.execute(
        "CREATE TEMPORARY TABLE growth_number (n int PRIMARY KEY, person_id text, user_id text, for_person text, "
        "for_user text, digest text, last4 text) ON COMMIT DROP"
    )
    number = copy_lines(cursor, "growth_number", _numbers(growth, growth.added["members.Person"]))
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
    number = insert(cursor, "accounts.User", given, f"{_people(growth)} WHERE g.for_user IS NOT NULL")
    next_key(cursor, "accounts.User")
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
    number = insert(cursor, "members.Person", given, source, "t")
    next_key(cursor, "members.Person")
    cursor.execute("ANALYZE members_person")
    cursor.execute("ANALYZE accounts_user")
    return number


def add_applications(growth: Growth, cursor: Any) -> int:
    """Add the approved application of every new person with an account, reviewed by the officers of the subdistrict."""
    details = (
        "category_id",
        "unit",
        "job",
        "subdistrict_id",
        "can",
        "want",
        "name",
        "name_key",
        "name_search",
        "user_id",
    )
    given = {
        **{column: f"p.{column}" for column in details},
        "unit_search": "p.unit_search",
        "public_id": public_id("application", "p.id"),
        "person_id": "p.id",
        "is_demo": "true",
        **dict.fromkeys(("created_at", "saved_at", "submitted_at"), "p.registered_on - interval '2 days'"),
        "first_reviewed_at": "p.registered_on - interval '1 day'",
        **dict.fromkeys(("decided_at", "acted_at"), "p.registered_on::timestamptz"),
    }
    approved = "SELECT DISTINCT ON (subdistrict_id) * FROM members_application WHERE state = 'approved'"
    reviewed = f"({approved} ORDER BY subdistrict_id, id) t"
    people = f"(SELECT * FROM {new_persons(growth)} AND p.user_id IS NOT NULL) p"
    source = f"{people} JOIN {reviewed} ON t.subdistrict_id = p.subdistrict_id"
    return insert(cursor, "members.Application", given, source, "t")


def add_memberships(growth: Growth, cursor: Any) -> int:
    """Add a membership for every third new person, in an organization that has members of the same kind."""
    given = {
        "public_id": public_id("membership", "p.id"),
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
    people = f"(SELECT * FROM {new_persons(growth)} AND mod(p.id, {MEMBER_EVERY}) = 0) p"
    source = f"{people} JOIN {open_to} ON o.subdistrict_id = p.subdistrict_id AND o.category_id = p.category_id"
    return insert(cursor, "organizations.Membership", given, source)


def add_consents(growth: Growth, cursor: Any) -> int:
    """Add the consents of the new accounts: for each purpose the latest one in the portal, as their own."""
    given = {"user_id": "u.id", "actor_public_id": "u.public_id", "at": "u.date_joined + interval '5 minutes'"}
    latest = "(SELECT DISTINCT ON (purpose_id) * FROM privacy_consent ORDER BY purpose_id, at DESC) t"
    accounts = f"(SELECT * FROM accounts_user WHERE id > {growth.base['accounts.User']}) u"
    return insert(cursor, "privacy.Consent", given, f"{accounts} CROSS JOIN {latest}", "t")


def add_notices(growth: Growth, cursor: Any) -> int:
    """Add a notice to every new account, which it has read."""
    given = {
        "public_id": public_id("notice", "p.id"),
        "user_id": "p.user_id",
        "kind": "'members/approved'",
        "title": "'你已入册'",
        "body": "'你的入册申请已经通过。'",
        "url": "'/me/'",
        "at": "p.registered_on::timestamptz",
        "read_at": "p.registered_on + interval '3 hours'",
    }
    return insert(cursor, "notices.Notice", given, f"{new_persons(growth)} AND p.user_id IS NOT NULL")
