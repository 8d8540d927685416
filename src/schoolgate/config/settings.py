"""One settings file for every place. What differs comes from the environment, through `env`."""

import secrets

from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages

from schoolgate.config import database, env, home, logs, mail

HOME = env.home()

# Without a home (a type checker, a migration check) a key for this process alone will do.
SECRET_KEY = env.secret("SCHOOLGATE_SIGNING_KEY") or home.key(
    HOME, home.SIGNING_KEY, otherwise=secrets.token_urlsafe(50)
)
# Newest first: the first seals, every one opens. Rotation is adding one in front.
SEALING_KEYS = [
    key
    for key in (
        env.secret("SCHOOLGATE_SEALING_KEY")
        or home.key(HOME, home.SEALING_KEY, otherwise=Fernet.generate_key().decode())
    ).split()
    if key
]

DEBUG = False
ALLOWED_HOSTS = env.words("SCHOOLGATE_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
# Off only for `http://localhost`, where a browser would not send a secure cookie back.
HTTPS = env.flag("SCHOOLGATE_HTTPS", default=False)
# The proxy that ends TLS, as this machine sees it: its word on who asks and how is believed.
PROXY = env.text("SCHOOLGATE_PROXY", "127.0.0.1")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Before the sign-in library, whose pages its templates replace.
    "schoolgate.web",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "schoolgate.audit",
    "schoolgate.jobs",
    "schoolgate.accounts",
    "schoolgate.districts",
    "schoolgate.roster",
    "schoolgate.licensing",
    "schoolgate.registrations",
    "schoolgate.sync",
    "schoolgate.frontdesk",
]

MIDDLEWARE = [
    "schoolgate.config.probes.probes_first",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "schoolgate.web.requests.measured",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "schoolgate.config.urls"
WSGI_APPLICATION = "schoolgate.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASE_URL = env.secret("SCHOOLGATE_DATABASE_URL")
DATABASES = {"default": database.from_url(DATABASE_URL, home=HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ENGINE_URL = database.engine_url(DATABASE_URL, home=HOME)
# Workers say that they live, and take over from one that has been silent for too long. On one
# machine nobody waits to take over; with several, a dead one is to be noticed soon.
_MANY = not ENGINE_URL.startswith("sqlite")
BEAT_SECONDS = env.number("SCHOOLGATE_BEAT_SECONDS", default=5 if _MANY else 10)
DEAD_AFTER_SECONDS = env.number("SCHOOLGATE_DEAD_AFTER_SECONDS", default=30 if _MANY else 60)
TICK_SECONDS = env.number("SCHOOLGATE_TICK_SECONDS", default=15)
# A source that does not answer is tried again after this, then after three times as long, ...
RETRY_SECONDS = env.number("SCHOOLGATE_RETRY_SECONDS", default=20)
# Off where the tables are migrated as a step of their own (`schoolgate migrate`).
MIGRATE = env.flag("SCHOOLGATE_MIGRATE", default=True)

# --- sign-in -------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        # Length, not forced rotation or odd characters (NIST SP 800-63B).
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "schoolgate.accounts.adapter.NoSignUp"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_FORMS = {"login": "schoolgate.accounts.forms.SignIn"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# A shared desk: the session ends with the browser and after a working day at the latest.
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_NAME = "schoolgate"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- the browser -----------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Bootstrap draws its arrows as data: images.
        "img-src": [SELF, "data:"],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
STATIC_URL = "/static/"
# Served straight from the packages: no collectstatic to forget between two commands.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# --- words and times ----------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_TZ = True
# Moments are kept in UTC and shown in the district's own time zone.
TIME_ZONE = "UTC"
MESSAGE_TAGS = {messages.ERROR: "danger"}

# --- watching --------------------------------------------------------------------------------
LOG = env.one_of("SCHOOLGATE_LOG", "text", "json")
logs.configure()
LOGGING = logs.settings(as_json=LOG == "json")
# Empty: figures are for this machine alone, and only where nothing stands before us.
METRICS_TOKEN = env.secret("SCHOOLGATE_METRICS_TOKEN")
# Examples of odd rows, plans that were carried out: how long their details are kept.
KEEP_DETAILS_DAYS = env.number("SCHOOLGATE_KEEP_DETAILS_DAYS", default=90)

# --- e-mail ----------------------------------------------------------------------------------
MAIL_URL = env.secret(mail.VARIABLE)
SENDS_MAIL = bool(MAIL_URL)
_MAIL = mail.from_url(MAIL_URL)
EMAIL_BACKEND = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST = _MAIL.get("EMAIL_HOST", "")
EMAIL_PORT = _MAIL.get("EMAIL_PORT", 0)
EMAIL_HOST_USER = _MAIL.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _MAIL.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_USE_TLS = _MAIL.get("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = mail.TIMEOUT_SECONDS
# Where people reach us: links in e-mail begin with it, and it is written from there.
ADDRESS = env.text("SCHOOLGATE_ADDRESS").rstrip("/") or (
    f"https://{ALLOWED_HOSTS[0]}" if HTTPS else f"http://{ALLOWED_HOSTS[0]}:8000"
)
DEFAULT_FROM_EMAIL = (
    env.text("SCHOOLGATE_MAIL_FROM") or f"Schoolgate <schoolgate@{ALLOWED_HOSTS[0]}>"
)
