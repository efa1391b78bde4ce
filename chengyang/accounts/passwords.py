"""What a password must be (requirements S01)."""


class OfficerPasswordValidator:
    def validate(self, password, user=None):
        return None

    def get_help_text(self):
        return ""
