"""Pages of the roof: home page, health, search."""

urlpatterns = []
