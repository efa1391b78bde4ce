"""/api/v1/activities/: the same rows, filters and actions as the pages. A model for other resources."""

import datetime as dt
from typing import Any

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from chengyang import clock
from chengyang.platform.web.form_fields import NameField, parse_day
from chengyang.platform.web.validators import refuse_control_characters

from . import actions, filters
from .models import Activity, Signup
from .signup_status import signup_status_of

RELATED = ("programme", "brand", "organization", "team", "base", "subdistrict", "place_subdistrict")


class BySlug(serializers.Serializer):
    """An organizer: the slug of its page and its name."""

    slug = serializers.SlugField()
    name = serializers.CharField()


class SignupStatusSerializer(serializers.Serializer):
    """The sign-up status of an activity: a code for programs, a text for people."""

    code = serializers.CharField(help_text="off, past, soon, closed, open, few, full, free")
    text = serializers.CharField()


class ActivitySerializer(serializers.ModelSerializer):
    """An activity as everybody who may see it reads it."""

    id = serializers.CharField(source="public_id", read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    programme = serializers.CharField(source="programme.code", allow_null=True, default=None)
    brand = serializers.CharField(source="brand.name", allow_null=True, default=None)
    organization = BySlug(allow_null=True)
    team = BySlug(allow_null=True)
    base = BySlug(allow_null=True)
    subdistrict = serializers.CharField(source="subdistrict.code", allow_null=True, default=None)
    place_subdistrict = serializers.CharField(source="place_subdistrict.code", allow_null=True, default=None)
    places_left = serializers.IntegerField(allow_null=True)
    signup_opens = serializers.DateTimeField(source="signup_starts_at", allow_null=True)
    signup_closes = serializers.DateTimeField(source="signup_ends_at")
    signup_status = serializers.SerializerMethodField()

    class Meta:
        model = Activity
        # `online_url` is left out: only a confirmed ticket shows how to join online.
        fields = (
            *("id", "url", "state", "signup_status"),
            *(name for name in Activity.EDITABLE_FIELDS if name != "online_url"),
            *("places_left", "reason", "sequence", "changed_at"),
        )

    @extend_schema_field(SignupStatusSerializer)
    def get_signup_status(self, activity: Activity) -> dict[str, str]:
        status = signup_status_of(activity)
        return {"code": status.code, "text": status.whole}


class SignupSerializer(serializers.ModelSerializer):
    """A sign-up of the current user."""

    id = serializers.CharField(source="public_id", read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    activity = serializers.CharField(source="activity.public_id", read_only=True)

    class Meta:
        model = Signup
        fields = ("id", "url", "activity", "state", "position", "at", "offer_expires_at")
        read_only_fields = fields


class SignUpSerializer(serializers.Serializer):
    """The input of a sign-up: the name of a guest, and that the risks were read, where there are risks."""

    guest_name = serializers.CharField(required=False, allow_blank=True, max_length=80, default="")
    acknowledged = serializers.BooleanField(default=False, help_text=_("看过可能的风险和保险安排"))

    def validate_guest_name(self, name: str) -> str:
        """Return the name cleaned like that of the form. An empty name passes: the action refuses it for a guest."""
        return str(NameField(required=False, validators=[refuse_control_characters]).clean(name))


class RefusalSerializer(serializers.Serializer):
    """Why an action was refused: a code for programs, a sentence for people."""

    code = serializers.CharField()
    detail = serializers.CharField()


class ByStart(CursorPagination):
    """Pages by cursor, whose cost does not grow with the number of rows."""

    ordering = ("starts", "id")
    page_size = 25


REFUSED = OpenApiResponse(RefusalSerializer, description=_("现在不能这样做，原因写在里面"))
PARAMETERS = [
    OpenApiParameter("since", dt.date, description=_("从哪一天起，不写就是今天")),
    OpenApiParameter("until", dt.date, description=_("到哪一天为止，这一天也算")),
    *(OpenApiParameter(facet.name, str, many=True, description=facet.label) for facet in filters.FACETS.values()),
    *(OpenApiParameter(name, str, enum=["1"], description=label) for name, label in filters.FLAGS.items()),
    OpenApiParameter("q", str, description=_("名称、简介、地点、主办里的字")),
]


@extend_schema_view(
    list=extend_schema(summary=_("活动列表，筛选和日历一样"), parameters=PARAMETERS),
    retrieve=extend_schema(summary=_("一场活动")),
)
class ActivityViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Activities: read by everybody who may see them; signing up needs a signed-in account."""

    queryset = Activity.objects.published()
    serializer_class = ActivitySerializer
    pagination_class = ByStart
    permission_classes = (AllowAny,)
    lookup_field = "public_id"
    lookup_value_regex = "[0-9a-z]{10}"

    def get_queryset(self) -> Any:
        rows = Activity.objects.visible_to(self.request.user).select_related(*RELATED)
        return _between(rows.shown(), self.request.query_params) if self.action == "list" else rows

    @extend_schema(
        summary=_("报名，或排候补；重复报名返回已有的报名"),
        request=SignUpSerializer,
        responses={201: SignupSerializer, 409: REFUSED},
    )
    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated])
    def signup(self, request: Request, public_id: str) -> Response:
        activity = self.get_object()
        body = SignUpSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        if activity.hazards and not body.validated_data["acknowledged"]:
            raise ValidationError({"acknowledged": [_("请先看过可能的风险和保险安排。")]})
        signup = actions.sign_up(activity, guest_name=body.validated_data["guest_name"], actor=request.user)
        return Response(SignupSerializer(signup).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("取消自己的报名，不需要理由"), request=None, responses={200: SignupSerializer, 409: REFUSED}
    )
    @action(detail=True, methods=["post", "delete"], permission_classes=[IsAuthenticated])
    def cancel(self, request: Request, public_id: str) -> Response:
        own = Signup.objects.visible_to(request.user).of(request.user).open()
        signup = get_object_or_404(own.select_related("activity"), activity=self.get_object())
        return Response(SignupSerializer(actions.cancel_signup(signup, actor=request.user)).data)


def _between(rows: Any, query: QueryDict) -> Any:
    """Return the rows from `since` (default: today) to `until` (included) that pass the filters of the calendar."""
    rows = filters.parse(query).apply(rows.filter(ends__gt=clock.at(_day(query, "since") or clock.today())))
    last = _day(query, "until")
    return rows.filter(starts__lt=clock.at(last + dt.timedelta(days=1))) if last else rows


def _day(query: QueryDict, name: str) -> dt.date | None:
    """Return the date in the parameter `name`, or None. Raises ValidationError naming it for any other text."""
    text = query.get(name, "")
    try:
        return parse_day(text) if text else None
    except ValueError as error:
        raise ValidationError({name: [error.args[0]]}) from None
