"""The ways out: what the file keeps, and which addresses nothing of ours may dial."""

import json
import smtplib
from multiprocessing.pool import ThreadPool

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from chengyang.platform.notices import gateways
from chengyang.platform.notices.gateways import ConsoleGateway, FileGateway, MailGateway, NotSent, Refused, SmsGateway

DEMO, REAL = "+8615400000001", "+8613800000001"


class Dialler(SmsGateway):
    """A gateway that would really dial."""

    def __init__(self):
        self.taken = []

    def put(self, message):
        self.taken.append(message)


def send(gateway, to=DEMO, key="k1", **options):
    gateway.send(to, "【城阳】你好", kind="code", key=key, **options)


def lines():
    return gateways.sms_file().read_text(encoding="utf-8").splitlines()


def test_the_file_keeps_one_line_of_json_for_each_message():
    send(FileGateway(), code="483920")
    (line,) = lines()
    message = json.loads(line)
    assert list(message) == ["at", "to", "kind", "text", "code", "key"]
    assert (message["to"], message["code"]) == (DEMO, "483920")


def test_the_file_takes_a_known_key_once():
    send(FileGateway(), key="k1")
    send(FileGateway(), key="k1")
    send(FileGateway(), key="k2")
    assert len(lines()) == 2


def test_a_key_that_only_stands_in_a_text_is_not_known():
    FileGateway().send(DEMO, '"key": "k1"}\n', kind="x", key="other")
    send(FileGateway(), key="k1")
    assert len(lines()) == 2


def test_a_line_cut_short_by_a_crash_swallows_nothing():
    send(FileGateway(), key="k1")
    with open(gateways.sms_file(), "ab") as target:
        target.write(b'{"at": "2026-11-23", "to": "+86154')
    send(FileGateway(), key="k2")
    assert [message["key"] for message in gateways.last_sms(9)] == ["k2", "k1"]


def test_lines_written_at_once_stay_whole():
    with ThreadPool(8) as pool:
        pool.map(lambda number: send(FileGateway(), key=f"k{number}"), range(80))
    assert {json.loads(line)["key"] for line in lines()} == {f"k{number}" for number in range(80)}


def test_the_file_is_nobody_elses_business():
    send(FileGateway())
    assert gateways.sms_file().stat().st_mode & 0o077 == 0


def test_no_message_yet_is_an_empty_list():
    assert gateways.last_sms(5) == []


def test_the_console_shows_the_message(capsys):
    send(ConsoleGateway(), code="483920")
    assert json.loads(capsys.readouterr().out)["code"] == "483920"


@pytest.mark.parametrize(("name", "kind"), [("file", FileGateway), ("console", ConsoleGateway)])
def test_the_setting_names_the_gateway(settings, name, kind):
    settings.SMS_BACKEND = name
    assert type(gateways.sms()) is kind


def test_what_could_dial_refuses_numbers_of_the_demonstration():
    gateway = Dialler()
    with pytest.raises(Refused, match="demo_number"):
        send(gateway, to=DEMO)
    send(gateway, to=REAL)
    assert [message["to"] for message in gateway.taken] == [REAL]


# ---- mail -----------------------------------------------------------------------------------------------------------


class Server(BaseEmailBackend):
    """A mail server that answers with `answer`, or does not let anybody in."""

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


def test_what_could_dial_refuses_addresses_of_the_demonstration(server):
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
def test_an_answer_of_the_server_is_certain(server, monkeypatch, answer, expected, code):
    monkeypatch.setattr(server, "answer", answer)
    with pytest.raises(expected, match=f"^{code}$"):
        write()


def test_a_connection_lost_half_way_is_not_certain(server, monkeypatch):
    monkeypatch.setattr(server, "answer", smtplib.SMTPServerDisconnected())
    with pytest.raises(smtplib.SMTPServerDisconnected):
        write()


def test_a_server_that_is_down_has_taken_nothing(server, monkeypatch):
    monkeypatch.setattr(server, "is_up", False)
    with pytest.raises(NotSent):
        write()


def test_mails_in_files_are_read_back(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    write("member@demo.invalid")
    (found,) = gateways.last_mails(5)
    assert (found["to"], found["subject"], found["text"].strip()) == ("member@demo.invalid", "标题 第二行", "正文")
