"""URLs of this app, with their whole paths."""

from django.urls import path

from . import views
from .proposals.urls import PROPOSAL_URLS

app_name = "services"
urlpatterns = [
    # /services/
    path("services/", views.services_home, name="home"),
    path("services/query/", views.query_request, name="query"),
    path("services/board/", views.board, name="board"),
    # /services/requests/
    path("services/requests/new/", views.new_request, name="request-new"),
    path("services/requests/by-phone/", views.take_request, name="request-by-phone"),
    path("services/requests/<public_id:public_id>/", views.request_detail, name="request"),
    path("services/requests/<public_id:public_id>/message/", views.add_message, name="request-message"),
    path("services/requests/<public_id:public_id>/ask/", views.ask_author, name="request-ask"),
    path("services/requests/<public_id:public_id>/resume/", views.resume_request, name="request-resume"),
    path("services/requests/<public_id:public_id>/step/", views.record_step, name="request-step"),
    path("services/requests/<public_id:public_id>/appointment/", views.make_appointment, name="request-appointment"),
    path("services/requests/<public_id:public_id>/answer/", views.answer_request, name="request-answer"),
    path("services/requests/<public_id:public_id>/route/", views.route_request, name="request-route"),
    path("services/requests/<public_id:public_id>/invite/", views.invite_teams, name="request-invite"),
    path("services/requests/<public_id:public_id>/help/", views.ask_for_help, name="request-help"),
    path("services/requests/<public_id:public_id>/extend/", views.ask_extension, name="request-extend"),
    path("services/requests/<public_id:public_id>/divert/", views.divert_request, name="request-divert"),
    path("services/requests/<public_id:public_id>/rate/", views.rate_request, name="request-rate"),
    path("services/requests/<public_id:public_id>/reopen/", views.reopen_request, name="request-reopen"),
    path("services/requests/<public_id:public_id>/close/", views.close_request, name="request-close"),
    path("services/requests/<public_id:public_id>/readers/", views.change_readers, name="request-readers"),
    path("services/requests/<public_id:public_id>/withdraw/", views.withdraw_request, name="request-withdraw"),
    # /services/shares/, /services/extensions/, /services/appointments/
    path("services/shares/<public_id:public_id>/decide/", views.decide_share, name="share-decide"),
    path("services/shares/<public_id:public_id>/hand-in/", views.hand_in_share, name="share-hand-in"),
    path("services/shares/<public_id:public_id>/release/", views.release_share, name="share-release"),
    path("services/extensions/<public_id:public_id>/decide/", views.decide_extension, name="extension-decide"),
    path("services/appointments/<public_id:public_id>/appointment.ics", views.appointment_ics, name="appointment-ics"),
    path("services/appointments/<public_id:public_id>/cancel/", views.cancel_appointment, name="appointment-cancel"),
    # /services/entries/, /services/offers/, /services/applications/
    path("services/entries/<public_id:public_id>/correct/", views.correct_entry, name="entry-correct"),
    path("services/entries/<public_id:public_id>/withdraw/", views.withdraw_entry, name="entry-withdraw"),
    path("services/offers/<public_id:public_id>/alert/", views.offer_alert, name="offer-alert"),
    path(
        "services/applications/<public_id:public_id>/withdraw/",
        views.withdraw_application,
        name="application-withdraw",
    ),
    # /services/teams/
    path("services/teams/<slug:slug>/", views.team_detail, name="team"),
    path("services/teams/<slug:slug>/request/", views.new_request, name="team-request"),
    path("services/teams/<slug:slug>/join/", views.join_team, name="team-join"),
    path("services/teams/<slug:slug>/members/", views.team_members, name="team-members"),
    path("services/teams/<slug:slug>/members/<public_id:public_id>/", views.describe_post, name="post-describe"),
    # /services/outcomes/
    path("services/outcomes/<slug:subject>/<slug:slug>/", views.organizer_outcomes, name="outcomes"),
    # /services/contributions/
    path(
        "services/contributions/<slug:subject>/<slug:slug>/",
        views.organizer_contribution,
        name="organizer-contribution",
    ),
    *PROPOSAL_URLS,
    # /me/
    path("me/contribution/", views.my_contribution, name="contribution"),
    path("me/contribution/outcomes/<public_id:public_id>/leave/", views.leave_outcome, name="outcome-leave"),
    # /me/
    path("me/requests/", views.my_requests, name="mine"),
    path("me/teams/<slug:slug>/resign/", views.resign, name="resign"),
]
