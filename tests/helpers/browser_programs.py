"""The programs in which people open what is written: a browser and a word processor."""

import os
import shutil

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
LIBREOFFICE = ("soffice", "libreoffice")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def program(names: tuple[str, ...]) -> str:
    """Return the path of a program, or skip the test; under CI=true fail it."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        said = f"none of {', '.join(names)} is installed"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    return found
