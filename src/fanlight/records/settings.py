"""Django settings, from the environment alone. `fanlight.cli` sets the environment; a site may too.

FANLIGHT_DATA          folder of the database, keys and anchors (default ./var)
FANLIGHT_DATABASE      postgresql://user:password@host:port/name; default is SQLite in the data folder
FANLIGHT_HOSTS         names the server answers to, separated by commas
FANLIGHT_DEMO          1 only under `fanlight demo`: loopback, no second factor, plain HTTP
FANLIGHT_SECRET_FILE   file of the secret key (default secret.key in the data folder, made at first start)
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from fanlight.records.keys import secret_from

IS_DEMO = os.environ.get("FANLIGHT_DEMO") == "1"
IS_TEST = os.environ.get("FANLIGHT_TEST") == "1"
DATA_FOLDER = Path(os.environ.get("FANLIGHT_DATA", "var")).absolute()
SECRET_KEY = secret_from(Path(os.environ.get("FANLIGHT_SECRET_FILE", DATA_FOLDER / "secret.key")))
AUDIT_HEAD_FILE = DATA_FOLDER / "audit-head"

DEBUG = False
ALLOWED_HOSTS = [host for host in os.environ.get("FANLIGHT_HOSTS", "").split(",") if host] or ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if not host.startswith(("127.", "localhost", "["))]
MFA_IS_REQUIRED = not (IS_DEMO or IS_TEST)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_cotton",
    "django_htmx",
    "fanlight.records",
    "fanlight.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "fanlight.web.locked_tablet.LockedTablet",
    "fanlight.web.middleware.StaffOnly",
]
ROOT_URLCONF = "fanlight.web.urls"
ASGI_APPLICATION = "fanlight.web.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent.parent / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "fanlight.web.context.house",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "fanlight.web.templatetags.fanlight"],
        },
    }
]


def _database() -> dict[str, object]:
    address = os.environ.get("FANLIGHT_DATABASE", "")
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_FOLDER / "fanlight.sqlite3",
            "ATOMIC_REQUESTS": False,
            "OPTIONS": {
                # FULL: a committed fact survives a power cut. IMMEDIATE: a writer waits instead of failing midway.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
            },
            "TEST": {"NAME": DATA_FOLDER / "test.sqlite3"} if IS_TEST else {},
        }
    parts = urlsplit(address)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }


DATABASES = {"default": _database()}
AUTH_USER_MODEL = "records.StaffMember"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if IS_TEST:  # a slow hash on purpose makes a slow suite by accident
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
]
ACCOUNT_ADAPTER = "fanlight.web.accounts.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/15m/ip,5/5m/key", "login": "60/m/ip", "reauthenticate": "10/m/user"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
LOGIN_URL = "account_login"
LOGIN_URL_PATH = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not (IS_DEMO or IS_TEST)
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_SAMESITE = "Strict"
IDLE_MINUTES = 15
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("FANLIGHT_BEHIND_PROXY") == "1" else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if (IS_DEMO or IS_TEST) else 31_536_000
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "static/"
STATIC_ROOT = None  # served from where each package keeps them
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "sparse": {"()": "fanlight.records.log_lines.SparseFormatter", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "sparse"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

PUBLIC_URL = os.environ.get("FANLIGHT_PUBLIC_URL", "").rstrip("/")
"""Where patients reach this server, as https://forms.clinic.example. Without it no message with a link is sent."""
SMS_URL = os.environ.get("FANLIGHT_SMS_URL", "")
SMS_FROM = os.environ.get("FANLIGHT_SMS_FROM", "")
SMS_USER = os.environ.get("FANLIGHT_SMS_USER", "")
SMS_PASSWORD = os.environ.get("FANLIGHT_SMS_PASSWORD", "")
if SMS_URL and urlsplit(SMS_URL).scheme != "https" and urlsplit(SMS_URL).hostname not in ("127.0.0.1", "localhost"):
    raise ValueError("FAN-MAIL-001  FANLIGHT_SMS_URL must begin with https: names and numbers go over it.")
EMAIL_BACKEND = os.environ.get("FANLIGHT_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = os.environ.get("FANLIGHT_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("FANLIGHT_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("FANLIGHT_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("FANLIGHT_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("FANLIGHT_EMAIL_TLS") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("FANLIGHT_EMAIL_FROM", "fanlight@localhost")
