"""The WSGI entry: read the settings, make the application."""

from config import Settings

settings = Settings.from_environ()  # before all else is loaded, so that a refusal comes at once

from app import create_app  # noqa: E402 - see above

app = create_app(settings)
