"""The settings. All of them come from environment variables (docs/configuration.md); a bad value stops the start."""

import datetime as dt
import os
import secrets
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from chengyang import environment
from chengyang.devtools import server_registry
from chengyang.lib.vault.keys import make_keys

BASE_DIR = Path(__file__).resolve().parent.parent
CHENGYANG_HOME = Path(os.environ.get("CHENGYANG_HOME") or BASE_DIR / "var").resolve()


PRODUCTION = environment.is_production()
PORTAL_ENV = "production" if PRODUCTION else "local"


# ---- values of the environment --------------------------------------------------------------------------------------
SECRET_KEY = environment.secret("SECRET_KEY", "secret", lambda: secrets.token_urlsafe(64), home=CHENGYANG_HOME)
VAULT_KEYS = environment.secret("VAULT_KEYS", "vault", make_keys, home=CHENGYANG_HOME)
CRYPTO_PROVIDER = environment.choice("CRYPTO_PROVIDER", "software-aes", ("software-aes", "software-sm"))
DEBUG = environment.choice("PORTAL_DEBUG", "off", ("on", "off")) == "on"  # `manage.py dev` sets it, and nothing else
PORTAL_HTTPS = environment.choice("PORTAL_HTTPS", "on" if PRODUCTION else "off", ("on", "off")) == "on"
DEMO = environment.choice("DEMO", "off" if PRODUCTION else "on", ("on", "off")) == "on"
DEMO_PASSWORD = os.environ.get("DEMO_PASSWORD", "")
STAFF_MFA = environment.choice("STAFF_MFA", "on", ("on", "off")) == "on"
STAFF_NETWORKS = environment.words("STAFF_NETWORKS")  # from which /manage/ can be reached; empty: from everywhere
SMS_CODES_PER_DAY = environment.number("SMS_CODES_PER_DAY", 5000)
SMS_PRICE = environment.price(
    "SMS_PRICE"
)  # yuan for one text message, to estimate what a message to many costs; None: not said
SMS_BACKEND = os.environ.get("SMS_BACKEND") or "file"  # imported and checked when the app `notices` starts
EMAIL_URL = os.environ.get("EMAIL_URL", "")
TRUSTED_PROXIES = environment.words("TRUSTED_PROXIES")
PORT = os.environ.get("PORT") or "8000"
if not PORT.isdigit() or not 0 < int(PORT) < 65536:
    raise ImproperlyConfigured(f"PORT is {PORT!r}; set it to a number from 1 to 65535.")
PORTAL_CLOCK = None
if os.environ.get("PORTAL_CLOCK"):
    if PRODUCTION:
        raise ImproperlyConfigured("PORTAL_CLOCK stops the clock; it cannot be set in production.")
    try:
        PORTAL_CLOCK = dt.datetime.fromisoformat(os.environ["PORTAL_CLOCK"])
    except ValueError:
        raise ImproperlyConfigured("PORTAL_CLOCK is not a time such as 2026-11-23T09:00.") from None
    if PORTAL_CLOCK.tzinfo is None:
        PORTAL_CLOCK = PORTAL_CLOCK.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
if PRODUCTION and not PORTAL_HTTPS:
    raise ImproperlyConfigured("PORTAL_HTTPS is off; production serves personal data and needs it on.")
if PRODUCTION and (DEMO or DEMO_PASSWORD):
    raise ImproperlyConfigured("DEMO and DEMO_PASSWORD are for demonstrations; unset them in production.")
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS") or ([] if PRODUCTION else LOOPBACK)
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set; name the hosts the portal answers to, separated by commas.")
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("PORTAL_DEBUG is on; error pages would show code and data, so production needs it off.")
if DEBUG and not set(ALLOWED_HOSTS) <= set(LOOPBACK):
    raise ImproperlyConfigured("PORTAL_DEBUG is on; ALLOWED_HOSTS may then name this machine only (127.0.0.1).")


SITE_URL = environment.site_url(os.environ.get("SITE_URL", ""), port=PORT)


DATABASE_URL = os.environ.get("DATABASE_URL") or server_registry.database_url(CHENGYANG_HOME)
REDIS_URL = os.environ.get("REDIS_URL") or server_registry.redis_url(CHENGYANG_HOME)
if PRODUCTION and not (DATABASE_URL and REDIS_URL):
    raise ImproperlyConfigured("DATABASE_URL and REDIS_URL are not set; production needs both (docs/configuration.md).")
