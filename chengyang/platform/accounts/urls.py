"""URLs of the app; those that allauth reverses by name are in allauth_urls.py."""

from allauth.account import views as account
from django.urls import path

from chengyang.platform.web.counted_forms import redirected

from . import views

app_name = "accounts"
urlpatterns = [
    # /accounts/
    path("", views.security, name="security"),
    path("phone/", views.phone, name="phone"),
    path("close/", views.close, name="close"),
    path("confirm/", views.step_up, name="step_up"),
    # /accounts/passkeys/
    path("passkeys/", views.passkeys, name="passkeys"),
    path("passkeys/options/", views.passkey_options, name="passkey-options"),
    path("passkeys/login/", views.passkey_login, name="passkey-login"),
    path("passkeys/<int:pk>/remove/", views.remove_passkey, name="passkey-remove"),
    # /accounts/phone/
    path("phone/surname/", views.surname, name="surname"),
    path("phone/new-owner/", views.new_owner, name="new_owner"),
    path("phone/former/", views.former_number, name="former_number"),
    path("phone/change/", views.change_phone, name="change_phone"),
    path("phone/changed/", views.phone_changed, name="phone_changed"),
    path("undo/<public_id:public_id>/<slug:signature>/", views.undo_number, name="undo_number"),
    path("phone/lost/", views.lost_number, name="lost_number"),
    path("phone/lost/sent/", views.lost_number_sent, name="lost_number_sent"),
    path("stop/<public_id:public_id>/<slug:signature>/", views.stop_number, name="stop_number"),
    # /accounts/
    path("login/", redirected(account.login), name="login"),
    path("logout/", account.logout, name="logout"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/<int:pk>/end/", views.end_session, name="session-end"),
    path("sessions/end-others/", views.end_other_sessions, name="sessions-end_others"),
]
