"""Proving a phone number on a page: the number, then the code that was sent to it.

Sign-in, joining, the sign-up of a guest and the change of a number all use `PhoneLogin`.
"""

from collections.abc import Callable, Collection
from functools import cached_property
from typing import Any

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from chengyang.errors import ActionError
from chengyang.platform.web.forms import Form

from . import actions, phone_verification
from .adapter import address_of
from .forms import CodeForm, PhoneForm
from .models import PhoneProof

Purpose = PhoneProof.Purpose
SESSION_KEY = "phone_login"  # {"proof": public id, "subject": text, "kept": {field: value}}


class PhoneLogin:
    """The two steps that prove a phone number on one page, for one request.

    A view uses it like this::

        login = PhoneLogin(request, Purpose.SIGN_UP, phone_form=GuestForm, keep=["guest_name"])
        if response := login.step():
            return response  # a redirect to this page: a code was sent, or the visitor wants to type another number
        if login.phone:  # the code was right
            response = login.sign_in(next_url=request.path)
            if not request.user.is_authenticated:
                return response  # the second factor comes first, or the account is disabled
            return …
        return render(request, "….html", login.context, status=login.status)

    The template shows `accounts/_code.html` while `proof` is set, and otherwise a form with the fields of `phone_form`. The
    buttons post `do`: `send` (first step), `check`, `resend` or `change` (second step).

    Arguments: `phone_form` and `code_form` are called with the posted data, or None, and return a `PhoneForm` and a
    `CodeForm` (or forms that extend them). `keep` names the fields of the first step that the second one needs: they are
    stored in the session and found in `kept`. `subject` is what the number is proved for, where one purpose has many (an
    activity): a code that was sent for another subject is not asked for. `url` is the address of the page with its query.
    `before_send` is called before a code is sent and may raise an ActionError.

    Do not use it inside a transaction: a sent code and a used try cannot be rolled back.
    """

    form: Form  # of the current step, after `step()`
    status = 200  # of the page: 400 when the form is invalid, 409 when an action refused it
    phone = ""  # the proved number (E.164), after `step()` with the right code

    def __init__(
        self,
        request: HttpRequest,
        purpose: str = Purpose.SIGN_IN,
        *,
        phone_form: Callable[[Any], Form] = PhoneForm,
        code_form: Callable[[Any], Form] = CodeForm,
        keep: Collection[str] = (),
        subject: str = "",
        url: str = "",
        before_send: Callable[[], None] | None = None,
    ) -> None:
        self.request, self.purpose, self.subject = request, purpose, subject
        self.phone_form, self.code_form, self.keep = phone_form, code_form, keep
        self.url, self.before_send = url or request.path, before_send
        self.kept: dict[str, Any] = self._stored().get("kept", {})

    @cached_property
    def proof(self) -> PhoneProof | None:
        """The proof whose code this session has to type in, or None in the first step.

        An expired one is returned for half an hour: the page then offers another code for the same number.
        """
        return self._sent() if self._stored().get("subject", "") == self.subject else None

    @property
    def context(self) -> dict[str, Any]:
        """The context of the page: `form`, `proof`, and `wait`, the seconds until another code may be sent."""
        return {"form": self.form, "proof": self.proof, "wait": self.proof and phone_verification.wait(self.proof)}

    def step(self) -> HttpResponse | None:
        """Take the step that was posted; return a redirect to the page, or None when the view has to answer.

        After None either `phone` is set, or the page is shown with `context` and `status`. Raises ActionError `expired`
        when a code is posted or asked for again and none was sent, and those of `phone_verification.send_code` when the
        code cannot be sent again; the error's `url` is the page.
        """
        do = self.request.POST.get("do", "")
        if do == "change":
            self._store(kept=self.kept)  # what was typed beside the number stays
            return HttpResponseRedirect(self.url)
        if do in ("check", "resend") and not self.proof:
            raise ActionError(_("验证码过期了，请重新要一个。"), code="expired", url=self.url)
        if do == "resend":
            return self._resend()
        if do == "send":  # the visitor went back to the first step in the browser and posted it again
            self.proof = None
        return self._take_form()

    def refuse(self, error: ActionError) -> None:
        """Show `error` in the form of the current step; the page is answered with 409."""
        self.form.refuse(error)
        self.status = 409

    def sign_in(self, *, next_url: str) -> HttpResponse:
        """Sign in to the account of the proved number and return a redirect to `next_url` (an address of this site).

        Creates the account if the number has none. Nobody is signed in yet when the account has a second factor or is
        disabled: the redirect leads to the page for that. The session gets a new key, so that a session that somebody else
        planted in the browser is worth nothing.
        """
        return perform_login(self.request, actions.account_of(self.phone), redirect_url=next_url)

    def _take_form(self):
        # Every POST binds the form, also one without fields, which `request.POST or None` would take for a GET.
        data = self.request.POST if self.request.method == "POST" else None
        self.form = (self.code_form if self.proof else self.phone_form)(data)
        if not self.form.is_bound:
            return None
        if not self.form.is_valid():
            self.status = 400
            return None
        try:
            if not self.proof:
                return self._send_first()
            self._check()
        except ActionError as error:
            self.refuse(error)
        return None

    def _check(self):
        code, key = self.form.cleaned_data["code"], self.request.session.session_key
        checked = phone_verification.check_code(self.proof.public_id, code, session_key=key, actor=self.request.user)
        self.phone = checked.phone
        self.request.session.pop(SESSION_KEY, None)

    def _send_first(self):
        if self.before_send:
            self.before_send()
        data, sent = self.form.cleaned_data, self._sent()
        # Within a minute the code that was sent already is used, also after going back, or from the page of another subject.
        reusable = sent and sent.phone == data["phone"] and phone_verification.takes_code(sent)
        proof = sent if reusable and phone_verification.wait(sent) else self._send(data["phone"])
        self._store(proof=proof.public_id, subject=self.subject, kept={name: data[name] for name in self.keep})
        return HttpResponseRedirect(self.url)

    def _resend(self):
        try:
            proof = self._send(self.proof.phone)
        except ActionError as error:
            error.url = self.url
            raise
        self._store(**{**self._stored(), "proof": proof.public_id})
        messages.success(self.request, _("又发了一个验证码，请用新的那个。"))
        return HttpResponseRedirect(self.url)

    def _send(self, phone):
        # The proof is bound to the session, so there has to be one. It has been read by now, which drops an unknown key.
        if not self.request.session.session_key:
            self.request.session.create()
        return phone_verification.send_code(
            phone,
            address=address_of(self.request),
            session_key=self.request.session.session_key,
            purpose=self.purpose,
        )

    def _sent(self):
        """Return the proof of this session for the purpose, whatever its subject, or None."""
        public_id = self._stored().get("proof")
        proof = public_id and phone_verification.find(public_id, session_key=self.request.session.session_key)
        return proof if proof and proof.purpose == self.purpose else None

    def _stored(self):
        return self.request.session.get(SESSION_KEY) or {}

    def _store(self, **data):
        self.request.session[SESSION_KEY] = data
