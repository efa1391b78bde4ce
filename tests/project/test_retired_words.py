"""Words that the project no longer uses, because only their author understood them (docs/style.md rule 8).

Each entry of RETIRED is a regular expression for one retired sense, and the standard term to use instead. Most words are
fine in their ordinary sense: the expressions name the identifiers and phrases of the retired one. Names of files are
searched, too. A legitimate use that an expression finds goes into ALLOWED, with its reason.
"""

import re
from collections.abc import Iterator

import pytest

from . import citations


def word(pattern: str) -> str:
    """Return an expression for a word that is also found as a part of an identifier (`the_desk`, `DESK`), in any case."""
    return rf"(?i:(?<![a-z])(?:{pattern})(?![a-z]))"


RETIRED = {
    # ---- retired in every sense ----------------------------------------------------------------------------------
    word("houses?"): "project or portal",
    word("cellars?"): "platform",
    word("roofs?"): "portal (the package)",
    word("floors?"): "layer, or upper app",
    word("rooms?"): "package or app",
    word("doors?"): "access, entry point, query; check-in (at an activity)",
    word("desks?"): "staff site",
    word("cast"): "personas",
    word("worlds?"): "dataset",
    word("towns?"): "district, or browser_data",
    word("dice"): "random source",
    word("keepers?|kept_by|is_kept"): "manager, managed_by",
    word("bodies"): "organizers",
    word("lay(?:s|ing)?[-_ ]?down|laid[-_ ]down"): "resign",
    word("back[-_ ]?doors?"): "unscoped query; a header or URL that bypasses a check",
    word("particulars"): "registration details",
    word("told"): "is notified; reads; suppress_small (numbers)",
    # ---- retired as identifiers ----------------------------------------------------------------------------------
    r"\bReach\b|\breach\(|\breach_|_reach\b|\bin reach\b|\bout of reach\b": "access scope",
    r"\btell\(|\b_?tell_|_tell\b": "notify",
    r"\bregister_door\b": "file_access",
    r"\bsaid\s*[-+|]?=(?!=)|\bsaid[.\[]|\bSAID|[(,{] ?_?said[,)}]": "message, text, output",
    r"\bseen\s*=\s*(?:reach|access_scope)\b|\bseen\.(?:district|subdistricts|posts|covers|organizations|bases|teams)\b": "scope",
    r"\.held\(|\bdef held\b|class=[\"']held\b|\bheld[./]|_held\b|\bheld_|import held\b": "completed, or stored data",
    r"\blost\.py|import lost\b|\bis_lost\b|class=\"lost|\.lost(?= ?[{,:.])": "error_urls; error page",
    r"\basking\.py|import asking\b": "matrix_requests",
    r"\bthings[.\[]|\bthings\.py|import things\b|\.things\b": "factories; objects; components",
    r"\btick\(|_tick\b|\btick_|\bticking\b|\b(?:the|every|each|first|next) tick\b": "run_periodic, periodic run",
    r"\bStanding\b|\bstanding[.(]|_standing\b|\bstanding_|import standing\b": "signup_status, SignupStatus",
    r"\bFact\b|\bfacts_of\b|_facts\b(?!\()|\.facts\b(?! import)|class=\"facts": "detail rows",
    r"\bclass \w*Decision\b|\bDecision\(|import (?:.*, )?Decision\b": "TodoKind, to-do kind",
    r"\bMeasure\(|class Measure\b|import (?:.*, )?Measure\b|\bmeasures\.\w|\.measures import|import measures\b|_measures\b": "metric",
    r"\bborn\s*=|\.born\b|\bborn_|_born\b": "created",
    r"\bwalk\.py|import walk\b|\bdef walk|_walk\b": "collect",
    r"\bforget\(|\b_?forget_|_forget\b|\bFORGET": "anonymise, delete or clear",
    r"\bgive_post|_give_post|\bcan_give\b|\bgiven_post": "appoint",
    r"\bBody\b|\bbody\.(?:posts|slug|subdistrict|is_published|founded_on|name|pk|assessments)\b": "organizer",
    r"\bPublicationState\b|services\.Publication\b|\bPublication[.(]|PUBLICATION_|[^-_]publication__": "ProposalEdition, edition",
    r"services\.Milestone\b|\bMilestone(?:State|QuerySet)\b|\b\w+_milestones?\b|proposal\.milestone": "Promise, promise",
    # ---- retired phrases -----------------------------------------------------------------------------------------
    r"\b(?:a|an|each|every|its|their|whose|one|which|any|no|own) body(?:'s)?\b": "organizer",
    r"\b[Tt]he ways? (?:in|out)\b(?! which)": "sign-in, sending",
    r"\bhangs? on\b": "belongs to, depends on",
    r"\b[Ww]hoever (?:keeps|kept)\b|\bkeeps (?:a|an|the|this|that|its) (?:body|base|team|organi[sz])": "manager, manages",
    r"\b(?:everything|what is|what was|data) held\b|\bheld (?:on|about|of) ": "stored",
    r"\bposts? (?:is|are|was|were) given\b|\bgives? (?:\w+ )?a post\b": "appointed, appoint",
}
A_ROOM = "a room of a base, which people book: a word of the domain"
WITH_ROOMS = (
    *(
        "bases/",
        "tests/bases/",
        "tests/board/",
        "activities/",
        "chengyang/demo/",
        "templates/activities/",
        "templates/bases/",
        "tests/organizations/",
        "templates/notices/bases/",
    ),
    *("tests/mutation/", "tests/project/", "tests/staff/", "tests/browser/", "docs/", "CHANGELOG.md"),
)
# (path or folder, text of the line, reason): the use of a retired word in another sense.
ALLOWED = (
    *((place, "room", A_ROOM) for place in WITH_ROOMS),
    *(
        (place, "Room", A_ROOM)
        for place in (
            "activities/",
            "bases/",
            "tests/bases/",
            "tests/board/",
            "tests/demo/",
            "tests/project/",
            "docs/",
            "chengyang/demo/",
        )
    ),
    ("activities/migrations/", "functions.math.Floor", "a function of the database; migrations are not edited"),
    ("activities/models/", "functions.Floor", "a function of the database"),
    ("chengyang/lib/chinese/search.py", "only cast", "a cast in SQL"),
    ("tests/chinese/test_search_postgres.py", "cast in SQL", "a cast in SQL"),
    ("chengyang/platform/staff/rules_admin.py", "Cast", "a cast in SQL"),
    ("docs/requirements.md", "held", "the words of a law"),
    ("docs/requirements.md", "told", "the words of a law"),
    ("chengyang/platform/objectives/migrations/", "0005_hours_rooms_and_visits", "the name of a migration"),
    ("docs/style.md", "a body that says why", "the body of a commit message"),
)
# They hold retired words on purpose.
WITH_EXAMPLES = {"tests/project/test_retired_words.py", "chengyang/demo/known_names.txt"}
EXPRESSIONS = {re.compile(pattern): term for pattern, term in RETIRED.items()}


