import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.template import Context, Template

from chengyang import clock

PROGRAMME = SimpleNamespace(code="qu", name="新趣汇")


def rendered(source, **values):
    return Template(source).render(Context(values)).strip()


def test_an_icon_without_a_label_is_hidden_from_screen_readers():
    assert rendered('{% icon "cal" %}') == (
        '<svg class="icon" aria-hidden="true"><use href="/static/img/icons.svg#i-cal"/></svg>'
    )


def test_an_icon_with_a_label_is_accessible_and_escaped():
    html = rendered('{% icon "cal" label %}', label='"><b>')
    assert 'role="img" aria-label="&quot;&gt;&lt;b&gt;"' in html


@pytest.mark.parametrize("code", ["xin", "qu", "zhi", "li"])
def test_a_mark_has_colour_shape_and_name(code):
    html = rendered("{% mark p %}", p=SimpleNamespace(code=code, name="某汇"))
    assert f'class="mark {code}"' in html
    assert f"#m-{code}" in html
    assert '<span class="vh">某汇</span>' in html


def test_mark_shows_its_name_when_asked():
    assert rendered("{% mark p text=True %}", p=PROGRAMME).endswith("</svg>新趣汇")


@pytest.mark.parametrize("programme", [None, SimpleNamespace(code="other", name="另一个")])
def test_the_mark_of_no_programme_has_no_shape(programme):
    assert "<svg" not in rendered("{% mark p %}", p=programme)


@pytest.mark.parametrize(("total", "met"), [(6, 6), (6, 5), (5, 0), (4, 2), (1, 1)])
def test_rays_are_as_many_as_criteria_and_lit_when_met(total, met):
    html = rendered("{% rays total met %}", total=total, met=met)
    assert (html.count("<line"), html.count("is-lit")) == (total, met)


def test_rays_have_a_label():
    assert 'aria-label="6 项标准，达到 5 项"' in rendered("{% rays 6 5 %}")


def test_rays_spread_evenly_over_the_half_circle():
    html = rendered("{% rays 2 0 %}")
    assert re.findall(r'x1="([\d.]+)" y1="([\d.]+)"', html) == [("20.4", "22.4"), ("51.6", "22.4")]


@pytest.mark.parametrize(("value", "total", "width"), [(1, 4, "25"), (28, 40, "70"), (1, 3, "33.3"), (9, 4, "100"), (1, 0, "0"), (-1, 4, "0")])  # fmt: skip
def test_bar_is_as_wide_as_the_share(value, total, width):
    assert f'<rect width="{width}"' in rendered("{% bar value total %}", value=value, total=total)


@pytest.mark.parametrize("level", ["high", "low", "set"])
def test_a_deadline_has_its_icon_and_its_text(level):
    html = rendered("{% due level words note %}", level=level, words="还有 2 个工作日", note="9月18日 周五")
    assert f"due--{level}" in html
    assert f"#c-{level}" in html
    assert "还有 2 个工作日" in html


def test_an_unknown_level_of_a_deadline_is_an_error():
    with pytest.raises(ValueError, match="sunk"):
        rendered('{% due "sunk" "过了" %}')


# ---- QR -------------------------------------------------------------------------------------------------------------
def test_qr_is_black_on_white_without_style():
    html = rendered('{% qr "https://example.invalid/t/7k3m" "签到二维码" %}')
    assert 'fill="#fff"' in html
    assert 'stroke="#000"' in html
    assert "style" not in html


def test_qr_has_a_quiet_zone_of_four():
    html = rendered('{% qr "1" %}')
    assert 'viewBox="0 0 29 29"' in html
    assert ' d="M4 4.5h7' in html


def test_qr_has_a_label():
    html = rendered("{% qr data label %}", data="<b>", label='"<')
    assert 'role="img" aria-label="&quot;&lt;"' in html
    assert "<b>" not in html


# ---- texts ----------------------------------------------------------------------------------------------------------
def test_when_shows_the_date_once():
    starts = clock.at(dt.date(2026, 11, 23), dt.time(14))
    html = rendered("{% when starts ends %}", starts=starts, ends=starts + dt.timedelta(hours=2))
    assert html.endswith("11月23日 周一 14:00–16:00")


@pytest.mark.parametrize(
    ("source", "value", "shown"),
    [
        ("{{ x|masked_phone }}", "+8615412345678", "154****5678"),
        ("{{ x|masked_phone }}", None, ""),
        ("{{ x|full_day }}", dt.date(2026, 11, 23), "2026年11月23日"),
        ("{{ x|partial_date }}", "2019-06", "2019年6月"),
        ("{{ x|month_day }}", None, ""),
        ("{{ x|month_day }}", dt.datetime(2026, 11, 22, 16, 30, tzinfo=dt.UTC), "11月23日"),  # half past midnight here
        ("{{ x|hours }}", 0, "0 小时"),
    ],
)
def test_values_are_formatted(source, value, shown):
    assert rendered(source, x=value) == shown


@pytest.mark.parametrize(
    ("obj", "shown"),
    [(True, True), (False, False), (None, False), (SimpleNamespace(is_demo=True), True), (SimpleNamespace(is_demo=False), False)],
)  # fmt: skip
def test_the_demo_badge_marks_demo_rows(obj, shown):
    assert ("演示" in rendered("{% demo_badge obj %}", obj=obj)) is shown


def test_breadcrumbs_start_at_home_and_end_at_the_page():
    html = rendered('{% crumbs "基地" "/bases/" name %}', name="新心向阳")
    assert re.findall(r'<a href="([^"]+)">', html) == ["/", "/bases/"]
    assert '<span aria-current="page">新心向阳</span>' in html


def test_breadcrumbs_without_a_last_label_are_an_error():
    with pytest.raises(ValueError, match="crumbs"):
        rendered('{% crumbs "基地" "/bases/" %}')
