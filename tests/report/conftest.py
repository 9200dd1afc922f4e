"""The committed page, opened in the machine's own Chromium."""

import os
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target/debug/isms-cost"
SAMPLE = ROOT / "reports/report.html"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


def program(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess:
    """Runs the program that the Rust tests built."""
    return subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=True)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["ISMS_BROWSER"])
        yield browser
        browser.close()


class Watched:
    """A page and all that it said and asked for."""

    def __init__(self, page):
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: self.requests.append(request.url))


@pytest.fixture
def visit(browser):
    """Opens a page: `visit(scheme="dark", viewport=PHONE)`."""
    contexts = []

    def visit(path: Path = SAMPLE, scheme: str = "light", viewport: dict = DESK, scripts: bool = True) -> Watched:
        context = browser.new_context(color_scheme=scheme, viewport=viewport, java_script_enabled=scripts)
        contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.goto(path.as_uri())
        return watched

    yield visit
    for context in contexts:
        context.close()
