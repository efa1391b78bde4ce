"""Gateways: the file, the choice of a provider, mail, and the refusal of demonstration addresses."""

import json
import os
import smtplib
from multiprocessing.pool import ThreadPool
from typing import ClassVar

import pytest
from django.apps import apps
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.base import BaseEmailBackend

from chengyang.platform.accounts import phone_verification
from chengyang.platform.accounts.models import User
from chengyang.platform.notices import delivery, gateways
from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.gateways import ConsoleGateway, FileGateway, MailGateway, NotSent, Refused, SmsGateway

DEMO, REAL = "+8615400000001", "+8613800000001"


class Provider(SmsGateway):
    """A provider as an office would write it: it maps our template names to its own ids, which the environment holds."""

    taken: ClassVar[list] = []

    def __init__(self):
        try:
            self.templates = json.loads(os.environ["TEST_SMS_TEMPLATES"])
        except KeyError:
            raise ImproperlyConfigured("Set TEST_SMS_TEMPLATES.") from None

    def put(self, message):
        if message.template not in self.templates:
            raise Refused("no_template")
        self.taken.append((message.to, self.templates[message.template], message.variables))


@pytest.fixture
def provider(settings, monkeypatch):
    """Choose `Provider` by its dotted path."""
    settings.SMS_BACKEND = f"{__name__}.Provider"
    monkeypatch.setenv("TEST_SMS_TEMPLATES", '{"code": "SMS_1", "tests/words": "SMS_2"}')
    monkeypatch.setattr(Provider, "taken", [])
    return Provider


def send(gateway, to=DEMO, key="k1", **options):
    gateway.send(to, "【城阳】你好", template="code", variables={"minutes": "5"}, key=key, **options)


def lines():
    return gateways.sms_file().read_text(encoding="utf-8").splitlines()


def test_the_file_has_one_line_of_json_for_each_message():
    send(FileGateway(), code="483920")
    (line,) = lines()
    message = json.loads(line)
    assert list(message) == ["at", "to", "template", "variables", "text", "code", "key"]
    assert (message["to"], message["code"]) == (DEMO, "483920")


def test_the_file_gateway_writes_a_known_key_once():
    send(FileGateway(), key="k1")
    send(FileGateway(), key="k1")
    send(FileGateway(), key="k2")
    assert len(lines()) == 2


def test_a_key_inside_a_text_is_not_taken_for_a_known_key():
    FileGateway().send(DEMO, '"key": "k1"}\n', template="x", variables={}, key="other")
    send(FileGateway(), key="k1")
    assert len(lines()) == 2


def test_a_line_cut_short_by_a_crash_does_not_damage_the_next_one():
    send(FileGateway(), key="k1")
    with open(gateways.sms_file(), "ab") as target:
        target.write(b'{"at": "2026-11-23", "to": "+86154')
    send(FileGateway(), key="k2")
    assert [message["key"] for message in gateways.last_sms(9)] == ["k2", "k1"]


def test_lines_written_concurrently_are_not_mixed():
    with ThreadPool(8) as pool:
        pool.map(lambda number: send(FileGateway(), key=f"k{number}"), range(80))
    assert {json.loads(line)["key"] for line in lines()} == {f"k{number}" for number in range(80)}


def test_only_the_owner_can_read_the_file():
    send(FileGateway())
    assert gateways.sms_file().stat().st_mode & 0o077 == 0


def test_no_message_yet_is_an_empty_list():
    assert gateways.last_sms(5) == []


def test_the_console_gateway_prints_the_message(capsys):
    send(ConsoleGateway(), code="483920")
    assert json.loads(capsys.readouterr().out)["code"] == "483920"


@pytest.mark.parametrize(("name", "kind"), [("file", FileGateway), ("console", ConsoleGateway)])
def test_the_setting_names_the_gateway(settings, name, kind):
    settings.SMS_BACKEND = name
    assert type(gateways.sms()) is kind


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("aliyun", "doesn't look like a module path"),
        ("office.sms.Provider", "No module named 'office'"),
        (f"{__name__}.Nothing", 'does not define a "Nothing"'),
        (f"{__name__}.MailGateway", "it is no subclass of SmsGateway"),
    ],
)
def test_a_wrong_backend_stops_the_start_with_one_sentence(settings, path, why):
    settings.SMS_BACKEND = path
    with pytest.raises(ImproperlyConfigured, match=rf"^SMS_BACKEND is .*{why}.*; set it to file, console or [^\n]*\.$"):
        apps.get_app_config("notices").ready()


