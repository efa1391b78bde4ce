from django.db import migrations
from django.db.models import OuterRef, Q, Subquery


def set_known_places(apps, schema_editor):
    """Set the subdistrict of the place where base or address tell it; elsewhere it stays empty until somebody enters it."""
    activity = apps.get_model("activities", "Activity")
    on_site = activity.objects.exclude(mode="online").filter(place_subdistrict=None)
    for area in apps.get_model("accounts", "Subdistrict").objects.all():
        named = Q(address__contains=area.name) | Q(place__contains=area.name)
        on_site.filter(named).update(place_subdistrict=area)
    base = apps.get_model("bases", "Base").objects.filter(pk=OuterRef("base"))
    on_site.exclude(base=None).update(place_subdistrict=Subquery(base.values("subdistrict")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0003_subdistrict_of_the_place"),
    ]

    operations = [migrations.RunPython(set_known_places, migrations.RunPython.noop)]
