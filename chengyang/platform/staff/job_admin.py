"""我的任务: the list of one's own jobs, the page of each with its progress, and the result (docs/architecture.md, "Long work")."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from chengyang.extensions import DetailRow
from chengyang.platform.jobs import actions, permissions, results
from chengyang.platform.jobs.models import Job

from .admin import Button, ScopedAdmin
from .detail_rows import cell_text


def _button(verb: str, label: Any, action: Callable[..., Any], when: str, done: Any) -> Button:
    """Return a button for who may steer the job, while its property `when` is true."""
    return Button(
        verb, label, action, lambda user, job: getattr(job, when) and permissions.can_steer(user, job), done=done
    )


@admin.register(Job)
class JobAdmin(ScopedAdmin):
    """It stands in the navigation itself, in no section: the jobs come from all of them."""

    section = None
    list_display = ("title", "state", "progress", "created_at", "ended_at")
    list_filter = ("state",)
    search_fields = ("title",)
    ordering = ("-created_at", "-id")
    change_form_template = "jobs/job.html"
    # The page shows them beside the bar, where they follow the state of the job.
    buttons = (
        _button("cancel", gettext_lazy("取消任务"), actions.cancel, "can_be_cancelled", gettext_lazy("已取消。")),
        _button("retry", gettext_lazy("接着再试"), actions.retry, "can_be_retried", gettext_lazy("已重新排队。")),
        _button("undo", gettext_lazy("撤销"), actions.undo, "can_be_undone", gettext_lazy("正在撤销。")),
        _button(
            "empty", gettext_lazy("现在就删除文件"), actions.delete_result, "has_result", gettext_lazy("文件已删除。")
        ),
    )

    def is_for(self, scope: Any) -> bool:
        return scope.officer

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        own = [
            path("<slug:public_id>/progress/", view(require_safe(self.progress_view)), name="jobs_job_progress"),
            path("<slug:public_id>/result/", view(require_safe(self.result_view)), name="jobs_job_result"),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=gettext_lazy("进度"))
    def progress(self, job: Job) -> str:
        done = f"{job.done:,}" if job.total is None else f"{job.done:,} / {job.total:,}"
        return f"{done} {job.unit}".strip()

    def detail_rows(self, job: Job, user: Any) -> list[DetailRow]:
        rows = [
            DetailRow(_("提交"), cell_text(job.created_at)),
            DetailRow(_("任务编号"), job.public_id),
        ]
        if job.ended_at:
            rows.append(DetailRow(_("结束"), cell_text(job.ended_at), live=True))
        if job.undo_of:
            rows.append(DetailRow(_("撤销的任务"), job.undo_of, url=job.undo_of.get_absolute_url()))
        return rows

    def do_view(self, request: HttpRequest, object_id: int, verb: str) -> HttpResponse:
        """Call the action of a button; what is taken back is shown where its kind shows its results."""
        response = super().do_view(request, object_id, verb)
        job = self.get_object(request, str(object_id))
        return HttpResponseRedirect(job.next_url) if verb == "undo" and job and job.next_url else response

    def progress_view(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Answer the part of a page that shows a job, for the page that shows it already."""
        job = get_object_or_404(Job.objects.visible_to(request.user), public_id=public_id)
        return render(request, "jobs/_progress.html", {"job": job})

    def result_view(self, request: HttpRequest, public_id: str) -> StreamingHttpResponse:
        """Send the result of a job to its owner, part by part. Answers 404 when it has none, or when its seven days are over."""
        job = get_object_or_404(Job.objects.visible_to(request.user), public_id=public_id)
        if not job.has_result or job.is_open:
            raise Http404
        actions.record_fetching(job, actor=request.user)
        response = StreamingHttpResponse(results.result(job), content_type=job.result_type)
        response.headers["Content-Length"] = str(job.result_size)
        response.headers["Content-Disposition"] = content_disposition_header(True, job.result_name) or "attachment"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "private, no-store"
        return response
