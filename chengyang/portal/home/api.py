"""The root of the API: the routes of all apps, the OpenAPI schema, and an HTML page about it that needs no script."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from chengyang import extensions

METHODS = ("get", "post", "put", "patch", "delete")

router = SimpleRouter()
for route in extensions.api_routes():
    router.register(route.path, route.viewset, basename=route.path)


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Show the operations of the API, read from its own schema."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return render(request, "home/api.html", {"operations": _operations(schema)})


def _operations(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a dict for each operation: method, path, summary, query parameters, status codes of its answers."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "parameters": [row for row in operation.get("parameters", []) if row["in"] == "query"],
            "answers": sorted(operation["responses"]),
        }
        for path, methods in sorted(schema["paths"].items())
        for method, operation in methods.items()
        if method in METHODS
    ]


app_name = "api"
urlpatterns = [
    # /api/v1/
    path("", about, name="about"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("", include(router.urls)),
]
