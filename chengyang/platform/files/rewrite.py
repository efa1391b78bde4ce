"""Rewrites one PDF or picture in a process of its own, with limits on memory and processor time.

    python -m chengyang.platform.files.rewrite pdf|JPEG|PNG|WEBP  < upload > rewritten
    python -m chengyang.platform.files.rewrite JPEG|PNG|WEBP public  < upload > one line of JSON, then the bytes of each width

The libraries that open files of strangers run here and not in the web server, so that a file that takes too much time or
memory ends this process and no other. It exits with 0, or with `REFUSED` and one of the codes `broken`, `bomb`, `kind` on
standard error; every other end means that a limit was exceeded. Django is not imported, which keeps the start short.
"""

import io
import json
import resource
import sys
import warnings
from collections.abc import Callable

REFUSED = 3  # exit code
MEMORY = 768 * 1024 * 1024  # bytes of address space, including 150 MB for Python and the libraries
PROCESSOR_SECONDS = 10
LONGEST_SIDE = 4096  # pixels; larger pictures are scaled down to it, which is enough for print
PUBLIC_WIDTHS = (400, 800, 1600)  # pixels, of a picture on a public page: two thumbnails and the picture itself
PUBLIC_HEIGHT = 1600
MOST_STRETCHED = 4  # longer to shorter side of such a picture
# A large camera stays below. JPEG files may have more pixels because they are decoded without an alpha channel.
MOST_PIXELS = {"JPEG": 50_000_000, "PNG": 24_000_000, "WEBP": 24_000_000}
MOST_OBJECTS = 200_000  # in a PDF; the yearly report of a district has some thousands
MOST_NESTING = 100  # levels of arrays and dictionaries in one object of a PDF

# Keys of a PDF that run something, or hold another file, wherever they stand (ISO 32000-1, 7.11.4 and 12.6).
ACTIVE_KEYS = (
    *("/AA", "/OpenAction", "/JS", "/JavaScript", "/XFA", "/EmbeddedFiles", "/EF", "/AF", "/RichMediaContent"),
    *("/Collection", "/RichMediaSettings", "/Renditions", "/Requirements"),
)
ACTIVE_ACTIONS = (
    *("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/ResetForm", "/GoToE", "/GoToR", "/Rendition"),
    *("/Movie", "/Sound", "/Hide", "/Named", "/RichMediaExecute"),
)
ACTIVE_ANNOTATIONS = ("/FileAttachment", "/Movie", "/Sound", "/Screen", "/RichMedia", "/3D")


UNREADABLE = (OSError, ValueError, SyntaxError, EOFError)  # what Pillow raises for damaged pictures


class Refused(Exception):
    """The file is not accepted; the argument is the code of the reason."""


def rewrite_pdf(data: bytes) -> bytes:
    """Return the PDF `data` written anew, without scripts, actions, forms that compute, and attached files.

    Raises Refused with `kind` for one with a password, `bomb` for one with too many objects, `broken` for what cannot be read.
    """
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if pdf.is_encrypted:
                raise Refused("kind")
            if len(pdf.objects) > MOST_OBJECTS:
                raise Refused("bomb")
            for obj in pdf.objects:
                _deactivate(obj, 0)
            for page in pdf.pages:
                _remove_active_annotations(page.obj)
            target = io.BytesIO()
            pdf.save(target, deterministic_id=True)
            return target.getvalue()
    except pikepdf.PasswordError:
        raise Refused("kind") from None
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, TypeError, KeyError, RuntimeError):
        raise Refused("broken") from None


def _deactivate(obj, depth: int) -> None:
    """Delete active keys from `obj` and everything directly inside it. Indirect objects are visited by the caller."""
    import pikepdf

    if depth > MOST_NESTING:
        raise Refused("bomb")
    if isinstance(obj, (pikepdf.Dictionary, pikepdf.Stream)):
        children = []
        for key in set(obj.keys()):
            if key in ACTIVE_KEYS or _is_active_action(obj.get(key)):
                del obj[key]
            else:
                children.append(obj[key])
    elif isinstance(obj, pikepdf.Array):
        children = list(obj)
    else:
        return
    for child in children:
        if not getattr(child, "is_indirect", False):
            _deactivate(child, depth + 1)


