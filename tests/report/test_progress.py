"""Long work shows a bar on a terminal, and nothing anywhere else."""

import json
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


def on_a_terminal(command, folder) -> bytes:
    """What a command that ends well shows on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, "TERM": "xterm"}) as process:
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
    return shown


def test_a_bar_over_a_large_file(tmp_path):
    shown = on_a_terminal(command(tmp_path), ROOT)
    assert b"reading prices [" in shown and b"=" in shown


def test_a_bar_over_many_environments(tmp_path):
    (tmp_path / "isms-cost.yaml").write_text(json.dumps({
        "version": 1, "template": "t.yaml", "region": "eu-west-2", "environments": {f"e{i}": {} for i in range(6)},
    }))
    (tmp_path / "t.yaml").write_text("Resources: {A: {Type: 'AWS::EC2::EIP'}}")
    diff = [PROGRAM, "diff", "--base", "."]
    assert b"comparing environments [" in on_a_terminal(diff, tmp_path)
    done = subprocess.run(diff, cwd=tmp_path, capture_output=True, check=True)
    assert done.stderr == b"" and b"comparing" not in done.stdout


def test_nothing_elsewhere(tmp_path):
    done = subprocess.run(command(tmp_path), cwd=ROOT, capture_output=True, check=True)
    assert b"reading prices" not in done.stderr + done.stdout
