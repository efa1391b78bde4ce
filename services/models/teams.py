"""The service alliance, its teams and their posts."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.platform.accounts.organizers import DatedPost, DatedPostQuerySet, Organizer, OrganizerQuerySet
from chengyang.platform.audit.history import tracked
from chengyang.platform.standards.models import Assessment as StandardAssessment
from chengyang.platform.standards.models import Evaluation as StandardEvaluation
from chengyang.platform.standards.models import EvaluationQuerySet, OrganizerAssessmentQuerySet


class Alliance(models.Model):
    """服务联盟 “城新同行”."""

    name = models.CharField(_("名称"), max_length=30, unique=True)
    summary = models.CharField(_("简介"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("服务联盟")

    def __str__(self):
        return self.name


# Labels of the field codes in the imported data; for another field, staff store its name itself.
FIELDS = {
    "startup": _("创业"),
    "rural": _("乡村"),
    "law": _("法律"),
    "psychology": _("心理"),
    "arts": _("文艺"),
    "environment": _("环保"),
    "media": _("新媒体"),
    "finance": _("财税"),
    "aid": _("助学助困"),
}


class TeamQuerySet(OrganizerQuerySet):
    subject = "team"

    def open(self):
        """Return the teams that still work."""
        return self.filter(closed_on__isnull=True)

    def led(self):
        """Return the teams that have a leader today; what is asked of the others is the office's (domain.md rule 9)."""
        posts = self.model._meta.get_field("posts").related_model
        leaders = posts.objects.on(clock.today()).filter(kind=posts.Kind.LEADER, person__state="active")
        return self.filter(pk__in=leaders.values("team"))


@tracked
class Team(Organizer):
    """服务队: a team with a list of services that citizens and members can order."""

    OFFICE_FIELDS = ("name", "field", "subdistrict")
    EDITABLE_FIELDS = ("summary", "contact")
    COMMON_NAME_PARTS = "服务队|志愿|城阳区"

    name = models.CharField(_("名称"), max_length=40, unique=True)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="teams", verbose_name=_("联盟"))
    field = models.CharField(_("领域"), max_length=20)
    founded_on = models.DateField(_("成立日期"), null=True, blank=True)
    closed_on = models.DateField(_("停止日期"), null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("服务队")
        ordering = ["id"]

    def get_absolute_url(self):
        return reverse("services:team", args=[self.slug])

    def listed_offers(self):
        """Return what stands on its list of services, in order; without a query when the offers are prefetched."""
        return [offer for offer in self.offers.all() if offer.ended_on is None]

    @property
    def services(self):
        """Return the names of what can be ordered today."""
        return [offer.name for offer in self.listed_offers() if not offer.is_off]

    @property
    def field_label(self):
        """Return the name of the field of work, for its code or as staff wrote it."""
        return FIELDS.get(self.field, self.field)


@tracked
class Assessment(StandardAssessment):
    """服务队评定: an assessment of a team by the standard that officers have made for teams."""

    SUBJECT = "team"

    team = models.ForeignKey(Team, models.CASCADE, related_name="assessments", verbose_name=_("服务队"))

    objects = OrganizerAssessmentQuerySet.as_manager()

    class Meta(StandardAssessment.Meta):
        verbose_name = verbose_name_plural = _("服务队评定")


@tracked
class Evaluation(StandardEvaluation):
    """年度评价: the evaluation of a team for a year."""

    SUBJECT = "team"

    team = models.ForeignKey(Team, models.CASCADE, related_name="evaluations", verbose_name=_("服务队"))

    objects = EvaluationQuerySet.as_manager()

    class Meta(StandardEvaluation.Meta):
        verbose_name = verbose_name_plural = _("服务队年度评价")
        constraints = [
            *StandardEvaluation.Meta.constraints,
            models.UniqueConstraint(fields=["team", "version"], name="team_evaluated_once_by_a_version"),
        ]


class PostQuerySet(DatedPostQuerySet):
    def experts(self):
        """Return the posts of today whose holders agreed to be asked by name, with something that they can do."""
        rows = self.on(clock.today()).filter(by_name=True, person__state="active", team__closed_on__isnull=True)
        return rows.exclude(skills="").exclude(person__user=None)


@tracked
class Post(DatedPost):
    """A post in a team. A leader acts for the team; a volunteer is a member without rights over it."""

    PERSONAL = {**DatedPost.PERSONAL, "skills": "membership", "times": "membership", "by_name": "membership"}
    SUBJECT = "team"

    class Kind(models.TextChoices):
        LEADER = "leader", _("队长")
        VOLUNTEER = "volunteer", _("队员")

    team = models.ForeignKey(Team, models.PROTECT, related_name="posts", verbose_name=_("服务队"))
    kind = models.CharField(_("职务"), max_length=12, choices=Kind.choices)
    # What the holder offers, in their own words; only the team and officers who look for help for somebody read it.
    skills = models.CharField(_("会什么"), max_length=80, blank=True, help_text=_("用顿号分开，如 合同、劳动用工"))
    times = models.CharField(_("哪天有空"), max_length=80, blank=True, help_text=_("如 周四、周五下午，每月 4 小时"))
    by_name = models.BooleanField(
        _("可以点名请我"),
        default=False,
        help_text=_("勾上以后，分办诉求的办公室和别的队看得到你的名字，可以请你一个人来办；随时可以取消"),
    )

    objects = PostQuerySet.as_manager()

    class Meta(DatedPost.Meta):
        verbose_name = verbose_name_plural = _("服务队职务")

    @property
    def offered(self):
        """Return how somebody who may be asked by name is listed: name, team, what they can do, and when."""
        words = "，".join(filter(None, (str(self.team), self.skills, self.times)))
        return f"{self.person}（{words}）"
