"""/api/v1/objectives/: the same rows and numbers as the pages."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import AllowAny

from chengyang import clock

from . import owners, permissions
from .models import Objective
from .progress import progress_of


class ProgressSerializer(serializers.Serializer):
    """Where an objective stands today; `done` is null where it is too small to be published."""

    done = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    passed = serializers.FloatField(help_text=_("时间过了多少，0 到 1"))
    light = serializers.CharField(help_text="not_yet, ahead, on_time, late, reached, missed, ended")
    text = serializers.CharField()


class ObjectiveSerializer(serializers.ModelSerializer):
    """An objective as whoever may see it reads it."""

    id = serializers.CharField(source="public_id", read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    year = serializers.IntegerField(source="plan.year", read_only=True)
    kind = serializers.CharField(source="plan.kind", read_only=True)
    owner = serializers.SerializerMethodField()
    state = serializers.CharField(source="plan.state", read_only=True)
    progress = serializers.SerializerMethodField()

    class Meta:
        model = Objective
        fields = (
            *("id", "url", "year", "kind", "owner", "state", "what", "metric", "unit", "target", "starts", "ends"),
            *("agreed_on", "dropped_on", "progress"),
        )

    def get_owner(self, objective: Objective) -> str:
        return owners.name_of(objective.owner)

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, objective: Objective) -> dict[str, Any]:
        is_own = permissions.can_work_on(self.context["request"].user, objective.plan)
        return ProgressSerializer(progress_of(objective, public=not is_own)).data


class ByAge(CursorPagination):
    """Pages by cursor, the latest objectives first."""

    ordering = ("-id",)
    page_size = 25


@extend_schema_view(
    list=extend_schema(
        summary=_("年度目标列表"), parameters=[OpenApiParameter("year", int, description=_("哪一年，不写就是今年"))]
    ),
    retrieve=extend_schema(summary=_("一项年度目标")),
)
class ObjectiveViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Objectives: read by everybody who may see them; nothing is written here."""

    queryset = Objective.objects.published()
    serializer_class = ObjectiveSerializer
    pagination_class = ByAge
    permission_classes = (AllowAny,)
    lookup_field = "public_id"
    lookup_value_regex = "[0-9a-z]{10}"

    def get_queryset(self) -> Any:
        rows = Objective.objects.visible_to(self.request.user).with_owners().with_checked()
        return rows.filter(plan__year=self._year()) if self.action == "list" else rows

    def _year(self) -> int:
        """Return the year of the query. Raises ValidationError for any other text."""
        text = self.request.query_params.get("year", "") or str(clock.today().year)
        if not (text.isascii() and text.isdecimal() and len(text) == 4):
            raise ValidationError({"year": [_("年份应像 2026 这样。")]})
        return int(text)
