"""URLs of the app; those that allauth reverses by name are in allauth_urls.py."""

from allauth.account import views as account
from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    # /accounts/
    path("", views.security, name="security"),
    path("phone/", views.phone, name="phone"),
    path("phone/change/", views.change_phone, name="change_phone"),
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/<int:pk>/end/", views.end_session, name="session-end"),
    path("sessions/end-others/", views.end_other_sessions, name="sessions-end_others"),
]
