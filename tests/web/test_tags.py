import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.template import Context, Template

from chengyang import clock

PROGRAMME = SimpleNamespace(code="qu", name="新趣汇")


def drawn(source, **values):
    return Template(source).render(Context(values)).strip()


def test_icon_without_words_is_decoration():
    assert drawn('{% icon "cal" %}') == (
        '<svg class="icon" aria-hidden="true"><use href="/static/img/icons.svg#i-cal"/></svg>'
    )


def test_icon_with_words_speaks_and_is_escaped():
    html = drawn('{% icon "cal" label %}', label='"><b>')
    assert 'role="img" aria-label="&quot;&gt;&lt;b&gt;"' in html


@pytest.mark.parametrize("code", ["xin", "qu", "zhi", "li"])
def test_mark_has_hue_and_shape_and_name(code):
    html = drawn("{% mark p %}", p=SimpleNamespace(code=code, name="某汇"))
    assert f'class="mark {code}"' in html
    assert f"#m-{code}" in html
    assert '<span class="vh">某汇</span>' in html


def test_mark_shows_its_name_when_asked():
    assert drawn("{% mark p text=True %}", p=PROGRAMME).endswith("</svg>新趣汇")


@pytest.mark.parametrize("programme", [None, SimpleNamespace(code="other", name="另一个")])
def test_mark_of_no_programme_draws_no_shape(programme):
    assert "<svg" not in drawn("{% mark p %}", p=programme)


@pytest.mark.parametrize(("total", "met"), [(6, 6), (6, 5), (5, 0), (4, 2), (1, 1)])
def test_rays_are_as_many_as_criteria_and_lit_when_met(total, met):
    html = drawn("{% rays total met %}", total=total, met=met)
    assert (html.count("<line"), html.count("is-lit")) == (total, met)


def test_rays_say_what_they_show():
    assert 'aria-label="6 项标准，达到 5 项"' in drawn("{% rays 6 5 %}")


def test_rays_spread_evenly_over_the_half_circle():
    html = drawn("{% rays 2 0 %}")
    assert re.findall(r'x1="([\d.]+)" y1="([\d.]+)"', html) == [("20.4", "22.4"), ("51.6", "22.4")]


@pytest.mark.parametrize(("value", "total", "width"), [(1, 4, "25"), (28, 40, "70"), (1, 3, "33.3"), (9, 4, "100"), (1, 0, "0"), (-1, 4, "0")])  # fmt: skip
def test_bar_is_as_wide_as_the_share(value, total, width):
    assert f'<rect width="{width}"' in drawn("{% bar value total %}", value=value, total=total)


@pytest.mark.parametrize("level", ["high", "low", "set"])
def test_due_shows_its_sun_and_its_words(level):
    html = drawn("{% due level words note %}", level=level, words="还有 2 个工作日", note="9月18日 周五")
    assert f"due--{level}" in html
    assert f"#c-{level}" in html
    assert "还有 2 个工作日" in html


def test_due_of_another_level_is_our_mistake():
    with pytest.raises(ValueError, match="sunk"):
        drawn('{% due "sunk" "过了" %}')


# ---- QR ---------------------------------------------------------------------------------------------------------------
def test_qr_is_black_on_white_without_style():
    html = drawn('{% qr "https://example.invalid/t/7k3m" "签到二维码" %}')
    assert 'fill="#fff"' in html
    assert 'stroke="#000"' in html
    assert "style" not in html


def test_qr_has_a_quiet_zone_of_four():
    html = drawn('{% qr "1" %}')
    assert 'viewBox="0 0 29 29"' in html
    assert ' d="M4 4.5h7' in html


def test_qr_says_what_it_is():
    html = drawn("{% qr data label %}", data="<b>", label='"<')
    assert 'role="img" aria-label="&quot;&lt;"' in html
    assert "<b>" not in html


# ---- words ------------------------------------------------------------------------------------------------------------
def test_when_says_the_date_once():
    starts = clock.at(dt.date(2026, 11, 23), dt.time(14))
    html = drawn("{% when starts ends %}", starts=starts, ends=starts + dt.timedelta(hours=2))
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
def test_values_are_shown_as_people_read_them(source, value, shown):
    assert drawn(source, x=value) == shown


@pytest.mark.parametrize(
    ("thing", "shown"),
    [(True, True), (False, False), (None, False), (SimpleNamespace(is_demo=True), True), (SimpleNamespace(is_demo=False), False)],
)  # fmt: skip
def test_demo_badge_marks_what_is_of_the_demo(thing, shown):
    assert ("演示" in drawn("{% demo_badge thing %}", thing=thing)) is shown


def test_crumbs_start_at_home_and_end_here():
    html = drawn('{% crumbs "基地" "/bases/" name %}', name="新心向阳")
    assert re.findall(r'<a href="([^"]+)">', html) == ["/", "/bases/"]
    assert '<span aria-current="page">新心向阳</span>' in html


def test_crumbs_without_a_last_label_are_our_mistake():
    with pytest.raises(ValueError, match="crumbs"):
        drawn('{% crumbs "基地" "/bases/" %}')
