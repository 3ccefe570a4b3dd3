"""Logging: one plain line per fact, to standard error; never a name, phone, code or token."""

import logging

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def init() -> None:
    """Set up logging once per process; servers that configured it already are left alone."""
    if not logging.getLogger().handlers:
        logging.basicConfig(level=logging.INFO, format=FORMAT)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    # lines name neither thread nor process: do not find out (Logging HOWTO, "Optimization")
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


class LeftOut(Exception):
    """Stands in a log where an error's own message would: it may quote people's data."""


def failure(log: logging.Logger, what: str, error: BaseException) -> None:
    """Say where and of what kind an error was, never its message."""
    told = (LeftOut, LeftOut(), error.__traceback__)
    log.error("%s: %s", what, type(error).__name__, exc_info=told)