# Commands that need no server (check, makemigrations) run without one; a query then fails with Django's own sentence.
DATABASES = {"default": environment.database(DATABASE_URL or "postgresql:///chengyang?host=/nonexistent")}
CACHES = {
    "default": {
        "BACKEND": "chengyang.platform.web.cache.FaultTolerantRedisCache",
        "LOCATION": REDIS_URL or "unix:///nonexistent/valkey.sock",
        "KEY_PREFIX": "chengyang",
        "TIMEOUT": 300,
    }
}

# ---- applications and templates -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "chengyang.platform.staff.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "chengyang.lib.vault",
    "chengyang.platform.web",
    "chengyang.platform.workdays",
    "chengyang.platform.audit",
    "chengyang.platform.privacy",
    "chengyang.platform.files",
    "chengyang.platform.notices",
    "chengyang.platform.accounts",
    "chengyang.platform.jobs",
    "chengyang.platform.imports",
    "chengyang.platform.offices",
    "chengyang.platform.standards",
    "chengyang.platform.staff.apps.StaffConfig",
    "chengyang.platform.objectives",
    "chengyang.platform.mailings",
    "chengyang.platform.papers",
    "members",
    "organizations",
    "bases",
    "activities",
    "services",
    "chengyang.seed",
    "chengyang.demo",
    "chengyang.portal.board",
    "chengyang.portal.home",  # last: its `ready` closes the registry of extensions
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "chengyang.platform.web.middleware.CompressPublicPagesMiddleware",
    "chengyang.platform.web.middleware.RequestContextMiddleware",
    "csp.middleware.CSPMiddleware",
    "chengyang.platform.web.middleware.RefuseNulMiddleware",
    "chengyang.platform.web.middleware.RefuseLargeRequestMiddleware",
    "chengyang.platform.accounts.middleware.StaffNetworkMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "chengyang.platform.audit.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "chengyang.platform.accounts.middleware.SessionLifeMiddleware",
    "chengyang.platform.accounts.middleware.LoginRequiredMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "chengyang.platform.web.middleware.PrivatePagesMiddleware",
    "chengyang.platform.web.middleware.SentTwiceMiddleware",
    "chengyang.platform.web.middleware.ActionErrorMiddleware",
    "chengyang.platform.notices.middleware.NoticeReadMiddleware",
]
ROOT_URLCONF = "chengyang.urls"
WSGI_APPLICATION = "chengyang.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": not DEBUG,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chengyang.platform.web.context_processors.portal",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "chengyang.platform.web.templatetags.web",
                "chengyang.platform.offices.templatetags.offices",
            ],
        },
    }
]
if DEBUG:
    # Django caches templates in development too and empties the cache once a second; a page that is loaded sooner would
    # show the old template.
    TEMPLATES[0]["OPTIONS"]["loaders"] = [
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ]

# ---- language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
FORMAT_MODULE_PATH = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # forms; files have their own limit in chengyang.platform.files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Larger requests are refused before they are read. The second value is for pages with files, which only signed-in people use.
BODY_MAX_BYTES = DATA_UPLOAD_MAX_MEMORY_SIZE
BODY_WITH_FILES_MAX_BYTES = 26 * 1024 * 1024
BODY_WITH_FILES_PREFIXES = ("/manage/", "/services/requests/", "/services/teams/")

