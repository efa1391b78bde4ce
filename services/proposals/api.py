"""/api/v1/proposals/: published proposals with their answers, the same rows and words as the pages."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import AllowAny

from ..models import TOPICS, Promise, ProposalEdition


class PromiseSerializer(serializers.ModelSerializer):
    """What a department promised; its notes are not public."""

    what = serializers.CharField(source="shown_what", read_only=True)

    class Meta:
        model = Promise
        fields = ("what", "due_on", "first_due_on", "state", "done_on")


class ProposalSerializer(serializers.ModelSerializer):
    """A published proposal; nobody is named here."""

    id = serializers.CharField(source="public_id", read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    number = serializers.CharField(source="proposal.number", read_only=True)
    department = serializers.CharField(source="department.name", read_only=True)
    submitted_at = serializers.DateTimeField(source="proposal.submitted_at", read_only=True)
    state = serializers.CharField(source="proposal.state", read_only=True)
    promises = serializers.SerializerMethodField()

    class Meta:
        model = ProposalEdition
        fields = (
            *("id", "url", "number", "title", "topic", "situation", "wish", "department", "answer", "result"),
            *("submitted_at", "answered_on", "working_days", "published_at", "state", "promises"),
        )

    @extend_schema(responses=PromiseSerializer(many=True))
    def get_promises(self, edition: ProposalEdition) -> Any:
        referrals = edition.proposal.referrals.all()
        rows = [one for row in referrals for one in row.promises.all() if one.is_public]
        return PromiseSerializer(rows, many=True).data


class ByAnswer(CursorPagination):
    """Pages by cursor, the latest answers first."""

    ordering = ("-answered_on", "-id")
    page_size = 25


@extend_schema_view(
    list=extend_schema(
        summary=_("公开的建言"),
        parameters=[
            OpenApiParameter("q", str, description=_("题目、内容、承办单位")),
            OpenApiParameter("topic", str, enum=[*TOPICS], description=_("领域")),
        ],
    ),
    retrieve=extend_schema(summary=_("一件公开的建言")),
)
class ProposalViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Published proposals: read by everybody; nothing is written here."""

    queryset = ProposalEdition.objects.published()
    serializer_class = ProposalSerializer
    pagination_class = ByAnswer
    permission_classes = (AllowAny,)
    lookup_field = "public_id"
    lookup_value_regex = "[0-9a-z]{10}"

    def get_queryset(self) -> Any:
        rows = ProposalEdition.objects.published().select_related("proposal", "department")
        rows = rows.prefetch_related("proposal__referrals__promises")
        if self.action != "list":
            return rows
        topic = self.request.query_params.get("topic", "")
        if topic and topic not in TOPICS:
            raise ValidationError({"topic": [_("没有这个领域。")]})
        rows = rows.filter(topic=topic) if topic else rows
        return rows.search(self.request.query_params.get("q", "")[:100])
