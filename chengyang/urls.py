"""All URLs of the portal; docs/decisions.md, "Addresses" gives the reasons for their structure."""

from django.contrib import admin
from django.urls import include, path
from django.urls.converters import get_converters, register_converter

from chengyang.lib.vault.public_ids import PublicIdConverter
from chengyang.platform.notices.views import notice_open

if "public_id" not in get_converters():
    register_converter(PublicIdConverter, "public_id")

urlpatterns = [
    path("", include("chengyang.portal.home.urls")),
    path("", include("chengyang.platform.web.urls")),
    # /n/
    path("n/<public_id:public_id>/", notice_open, name="notice-open"),
    # /me/notices/
    path("me/notices/", include("chengyang.platform.notices.urls")),
    # /demo/
    path("demo/", include("chengyang.platform.notices.demo_urls")),
    # /accounts/, /privacy/, /files/
    path("accounts/", include("chengyang.platform.accounts.urls")),
    path("accounts/", include("chengyang.platform.accounts.allauth_urls")),
    path("privacy/", include("chengyang.platform.privacy.urls")),
    path("files/", include("chengyang.platform.files.urls")),
    # /standards/ and its pages below /me/
    path("", include("chengyang.platform.standards.urls")),
    # /objectives/ and its pages below /me/
    path("", include("chengyang.platform.objectives.urls")),
    # /contact/
    path("contact/", include("chengyang.platform.offices.urls")),
    # /join/, /organizations/, /bases/, /calendar/, /services/ and the pages of these apps below /me/
    path("", include("members.urls")),
    path("", include("organizations.urls")),
    path("", include("bases.urls")),
    path("", include("activities.urls")),
    path("", include("services.urls")),
    # /api/v1/
    path("api/v1/", include("chengyang.portal.home.api")),
    # /manage/board/, /results/, and the other pages of /manage/
    path("", include("chengyang.portal.board.urls")),
    path("manage/", admin.site.urls),
]
handler400 = "chengyang.platform.web.views.handler400"
handler403 = "chengyang.platform.web.views.handler403"
handler404 = "chengyang.platform.web.views.handler404"
handler500 = "chengyang.platform.web.views.handler500"
