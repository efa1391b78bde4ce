"""The page 筹建 of an organization on the staff site: what is there and what is missing by “五好”, and its foundation."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chengyang.errors import ActionError
from chengyang.platform.staff.links import page_url
from chengyang.platform.web.forms import posted

from .. import actions, founding, permissions
from ..forms import StepForm
from ..models import LifeStep, Organization
from ..states import ChangeState, OrganizationState

STARTED = (ChangeState.PREPARING, ChangeState.SUBMITTED, ChangeState.AGREED)


class FoundingPages:
    """The part of the admin of organizations with the page of a foundation."""

    admin_site: Any
    get_object: Callable[..., Any]
    _or_404: Callable[..., None]

    def founding_urls(self) -> list:
        """Return the address of the page, below that of an organization."""
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        name = "organizations_organization_founding"
        return [path("<int:object_id>/founding/", view(both(self.founding_view)), name=name)]

    def founding_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show by criterion what is there and what is missing; begin, save, submit or end the foundation.

        A draft is kept with each button, and any officer who manages the organization goes on with it.
        """
        self._or_404(request)
        organization = self.get_object(request, str(object_id))
        if organization is None or not permissions.can_prepare_step(request.user, organization):
            raise Http404
        steps = organization.life_steps.filter(kind=LifeStep.Kind.FOUND, state__in=STARTED)
        step = steps.select_related("submitted_by", "prepared_by", "agreed_by").first()
        do = request.POST.get("do", "") if request.method == "POST" else ""
        form = _form(request, step, do)
        if request.method == "POST" and (form is None or do == "drop" or form.is_valid()):
            try:
                messages.success(request, _carry_out(do, organization, step, form, request.user))
                return HttpResponseRedirect(founding_url(organization))
            except ActionError as error:
                if form is None:
                    error.url = founding_url(organization)
                    raise
                form.refuse(error)
        context = _context(request, organization, step, form)
        return self.admin_site.page(request, "organizations/founding.html", context, form.status if form else 200)


def founding_url(organization: Organization) -> str:
    """Return the address of the page of the foundation."""
    return reverse("admin:organizations_organization_founding", args=[organization.pk])


def _form(request: HttpRequest, step: LifeStep | None, do: str) -> StepForm | None:
    if step is None or step.state != ChangeState.PREPARING:
        return None
    sent = do in ("save", "submit")
    return StepForm(posted(request) if sent else None, request.FILES if sent else None, instance=step)


def _carry_out(do: str, organization: Organization, step: LifeStep | None, form: Any, user: Any) -> str:
    """Call the action of the button `do`; return what is said afterwards. Raises Http404 for another one."""
    if do == "begin":
        begun = actions.begin_step(organization, kind=LifeStep.Kind.FOUND, actor=user)
        if getattr(begun, "was_found", False):
            return _("已经有人在办，接着办就行。")
        return _("已开始。写多少存多少，换个人也能接着办。")
    if step is None or form is None:
        raise Http404
    if do == "drop":
        actions.drop_step(step, actor=user)
        return _("这次不办了，写的都留着记录。")
    data, upload = form.data_of()
    if do == "save":
        actions.edit_step(step, data, upload=upload, actor=user)
        return _("草稿已存。")
    if do == "submit":
        actions.submit_with_papers(step, data, upload=upload, actor=user)
        return _("已提交，等第二位工作人员确认。")
    raise Http404


def _context(request: HttpRequest, organization: Organization, step: LifeStep | None, form: Any) -> dict[str, Any]:
    assessment = founding.assessment_of(organization)
    goods = founding.goods(organization, request.user)
    return {
        "title": _("筹建：%(name)s") % {"name": organization},
        "organization": organization,
        "is_preparing": organization.state == OrganizationState.PREPARING,
        "goods": goods,
        "done": sum(good.is_complete for good in goods),
        "assessment": assessment,
        "assessment_url": page_url(assessment) if assessment else "",
        "has_passed": assessment is not None and assessment.state == "passed",
        "step": step,
        "form": form,
        "papers": founding.papers_of(step, request.user) if step else [],
        "decide_url": _decide_url(step, request.user),
        "back_url": page_url(organization),
    }


def _decide_url(step: LifeStep | None, user: Any) -> str:
    if step is None or step.state != ChangeState.SUBMITTED or not permissions.can_agree_to_step(user, step):
        return ""
    return reverse("admin:staff_decide", args=["life-step", step.public_id])
