"""How the literals of `search` meet the database: `filter(matches("name_search", name_query(typed)))`."""

from django.db.models import BooleanField, F, FloatField, Func, Q, Value


class _Matches(Func):
    """`vector @@ literal::tsquery`: Django's own lookup would send the literal through a text-search parser."""

    template = "%(expressions)s::tsquery"
    arg_joiner = " @@ "
    output_field = BooleanField()


class _Rank(Func):
    template = "ts_rank(%(expressions)s::tsquery)"
    output_field = FloatField()


def matches(field: str, query: str | None) -> Q:
    """Return a condition: the search vector in `field` (a path) matches a literal of `name_query` or `text_query`.

    None, that is nothing to search for, matches no row: callers who then want all rows leave the filter out.
    """
    return Q(_Matches(F(field), Value(query))) if query else Q(pk__in=[])


def rank(field: str, query: str) -> Func:
    """Return how well the search vector in `field` matches, for `order_by(rank(…).desc())`; titles weigh most."""
    return _Rank(F(field), Value(query))
