"""Proving a phone number on a page: the number, then the code that was sent to it.

Sign-in, joining, the sign-up of a guest, the change of a number and the question who one is (`step_up`) all use `PhoneLogin`.
"""

from collections.abc import Callable, Collection
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from chengyang.errors import ActionError
from chengyang.platform.web import counted_forms
from chengyang.platform.web.forms import Form

from . import known_devices, phone_verification, returning
from .adapter import address_of
from .forms import CodeForm, PhoneForm
from .models import PhoneProof, User

Purpose = PhoneProof.Purpose
SESSION_KEY = (
    "phone_login"  # {"newest": {page: proof}, "kept": {page or page/proof: values}, "refused": {page/proof: …}}
)
# A refused first step is kept by the browser (`counted_forms`) and not here: nothing is stored before the consent.
PARAMETER = "proof"  # of the URL and the form: the proof of this page, so that two pages do not share one
MOST_PAGES = 8  # pages of one session that keep a proof
NEVER_KEPT = ("do", PARAMETER)


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
    buttons post `do`: `send` (first step), `check`, `resend` or `change` (second step). Every post is answered with a redirect,
    also a refused one, so that going back and reloading send nothing again; the errors are shown on the page that follows.
    The address of the second step names its proof: two pages of one browser do not disturb each other.

    Arguments: `phone_form` and `code_form` are called with the posted data, or None, and return a `PhoneForm` and a
    `CodeForm` (or forms that extend them). `keep` names the fields of the first step that the second one needs: they are
    stored in the session and found in `kept`. `subject` is what the number is proved for, where one purpose has many (an
    activity): a code that was sent for another subject is not asked for. `url` is the address of the page with its query.
    `before_send` is called before a code is sent and may raise an ActionError. `own` says that the number is the one of the
    signed-in account, which no other number replaces.

    Do not use it inside a transaction: a sent code and a used try cannot be rolled back.
    """

    form: Form  # of the current step, after `step()`
    status = 200  # of the page: 409 when an action refused what follows the proof
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
        own: bool = False,
    ) -> None:
        self.request, self.purpose, self.own = request, purpose, own
        self.phone_form, self.code_form, self.keep = phone_form, code_form, keep
        self.url, self.before_send = url or request.path, before_send
        self.page = f"{purpose}/{subject}"
        places = (
            self._place(),
            self.page,
            f"{self.page}/{self._stored('newest').get(self.page)}",
        )  # the last may be old
        self.kept: dict[str, Any] = next(filter(None, map(self._stored("kept").get, places)), {})

    @cached_property
    def proof(self) -> PhoneProof | None:
        """The proof whose code has to be typed in on this page, or None in the first step.

        A dead one is returned for half an hour: the page then offers another code for the same number.
        """
        named = self.request.POST.get(PARAMETER) or self.request.GET.get(PARAMETER)
        public_id = named or self._stored("newest").get(self.page)
        if not public_id or f"{self.page}/{public_id}" not in self._stored("kept"):
            return None  # none was sent on a page for this purpose and subject
        found = phone_verification.find(public_id, session_key=self.request.session.session_key)
        return found if found and found.purpose == self.purpose else None

    @property
    def context(self) -> dict[str, Any]:
        """The context of the page: `form`, `proof`, `wait`, `is_dead`, `ends_at` and `fixed_number`; in the first step `sent`.

        `wait` are the seconds until another code may be sent; `is_dead` says that the code is not accepted any more; `sent` is
        a proof of this page whose code can still be typed in, with `sent_url`.
        """
        common = {"form": self.form, "proof": self.proof, "fixed_number": self.own}
        if not self.proof:
            sent = self._live()
            return {**common, "sent": sent, "sent_url": sent and self._url(sent), "wait": 0}
        return {
            **common,
            "wait": phone_verification.wait(self.proof),
            "is_dead": not phone_verification.takes_code(self.proof),
            "ends_at": phone_verification.ends_at(self.proof),
        }

    def step(self) -> HttpResponse | None:
        """Take the step that was posted; return a redirect to the page, or None when the view has to answer.

        After None either `phone` is set, or the page is shown with `context` and `status`.
        """
        if self.request.method != "POST":
            return self._show()
        do = self.request.POST.get("do", "")
        if do == "change":
            self._store("kept", self.page, self.kept)  # what was typed beside the number stays
            self._store("newest", self.page, "")
            return HttpResponseRedirect(self.url)
        if do in ("check", "resend") and not self.proof:
            messages.error(self.request, _("验证码过期了，请重新要一个。"))
            return HttpResponseRedirect(self.url)
        if do == "resend":
            return self._resend()
        if do == "send":  # the visitor went back to the first step in the browser and posted it again
            self.proof = None
        return self._take_form()

    def refuse(self, error: ActionError) -> None:
        """Show `error` in the form of the current step; the page is answered with 409."""
        self.form.refuse(error)
        self.status = 409

    def sent_back(self, error: ActionError) -> HttpResponse:
        """Return a redirect to the first step, which shows `error`: an action refused the number that was proved."""
        errors = [[error.field or "phone", str(error.message), error.code]]
        return counted_forms.redirect(self.url, page=self.page, data=urlencode({"phone": self.phone}), errors=errors)

    def sign_in(self, *, next_url: str) -> HttpResponse:
        """Sign in to the account of the proved number and return a redirect to `next_url` (an address of this site).

        Creates the account if the number has none. Nobody is signed in yet when the account has a second factor or is
        disabled, or when the number needs a question first (see `returning`): the redirect leads to the page for that. The
        session gets a new key, so that a session that somebody else planted in the browser is worth nothing.
        """
        return returning.enter(self.request, self._proved, next_url=next_url)

    # ---- the forms ---------------------------------------------------------------------------------------------------
    def _show(self):
        refused = self._take_stored("refused", self._place()) if self.proof else self._refused_first()
        make = self.code_form if self.proof else self.phone_form
        self.form = make(QueryDict(refused["data"]) if refused else None)
        if refused:
            counted_forms.show_errors(self.form, refused["errors"])
        return

    def _take_form(self):
        self.form = (self.code_form if self.proof else self.phone_form)(self.request.POST)
        try:
            if self.form.is_valid():
                if not self.proof:
                    return self._send_first()
                self._check()
                return None
        except ActionError as error:
            self.form.refuse(error)
        return self._refused()

    def _refused_first(self):
        return counted_forms.find(self.request, self.page)

    def _refused(self):
        """Keep the form for the page that follows, without the code, and redirect there."""
        data = counted_forms.typed(self.request, but=NEVER_KEPT)
        errors = counted_forms.errors_of(self.form)
        if not self.proof:
            return counted_forms.redirect(self.url, page=self.page, data=data, errors=errors)
        self._store("refused", self._place(), {"data": data, "errors": errors})
        return HttpResponseRedirect(self._url(self.proof))

    def _check(self):
        code, key = self.form.cleaned_data["code"], self.request.session.session_key
        checked = phone_verification.check_code(self.proof.public_id, code, session_key=key, actor=self.request.user)
        self._proved, self.phone = checked, checked.phone
        self._store("newest", self.page, "")

    # ---- sending -----------------------------------------------------------------------------------------------------
    def _send_first(self):
        if self.before_send:
            self.before_send()
        data = self.form.cleaned_data
        sent = phone_verification.newest(
            data["phone"], session_key=self.request.session.session_key, purpose=self.purpose
        )
        # Within a minute the code that was sent already is used, also after going back, or from the page of another subject.
        reusable = sent and phone_verification.wait(sent)
        proof = sent if reusable else self._send(data["phone"])
        self._go_on(proof, {name: data[name] for name in self.keep})
        response = HttpResponseRedirect(self._url(proof))
        response.delete_cookie(counted_forms.COOKIE)
        return response

    def _resend(self):
        try:
            proof = self._send(self.proof.phone, anew=True)
        except ActionError as error:
            messages.error(self.request, error.message)
            return HttpResponseRedirect(self._url(self.proof))
        self._go_on(proof, self.kept)
        messages.success(self.request, _("又发了一个验证码，请用新的那个。"))
        return HttpResponseRedirect(self._url(proof))

    def _send(self, phone, *, anew=False):
        # The proof is bound to the session, so there has to be one. It has been read by now, which drops an unknown key.
        if not self.request.session.session_key:
            self.request.session.create()
        session = {"session_key": self.request.session.session_key, "purpose": self.purpose}
        known = self.own or known_devices.is_known(self.request, User.objects.by_phone(phone).first())
        try:
            return phone_verification.send_code(phone, address=address_of(self.request), known=known, **session)
        except ActionError as error:
            # Another browser has just asked for a code: whoever holds the phone can type it in here.
            taken = None if error.code != "too_soon" or anew else phone_verification.take_over(phone, **session)
            if taken is None:
                raise
            messages.info(self.request, _("刚往这个号码发过验证码，请直接填那一个。"))
            return taken

    # ---- what the session holds --------------------------------------------------------------------------------------
    def _go_on(self, proof, kept):
        self._store("kept", f"{self.page}/{proof.public_id}", kept)
        self._store("newest", self.page, proof.public_id)

    def _live(self):
        """Return the newest proof of this page that still takes a code, or None."""
        for place in reversed(self._stored("kept")):
            page, _slash, public_id = place.rpartition("/")
            proof = page == self.page and phone_verification.find(
                public_id, session_key=self.request.session.session_key
            )
            if proof and phone_verification.takes_code(proof):
                return proof
        return None

    def _url(self, proof):
        if not proof:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode({PARAMETER: proof.public_id})}"

    def _place(self):
        return f"{self.page}/{self.proof.public_id}" if self.proof else self.page

    def _stored(self, part):
        return self.request.session.get(SESSION_KEY, {}).get(part, {})

    def _store(self, part, place, value):
        entries = {key: kept for key, kept in self._stored(part).items() if key != place}
        entries = dict([*entries.items(), (place, value)][-MOST_PAGES:])
        self.request.session[SESSION_KEY] = {**self.request.session.get(SESSION_KEY, {}), part: entries}

    def _take_stored(self, part, place):
        found = self._stored(part).get(place)
        if found:
            self._store(part, place, None)
        return found
