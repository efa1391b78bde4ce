"""URLs of the organizations app, with their full paths."""

from django.urls import path

from . import views

app_name = "organizations"
urlpatterns = [
    # /organizations/
    path("organizations/", views.organization_list, name="list"),
    path("organizations/<slug:slug>/", views.organization_detail, name="detail"),
    path("organizations/<slug:slug>/apply/", views.apply, name="apply"),
    path("organizations/<slug:slug>/charters/<public_id:public_id>/", views.charter, name="charter"),
    # /me/organizations/
    path("me/organizations/", views.mine, name="mine"),
    path("me/organizations/<slug:slug>/", views.members_page, name="members"),
    path("me/organizations/<public_id:public_id>/leave/", views.leave, name="leave"),
    path(
        "me/organizations/nominations/<public_id:public_id>/<slug:kind>/",
        views.answer_nomination,
        name="nomination-answer",
    ),
    # /me/duties/
    path("me/duties/", views.duties, name="duties"),
    path("me/duties/swaps/<public_id:public_id>/", views.answer_swap, name="swap-answer"),
    path("me/duties/substitutes/<public_id:public_id>/", views.answer_substitute, name="substitute-answer"),
    path("me/duties/sheets/<public_id:public_id>/", views.duty_sheet, name="duty-sheet"),
    path("me/duties/calendar/", views.change_feed, name="duty-feed-change"),
    # /calendar/
    path("calendar/duties/<public_id:public_id>/<str:signature>.ics", views.duty_feed, name="duty-feed"),
    # /me/organizations/posts/
    path("me/organizations/posts/<slug:slug>/resign/", views.resign, name="resign"),
]