def is_allowed(path: str, line: str) -> bool:
    return any(path.startswith(place) and text in line for place, text, _reason in ALLOWED)


def retired_in(path: str, line: str) -> Iterator[str]:
    """Yield `word (standard term)` for each retired word in a line of the file `path`."""
    if not is_allowed(path, line):
        for expression, term in EXPRESSIONS.items():
            if match := expression.search(line):
                yield f"“{match.group().strip()}” ({term})"


def lines() -> Iterator[tuple[str, str, str]]:
    """Yield (path, place, text) for every line of the repository, and for the path of every file itself."""
    for path, file in citations.files().items():
        if path not in WITH_EXAMPLES:
            yield path, path, path
            yield from ((path, f"{path}:{n}", text) for n, text in enumerate(file.read_text().splitlines(), start=1))


def test_no_file_uses_a_retired_word():
    found = [f"{place}: {retired}" for path, place, text in lines() for retired in retired_in(path, text)]
    assert found == []


def test_every_allowed_use_exists():
    texts = list(lines())
    unused = [
        (place, text)
        for place, text, _reason in ALLOWED
        if not any(path.startswith(place) and text in line for path, _, line in texts)
    ]
    assert unused == []


@pytest.mark.parametrize(
    "line",
    [
        "# rooms lie on floors",
        "def test_the_desk_offers_nothing():",
        "PHONE, DESK = 1, 2",
        'path("lay-down/", views.lay_down)',
        "seen = reach(user)",
        "said = response.text",
        "Return everything held on `user`.",
        "Who keeps a body may edit it.",
        "from .measures import register",
        "def test_nobody_else_is_told():",
    ],
)
def test_a_retired_word_is_found(line):
    assert list(retired_in("members/made_up.py", line))


@pytest.mark.parametrize(
    "line",
    [
        "size = DESKTOP  # a desktop computer",
        "for node in ast.walk(tree):",
        "The applicant ticks a box and decides which facts to publish.",
        "raise LookupError  # nothing committed is lost",
        "self.client.post(url, body=body)",
        "How it is measured is written down; the thing itself is standing there.",
        "No answer reaches the browser before the row was seen.",
    ],
)
def test_an_ordinary_use_is_not_found(line):
    assert list(retired_in("members/made_up.py", line)) == []
