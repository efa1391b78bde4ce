"""Chinese translations of the texts of installed packages; no English text may reach a page.

`locale/zh_Hans/LC_MESSAGES/*.po` holds the translations that the packages' own Chinese catalogues lack. Babel compiles it,
because GNU gettext may be missing; `problems()` finds texts that a new version of a package left untranslated.
"""

import importlib.util
import re
from pathlib import Path

from .paths import ROOT

LANGUAGE = "zh_Hans"
DOMAINS = ("django", "djangojs")

# Packages whose texts reach a page, a form error or an API answer, with those of their folders that we do not install.
PACKAGES = {
    "django.conf": (),
    "django.contrib.admin": (),
    "django.contrib.auth": (),
    "django.contrib.contenttypes": (),
    "django.contrib.postgres": (),
    "django.contrib.sessions": (),
    "allauth": ("idp", "socialaccount", "headless"),
    "rest_framework": (),
    "drf_spectacular": (),
}
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (1,)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]|%[sdr]|\{\w+\}")


def compile_all(root=ROOT):
    """Compile each catalogue of the project `root` that is newer than its compiled file; return their number."""
    sources = [path for path in Path(root).glob("locale/*/LC_MESSAGES/*.po") if _is_stale(path)]
    for path in sources:
        _compile(path)
    return len(sources)


def problems(root=ROOT):
    """Return a sentence for each missing, superfluous or wrong translation; an empty list when all are complete."""
    found = []
    for domain in DOMAINS:
        known, used = _own(root, domain), _used(domain)
        translated = {**_shipped(domain), **known}
        found += [f"{domain}: no Chinese for {_label(key)} ({used[key]})" for key in used if not translated.get(key)]
        found += [f"{domain}: no package uses {_label(key)} any more" for key in known if key not in used]
        found += [
            f"{domain}: {_label(key)} and its Chinese differ in placeholders"
            for key in known
            if not _same_placeholders(key, known)
        ]
    return found


# ---- texts and translations of packages -----------------------------------------------------------------------------
def _used(domain):
    """Return {(text, context): package} of all texts of the packages."""
    return {key: package for package in PACKAGES for key in (*_listed(package, domain), *_extracted(package, domain))}


def _listed(package, domain):
    """Yield the texts in the English catalogue of the package, which covers templates and scripts too."""
    path = _folder(package) / "locale" / "en" / "LC_MESSAGES" / f"{domain}.po"
    for message in _read(path):
        if not _is_excluded(package, [place for place, _line in message.locations]):
            yield _key(message.id, message.context)


def _extracted(package, domain):
    """Yield the texts in the Python files of a package that has no English catalogue."""
    from babel.messages.extract import extract_from_dir

    if domain != "django" or (_folder(package) / "locale" / "en" / "LC_MESSAGES" / "django.po").exists():
        return
    found = extract_from_dir(_folder(package), method_map=[("**.py", "python")], keywords=KEYWORDS)
    for _path, _line, text, _comments, context in found:
        yield _key(text, context)


def _is_excluded(package, places):
    folders = PACKAGES[package]
    return bool(folders) and bool(places) and all(any(f"{folder}/" in place for folder in folders) for place in places)


def _shipped(domain):
    """Return {(text, context): Chinese} of the translations that the packages contain."""
    return {
        key: chinese
        for package in PACKAGES
        for path in (_folder(package) / "locale" / LANGUAGE / "LC_MESSAGES" / f"{domain}.mo",)
        for key, chinese in _strings(_read(path)).items()
    }


def _own(root, domain):
    return _strings(_read(Path(root) / "locale" / LANGUAGE / "LC_MESSAGES" / f"{domain}.po"))


def _strings(messages):
    return {_key(message.id, message.context): _first(message.string) for message in messages if not message.fuzzy}


def _same_placeholders(key, known):
    return set(PLACEHOLDER.findall(key[0])) == set(PLACEHOLDER.findall(known[key]))


def _read(path):
    """Return the messages of a catalogue file, source or compiled; an empty list if the file is missing."""
    from babel.messages.mofile import read_mo
    from babel.messages.pofile import read_po

    if not path.exists():
        return []
    with path.open("rb") as source:
        catalogue = read_mo(source) if path.suffix == ".mo" else read_po(source)
    return [message for message in catalogue if message.id]


def _key(text, context):
    return (_first(text), context.decode() if isinstance(context, bytes) else context)  # compiled files hold bytes


def _label(key):
    return repr(key[0]) + (f" (context {key[1]!r})" if key[1] else "")


def _first(text):
    return text[0] if isinstance(text, (tuple, list)) else text


def _folder(package):
    spec = importlib.util.find_spec(package)
    return Path(next(iter(spec.submodule_search_locations)))


# ---- compiling -------------------------------------------------------------------------------------------------------
def _is_stale(path):
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime


def _compile(path):
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with path.open("rb") as source:
        catalogue = read_po(source)
    draft = path.with_suffix(".mo.new")
    with draft.open("wb") as target:
        write_mo(target, catalogue)
    draft.replace(path.with_suffix(".mo"))
