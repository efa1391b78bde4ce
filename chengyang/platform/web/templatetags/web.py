"""Template tags of all pages: icons, programme marks, deadlines, QR codes, dates and masked numbers."""

import datetime as dt
import json
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import segno
from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.urls import base as urlresolvers
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chengyang.lib.chinese import dates, phones
from chengyang.lib.chinese import words as chinese_words
from chengyang.platform.web import canonical, fragments, navigation, panels, sent_forms, undo

register = template.Library()

SPRITE = "img/icons.svg"
PROGRAMMES = ("xin", "qu", "zhi", "li")  # each has a hue in controls.css and a shape in the sprite
DUE_LEVELS = ("high", "low", "set")  # more than a day left, today, over


def _use(symbol: str) -> SafeString:
    return format_html('<use href="{}#{}"/>', static(SPRITE), symbol)


@register.simple_tag
def icon(name: str, label: str = "", state: str = "") -> SafeString:
    """Render the icon `name` of the sprite; with a `label` for screen readers, without one hidden from them.

    `state` is a class that colours it, such as `is-reached`.
    """
    return _drawing(f"i-{name}", f"icon {state}".rstrip(), label)


@register.simple_tag
def drawing(symbol: str, css_class: str, label: str = "") -> SafeString:
    """Render any `symbol` of the sprite (sun-mark, c-high …) with the CSS class that sets its size."""
    return _drawing(symbol, css_class, label)


def _drawing(symbol, css_class, label):
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}">{}</svg>', css_class, label, _use(symbol))
    return format_html('<svg class="{}" aria-hidden="true">{}</svg>', css_class, _use(symbol))


@register.simple_tag
def kept(template_name: str, contents: Any, **values: Any) -> SafeString:
    """Render the template with `values` only, once for equal `contents` and plain values; see `web.fragments`."""
    plain = tuple(value for value in values.values() if isinstance(value, str))
    return fragments.draw(template_name, (contents, plain), **values)


class _PerVersion(template.Node):
    """See `per_version` below."""

    def __init__(self, nodelist: template.NodeList, name: str, values: dict[str, FilterExpression]) -> None:
        self.nodelist, self.name, self.values = nodelist, name, values

    def render(self, context: template.Context) -> SafeString:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        urls = urlresolvers.get_urlconf() or settings.ROOT_URLCONF
        key = (self.name, get_language(), urls, *values.values())
        return fragments.per_version(key, lambda: self.nodelist.render(context.new(values | {"site": settings.SITE})))


@register.tag
def per_version(parser: Parser, token: Token) -> _PerVersion:
    """Render a block once for a version of the site: `{% per_version "frame.foot" office=office %}…{% endper_version %}`.

    The block sees `site` and the values that are given, which must be hashable, and nothing else of the context, so that it
    cannot depend on the person who reads the page. The first argument names it among all templates.
    """
    _tag, *arguments = token.split_contents()
    name = arguments.pop(0) if arguments else ""
    values = token_kwargs(arguments, parser)
    if arguments or name[:1] not in ("'", '"'):
        raise template.TemplateSyntaxError("per_version takes a name in quotes, and values with their names.")
    nodelist = parser.parse(("endper_version",))
    parser.delete_first_token()
    return _PerVersion(nodelist, name[1:-1], values)


# ---- marks and diagrams ---------------------------------------------------------------------------------------------
@register.simple_tag
def mark(programme: Any, text: bool = False) -> SafeString:
    """Render the symbol of `programme` (an object with `code` and `name`) in its colour; nothing for None.

    The name follows for screen readers only; `text=True` shows it to everybody.
    """
    if not programme:
        return SafeString("")
    name = format_html("{}" if text else '<span class="vh">{}</span>', programme.name)
    if programme.code not in PROGRAMMES:
        return name
    return format_html(
        '<svg class="mark {}" aria-hidden="true">{}</svg>{}', programme.code, _use(f"m-{programme.code}"), name
    )


@register.inclusion_tag("web/_due.html")
def due(level: str, words: str, note: str = "") -> dict[str, str]:
    """Render a deadline with the icon of a sun: `level` is high (more than a day left), low (today) or set (over)."""
    if level not in DUE_LEVELS:
        raise ValueError(f"due: {level!r} is none of {', '.join(DUE_LEVELS)}")
    return {"level": level, "symbol": f"c-{level}", "words": words, "note": note}


@register.simple_tag
def rays(total: int, met: int, label: str = "") -> SafeString:
    """Render one ray per criterion (`total`), the first `met` of them lit; `label` is the text for screen readers."""
    label = label or _("%(total)d 项标准，达到 %(met)d 项") % {"total": total, "met": met}
    rows = ((*_ray(index, total), "is-lit" if index < met else "is-dim") for index in range(total))
    lines = format_html_join("", '<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>', rows)
    return format_html(
        '<svg class="rays" viewBox="0 0 72 40" role="img" aria-label="{}">'
        '<path class="rays__disc" d="M22 38a14 14 0 0 1 28 0z"/>{}</svg>',
        label,
        lines,
    )


