"""A small site for tests of pages: a form with every kind of field, buttons whose action is refused, a list with pages."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path
from django.views.decorators.http import require_POST

from chengyang.errors import ActionError
from chengyang.platform.web import context, paging, undo, views
from chengyang.platform.web.forms import CheckBoxes, DateField, Form, NameField, PhoneField, RadioBoxes

KINDS = [("enterprise", "民营企业和外商投资企业管理技术人员"), ("new_media", "新媒体从业人员")]
SKILLS = [("law", "法律"), ("tax", "财税"), ("art", "文艺")]


FORM_PAGE = """{% extends "public.html" %}{% block crumbs %}{% crumbs "组织" "/organizations/" title %}{% endblock %}
{% block content %}<h1>表单</h1><form class="form" method="post" novalidate>{% csrf_token %}{{ form }}<div class="btns"><button class="btn btn--main">交</button></div></form>{% endblock %}"""
CONFIRM_PAGE = """{% extends "public.html" %}{% block content %}<h1>票</h1>
<form method="post" action="/refused/" data-confirm="取消报名吗？" data-confirm-yes="取消报名">{% csrf_token %}<button class="btn">去不了</button></form>
{% endblock %}"""
MONTH_PAGE = """{% extends "public.html" %}
{% block styles %}<link rel="stylesheet" href="{% static "css/calendar.css" %}">{% endblock %}
{% block scripts %}<script type="module" src="{% static "js/calendar.js" %}"></script>{% endblock %}
{% block content %}<h1>2026年9月</h1>
<p><a class="chip" href="?m=8" rel="prev">上个月</a><a class="chip" href="?m=10" rel="next">下个月</a></p>
<form class="filters" role="search"><input class="input" type="search" name="q" aria-label="搜活动"></form>
<ol class="days month">{% for day in days %}
  <li class="day{% if day == 16 %} day--today{% endif %}" id="d{{ day }}"><h2 class="day__date"><span class="day__num">{{ day }}</span></h2>
  <ul><li class="ev xin"><a class="ev__link" id="e{{ day }}" href="#e{{ day }}"><span class="ev__name">活动</span></a></li></ul></li>
{% endfor %}</ol>{% endblock %}"""
LIST_PAGE = """{% for row in page %}{{ row }},{% endfor %}{% include "web/_pages.html" %}"""


def page_of(source, request, status=200, **values):
    return HttpResponse(engines["django"].from_string(source).render(values, request), status=status)


class SampleForm(Form):
    name = NameField(help_text="和身份证一致")
    phone = PhoneField(required=False)
    kind = forms.ChoiceField(
        label="类别", choices=KINDS, widget=RadioBoxes(size="one", hints={"new_media": "运营、主播"})
    )
    skills = forms.MultipleChoiceField(label="能帮上", choices=SKILLS, required=False, widget=CheckBoxes(size="small"))
    birthday = DateField(label="日子", required=False)
    about = forms.CharField(label="说明", required=False, widget=forms.Textarea)
    area = forms.ChoiceField(label="街道", required=False, choices=[("", "都可以"), ("1", "夏庄")])
    agree = forms.BooleanField(label="同意入册", help_text="随时可以撤回")


@login_not_required
def sample(request):
    form = SampleForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        form.refuse(ActionError("这个手机号已经登记。", "taken", field="phone"))
        status = 409
    return page_of(FORM_PAGE, request, status, form=form, title="表单")


@login_not_required
def plain(request):
    return render(request, "public.html", {"title": "一页"})


@login_not_required
@require_POST
def refused(request):
    raise ActionError("报名已截止。", "closed", url=request.POST.get("url", ""))


@login_not_required
def refused_page(request):
    raise ActionError("还没有开始。", "early")


@login_not_required
def undone(request):
    undo.offer(request, "已归档。", "/take-back/")
    return render(request, "public.html", {"title": "一页"})


@login_not_required
def broken(request):
    raise RuntimeError("a fault of ours")


@login_not_required
def forbidden(request):
    raise PermissionDenied


@login_not_required
def missing(request):
    raise Http404


@login_not_required
def withdrawn(request):
    return views.gone(request, "文件已经废止。")


@login_not_required
def who(request):
    info = context.current()
    return HttpResponse(f"{info.request_id}|{info.address}|{info.agent}", content_type="text/plain")


@login_not_required
def numbers(request):
    source = LIST_PAGE
    if "page" in request.path:
        source = '{% extends "public.html" %}{% block content %}<h1>名单</h1>' + LIST_PAGE + "{% endblock %}"
    return page_of(source, request, page=paging.numbered(request, list(range(60))))


@login_not_required
def confirmed(request):
    return page_of(CONFIRM_PAGE, request, title="票")


@login_not_required
def month(request):
    return page_of(MONTH_PAGE, request, title="日历", days=range(1, 29))


urlpatterns = [
    path("", plain, name="home"),
    path("", include("chengyang.platform.web.urls")),
    path("calendar/", include(([path("", plain, name="calendar")], "activities"))),
    path("sample/", sample),
    path("refused/", refused),
    path("refused-page/", refused_page),
    path("undone/", undone),
    path("broken/", broken),
    path("forbidden/", forbidden),
    path("missing/", missing),
    path("withdrawn/", withdrawn),
    path("who/", who),
    path("numbers/", numbers),
    path("numbers-page/", numbers),
    path("asked/", confirmed),
    path("month/", month),
]
handler400 = "chengyang.platform.web.views.handler400"
handler403 = "chengyang.platform.web.views.handler403"
handler404 = "chengyang.platform.web.views.handler404"
handler500 = "chengyang.platform.web.views.handler500"
