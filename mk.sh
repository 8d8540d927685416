cd /tmp/hot && SCHOOLGATE_DATABASE_URL=sqlite://:memory: DJANGO_SETTINGS_MODULE=schoolgate.config.settings PYTHONPATH=/tmp/hot/src .venv/bin/python -m django "$@"
