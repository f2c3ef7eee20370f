"""The error of a transform that cannot be applied."""

from __future__ import annotations

import re

_OURS = re.compile(r"\bio\.resultsink\.[\w.]+Exception: (.*?)(?=\n\tat |\nCaused by: |\Z)", re.DOTALL)


class PostgresResultError(ValueError):
    """The sink cannot be applied as it was written; nothing was run.

    The message says what is wrong, what is valid, and what to do.
    """


def of_expansion(error: RuntimeError) -> PostgresResultError | None:
    """Returns the sink's own words in the Java stack trace of an expansion, if there are any."""
    found = _OURS.search(str(error))
    return PostgresResultError(found.group(1).strip()) if found else None
