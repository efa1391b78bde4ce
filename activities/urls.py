"""URLs of this app, with their whole paths."""

from django.urls import path

from . import views

app_name = "activities"
urlpatterns = [
    # /calendar/
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/share/", views.share_calendar, name="calendar-share"),
    path("calendar.ics", views.feed, name="ics"),
    # /activities/
    path("activities/", views.activity_list, name="list"),
    path("activities/<public_id:public_id>/", views.detail, name="detail"),
    path("activities/<public_id:public_id>/share/", views.share, name="share"),
    path("activities/<public_id:public_id>/activity.ics", views.activity_ics, name="activity-ics"),
    path("activities/<public_id:public_id>/signup.ics", views.signup_ics, name="signup-ics"),
    path("activities/<public_id:public_id>/signup/", views.sign_up, name="signup"),
    # /tickets/
    path("tickets/<public_id:public_id>/", views.ticket, name="ticket"),
    path("tickets/<public_id:public_id>/confirm/", views.confirm_ticket, name="ticket-confirm"),
    path("tickets/<public_id:public_id>/cancel/", views.cancel_ticket, name="ticket-cancel"),
    # /me/activities/
    path("me/activities/", views.mine, name="mine"),
    # /checkin/
    path("checkin/<public_id:public_id>/", views.checkin, name="checkin"),
    path("checkin/<public_id:public_id>/ticket/", views.scan, name="checkin-scan"),
    path("checkin/<public_id:public_id>/finish/", views.finish, name="checkin-finish"),
    path("checkin/<public_id:public_id>/<public_id:ticket>/<slug:step>/", views.checkin_step, name="checkin-step"),
]
