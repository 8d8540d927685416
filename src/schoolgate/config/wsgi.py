"""What a web server loads."""

import django
from django.core.handlers.wsgi import WSGIHandler

from schoolgate.config import start

start.choose_settings()
django.setup()
application = WSGIHandler()