def test_a_provider_without_credentials_stops_the_start(provider, monkeypatch):
    monkeypatch.delenv("TEST_SMS_TEMPLATES")
    with pytest.raises(ImproperlyConfigured, match=r"^Set TEST_SMS_TEMPLATES\.$"):
        apps.get_app_config("notices").ready()


@pytest.mark.django_db(transaction=True)
def test_a_provider_gets_template_and_variables_of_a_code(provider):
    phone_verification.send_code(REAL, address=None, session_key="s1")
    ((to, template, variables),) = provider.taken
    assert (to, template, list(variables)) == (REAL, "SMS_1", ["site", "code", "purpose", "minutes"])
    assert (len(variables["code"]), variables["minutes"]) == (6, "5")


def test_a_provider_gets_template_and_variables_of_a_notice(provider, db):
    notice = notify(User.objects.create(name="林知夏", phone=REAL), "tests/words", url="/me/", word="座谈会")
    delivery.deliver_due()
    address = delivery.short_address(notice)
    assert provider.taken == [(REAL, "SMS_2", {"word": "座谈会", "address": address})]


def test_a_gateway_that_could_dial_refuses_demonstration_numbers(provider):
    with pytest.raises(Refused, match="demo_number"):
        send(Provider(), to=DEMO)
    send(Provider(), to=REAL)
    assert [to for to, _template, _variables in provider.taken] == [REAL]


# ---- mail -----------------------------------------------------------------------------------------------------------


class Server(BaseEmailBackend):
    """A mail server that raises `answer`, or accepts no connection."""

    answer: Exception | None = None
    is_up = True

    def open(self):
        if not self.is_up:
            raise ConnectionRefusedError

    def send_messages(self, messages):
        if self.answer:
            raise self.answer
        mail.outbox += messages
        return len(messages)


@pytest.fixture
def server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    monkeypatch.setattr(Server, "answer", None)
    monkeypatch.setattr(Server, "is_up", True)
    return Server


def write(to="yu@example.org"):
    MailGateway().send(to, "正文", kind="tests/words", key="k1", subject="标题\n第二行")


def test_a_mail_carries_its_key_and_one_line_of_subject(server):
    write()
    (sent,) = mail.outbox
    assert (sent.subject, sent.to) == ("标题 第二行", ["yu@example.org"])
    assert sent.extra_headers["Message-ID"].startswith("<k1@")


def test_mail_to_a_demonstration_address_is_refused(server):
    with pytest.raises(Refused, match="demo_address"):
        write("member@demo.invalid")


@pytest.mark.parametrize(
    ("answer", "expected", "code"),
    [
        (smtplib.SMTPRecipientsRefused({"yu@example.org": (550, b"no")}), Refused, "address_refused"),
        (smtplib.SMTPDataError(451, b"later"), NotSent, "smtp_451"),
        (smtplib.SMTPDataError(554, b"spam"), Refused, "smtp_554"),
    ],
)
def test_an_answer_of_the_mail_server_is_certain(server, monkeypatch, answer, expected, code):
    monkeypatch.setattr(server, "answer", answer)
    with pytest.raises(expected, match=f"^{code}$"):
        write()


def test_a_broken_connection_is_not_certain(server, monkeypatch):
    monkeypatch.setattr(server, "answer", smtplib.SMTPServerDisconnected())
    with pytest.raises(smtplib.SMTPServerDisconnected):
        write()


def test_a_mail_server_that_is_down_has_not_taken_the_mail(server, monkeypatch):
    monkeypatch.setattr(server, "is_up", False)
    with pytest.raises(NotSent):
        write()


def test_mails_in_files_are_read_back(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    write("member@demo.invalid")
    (found,) = gateways.last_mails(5)
    assert (found["to"], found["subject"], found["text"].strip()) == ("member@demo.invalid", "标题 第二行", "正文")
