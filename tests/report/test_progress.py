"""Long work shows a bar on a terminal, and nothing anywhere else."""

import os
import pty
import subprocess

from conftest import PROGRAM, ROOT

OFFER = ROOT / "tests/cases/prices/AmazonECS-eu-west-2.csv"


def command(tmp_path, *arguments):
    """An import of a file of ten megabytes: a small one's rows, then over and over as reserved prices, which are skipped."""
    lines = OFFER.read_text().splitlines(keepends=True)
    head = next(i for i, line in enumerate(lines) if line.startswith('"SKU"')) + 1
    large = tmp_path / "offer.csv"
    rows = "".join(lines[head:])
    reserved = rows.replace('"OnDemand"', '"Reserved"')
    large.write_text("".join(lines) + reserved * (10_000_000 // len(reserved)))
    return [PROGRAM, "prices", "import", str(large), "--price-book", str(tmp_path / "book"), "--dry-run", *arguments]


def test_a_bar_on_a_terminal(tmp_path):
    ours, theirs = pty.openpty()
    with subprocess.Popen(command(tmp_path), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, "TERM": "xterm"}) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
        assert process.wait() == 0
    assert b"reading prices [" in shown and b"=" in shown


def test_nothing_elsewhere(tmp_path):
    done = subprocess.run(command(tmp_path), cwd=ROOT, capture_output=True, check=True)
    assert b"reading prices" not in done.stderr + done.stdout
