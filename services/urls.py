"""URLs of this app, with their whole paths."""

from django.urls import path

from . import views

app_name = "services"
urlpatterns = [
    # /services/
    path("services/", views.services_home, name="home"),
    path("services/query/", views.query_request, name="query"),
    path("services/requests/new/", views.new_request, name="request-new"),
    path("services/requests/<public_id:public_id>/", views.request_detail, name="request"),
    path("services/requests/<public_id:public_id>/answer/", views.answer_request, name="request-answer"),
    path("services/requests/<public_id:public_id>/route/", views.route_request, name="request-route"),
    path("services/requests/<public_id:public_id>/rate/", views.rate_request, name="request-rate"),
    path("services/requests/<public_id:public_id>/reopen/", views.reopen_request, name="request-reopen"),
    path("services/requests/<public_id:public_id>/withdraw/", views.withdraw_request, name="request-withdraw"),
    path("services/teams/<slug:slug>/", views.team_detail, name="team"),
    path("services/teams/<slug:slug>/request/", views.new_request, name="team-request"),
    # /me/
    path("me/requests/", views.my_requests, name="mine"),
    path("me/teams/<slug:slug>/resign/", views.resign, name="resign"),
]