@register.simple_tag
def rays_of(results: Sequence[str], label: str = "") -> SafeString:
    """Render one ray per criterion with the result "met" (lit), "partly" (half lit) or another one (dim)."""
    met, partly = results.count("met"), results.count("partly")
    words = _("%(total)d 项标准，做到 %(met)d 项，部分做到 %(partly)d 项")
    label = label or words % {"total": len(results), "met": met, "partly": partly}
    rows = [(*_ray(place, len(results)), "is-lit" if one == "met" else "is-dim") for place, one in enumerate(results)]
    halves = [(*_ray(place, len(results), ends=27), "is-lit") for place, one in enumerate(results) if one == "partly"]
    lines = format_html_join("", '<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>', [*rows, *halves])
    return format_html(
        '<svg class="rays" viewBox="0 0 72 40" role="img" aria-label="{}">'
        '<path class="rays__disc" d="M22 38a14 14 0 0 1 28 0z"/>{}</svg>',
        label,
        lines,
    )


def _ray(index, total, ends=32):
    """Return x1, y1, x2, y2 of one ray of the sun at (36, 38): from radius 22 to `ends`, spread over the half circle."""
    angle = math.pi * (1 - (index + 0.5) / total)
    x, y = math.cos(angle), math.sin(angle)
    return tuple(f"{value:.1f}" for radius in (22, ends) for value in (36 + radius * x, 38 - radius * y))


@register.simple_tag
def bar(value: float, total: float) -> SafeString:
    """Render `value` of `total` as a bar; the text beside it must contain the number."""
    share = min(max(value / total, 0), 1) * 100 if total else 0
    return format_html(
        '<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="1"/></svg>',
        f"{share:.1f}".removesuffix(".0"),
    )


@register.simple_tag
def pace(done: float, today: float, size: int, label: str, state: str = "") -> SafeString:
    """Render a rule that is filled to `done` per cent, with a sun of the radius `size` at `today` per cent.

    `label` is the text for screen readers; `state` (is-good …) colours the rule, and is said in words beside it.
    """
    is_small = size < 12
    top, thick = (14, 6) if is_small else (28, 4)
    return format_html(
        '<svg class="pace{}" role="img" aria-label="{}"><rect class="pace__all" y="{}" width="100%" height="{}"/>'
        '<rect class="pace__did" y="{}" width="{}%" height="{}"/><svg x="{}%" y="{}" overflow="visible">'
        '<path class="pace__sun" d="M-{} 0a{} {} 0 0 1 {} 0z"/></svg></svg>',
        (" pace--small" if is_small else "") + (f" {state}" if state else ""),
        label,
        *(top, thick, top, min(max(round(done), 0), 100), thick, min(max(round(today), 0), 100), top),
        *(size, size, size, 2 * size),
    )


@register.simple_tag
def qr(data: str, label: str = "") -> SafeString:
    """Render `data` as a QR code, black on white with its quiet zone; error correction level M for scratched screens."""
    return fragments.kept("web.qr", (data, label), lambda: _qr(data, label))


def _qr(data: str, label: str) -> SafeString:
    code = segno.make(data, error="m", micro=False, boost_error=False)
    svg = code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None, light="#fff")
    opening = format_html('<svg role="img" aria-label="{}" shape-rendering="crispEdges" ', label or _("二维码"))
    return mark_safe(svg.replace("<svg ", opening, 1))  # noqa: S308  made by segno, the label is escaped


# ---- texts ----------------------------------------------------------------------------------------------------------
@register.simple_tag
def when(starts: dt.datetime, ends: dt.datetime | None = None) -> str:
    """Return the text of a period: `11月23日 周一 14:00–16:00`."""
    return dates.span(starts, ends) if starts else ""


@register.filter
def day_span(starts: dt.date, ends: dt.date) -> str:
    """Return a half-open range of days: `10月12日–18日`."""
    return dates.days(starts, ends)


def _register_filter(name, show):
    """Register the filter `name`: it returns `show(value)`, and an empty text for None or an empty text."""
    register.filter(name, lambda value: "" if value is None or value == "" else show(_local(value)))


def _local(value):
    """Return an aware datetime in the time zone of the portal, because filters show its day; any other value unchanged."""
    return timezone.localtime(value) if isinstance(value, dt.datetime) and timezone.is_aware(value) else value


_register_filter("day", dates.day)  # 11月23日 周一
_register_filter("full_day", dates.full_day)  # 2026年11月23日
_register_filter("month_day", dates.month_day)  # 11月23日
_register_filter("month_text", dates.month_text)  # 2026年11月
_register_filter("partial_date", dates.partial)  # 2019年, 2019年6月, 2017年11月16日
_register_filter("days_left", dates.days_left)  # 还有 3 天
_register_filter("stamp", dates.stamp)  # 2026-11-23 14:00
_register_filter("money", lambda value: dates.money(Decimal(value)))  # 12,345.00 元
_register_filter("money_wan", lambda value: dates.money_wan(Decimal(value)))  # 3.2 万元
_register_filter("hours", lambda value: dates.hours(Decimal(value)))  # 2.5 小时
_register_filter("masked_phone", phones.mask_phone)  # 138****5678
_register_filter("spaced_phone", phones.spaced_phone)  # 138 1234 5678


