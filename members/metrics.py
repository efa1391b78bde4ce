"""Metrics of persons and representatives; each function returns the rows that are counted (domain.md rule 11)."""

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import Kept, Metric, Watched

from .models import Headcount, Person, Representative
from .states import RepresentativeState

CATEGORIES = {  # codes of the four categories (domain.md, "新阶层四类"), in the order of their table
    "enterprise": _("民营企业和外商投资企业管理技术人员"),
    "intermediary": _("中介组织和社会组织从业人员"),
    "freelance": _("自由职业人员"),
    "new_media": _("新媒体从业人员"),
}
AREA = {"subdistrict": "subdistrict"}
PERSON_COLUMNS = ("state", "registered_on", "left_on", "subdistrict", "category")


def _persons(subject, period):
    """Return the persons in the registry on the last day of `period`, in the subdistrict `subject` (None: all)."""
    rows = Person.objects.registered_on_day(period.last_day)
    return rows.filter(subdistrict=subject) if subject else rows


def _headcount(subject, period):
    """Return the number of the persons that `_persons` returns, from the sums that are kept by day."""
    rows = Headcount.objects.filter(subdistrict=subject) if subject else Headcount.objects.all()
    return rows.on(period.last_day)


def _registered(subject, period):
    """Return the persons registered during `period`, in the subdistrict `subject` (None: all)."""
    rows = Person.objects.exclude(state="unconfirmed").filter(**period.within("registered_on"))
    return rows.filter(subdistrict=subject) if subject else rows


def _representatives(subject, period):
    """Return the representatives whose term includes the last day of `period`, in the subdistrict `subject` (None: all)."""
    rows = Representative.objects.on(period.last_day)
    return rows.filter(person__subdistrict=subject) if subject else rows


def _all_persons(**lookups):
    """Return all persons who ever were in the registry, of the category with the code `category` where one is given."""
    return Person.objects.exclude(state="unconfirmed").filter(**lookups)


def _of_category(code):
    """Return the metric of the persons of one category."""
    return Metric(
        f"persons_{code}",
        CATEGORIES[code],
        _("人"),
        _("期末在册的这一类人士"),
        lambda subject, period: _persons(subject, period).filter(category__code=code),
        kept=Kept(
            lambda: _all_persons(category__code=code),
            "registered_on",
            AREA,
            until="left_on",
            lasts=True,
            columns=PERSON_COLUMNS,
        ),
        part_of="persons",
    )


def _all_representatives():
    return Representative.objects.filter(state__in=[RepresentativeState.NAMED, RepresentativeState.ENDED])


METRICS = [
    Metric(
        "persons",
        _("入册人士"),
        _("人"),
        _("期末在册的人士：两级审核通过，或本人确认过登记"),
        _persons,
        total=_headcount,
        subjects=("subdistrict",),
        step="people",
        order=10,
        # From the sums of `Headcount`, which say who counts from when to when; so nobody says it a second time.
        kept=Kept(Headcount.objects.all, "day", AREA, lasts=True, value=Sum("change")),
    ),
    Metric(
        "persons_registered",
        _("新入册"),
        _("人"),
        _("期内入册的人士，后来退出的也算"),
        _registered,
        subjects=("subdistrict",),
        step="people",
        order=20,
        kept=Kept(_all_persons, "registered_on", AREA, columns=PERSON_COLUMNS),
    ),
    Metric(
        "representatives",
        _("代表人士"),
        _("人"),
        _("期末任期内的代表人士"),
        _representatives,
        subjects=("subdistrict",),
        step="representatives",
        order=10,
        kept=Kept(
            _all_representatives,
            "starts",
            {"subdistrict": "person__subdistrict"},
            until="ends",
            lasts=True,
            columns=("state", "starts", "ends", "person"),
            watched={
                Person: Watched(("subdistrict",), ("representations__starts", "representations__ends")),
            },
        ),
        subset_of="persons",
    ),
    *(_of_category(code) for code in CATEGORIES),
]