# ---- accounts -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["chengyang.platform.accounts.backends.PortalBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "chengyang.platform.accounts.passwords.OfficerPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:phone"
LOGIN_REDIRECT_URL = "me:home"
LOGOUT_REDIRECT_URL = "home"
# Not in the cache: a session that was ended while the cache was away would be valid again when the cache comes back.
SESSION_ENGINE = "chengyang.platform.accounts.session_store"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_NAME = "chengyang"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PORTAL_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
STAFF_SESSION_IDLE = dt.timedelta(minutes=30)  # requirements S04
ADMINISTRATOR_SESSION_IDLE = dt.timedelta(minutes=15)
STAFF_SESSION_LIFE = dt.timedelta(hours=8)
# Not the cookie that Django prefers: messages may name people.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "chengyang.platform.accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = (
    False  # only officers sign in by password: their session ends with the browser, after 8 hours at most
)
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # changing the password ends the other sessions, not this one
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False  # the user signs in afterwards, with the second factor
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105  (a path, not a secret)
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_RATE_LIMITS = (
    False  # accounts.limits counts in the database, accounts.login_throttle passwords (requirements S03)
)
ACCOUNT_FORMS = {
    "login": "chengyang.platform.accounts.forms.LoginForm",
    "change_password": "chengyang.platform.accounts.forms.ChangePasswordForm",
    "reset_password": "chengyang.platform.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "chengyang.platform.accounts.forms.ResetPasswordKeyForm",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True  # accounts.views.passkeys has the pages; a passkey is a way in and no second factor
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PORTAL_HTTPS  # browsers themselves allow it on localhost only
MFA_TOTP_ISSUER = "城阳新阶层"
MFA_ADAPTER = "chengyang.platform.accounts.adapter.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator enters the addresses, so that nobody can claim a foreign one
MFA_FORMS = {
    "authenticate": "chengyang.platform.accounts.forms.AuthenticateForm",
    "reauthenticate": "chengyang.platform.accounts.forms.ReauthenticateCodeForm",
    "activate_totp": "chengyang.platform.accounts.forms.ActivateTOTPForm",
    "deactivate_totp": "chengyang.platform.accounts.forms.DeactivateTOTPForm",
    "generate_recovery_codes": "chengyang.platform.accounts.forms.GenerateRecoveryCodesForm",
}
USERSESSIONS_TRACK_ACTIVITY = False

# ---- files, outbox and mail -----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = CHENGYANG_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": CHENGYANG_HOME / "files", "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 60
FILES_MAX_BYTES = 20 * 1024 * 1024
FILES_ACCEL_PREFIX = os.environ.get("FILES_ACCEL_PREFIX", "")  # e.g. /_files/ behind nginx
OUTBOX_DIR = CHENGYANG_HOME / "outbox"


_mail = environment.mail_server(EMAIL_URL)
_backend = {"": "filebased", "console": "console"}.get(_mail.scheme, "smtp")
EMAIL_BACKEND = f"django.core.mail.backends.{_backend}.EmailBackend"
EMAIL_FILE_PATH = str(OUTBOX_DIR / "mail")
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 587)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp"
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("EMAIL_FROM") or "portal@localhost"

# ---- security -------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = False  # the proxy redirects; a redirect here would loop behind it
SECURE_HSTS_SECONDS = 31_536_000 if PORTAL_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False  # the office does not own its parent domain
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS] if PORTAL_HTTPS else []
CSRF_FAILURE_VIEW = "chengyang.platform.web.views.csrf_failure"
AUDIT_RETENTION_MONTHS = 12
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # e-mail is unique by a constraint over its lower case
    "account.W001",  # allauth signs in by e-mail only; accounts.phone_verification sends the codes to phones
    "security.W005",
    "security.W008",
    "security.W021",  # see SECURE_SSL_REDIRECT and HSTS above
]

# ---- API and history ------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "chengyang.platform.web.api.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "城阳新阶层门户 API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "chengyang.platform.web.api.describe_errors",
    ],
}
WORKER_HEARTBEAT_KEY = "worker:heartbeat"  # in the cache, for /readyz
PGHISTORY_CREATED_AT_FUNCTION = "CURRENT_TIMESTAMP"

SMS_AT_NIGHT = False  # only tests switch it on: chengyang.platform.notices.quiet has the hours
# Header and footer of public pages; an unset item is left out, never made up (requirements G04, G05).
SITE = {
    "name": os.environ.get("SITE_NAME") or "城阳新阶层",
    "host": os.environ.get("SITE_SPONSOR") or "城阳区委统战部",
    "domain": os.environ.get("SITE_DOMAIN") or ALLOWED_HOSTS[0].lstrip("."),
    "id_code": os.environ.get("SITE_ID_CODE", ""),
    "icp": os.environ.get("SITE_ICP", ""),
    "police": os.environ.get("SITE_POLICE", ""),
    # The privacy rules cannot be published without it; on a machine for trying out nobody is to be called.
    "contact": os.environ.get("SITE_CONTACT", "" if PRODUCTION else "演示门户，没有真的联系方式"),
    "mistakes_url": os.environ.get("SITE_MISTAKES_URL", ""),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request": {"()": "chengyang.platform.web.logs.RequestFilter"},
        "refusal": {"()": "chengyang.platform.web.logs.RefusalFilter"},
    },
    "formatters": {
        "line": {
            "()": "chengyang.platform.web.logs.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
        }
    },
    "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request", "refusal"]}},
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        # Not a line for each of its hundreds of triggers when the tables are made.
        "pgtrigger": {"level": "WARNING"},
        "django.server": {"handlers": [], "level": "INFO" if DEBUG else "WARNING"},
    },
}