@register.filter
def figure(value: Any) -> str:
    """Return the text of a large number: `3,186`, from ten thousand on `6.1 万`."""
    if value is None or value == "":
        return "—"
    return f"{value:,}" if value < 10_000 else f"{value / 10_000:.1f}".removesuffix(".0") + " 万"


@register.filter
def words(text: Any) -> SafeString:
    """Render a heading with the places where it may break, between its words; headings break nowhere else (base.css)."""
    return format_html_join(SafeString("<wbr>"), "{}", ((part,) for part in chinese_words.words(str(text or ""))))


@register.filter
def contact(text: Any) -> SafeString:
    """Render a contact with its telephone numbers and mail addresses as links that call and write."""
    parts = (
        format_html('<a class="as-is" href="{}">{}</a>', url, part) if url else format_html("{}", part)
        for part, url in phones.contacts(str(text or ""))
    )
    return format_html_join("", "{}", ((part,) for part in parts))


@register.simple_tag
def demo_badge(obj: Any) -> SafeString:
    """Render the badge 演示 when `obj` is a row with `is_demo` set, or True."""
    if not getattr(obj, "is_demo", obj is True):
        return SafeString("")
    return format_html('<span class="demo">{}</span>', _("演示"))


@register.simple_tag
def portal_site() -> dict[str, str]:
    """Return `settings.SITE`. base.html assigns it to `site` again, because allauth's views put another object there."""
    return settings.SITE


# ---- for search engines and previews ---------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def absolute_url(context: template.Context, path: str = "") -> str:
    """Return the absolute address of `path`, by default of the page without its query; empty where there is no request."""
    request = context.get("request")
    return canonical.absolute_url(request, path) if request else ""


@register.simple_tag(takes_context=True)
def block_text(context: template.Context, name: str) -> str:
    """Return what the block `name` of this page renders to, so that a text can stand in two places of the head."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks and blocks.get_block(name)
    return SafeString(" ".join(block.render(context).split())) if block else ""


@register.simple_tag
def json_ld(data: dict[str, Any]) -> SafeString:
    """Render `data` as JSON-LD. It is data and no script: browsers run nothing of it, and the CSP lets it pass."""
    text = json.dumps(data, ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308  escaped above


# ---- navigation -----------------------------------------------------------------------------------------------------
@register.inclusion_tag("web/_crumbs.html")
def crumbs(*trail: Any) -> dict[str, list[tuple[Any, str]]]:
    """Render the breadcrumbs: label, url, label, url … and last the label of the page itself."""
    pairs = [(_("首页"), "/"), *zip(trail[:-1:2], trail[1::2], strict=True)] if len(trail) % 2 else None
    if pairs is None:
        raise ValueError("crumbs: labels and urls in turn, and the label of the page itself last")
    return {"trail": [*pairs, (trail[-1], "")]}


@register.simple_tag(takes_context=True)
def main_menu(context: template.Context) -> tuple[navigation.Link, ...]:
    """Return the links of the header and of the bottom bar on phones."""
    return navigation.main_menu(context.get("request"))


@register.simple_tag(takes_context=True)
def site_map(context: template.Context) -> list[tuple[object, tuple[navigation.Link, ...]]]:
    """Return the groups of links in the footer."""
    return navigation.site_map(context.get("request"))


@register.simple_tag(takes_context=True, name="panels")
def render_panels(context: template.Context, place: str, subject: Any = None) -> SafeString:
    """Render the panels that upper layers declared for `place` of the page about `subject`."""
    return panels.render(place, context["request"], subject)


# ---- forms ----------------------------------------------------------------------------------------------------------
@register.simple_tag
def form_number() -> SafeString:
    """Render the hidden field that lets a form be carried out once, although it is sent twice (see `sent_forms`)."""
    return format_html('<input type="hidden" name="{}" value="{}">', sent_forms.FIELD, sent_forms.new_number())


# ---- messages -------------------------------------------------------------------------------------------------------
_KINDS = {"success": ("good", "check"), "info": ("info", "info"), "warning": ("soon", "warn"), "error": ("bad", "warn")}


@register.filter
def message_kind(message: Message) -> str:
    """Return the state (good, info, soon, bad) that a message reports."""
    return _KINDS.get(message.level_tag, _KINDS["info"])[0]


@register.filter
def message_icon(message: Message) -> str:
    """Return the name of the icon that goes with a message."""
    return _KINDS.get(message.level_tag, _KINDS["info"])[1]


@register.filter
def undo_url(message: Message) -> str:
    """Return the path that undoes the action of a message, or an empty text."""
    return undo.url_of(message)
