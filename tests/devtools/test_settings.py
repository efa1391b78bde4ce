"""Settings that depend on the environment, each read by a process of its own."""

import json
import os
import subprocess
import sys

import pytest

from chengyang.devtools.check import example
from chengyang.devtools.paths import ROOT
from chengyang.devtools.test_isolation import HIDDEN

READ = """
import json, sys
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))
"""


def read(folder, *names, **variables):
    """Return {name: value} of the settings `names`, or the error message of the settings."""
    inherited = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    module = {"DJANGO_SETTINGS_MODULE": "chengyang.settings", "CHENGYANG_HOME": str(folder)}
    command = [sys.executable, "-c", READ, *names]
    done = subprocess.run(command, cwd=ROOT, env={**inherited, **module, **variables}, capture_output=True, text=True)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr.splitlines()[-1]


def test_debug_is_off_unless_it_is_asked_for(tmp_path):
    assert read(tmp_path, "DEBUG") == {"DEBUG": False}


def test_debug_leaves_templates_uncached(tmp_path):
    found = read(tmp_path, "DEBUG", "TEMPLATES", PORTAL_DEBUG="on")
    assert found["DEBUG"] is True
    assert "django.template.loaders.filesystem.Loader" in found["TEMPLATES"][0]["OPTIONS"]["loaders"]


def test_debug_is_refused_in_production(tmp_path):
    assert "production needs it off" in read(tmp_path, "DEBUG", **{**example(), "PORTAL_DEBUG": "on"})


def test_debug_is_refused_for_a_host_of_the_network(tmp_path):
    message = read(tmp_path, "DEBUG", PORTAL_DEBUG="on", ALLOWED_HOSTS="127.0.0.1,portal.example.org")
    assert "ALLOWED_HOSTS may then name this machine only" in message


MAIL = ("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", ["filebased", "localhost", 587, "", "", False]),
        ("console://", ["console", "localhost", 587, "", "", False]),
        ("smtp://me:a%40b@mail.example.org:2525", ["smtp", "mail.example.org", 2525, "me", "a@b", True]),
        ("smtps://mail.example.org", ["smtp", "mail.example.org", 465, "", "", False]),
    ],
)
def test_address_of_the_mail_server_becomes_the_settings_of_django(tmp_path, url, expected):
    backend, *others = read(tmp_path, *MAIL, EMAIL_URL=url).values()
    assert [backend.split(".")[-2], *others] == expected


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail.example.org", "smtp://"])
def test_bad_address_of_the_mail_server_is_refused(tmp_path, url):
    assert "EMAIL_URL must look like" in read(tmp_path, "EMAIL_HOST", EMAIL_URL=url)


def test_only_the_language_with_a_catalogue_is_offered(tmp_path):
    assert [code for code, _name in read(tmp_path, "LANGUAGES")["LANGUAGES"]] == ["zh-hans"]


def test_production_needs_the_address_that_messages_lead_to(tmp_path):
    assert "SITE_URL is not set" in read(tmp_path, "SITE_URL", **{**example(), "SITE_URL": ""})


@pytest.mark.parametrize(
    "address", ["http://xjc.example.gov.cn", "xjc.example.gov.cn", "https://a.cn/portal", "https://"]
)
def test_a_production_address_is_a_plain_https_address(tmp_path, address):
    assert "SITE_URL is" in read(tmp_path, "SITE_URL", **{**example(), "SITE_URL": address})


def test_locally_messages_lead_to_the_port_of_up(tmp_path):
    assert read(tmp_path, "SITE_URL", PORT="8123") == {"SITE_URL": "http://127.0.0.1:8123"}
