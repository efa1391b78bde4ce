"""The ways out of the house: text messages and mail. Nothing here touches the database.

A gateway either takes a message and returns, or raises: `Refused` (never try again), `NotSent` (certainly not taken,
try later). Whatever else it raises leaves open whether the message went out. One that `honours_keys` takes a message
with a known key without sending it again.
"""

import datetime as dt
import fcntl
import json
import os
import smtplib
import sys
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from chengyang import clock
from chengyang.lib.chinese import phones

DEMO_DOMAIN = "@demo.invalid"
TAIL = 256 * 1024  # bytes of the file that a page of last messages is read from
KEYS_WITHIN = 8 * 1024 * 1024  # bytes at the end of the file in which a key is looked for: weeks of messages
PRIVATE = 0o600  # the messages hold numbers and codes


class Refused(Exception):
    """This message will never be taken; `args[0]` is a code without any personal value."""


class NotSent(Exception):
    """The message was certainly not taken; a later try may succeed. `args[0]` is a code."""


# ---- text messages --------------------------------------------------------------------------------------------------


class SmsGateway:
    """The base of every way to send a text message; subclasses say how in `put`."""

    takes_demo = False  # numbers of the demonstration are refused by whatever could really dial
    honours_keys = False

    def send(self, to: str, text: str, *, kind: str, key: str, code: str = "") -> None:
        """Hand one message over.

        `to` is a stored number (E.164), `kind` says what it is for (`code`, or the notice's template), `key` is the same
        at every try, `code` the sign-in code if the message carries one. Raises Refused("demo_number") for a number of
        the demonstration where it could be dialled.
        """
        if phones.is_demo_phone(to) and not self.takes_demo:
            raise Refused("demo_number")
        at = clock.now().isoformat(timespec="seconds")
        self.put({"at": at, "to": to, "kind": kind, "text": text, "code": code, "key": key})

    def put(self, message: dict[str, str]) -> None:
        raise NotImplementedError


class FileGateway(SmsGateway):
    """Appends each message as one line of JSON to `outbox/sms.jsonl`, once for each key."""

    takes_demo = True
    honours_keys = True

    def put(self, message: dict[str, str]) -> None:
        line = json.dumps(message, ensure_ascii=False).encode() + b"\n"
        path = sms_file()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(path, "ab+", opener=_private) as target:
            fcntl.flock(target, fcntl.LOCK_EX)
            target.seek(max(0, target.seek(0, os.SEEK_END) - KEYS_WITHIN))
            written = target.read()
            if _ending(message["key"]) in written:
                return
            # A line that a crash cut short must not swallow this one.
            target.write(line if written[-1:] in (b"", b"\n") else b"\n" + line)


class ConsoleGateway(SmsGateway):
    """Shows messages on standard output, for developers."""

    takes_demo = True

    def put(self, message: dict[str, str]) -> None:
        sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
        sys.stdout.flush()


SMS_GATEWAYS: dict[str, type[SmsGateway]] = {"file": FileGateway, "console": ConsoleGateway}


def sms() -> SmsGateway:
    """Return the gateway that `SMS_BACKEND` names."""
    return SMS_GATEWAYS[settings.SMS_BACKEND]()


def sms_file() -> Path:
    """Return where the file gateway keeps what it took."""
    return Path(settings.OUTBOX_DIR) / "sms.jsonl"


def last_sms(number: int) -> list[dict[str, str]]:
    """Return the last messages that the file gateway took, newest first, at most `number`."""
    try:
        with open(sms_file(), "rb") as source:
            size = source.seek(0, os.SEEK_END)
            source.seek(max(0, size - TAIL))
            lines = source.read().splitlines()
    except FileNotFoundError:
        return []
    return list(_read(lines[::-1]))[:number]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE)


def _ending(key: str) -> bytes:
    """Return how the line of a message with `key` ends; the key stands last so that a cut line does not match."""
    return json.dumps({"key": key})[1:].encode() + b"\n"


def _read(lines: list[bytes]) -> Iterator[dict[str, str]]:
    for line in lines:
        try:
            message = json.loads(line)
        except ValueError:
            continue  # cut short by a crash, or by TAIL
        if isinstance(message, dict):
            yield message


# ---- mail -----------------------------------------------------------------------------------------------------------


class MailGateway:
    """Sends through Django's mail backend: a file in `outbox/mail` without `EMAIL_URL`."""

    honours_keys = False
    harmless: ClassVar[tuple[str, ...]] = ("filebased", "console", "locmem")  # backends that dial nobody

    def send(self, to: str, text: str, *, kind: str, key: str, subject: str) -> None:
        """Hand one mail over; `kind` and `key` as for text messages. Raises Refused and NotSent as the module says."""
        if to.endswith(DEMO_DOMAIN) and not self._dials_nobody():
            raise Refused("demo_address")
        if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
            Path(settings.EMAIL_FILE_PATH).mkdir(mode=0o700, parents=True, exist_ok=True)
        link = self._open()
        host = settings.SITE["domain"]
        mail = EmailMessage(
            " ".join(subject.split()),
            text,
            to=[to],
            connection=link,
            headers={"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated", "X-Kind": kind},
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused:
            raise Refused("address_refused") from None
        except smtplib.SMTPResponseException as error:  # the server answered, so it did not take it
            raise (NotSent if error.smtp_code < 500 else Refused)(f"smtp_{error.smtp_code}") from None
        finally:
            link.close()

    def _dials_nobody(self) -> bool:
        return settings.EMAIL_BACKEND.split(".")[-2] in self.harmless

    def _open(self) -> Any:
        link = get_connection()
        try:
            link.open()
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"no_connection_{type(error).__name__}") from None
        return link


def mail() -> MailGateway:
    """Return the way mail goes out."""
    return MailGateway()


def last_mails(number: int) -> list[dict[str, str]]:
    """Return the last mails that went into files, newest first, at most `number`: to, subject, text, at."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", None) or settings.OUTBOX_DIR / "mail")
    if not folder.is_dir():
        return []
    newest = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [mail for path in newest[:number] for mail in _mails(path)][:number]


def _mails(path: Path) -> list[dict[str, str]]:
    """Return the mails of one file (two in the same second may share one), newest first."""
    at = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC).isoformat()
    # Django ends each mail with a rule of dashes.
    whole = path.read_bytes().split(b"\n" + b"-" * 79 + b"\n")[:-1]
    return [{**_mail(raw), "at": at} for raw in reversed(whole)]


def _mail(raw: bytes) -> dict[str, str]:
    message = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain",))
    return {
        "to": str(message["to"] or ""),
        "subject": str(message["subject"] or ""),
        "text": body.get_content() if body else "",
    }
