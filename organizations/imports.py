"""Sheets that can be read in: the roll of an organization."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.extensions import ImportKind
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.imports.refusals import OTHER_ROW, ROW_GONE
from chengyang.platform.sheets.incoming import InColumn
from chengyang.platform.sheets.parsing import Choice, Day, Text
from members.sheet_people import PERSON, PostImport, find_people, is_other_person, person_columns

from . import actions, permissions
from .models import Membership, Organization, Post
from .states import TAKES_MEMBERS, MembershipState

ORGANIZATION = "organization"


def managed_organizations(user: Any) -> list[Organization]:
    """Return the organizations that `user` manages, by name; there are some dozens."""
    rows = Organization.objects.visible_to(user).select_related("subdistrict").order_by("name")
    return [row for row in rows if permissions.can_manage_organization(user, row)]


def _taking_members(user: Any) -> list[str]:
    return [row.name for row in managed_organizations(user) if row.state in TAKES_MEMBERS]


class MembershipImport(ImportKind):
    """会员: members of organizations who are in the registry, and the dates of those who are members already."""

    code, label, list_name = "memberships", gettext_lazy("会员"), "organizations.Membership"
    asks_note, note_hint = True, gettext_lazy("日期有更改的会员会看到，如：按纸质会员册核对")
    read_only = ("工作单位", "做什么工作", "类别", "工作所在街道", "申请时间", "理由", "问题")
    columns = (
        *person_columns(),
        InColumn(
            ORGANIZATION,
            gettext_lazy("组织"),
            Text(60),
            names=("组织名称", "所在组织", "联谊组织", "所属组织"),
            required=True,
            example="某某联谊会",
            hint=gettext_lazy("组织的全称，从下拉里选"),
            options=_taking_members,
        ),
        InColumn(
            "state",
            gettext_lazy("状态"),
            Choice(lambda: dict(MembershipState.choices)),
            current=lambda row: row.state,
            fixed=True,
            hint=gettext_lazy("可以不填；表格不能用来退会"),
        ),
        InColumn(
            "joined_on",
            gettext_lazy("入会日期"),
            Day(),
            names=("入会时间", "加入时间", "加入日期", "入会"),
            current=lambda row: row.joined_on,
            example="2026-03-05",
            hint=gettext_lazy("如 2026-03-05、2026年3月；不填就是今天"),
        ),
        InColumn(
            "left_on",
            gettext_lazy("退会日期"),
            Day(),
            names=("退会时间", "退会"),
            current=lambda row: row.left_on,
            hint=gettext_lazy("只能更正已经退会的"),
        ),
    )

    def concerns(self, row: Any) -> Any:
        return row.person

    def can(self, user: Any) -> bool:
        scope = access_scope(user)
        return scope.staff or bool(scope.managed(ORGANIZATION))

    # ---- finding -----------------------------------------------------------------------------------------------------
    def resolve(self, rows: Any, user: Any) -> None:
        keyed, free = [row for row in rows if row.key], [row for row in rows if not row.key]
        self._find_keyed(keyed, user)
        find_people(free, user)
        known = {row.name: row for row in managed_organizations(user)}
        for row in free:
            self._take_organization(row, known, user)
        self._find_free([row for row in free if not row.problems])

    def _find_keyed(self, rows: Any, user: Any) -> None:
        keys = {row.key for row in rows}
        found = Membership.objects.visible_to(user).filter(public_id__in=keys) if keys else Membership.objects.none()
        known = {row.public_id: row for row in found.select_related("organization", "person__user")}
        for row in rows:
            membership = known.get(row.key)
            if membership is None or not permissions.can_decide_membership(user, membership):
                row.problems[""] = str(ROW_GONE)
            elif is_other_person(row, membership.person):
                row.problems[PERSON] = str(OTHER_ROW)
            elif row.values.get(ORGANIZATION, membership.organization.name) != membership.organization.name:
                row.problems[ORGANIZATION] = str(OTHER_ROW)
            else:
                row.found = membership

    def _take_organization(self, row: Any, known: dict[str, Organization], user: Any) -> None:
        name = row.values.get(ORGANIZATION)
        organization = known.get(name)
        person = row.refs.get(PERSON)
        if organization is None:
            row.problems[ORGANIZATION] = _("没有“%(name)s”这个组织，或者不归你管。") % {"name": name}
        elif organization.state not in TAKES_MEMBERS:
            row.problems[ORGANIZATION] = _("这个组织现在不吸收会员。")
        elif person is not None and person.user_id == user.pk:
            row.problems[PERSON] = _("不能登记自己。")
        elif row.values.get("joined_on") and row.values["joined_on"] > clock.today():
            row.problems["joined_on"] = _("日期不能晚于今天。")
        row.refs[ORGANIZATION] = organization

    def _find_free(self, rows: Any) -> None:
        """Find the open membership of each pair of organization and person."""
        persons = {row.refs[PERSON].pk for row in rows}
        found = Membership.objects.open().filter(
            person__in=persons, organization__in={row.refs[ORGANIZATION].pk for row in rows}
        )
        known = {(row.organization_id, row.person_id): row for row in found}
        for row in rows:
            membership = known.get((row.refs[ORGANIZATION].pk, row.refs[PERSON].pk))
            if membership is None:
                self._check_new(row)
                continue
            membership.organization, membership.person = row.refs[ORGANIZATION], row.refs[PERSON]
            row.found = membership
            if membership.state == MembershipState.APPLIED:
                row.problems[""] = _("本人正在申请，请到今日待办里答复。")

    def _check_new(self, row: Any) -> None:
        if row.values.get("state", MembershipState.ACTIVE) != MembershipState.ACTIVE:
            row.problems["state"] = _("新增的只能是“会员”。")
        elif row.values.get("left_on"):
            row.problems["left_on"] = _("新增的会员不写退会日期。")

    def identity(self, row: Any) -> str:
        organization = row.found.organization_id if row.found else row.refs[ORGANIZATION].pk
        return f"{organization}:{row.found.person_id if row.found else row.refs[PERSON].pk}"

    # ---- writing -----------------------------------------------------------------------------------------------------
    def lock_keys(self, row: Any) -> list[Any]:
        if row.found:
            return [row.found.organization_id, row.found.person_id, row.found.pk]
        return [row.refs[ORGANIZATION].pk, row.refs[PERSON].pk, None]

    def lock(self, keys: Any) -> None:
        """Lock the organizations of new members, the persons, and the memberships that change, as the actions do."""
        fresh = [key for key in keys if key[2] is None]
        actions.lock_for_entry({key[0] for key in fresh}, {key[1] for key in fresh})
        actions.lock_for_correction({key[2] for key in keys} - {None})

    def create(self, rows: Any, *, actor: Any, note: str) -> list[Any]:
        entries = [{**row.refs, "joined_on": row.values.get("joined_on")} for row in rows]
        return actions.add_memberships(entries, actor=actor)

    def change(self, rows: Any, *, actor: Any, note: str) -> list[Any]:
        corrections = [(row.found, self._dates(row)) for row in rows]
        return actions.correct_memberships(corrections, reason=note, actor=actor)

    def _dates(self, row: Any) -> dict[str, Any]:
        dates = {"joined_on": row.found.joined_on, "left_on": row.found.left_on}
        return dates | {code: value for code, value in row.changed_values().items() if code in dates}

    def stored(self, keys: Any) -> dict[Any, Any]:
        return actions.lock_memberships(set(keys))

    def take_back(self, rows: Any, *, actor: Any, note: str) -> list[Any]:
        return actions.remove_memberships(rows, actor=actor)


class OrganizationPostImport(PostImport):
    """组织职务."""

    code, list_name, label = "organization-posts", "organizations.Post", gettext_lazy("组织职务")
    model, alone, takes_end = Post, Post.Kind.SECRETARY, True
    subject_names = ("组织名称", "所在组织", "联谊组织")
    appoint, correct_post, end_post = (
        staticmethod(actions.appoint),
        staticmethod(actions.correct_post),
        staticmethod(actions.end_post),
    )
    may_appoint = staticmethod(lambda user, organizer, kind: permissions.can_appoint(user, organizer))
