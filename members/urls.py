"""URLs of the members app, with their full paths."""

from django.urls import path

from . import views

app_name = "members"
urlpatterns = [
    # /join/
    path("join/", views.join, name="join"),
    path("join/about/", views.about, name="join-about"),
    path("join/save/", views.save, name="join-save"),
    path("join/check/", views.check, name="join-check"),
    path("join/confirm/", views.confirm, name="confirm"),
    path("join/return/", views.come_back, name="return"),
    path("join/<public_id:public_id>/", views.application, name="application"),
    path("join/<public_id:public_id>/correct/", views.correct, name="application-correct"),
    path("join/<public_id:public_id>/object/", views.object_to, name="application-object"),
    path("join/<public_id:public_id>/withdraw/", views.withdraw, name="application-withdraw"),
    # /me/data/
    path("me/data/", views.data, name="data"),
    path("me/data/download/", views.download, name="data-download"),
    path("me/data/edit/", views.edit, name="data-edit"),
    path(
        "me/data/corrections/<public_id:public_id>/withdraw/",
        views.withdraw_correction,
        name="correction-withdraw",
    ),
    path("me/data/number/", views.number, name="data-number"),
    path("me/data/consents/<slug:code>/", views.consent, name="data-consent"),
    path("me/data/consents/<slug:code>/withdraw/", views.consent_withdraw, name="data-consent-withdraw"),
    path("me/data/rules/", views.rules, name="data-rules"),
    path("me/data/leave/", views.leave, name="data-leave"),
    # /manage/
    path("manage/numbers/<slug:kind>/<public_id:public_id>/", views.reveal, name="reveal"),
]
