"""Gateways that send text messages and mail. Nothing here touches the database.

A gateway either takes a message and returns, or raises: `Refused` (never try again), `NotSent` (certainly not taken, try
later). After any other exception it is unknown whether the message went out. A gateway with `honours_keys` accepts a message
with a known key without sending it again.
"""

import datetime as dt
import fcntl
import json
import os
import smtplib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection
from django.utils.module_loading import import_string

from chengyang import clock
from chengyang.lib.chinese import phones

DEMO_DOMAIN = "@demo.invalid"
CODE_TEMPLATE = "code"  # `template` of a message with a sign-in code; all others are names of notices
TAIL = 256 * 1024  # bytes at the end of the file from which the last messages are read
KEYS_WITHIN = 8 * 1024 * 1024  # bytes at the end of the file in which a key is looked up: weeks of messages
PRIVATE = 0o600  # the messages contain phone numbers and codes


class Refused(Exception):
    """The gateway will never take this message; `args[0]` is a code without any personal value."""


class NotSent(Exception):
    """The message was certainly not taken; a later try may succeed. `args[0]` is a code."""


# ---- text messages --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SmsMessage:
    """One text message as a gateway receives it.

    `to` is a stored number (E.164). `template` is `code` or the name of a notice ("<app>/<name>"), `variables` are the values
    that `text` was rendered with. `code` is the sign-in code, or empty. `key` is the same at every try.
    """

    at: str  # ISO 8601
    to: str
    template: str
    variables: Mapping[str, str]
    text: str
    code: str
    key: str  # the last field: see `_ending`


class SmsGateway:
    """The base class of SMS providers.

    `SMS_BACKEND` names a subclass by its dotted path (docs/configuration.md). The subclass implements `put`, reads its
    credentials from the environment, and maps our template names to the provider's template ids, for example:

        class ExampleGateway(SmsGateway):
            def __init__(self):
                try:
                    self.secret = os.environ["EXAMPLE_SMS_SECRET"]
                    # {"code": "SMS_1001", "activities/signed_up": "SMS_1002"}
                    self.templates = json.loads(os.environ["EXAMPLE_SMS_TEMPLATES"])
                except (KeyError, ValueError):
                    raise ImproperlyConfigured("Set EXAMPLE_SMS_SECRET and EXAMPLE_SMS_TEMPLATES.") from None

            def put(self, message):
                if message.template not in self.templates:
                    raise Refused("no_template")
                call_provider(message.to, self.templates[message.template], message.variables, self.secret)
    """

    takes_demo = False  # a gateway that could really dial must refuse the numbers of the demonstration
    honours_keys = False

    def send(
        self, to: str, text: str, *, template: str, variables: Mapping[str, str], key: str, code: str = ""
    ) -> None:
        """Pass one message to the provider; the arguments are the fields of `SmsMessage`.

        Raises Refused("demo_number") for a number of the demonstration where it could be dialled, and what `put` raises.
        """
        if phones.is_demo_phone(to) and not self.takes_demo:
            raise Refused("demo_number")
        at = clock.now().isoformat(timespec="seconds")
        self.put(SmsMessage(at, to, template, dict(variables), text, code, key))

    def put(self, message: SmsMessage) -> None:
        """Send `message`. Raises Refused and NotSent as the module docstring says."""
        raise NotImplementedError


class FileGateway(SmsGateway):
    """Appends each message as one line of JSON to `outbox/sms.jsonl`, once for each key."""

    takes_demo = True
    honours_keys = True

    def put(self, message: SmsMessage) -> None:
        line = json.dumps(asdict(message), ensure_ascii=False).encode() + b"\n"
        path = sms_file()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(path, "ab+", opener=_open_private) as target:
            fcntl.flock(target, fcntl.LOCK_EX)
            target.seek(max(0, target.seek(0, os.SEEK_END) - KEYS_WITHIN))
            written = target.read()
            if _ending(message.key) in written:
                return
            # A line that a crash cut short must not swallow this one.
            target.write(line if written[-1:] in (b"", b"\n") else b"\n" + line)


class ConsoleGateway(SmsGateway):
    """Writes messages to standard output, for developers."""

    takes_demo = True

    def put(self, message: SmsMessage) -> None:
        sys.stdout.write(json.dumps(asdict(message), ensure_ascii=False) + "\n")
        sys.stdout.flush()


SHORT_NAMES = {"file": f"{__name__}.FileGateway", "console": f"{__name__}.ConsoleGateway"}


