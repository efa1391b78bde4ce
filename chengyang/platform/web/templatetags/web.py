"""Tags of the look: icons, marks, the suns that say something, codes and masked numbers."""

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import segno
from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from chengyang.lib.chinese import dates, phones
from chengyang.platform.web import navigation, panels, undo

register = template.Library()

SPRITE = "img/icons.svg"
PROGRAMMES = ("xin", "qu", "zhi", "li")  # each has a hue in controls.css and a shape in the sprite
DUE_LEVELS = ("high", "low", "set")  # more than a day left, today, over


def _use(symbol: str) -> SafeString:
    return format_html('<use href="{}#{}"/>', static(SPRITE), symbol)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw the icon `name` of the sprite; with a `label` it speaks for itself, without one it is decoration."""
    return _drawing(f"i-{name}", "icon", label)


@register.simple_tag
def drawing(symbol: str, css_class: str, label: str = "") -> SafeString:
    """Draw any `symbol` of the sprite (sun-mark, c-high …) with the class that gives it its size."""
    return _drawing(symbol, css_class, label)


def _drawing(symbol, css_class, label):
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}">{}</svg>', css_class, label, _use(symbol))
    return format_html('<svg class="{}" aria-hidden="true">{}</svg>', css_class, _use(symbol))


# ---- programmes and suns -------------------------------------------------------------------------------------------
@register.simple_tag
def mark(programme: Any, text: bool = False) -> SafeString:
    """Draw the shape of `programme` (an object with `code` and `name`) in its hue; nothing for None.

    Its name follows for those who do not see it; `text=True` shows it to everybody.
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
    """Show a deadline as a sun: `level` high (more than a day), low (today) or set (over), with its words."""
    if level not in DUE_LEVELS:
        raise ValueError(f"due: {level!r} is none of {', '.join(DUE_LEVELS)}")
    return {"level": level, "symbol": f"c-{level}", "words": words, "note": note}


@register.simple_tag
def rays(total: int, met: int, label: str = "") -> SafeString:
    """Draw one ray per criterion (`total`), the first `met` of them lit; `label` says the same in words."""
    label = label or _("%(total)d 项标准，达到 %(met)d 项") % {"total": total, "met": met}
    rows = ((*_ray(index, total), "is-lit" if index < met else "is-dim") for index in range(total))
    lines = format_html_join("", '<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>', rows)
    return format_html(
        '<svg class="rays" viewBox="0 0 72 40" role="img" aria-label="{}">'
        '<path class="rays__disc" d="M22 38a14 14 0 0 1 28 0z"/>{}</svg>',
        label,
        lines,
    )


def _ray(index, total):
    """Return x1, y1, x2, y2 of one ray of the sun at (36, 38): from radius 22 to 32, spread over the half circle."""
    angle = math.pi * (1 - (index + 0.5) / total)
    x, y = math.cos(angle), math.sin(angle)
    return tuple(f"{value:.1f}" for radius in (22, 32) for value in (36 + radius * x, 38 - radius * y))


@register.simple_tag
def bar(value: float, total: float) -> SafeString:
    """Draw `value` of `total` as a bar; the words beside it carry the number."""
    share = min(max(value / total, 0), 1) * 100 if total else 0
    return format_html(
        '<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="1"/></svg>',
        f"{share:.1f}".removesuffix(".0"),
    )


@register.simple_tag
def qr(data: str, label: str = "") -> SafeString:
    """Draw `data` as a QR code, black on white with its quiet zone, readable from a scratched phone (level M)."""
    code = segno.make(data, error="m", micro=False, boost_error=False)
    drawn = code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None, light="#fff")
    opening = format_html('<svg role="img" aria-label="{}" shape-rendering="crispEdges" ', label or _("二维码"))
    return mark_safe(drawn.replace("<svg ", opening, 1))  # noqa: S308  segno's own drawing, the label is escaped


# ---- words ---------------------------------------------------------------------------------------------------------
@register.simple_tag
def when(starts: dt.datetime, ends: dt.datetime | None = None) -> str:
    """Show when something takes place: `11月23日 周一 14:00–16:00`."""
    return dates.span(starts, ends) if starts else ""


def _of_value(name, show):
    """Register the filter `name` that shows a value with `show`, and nothing for None or an empty text."""
    register.filter(name, lambda value: "" if value is None or value == "" else show(_here(value)))


def _here(value):
    """Return an aware moment in the portal's time zone, whose day is the day that people mean; all else as it is."""
    return timezone.localtime(value) if isinstance(value, dt.datetime) and timezone.is_aware(value) else value


_of_value("day", dates.day)  # 11月23日 周一
_of_value("full_day", dates.full_day)  # 2026年11月23日
_of_value("month_day", dates.month_day)  # 11月23日
_of_value("month_text", dates.month_text)  # 2026年11月
_of_value("partial_date", dates.partial)  # 2019年, 2019年6月, 2017年11月16日
_of_value("days_left", dates.days_left)  # 还有 3 天
_of_value("stamp", dates.stamp)  # 2026-11-23 14:00
_of_value("money", lambda value: dates.money(Decimal(value)))  # 12,345.00 元
_of_value("money_wan", lambda value: dates.money_wan(Decimal(value)))  # 3.2 万元
_of_value("hours", lambda value: dates.hours(Decimal(value)))  # 2.5 小时
_of_value("masked_phone", phones.mask_phone)  # 138****5678
_of_value("spaced_phone", phones.spaced_phone)  # 138 1234 5678


@register.filter
def figure(value: Any) -> str:
    """Show a count as a large figure: `3,186`, from ten thousand on `6.1 万`."""
    if value is None or value == "":
        return "—"
    return f"{value:,}" if value < 10_000 else f"{value / 10_000:.1f}".removesuffix(".0") + " 万"


@register.simple_tag
def demo_badge(thing: Any) -> SafeString:
    """Say that `thing` (a row with `is_demo`, or a truth) belongs to the demonstration."""
    if not getattr(thing, "is_demo", thing is True):
        return SafeString("")
    return format_html('<span class="demo">{}</span>', _("演示"))


@register.simple_tag
def portal_site() -> dict[str, str]:
    """Return `settings.SITE` for base.html, which names it `site` again: allauth's views put another thing there."""
    return settings.SITE


# ---- ways ----------------------------------------------------------------------------------------------------------
@register.inclusion_tag("web/_crumbs.html")
def crumbs(*trail: Any) -> dict[str, list[tuple[Any, str]]]:
    """Show where the page stands: label, url, label, url … and last the label of the page itself."""
    pairs = [(_("首页"), "/"), *zip(trail[:-1:2], trail[1::2], strict=True)] if len(trail) % 2 else None
    if pairs is None:
        raise ValueError("crumbs: labels and urls in turn, and the page's own label last")
    return {"trail": [*pairs, (trail[-1], "")]}


@register.simple_tag(takes_context=True)
def places(context: template.Context) -> list[navigation.Link]:
    """Return the places of the header and of the bar under the thumb."""
    return navigation.main_menu(context.get("request"))


@register.simple_tag(takes_context=True)
def site_map(context: template.Context) -> list[tuple[object, list[navigation.Link]]]:
    """Return the groups of the foot."""
    return navigation.site_map(context.get("request"))


@register.simple_tag(takes_context=True, name="panels")
def draw_panels(context: template.Context, place: str, subject: Any = None) -> SafeString:
    """Draw what the floors above registered for `place` of the page about `subject`."""
    return panels.draw(place, context["request"], subject)


# ---- messages ------------------------------------------------------------------------------------------------------
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
    """Return the path that takes back what a message reports, or nothing."""
    return undo.url_of(message)
