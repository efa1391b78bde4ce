"""Pages of this app, with their whole paths."""

app_name = "organizations"
urlpatterns = []
