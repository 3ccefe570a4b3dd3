"""The WSGI entry: read the settings, make the application."""

from app import create_app
from config import Settings

app = create_app(Settings.from_environ())
