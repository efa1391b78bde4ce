"""The page 照片 of a record whose public page shows pictures (slot `pictures`): add, describe, put in order, take off, put back."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from chengyang import clock, extensions
from chengyang.errors import ActionError
from chengyang.extensions import RecordVerb
from chengyang.platform.files import actions
from chengyang.platform.files.models import Picture
from chengyang.platform.files.permissions import can_show_pictures
from chengyang.platform.web import undo
from chengyang.platform.web.forms import Form

from .links import page_url


class NoteForm(Form):
    """What is stored about a picture."""

    alt = forms.CharField(
        label=_("照片里看得见什么"),
        max_length=Picture._meta.get_field("alt").max_length,
        help_text=_("一句话，看不见图的人靠它；如：一楼展厅，左边是品牌墙，门口没有台阶"),
    )
    shows_people = forms.BooleanField(label=_("照片里认得出人"), required=False)
    consent = forms.CharField(
        label=_("本人怎么同意的"),
        required=False,
        max_length=Picture._meta.get_field("consent").max_length,
        help_text=_("认得出人时必填；如：三位都签了肖像同意书，存办公室。不写姓名"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("shows_people") and not data.get("consent"):
            self.add_error("consent", _("认得出人的照片，要写本人是怎么同意的。"))
        return data


class PictureForm(NoteForm):
    """A picture that is added."""

    creates = True
    field_order = ["file", "alt", "shows_people", "consent"]

    file = forms.FileField(
        label=_("照片"),
        help_text=_("JPG、PNG、WebP，20 MB 以内；拍摄地点、相机等信息不会保存"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class ShowsPictures:
    """The part of an admin with the page of the pictures; the app declares them in the slot `pictures`."""

    admin_site: Any
    model: Any
    get_object: Callable[..., Any]
    _or_404: Callable[..., None]

    def picture_urls(self) -> list:
        """Return the addresses of the page and of putting back, below that of the record."""
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("<int:object_id>/pictures/", view(both(self.pictures_view)), name=_name(self.model)),
            path(
                "<int:object_id>/pictures/<public_id:public_id>/restore/",
                view(require_POST(self.picture_restore_view)),
                name=f"{_name(self.model)}_restore",
            ),
        ]

    def _shown_by(self, request: HttpRequest, object_id: int) -> Any:
        """Return the record. Raises Http404 where the officer does not decide on its pictures."""
        self._or_404(request)
        found = self.get_object(request, str(object_id))
        if found is None or not can_show_pictures(request.user, found):
            raise Http404
        return found

    def pictures_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show the pictures of a record, and carry out what was pressed."""
        record = self._shown_by(request, object_id)
        shown, present = extensions.picture_set(record), list(Picture.objects.of(record))
        do = request.POST.get("do", "") if request.method == "POST" else ""
        asked = request.POST.get("picture", "")
        new = PictureForm(request.POST if do == "add" else None, request.FILES if do == "add" else None)
        notes = {picture.public_id: _note_form(request, picture, do == "correct") for picture in present}
        form = new if do == "add" else notes.get(asked) if do == "correct" else None
        if do and (form is None or form.is_valid()):
            try:
                self._carry_out(request, record, do, form)
                return HttpResponseRedirect(pictures_url(record))
            except ActionError as error:
                if form is None:
                    error.url = pictures_url(record)
                    raise
                form.refuse(error)
        context = {
            "title": f"{shown.label}：{record}",
            "record": record,
            "shown": shown,
            "rows": _rows(present, notes),
            "form": new if shown.most == 1 or len(present) < shown.most else None,
            "removed": Picture.objects.removed_from(record, clock.now() - actions.RESTORE_WITHIN),
            "back_url": page_url(record),
        }
        return self.admin_site.page(request, "staff/pictures.html", context, form.status if form else 200)

    def picture_restore_view(self, request: HttpRequest, object_id: int, public_id: str) -> HttpResponse:
        """Put back a picture that was taken off a moment ago."""
        record = self._shown_by(request, object_id)
        removed = Picture.objects.removed_from(record, clock.now() - 2 * actions.RESTORE_WITHIN)
        try:
            actions.restore_picture(get_object_or_404(removed, public_id=public_id), actor=request.user)
        except ActionError as error:
            error.url = pictures_url(record)
            raise
        messages.success(request, _t("已放回。"))
        return HttpResponseRedirect(pictures_url(record))

    def _carry_out(self, request: HttpRequest, record: Any, do: str, form: Any) -> None:
        """Call the action of the button or form that was sent."""
        if do == "add":
            data = dict(form.cleaned_data)
            actions.add_picture(record, upload=data.pop("file"), actor=request.user, **data)
            messages.success(request, _t("已放到公开页上。"))
            return
        if do == "order":
            order = request.POST.get("order", "").split(".")
            actions.order_pictures(record, order, actor=request.user)
            messages.success(request, _t("次序已保存，第一张是封面。"))
            return
        picture = get_object_or_404(Picture.objects.of(record), public_id=request.POST.get("picture", ""))
        if do == "correct":
            actions.correct_picture(picture, form.cleaned_data, actor=request.user)
            messages.success(request, _t("说明已改。"))
        elif do == "remove":
            actions.remove_picture(picture, actor=request.user)
            restore = reverse(f"admin:{_name(self.model)}_restore", args=[record.pk, picture.public_id])
            undo.offer(request, _t("已撤下，公开页和图片网址马上看不到了。"), restore)
        else:
            raise Http404


def pictures_url(record: Any) -> str:
    """Return the address of the page of the pictures of `record`."""
    return reverse(f"admin:{_name(type(record))}", args=[record.pk])


def pictures_verb(subject: str, label: Any, *, order: int) -> RecordVerb:
    """Return the link from the page of a record of the model `subject` to the page of its pictures."""
    return RecordVerb(subject, "pictures", label, "", "", can_show_pictures, url=pictures_url, order=order)


def _name(model: Any) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}_pictures"


def _note_form(request: HttpRequest, picture: Picture, is_sent: bool) -> NoteForm:
    is_this = is_sent and request.POST.get("picture") == picture.public_id
    stored = {name: getattr(picture, name) for name in ("alt", "shows_people", "consent")}
    return NoteForm(request.POST if is_this else None, initial=stored, prefix=picture.public_id)


def _rows(present: list[Picture], notes: dict[str, NoteForm]) -> list[dict[str, Any]]:
    """Return for each picture its form, and the order of all after a move up or down, "" where there is none."""
    keys = [picture.public_id for picture in present]
    rows = []
    for place, picture in enumerate(present):
        up = [*keys[: place - 1], keys[place], keys[place - 1], *keys[place + 1 :]] if place else []
        down = [*keys[:place], *keys[place + 1 : place + 2], keys[place], *keys[place + 2 :]]
        rows.append(
            {
                "picture": picture,
                "form": notes[picture.public_id],
                "up": ".".join(up),
                "down": ".".join(down) if place + 1 < len(keys) else "",
                "is_cover": place == 0,
            }
        )
    return rows
