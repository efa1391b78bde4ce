"""Invented addresses, telephones and hours of the office and the windows, marked as demonstration data."""

from chengyang.platform.offices.models import Office

from .dataset import Dataset

HOURS = "工作日 9:00–12:00，13:30–17:00"


def make_offices(dataset: Dataset) -> None:
    """Fill in the empty rows that `seed` made. The numbers have the prefix that no carrier uses."""
    rows = list(Office.objects.select_related("subdistrict"))
    for place, row in enumerate(rows):
        area = row.subdistrict
        row.name = f"{area}党群服务中心" if area else ""
        row.address = f"{area}向阳路 {place} 号一楼" if area else "城阳区向阳路 1 号"
        row.phone, row.hours, row.is_demo = f"154 0000 01{place:02}", HOURS, True
    Office.objects.bulk_update(rows, ["name", "address", "phone", "hours", "is_demo"])
