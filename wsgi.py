"""The WSGI entry: read the settings, make the application."""

import gc

from config import Settings

settings = Settings.from_environ()  # before all else is loaded, so that a refusal comes at once

from app import create_app  # noqa: E402 - see above

app = create_app(settings)

gc.collect()
gc.freeze()  # what start-up made stays to the end: no collection needs to walk through it again
