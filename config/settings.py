"""Settings. Without any variable: SQLite and a broker made of files under var/.

Every variable is documented in README.md; a wrong value stops the start with its name.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent
KEJI_VAR = Path(env.text("KEJI_VAR") or BASE_DIR / "var").resolve()
KEJI_VAR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = env.text("SECRET_KEY")
# Without any variable this is somebody's own machine: it answers to localhost alone. A site has a key.
DEBUG = env.flag("DEBUG", default=not SECRET_KEY)
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Set it to a long random text, or set DEBUG=1 on your own machine."
        )
    SECRET_KEY = env.own_secret(KEJI_VAR / "secret-key")
elif not DEBUG and len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 32 characters: use a long random text.")

# Buyers' accounts are stored as keyed hashes only. Another key: chats and orders before it never meet again.
BUYER_KEY = env.derived_key("BUYER_KEY", SECRET_KEY)
# The codes printed on papers follow from it. Another key: new prints get new codes, old ones stay known.
DOCUMENT_KEY = env.derived_key("DOCUMENT_KEY", SECRET_KEY)

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEBUG else "")
if not DEBUG and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the site's hosts, without *, e.g. keji.example.com.")
# What papers and mails lead to: never the Host header, which whoever asks may choose.
_FIRST_HOST = "127.0.0.1:8000" if DEBUG else ALLOWED_HOSTS[0].lstrip(".")
SITE_URL = env.site_address("SITE_URL", default=f"{'http' if DEBUG else 'https'}://{_FIRST_HOST}")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
# The number of trusted proxies in front, for both log-in limits and API limits.
PROXY_COUNT = env.whole("PROXY_COUNT", 0)
# How often papers may be checked in ten minutes without a log-in: by one client, and by all of them.
VERIFY_PER_CLIENT = env.whole("VERIFY_PER_CLIENT", 30, least=1)
VERIFY_IN_ALL = env.whole("VERIFY_IN_ALL", 1200, least=1)

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "config.admin_apps.KejiAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "import_export",
    "simple_history",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "config",
    "staff",
    "training",
    "reviews",
    "rewards",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.language",
    "config.middleware.NoNul",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
        },
    },
]

DATABASES = {"default": env.database("DATABASE_URL", fallback=KEJI_VAR / "keji.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]] = {
    # Log-in limits live here: per-process memory would multiply them by the processes.
    # The default of 300 entries would drop counts, sessions and staged sheets of a busy morning.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "keji_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# Who logs in, and how
AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["config.adapters.PeopleBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "config.adapters.AccountAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = PROXY_COUNT

# Languages and time
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True
# The company's time zone: months, days and deadlines are counted in it.
TIME_ZONE = env.time_zone("TIME_ZONE", "Asia/Shanghai")

# Files
STATIC_URL = "static/"
STATIC_ROOT = KEJI_VAR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns of a folder that is not there
MEDIA_ROOT = KEJI_VAR / "files"  # never served by URL: files leave through a permission view
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_PERMISSIONS = 0o600

# Transport security: off only where DEBUG is on
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_HSTS_SECONDS = 0 if DEBUG else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

# Long work. The truth is in staff.Job; Celery only wakes it.
_BROKER = env.broker("CELERY_BROKER_URL", folder=KEJI_VAR / "broker")
CELERY_BROKER_URL = _BROKER["url"]
CELERY_BROKER_TRANSPORT_OPTIONS = _BROKER["options"]
for _folder in _BROKER["options"].values():
    if isinstance(_folder, str):
        Path(_folder).mkdir(parents=True, exist_ok=True)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_TIMEZONE = TIME_ZONE
# A worker has the clock of regular work inside; two of them have one effect.
WORKER_BEAT = env.flag("WORKER_BEAT", default=True)
JOB_LEASE_SECONDS = env.whole("JOB_LEASE_SECONDS", 90, least=5)

# Import and export
IMPORT_EXPORT_USE_TRANSACTIONS = True
# Nobody holds these of Django's rights: a page of rows by sheet opens only where its class asks for roles.
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "add"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
BUYER_DAYS = env.whole("BUYER_DAYS", 90, least=31)
IMPORT_DAYS = env.whole("IMPORT_DAYS", 3, least=1)
IMPORT_FILE_LIMIT = 50 * 1024 * 1024  # bytes a file, spec data.md

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "NUM_PROXIES": PROXY_COUNT,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Keji",
    "VERSION": "1",
    "DESCRIPTION": "Figures in and out, cards to read.",
    "SERVE_INCLUDE_SCHEMA": False,
    # How the installation can be asked is told to the back office; integrators get the file from it.
    "SERVE_PERMISSIONS": ["config.api.OfTheBackOffice"],
}

# Mails. Without a mail server nothing is gathered for mails, and nothing counts as delivered by one.
_MAIL = env.mail("EMAIL_URL")
EMAIL_BACKEND = _MAIL.get("EMAIL_BACKEND") or (
    "django.core.mail.backends.console.EmailBackend"
    if DEBUG
    else env.text("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
)
EMAIL_HOST = _MAIL.get("EMAIL_HOST", "localhost")
EMAIL_PORT = _MAIL.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _MAIL.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _MAIL.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20  # seconds; less than a mail's lease
EMAIL_ON = env.flag("EMAIL_ON", default=bool(_MAIL))
if EMAIL_ON and EMAIL_BACKEND.split(".")[-2] in {"console", "dummy", "filebased", "locmem"}:
    raise ImproperlyConfigured(
        "EMAIL_ON needs a mail server: set EMAIL_URL, e.g. smtps://user:password@host."
    )
DEFAULT_FROM_EMAIL = env.sender("EMAIL_FROM", needed=EMAIL_ON) or "keji@localhost"


def _static(path: str, _request: object) -> str:
    """Return a static file's address, which the storage knows only once settings are read."""
    return static(path)


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Keji"),
    "SITE_HEADER": _("Keji"),
    "SITE_ICON": partial(_static, "keji/logo.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "href": partial(_static, "keji/logo.svg"), "type": "image/svg+xml"}],
    "SITE_URL": reverse_lazy("home"),
    "SHOW_BACK_BUTTON": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        # The accent #0B5D56 as unfold's primary scale.
        "primary": {
            "50": "#E4F0EE",
            "100": "#CBE3DF",
            "200": "#A6D1D5",
            "300": "#7FBDC3",
            "400": "#3F97A0",
            "500": "#1F747F",
            "600": "#0B5D56",
            "700": "#0A4F49",
            "800": "#0A3F3A",
            "900": "#083330",
            "950": "#052322",
        },
    },
    "THEME": "light",
    "SHOW_LANGUAGES": True,
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "config.menu.navigation"},
    "ACCOUNT": {"navigation": "config.menu.account_links"},
    "LANGUAGES": {"navigation": "config.menu.languages"},
    "STYLES": [partial(_static, "keji/admin.css"), partial(_static, "keji/jobs.css")],
    "SCRIPTS": [partial(_static, "keji/jobs.js"), partial(_static, "keji/today.js")],
}
SIMPLE_HISTORY_REVERT_DISABLED = True

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO" if DEBUG else "WARNING"},
}
