"""Registration details: the columns that an application and a person in the registry have in common."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from chengyang.lib.chinese import phones, search
from chengyang.lib.vault.fields import blind_index
from chengyang.platform.web.fields import LiteralQuery, NameKeyField, NameSearchField, TextSearchField

UNIT_LENGTH = 2  # characters of the work unit that a search needs, so that a single one finds names only


class Skill(models.TextChoices):
    """能帮上什么, on the registration form."""

    LAW = "law", _("法律")
    FINANCE = "finance", _("财税")
    STARTUP = "startup", _("创业辅导")
    PSYCHOLOGY = "psychology", _("心理")
    ARTS = "arts", _("文艺")
    MEDIA = "media", _("新媒体")
    ENVIRONMENT = "environment", _("环保")
    AID = "aid", _("助学助困")


class Wish(models.TextChoices):
    """希望得到什么, on the registration form."""

    PEERS = "peers", _("认识同行")
    TRAINING = "training", _("参加培训")
    PARTNERS = "partners", _("找项目合作")
    VOLUNTEER = "volunteer", _("做志愿服务")
    PROBLEM = "problem", _("反映问题")
    PROPOSE = "propose", _("提建议")


class Category(models.Model):
    """新阶层四类: the four categories, a code table that staff edit."""

    EDITABLE_FIELDS = ("name", "hint", "order")  # not `code`: URLs and metrics use it

    code = models.SlugField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    hint = models.CharField(_("提示"), max_length=60, blank=True)
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("类别")
        ordering = ["order", "code"]

    def __str__(self):
        return self.name


class RegistrationDetails(models.Model):
    """What a person states about themself at registration: abstract base of Application and Person."""

    EDITABLE_FIELDS = ("name", "category", "unit", "job", "subdistrict", "can", "want")  # in the order of the form
    # Column → the columns derived from it, which `save(update_fields=["name"])` would leave as they were.
    DERIVED = {"name": ("name_key", "name_search"), "unit": ("unit_search",)}
    PERSONAL = {
        "name": "registration",
        "name_key": "registration",
        "name_search": "registration",
        "unit": "registration",
        "unit_search": "registration",
        "job": "registration",
        "can": "registration",
        "want": "registration",
    }

    name = models.CharField(_("姓名"), max_length=50)
    name_key = NameKeyField("name")
    name_search = NameSearchField("name")
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("类别"))
    unit = models.CharField(_("工作单位"), max_length=100)
    unit_search = TextSearchField("unit")
    job = models.CharField(_("做什么工作"), max_length=60, blank=True)
    subdistrict = models.ForeignKey("accounts.Subdistrict", models.PROTECT, verbose_name=_("工作所在街道"))
    can = ArrayField(
        models.CharField(max_length=20, choices=Skill.choices), verbose_name=_("能帮上什么"), default=list, blank=True
    )
    want = ArrayField(
        models.CharField(max_length=20, choices=Wish.choices), verbose_name=_("希望得到什么"), default=list, blank=True
    )

    class Meta:
        abstract = True

    @classmethod
    def label_of(cls, name):
        """Return the label of the field `name`."""
        return cls._meta.get_field(name).verbose_name

    def can_labels(self):
        """Return the labels of what the person can help with; a code without a label is returned as it is."""
        return _labels(Skill, self.can)

    def want_labels(self):
        """Return the labels of what the person wishes for, as `can_labels`."""
        return _labels(Wish, self.want)

    def registration_details(self):
        """Return the values of `EDITABLE_FIELDS` by name."""
        return {name: getattr(self, name) for name in self.EDITABLE_FIELDS}


def _labels(choices, codes):
    known = dict(choices.choices)
    return [known.get(code, code) for code in codes]


class NameSearchMixin:
    """QuerySet mixin to find people by name, in characters or pinyin, or by phone number (requirements U02)."""

    def _of_phone(self, **lookup):
        """Return the condition for the rows whose phone number has the columns `lookup`."""
        return Q(**lookup)

    def search(self, text):
        """Return the rows that match `text`; all rows for an empty text.

        It may be a name or part of it, its pinyin or initials, two characters or more of the work unit, a full phone number or
        its last four digits.
        """
        text = (text or "").strip()
        if not text:
            return self
        found = Q(pk__in=[])
        if query := search.name_query(text):
            found |= Q(name_search=LiteralQuery(query))
        if len(text) >= UNIT_LENGTH and (query := search.text_query(text)):
            found |= Q(unit_search=LiteralQuery(query))
        if text.isascii() and text.isdigit() and len(text) == 4:
            found |= self._of_phone(phone_last4=text)
        elif number := _number(text):
            found |= self._of_phone(phone_index=blind_index("phone", number))
        return self.filter(found)

    def search_names(self, text):
        """Return the rows whose name, pinyin or initials match `text`, for readers who may not look for numbers or units.

        All rows for an empty text, none for a text without any word.
        """
        text = (text or "").strip()
        if not text:
            return self
        query = search.name_query(text)
        return self.filter(name_search=LiteralQuery(query)) if query else self.none()

    def ranked(self, text):
        """Order what `search` found: surnames as typed first, then names that begin so, then the others, by pinyin."""
        text = (text or "").strip().lower()
        first = Q(name__startswith=text)
        if text.isascii() and text.isalpha():
            first |= Q(name_key__regex=rf"^{text}[0-9a-f]{{4,5}}( |$)")  # see `pinyin.name_key`
        rank = Case(When(first, then=0), When(name_key__startswith=text, then=1), default=2)
        return self.order_by(rank, "name_key", "pk")


def _number(text):
    """Return `text` as a normalised phone number, or an empty text if it is not one."""
    try:
        return phones.normalise_phone(text)
    except ValueError:
        return ""
