"""`manage.py createofficer`: create an officer's account when there is no administrator yet who could."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from chengyang.errors import ActionError
from chengyang.platform.accounts import actions
from chengyang.platform.accounts.models import Role, Subdistrict


class Command(BaseCommand):
    help = "Create an account for an officer and print a one-time password, which must be changed at the first sign-in."

    def add_arguments(self, parser):
        parser.add_argument("--email", required=True, help="the e-mail to sign in with")
        parser.add_argument("--name", required=True, help="the officer's name")
        parser.add_argument("--role", choices=Role.Kind.values, default=Role.Kind.DISTRICT)
        parser.add_argument("--subdistrict", default="", help="name or code, for the role subdistrict_staff")

    def handle(self, *, email, name, role, subdistrict, **options):
        try:
            user = self.create(email, name, role, _subdistrict(subdistrict))
        except ActionError as error:
            raise CommandError(str(error.message)) from None
        self.stdout.write(f"account:           {user.email} ({Role.Kind(role).label})")
        self.stdout.write(f"one-time password: {user.one_time_password}")
        self.stdout.write("It is not shown again, and has to be changed at the first sign-in.")

    @transaction.atomic
    def create(self, email, name, role, subdistrict):
        user = actions.create_officer(email=email, name=name, actor=None)
        actions.grant_role(user, role, subdistrict, actor=None)
        return user


def _subdistrict(text):
    if not text:
        return None
    found = [area for area in Subdistrict.objects.all() if text in (area.code, area.name, area.short_name)]
    if not found:
        raise CommandError(f"There is no subdistrict {text!r}; run `manage.py seed` first.")
    return found[0]