def sms() -> SmsGateway:
    """Return a new gateway of the class that `SMS_BACKEND` names: a short name or a dotted path.

    Raises ImproperlyConfigured with one sentence when the path leads to no subclass of `SmsGateway`. Runs at start-up too.
    """
    path = settings.SMS_BACKEND
    try:
        found = import_string(SHORT_NAMES.get(path, path))
    except ImportError as error:
        raise _bad_backend(path, error) from None
    if not (isinstance(found, type) and issubclass(found, SmsGateway)):
        raise _bad_backend(path, "it is no subclass of SmsGateway")
    return found()


def _bad_backend(path: str, why: object) -> ImproperlyConfigured:
    wanted = f"{', '.join(SHORT_NAMES)} or the dotted path of a subclass of {__name__}.SmsGateway"
    return ImproperlyConfigured(f"SMS_BACKEND is {path!r} ({why}); set it to {wanted}.")


def sms_file() -> Path:
    """Return the file to which the file gateway appends."""
    return Path(settings.OUTBOX_DIR) / "sms.jsonl"


def last_sms(number: int) -> list[dict[str, Any]]:
    """Return the last messages that the file gateway wrote, newest first, at most `number`: fields of `SmsMessage`."""
    try:
        with open(sms_file(), "rb") as source:
            size = source.seek(0, os.SEEK_END)
            source.seek(max(0, size - TAIL))
            lines = source.read().splitlines()
    except FileNotFoundError:
        return []
    return list(_parse(lines[::-1]))[:number]


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE)


def _ending(key: str) -> bytes:
    """Return the end of the line of a message with `key`. The key is the last field, so that a line cut short does not match."""
    return json.dumps({"key": key})[1:].encode() + b"\n"


def _parse(lines: list[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            message = json.loads(line)
        except ValueError:
            continue  # cut short by a crash, or by TAIL
        if isinstance(message, dict):
            yield message


# ---- mail -----------------------------------------------------------------------------------------------------------


class MailGateway:
    """Sends mail through Django's mail backend; without `EMAIL_URL` into a file in `outbox/mail`."""

    honours_keys = False
    local_backends: ClassVar[tuple[str, ...]] = ("filebased", "console", "locmem")  # these open no connection

    def send(self, to: str, text: str, *, kind: str, key: str, subject: str) -> None:
        """Send one mail. `kind` is the name of the notice or of the mail, `key` is the same at every try.

        Raises Refused("demo_address") for an address of the demonstration that could be reached, Refused and NotSent as the
        module docstring says.
        """
        if to.endswith(DEMO_DOMAIN) and not self._is_local():
            raise Refused("demo_address")
        if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
            Path(settings.EMAIL_FILE_PATH).mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = self._open()
        host = settings.SITE["domain"]
        mail = EmailMessage(
            " ".join(subject.split()),
            text,
            to=[to],
            connection=connection,
            headers={"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated", "X-Kind": kind},
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused:
            raise Refused("address_refused") from None
        except smtplib.SMTPResponseException as error:  # the server answered, so it certainly did not take the mail
            raise (NotSent if error.smtp_code < 500 else Refused)(f"smtp_{error.smtp_code}") from None
        finally:
            connection.close()

    def _is_local(self) -> bool:
        return settings.EMAIL_BACKEND.split(".")[-2] in self.local_backends

    def _open(self) -> Any:
        connection = get_connection()
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"no_connection_{type(error).__name__}") from None
        return connection


def mail() -> MailGateway:
    """Return the mail gateway."""
    return MailGateway()


def last_mails(number: int) -> list[dict[str, str]]:
    """Return the last mails that were written into files, newest first, at most `number`: to, subject, text, at."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", None) or settings.OUTBOX_DIR / "mail")
    if not folder.is_dir():
        return []
    newest = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [mail for path in newest[:number] for mail in _mails(path)][:number]


def _mails(path: Path) -> list[dict[str, str]]:
    """Return the mails of one file (two in the same second may share one), newest first."""
    at = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC).isoformat()
    # Django writes a line of dashes after each mail.
    mails = path.read_bytes().split(b"\n" + b"-" * 79 + b"\n")[:-1]
    return [{**_mail(raw), "at": at} for raw in reversed(mails)]


def _mail(raw: bytes) -> dict[str, str]:
    message = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain",))
    return {
        "to": str(message["to"] or ""),
        "subject": str(message["subject"] or ""),
        "text": body.get_content() if body else "",
    }
