"""Pictures of the demo: drawn here, so that they show nobody and belong to nobody. Bases get photos, organizations a logo."""

import hashlib
import io
from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from chengyang.platform.files.models import Picture
from chengyang.platform.files.rewrite import public_pictures

from .bulk import insert
from .dataset import Dataset

SIZE = (1200, 750)  # pixels
SKY, GROUND, WALL, TILES, GLASS = (222, 232, 236), (206, 208, 196), (236, 226, 210), (120, 92, 76), (164, 190, 204)
GATE, TREE, TRUNK, GROUND_IN, INK, SUN = (
    (178, 60, 44),
    (112, 144, 104),
    (110, 92, 74),
    (198, 176, 148),
    (70, 70, 72),
    (214, 146, 44),
)

# Of bases by slug: what is seen, and which drawing it is.
PHOTOS: dict[str, tuple[tuple[str, str], ...]] = {
    "xiaxin-lianxin": (
        ("夏新连心外景：两层砖楼，一排大窗，红门朝南，门前有缓坡和一棵树", "outside"),
        ("一楼会客厅：长桌和十二把椅子，门口没有台阶", "table"),
        ("路演厅：讲台、幕布，六排座位", "stage"),
    ),
    "xiangyang-huiketing": (
        ("向阳会客厅外景：临街一层，玻璃门朝东", "outside"),
        ("会客厅里：圆桌和书架", "table"),
    ),
    "xinmeiti-chuangzuo": (("创作营的直播间：讲台和背景墙", "stage"),),
}
LOGOS = ("xinmeiti", "xiazhuang")  # organizations by slug


def make_pictures(dataset: Dataset) -> None:
    """Create photos of some bases, and logos of some organizations."""
    rng = dataset.random_source("pictures")
    rows, at = [], rng.moment(dataset.ago(30), 9, 17)
    for slug, photos in PHOTOS.items():
        for place, (alt, drawing) in enumerate(photos):
            shade = rng.randint(-10, 10)
            rows.append(_picture(rng, dataset.bases[slug], place, alt, DRAWINGS[drawing](shade), "JPEG", at))
    for slug in LOGOS:
        if organization := dataset.organizations.get(slug):
            mark = _logo(rng.randint(0, 60))
            rows.append(_picture(rng, organization, 0, f"{organization.name}的标志：半个太阳", mark, "PNG", at))
    insert(rows)


def _picture(rng: Any, row: Any, place: int, alt: str, drawn: Image.Image, form: str, at: Any) -> Picture:
    target = io.BytesIO()
    drawn.save(target, form)
    sizes = public_pictures(target.getvalue(), form)
    width, height, data = sizes[-1]
    picture = Picture.of_row(row)
    picture.public_id, picture.position, picture.alt, picture.is_demo = rng.public_id(), place, alt, True
    picture.width, picture.height, picture.at = width, height, at
    picture.sha256 = hashlib.sha256(data).hexdigest()
    picture.content_type = f"image/{form.lower()}"
    for name, (_width, _height, stored) in zip(Picture.SIZES, sizes, strict=True):
        path = f"pictures/demo/{picture.public_id}-{name}.{'png' if form == 'PNG' else 'jpg'}"
        if not default_storage.exists(path):  # another name would make the next run differ
            default_storage.save(path, ContentFile(stored))
        setattr(picture, name, path)
    return picture


# ---- drawings -------------------------------------------------------------------------------------------------------
def _canvas(colour: tuple[int, int, int], shade: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    drawn = Image.new("RGB", SIZE, tuple(part + shade for part in colour))
    return drawn, ImageDraw.Draw(drawn)


def _outside(shade: int) -> Image.Image:
    drawn, pen = _canvas(SKY, shade)
    pen.rectangle((0, 610, 1200, 750), fill=GROUND)
    pen.rectangle((220, 220, 960, 620), fill=WALL)
    pen.rectangle((195, 185, 985, 222), fill=TILES)
    for top in (270, 450):
        for left in range(270, 900, 160):
            pen.rectangle((left, top, left + 110, top + 110), fill=GLASS, outline=INK, width=3)
    pen.rectangle((430, 430, 540, 620), fill=GATE)
    pen.polygon(((430, 620), (540, 620), (700, 680), (400, 680)), fill=WALL)
    pen.rectangle((1065, 430, 1085, 640), fill=TRUNK)
    pen.ellipse((990, 250, 1160, 480), fill=TREE)
    return drawn


def _table(shade: int) -> Image.Image:
    drawn, pen = _canvas(WALL, shade)
    pen.rectangle((0, 520, 1200, 750), fill=GROUND_IN)
    for left in (120, 480, 840):
        pen.rectangle((left, 110, left + 240, 360), fill=GLASS, outline=INK, width=4)
    pen.polygon(((300, 480), (900, 480), (1010, 620), (190, 620)), fill=TILES)
    for left in range(250, 950, 115):
        pen.rectangle((left, 420, left + 60, 480), fill=TRUNK)
        pen.rectangle((left - 20, 625, left + 50, 720), fill=TRUNK)
    return drawn


def _stage(shade: int) -> Image.Image:
    drawn, pen = _canvas(GROUND_IN, shade)
    pen.rectangle((0, 0, 1200, 430), fill=WALL)
    pen.rectangle((330, 80, 870, 380), fill=(246, 246, 244), outline=INK, width=6)
    pen.rectangle((180, 390, 1020, 450), fill=TILES)
    pen.rectangle((930, 290, 990, 400), fill=GATE)
    for row in range(3):
        for left in range(160 - row * 30, 1040 + row * 30, 110):
            pen.rounded_rectangle((left, 500 + row * 85, left + 80, 560 + row * 85), 10, fill=GLASS)
    return drawn


def _logo(shade: int) -> Image.Image:
    drawn = Image.new("RGBA", (400, 240))
    pen = ImageDraw.Draw(drawn)
    pen.pieslice((120, 90, 280, 250), 180, 360, fill=(*SUN, 255))
    pen.arc((70, 40, 330, 300), 180, 360, fill=(GATE[0], GATE[1] + shade, GATE[2], 255), width=14)
    pen.rectangle((40, 172, 360, 184), fill=(*INK, 255))
    return drawn


DRAWINGS: dict[str, Callable[[int], Image.Image]] = {"outside": _outside, "table": _table, "stage": _stage}
