"""How much of what is random or long is run: all of it, or as large a part as `SOAK_SHARE` says."""

import os

SHARE = float(os.environ.get("SOAK_SHARE", "1"))


def share_of(whole: int, least: int = 1) -> int:
    """Return how many of so many nights, files or draws are run."""
    return max(least, round(whole * SHARE))