def _is_active_action(value) -> bool:
    import pikepdf

    return isinstance(value, pikepdf.Dictionary) and str(value.get("/S", "")) in ACTIVE_ACTIONS


def _remove_active_annotations(page) -> None:
    import pikepdf

    if isinstance(annotations := page.get("/Annots"), pikepdf.Array):
        valid = [one for one in annotations if isinstance(one, pikepdf.Dictionary)]
        kept = [one for one in valid if str(one.get("/Subtype", "")) not in ACTIVE_ANNOTATIONS]
        page["/Annots"] = pikepdf.Array(kept)


def rewrite_picture(data: bytes, form: str) -> bytes:
    """Return the first frame of the picture `data` in the format `form`, upright, made from its pixels only.

    Raises Refused with `bomb` for more than `MOST_PIXELS[form]`, `broken` for what cannot be read.
    """
    try:
        return _encoded(_pixels(data, form, LONGEST_SIDE), form)
    except UNREADABLE:
        raise Refused("broken") from None


def public_pictures(data: bytes, form: str) -> list[tuple[int, int, bytes]]:
    """Return (width, height, bytes) of the picture `data` in each of `PUBLIC_WIDTHS`, none of them enlarged.

    A picture with transparent parts is a PNG, every other one a JPEG. Raises Refused as `rewrite_picture`, and with `stretched`
    for one that is more than four times as long as wide.
    """
    from PIL import Image

    try:
        plain = _pixels(data, form, PUBLIC_WIDTHS[-1] * 2)
        if max(plain.size) > MOST_STRETCHED * min(plain.size):
            raise Refused("stretched")
        found = []
        for width in PUBLIC_WIDTHS:
            one = plain.copy()
            one.thumbnail((width, PUBLIC_HEIGHT), Image.Resampling.LANCZOS)
            found.append((one.width, one.height, _encoded(one, "PNG" if one.mode == "RGBA" else "JPEG", quality=82)))
        return found
    except UNREADABLE:
        raise Refused("broken") from None


def _pixels(data: bytes, form: str, longest: int):
    """Return the first frame upright, in RGB or RGBA, at most `longest` pixels on a side, without any metadata."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged metadata, which is dropped, and the size, which is checked below
            picture = Image.open(io.BytesIO(data), formats=[form])
            with picture:
                if picture.width * picture.height > MOST_PIXELS[form]:
                    raise Refused("bomb")
                picture.draft("RGB", (longest, longest))  # a large JPEG is decoded at a reduced size
                ImageOps.exif_transpose(picture, in_place=True)
                has_alpha = form != "JPEG" and (picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info)
                plain = picture.convert("RGBA" if has_alpha else "RGB")
    except Image.DecompressionBombError:
        raise Refused("broken") from None
    plain.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    plain.info.clear()  # every kind of metadata
    return plain


def _encoded(plain, form: str, quality: int = 88) -> bytes:
    target = io.BytesIO()
    plain.save(target, form, **({} if form == "PNG" else {"quality": quality}))
    return target.getvalue()


def _joined(pictures: list[tuple[int, int, bytes]]) -> bytes:
    """Return `pictures` as a line of JSON with (width, height, number of bytes) of each, and their bytes."""
    sizes = [(width, height, len(data)) for width, height, data in pictures]
    return json.dumps(sizes).encode() + b"\n" + b"".join(data for _width, _height, data in pictures)


def main(form: str, use: str = "") -> int:
    """Rewrite standard input to standard output, for a public page where `use` is "public"; return the exit code."""
    for limit, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, PROCESSOR_SECONDS)):
        resource.setrlimit(limit, (value, value))
    rewrite: Callable[[bytes], bytes] = rewrite_pdf if form == "pdf" else lambda data: rewrite_picture(data, form)
    if use == "public":
        rewrite = lambda data: _joined(public_pictures(data, form))  # noqa: E731
    try:
        result = rewrite(sys.stdin.buffer.read())
    except Refused as refusal:
        sys.stderr.write(str(refusal))
        return REFUSED
    sys.stdout.buffer.write(result)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
