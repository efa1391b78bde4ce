"""The home page, the first page of /me/ (the other pages below /me/ are in the `urls.py` of their apps), and health checks."""

from django.urls import include, path

from . import indexing, views

# /me/
me_urls = [path("", views.me, name="home")]

urlpatterns = [
    path("", views.home, name="home"),
    path("me/", include((me_urls, "me"))),
    path("figures/", views.figures, name="figures"),
    path("robots.txt", indexing.robots, name="robots"),
    path("sitemap.xml", indexing.sitemap, name="sitemap"),
    path("manifest.webmanifest", indexing.manifest, name="manifest"),
    path("favicon.ico", indexing.favicon, name="favicon"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
