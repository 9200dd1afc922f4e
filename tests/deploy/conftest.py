"""Runs the deployment scripts against the recording `aws` and checks every call they make against AWS's own models."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import aws_model  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = {"staging": "956880242582", "production": "641918319442"}


class Run:
    """What a script did: exit code, output, and its AWS calls."""

    def __init__(self, code: int, stdout: str, stderr: str, calls: list[dict]):
        self.code, self.stdout, self.stderr = code, stdout, stderr
        self.calls = [c["arguments"] for c in calls]
        self.files = [c["files"] for c in calls]
        self.operations = [" ".join(a[:2]) for a in self.calls]

    def all(self, operation: str) -> list[list[str]]:
        return [a for a, o in zip(self.calls, self.operations) if o == operation]

    def one(self, operation: str) -> list[str]:
        (call,) = self.all(operation)
        return call

    def file(self, operation: str) -> str:
        """The content of the one file that the one call of this operation handed over."""
        ((content,),) = [f.values() for f, o in zip(self.files, self.operations) if o == operation]
        return content


def option(call: list[str], name: str) -> str:
    return call[call.index(name) + 1]


class Project:
    """A copy of infrastructure/ with parameter files of its own and the fake on the PATH."""

    def __init__(self, home: Path):
        self.home = home
        self.infrastructure = home / "infrastructure"
        self.infrastructure.mkdir()
        for folder in ("scripts", "appspecs"):
            shutil.copytree(ROOT / "infrastructure" / folder, self.infrastructure / folder)
        (self.infrastructure / "parameters").mkdir()
        for environment, account in ACCOUNTS.items():
            self.parameters(environment, {"Environment": environment, "AwsAccountId": account})
        self.bin = home / "bin"
        self.bin.mkdir()
        fake = self.bin / "aws"
        fake.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/tests/deploy/fake_aws.py" "$@"\n')
        fake.chmod(0o755)

    def parameters(self, environment: str, values: object, wrap: bool = True) -> None:
        path = self.infrastructure / "parameters" / f"{environment}-params.json"
        path.write_text(json.dumps({"Parameters": values} if wrap else values))

    def environment(self, **extra: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CI", "GITHUB_"))}
        return kept | {
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "FAKE_AWS_DIR": str(self.home),
            "ISMS_POLL_SECONDS": "0",
            **extra,
        }

    def start(self, scenario: dict, script: str, *arguments: str, **extra: str) -> subprocess.Popen:
        for old in self.home.glob("turn *"):
            old.unlink()
        (self.home / "calls.jsonl").write_text("")
        (self.home / "scenario.json").write_text(
            json.dumps({k: v if isinstance(v, list) else [v] for k, v in scenario.items()})
        )
        return subprocess.Popen(
            ["bash", str(self.infrastructure / "scripts" / script), *arguments],
            env=self.environment(**extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.home,
        )

    def finish(self, process: subprocess.Popen) -> Run:
        stdout, stderr = process.communicate(timeout=60)
        calls = [json.loads(line) for line in (self.home / "calls.jsonl").read_text().splitlines()]
        for call in calls:
            self.check(call)
        return Run(process.returncode, stdout, stderr, calls)

    def run(self, scenario: dict, script: str, *arguments: str, **extra: str) -> Run:
        return self.finish(self.start(scenario, script, *arguments, **extra))

    def check(self, call: dict) -> list[tuple[str, dict]]:
        """Every call must be one that AWS would take, with the files as they were."""
        arguments = list(call["arguments"])
        for i, argument in enumerate(arguments):
            if argument in call["files"]:
                copy = self.home / f"handed-over-{i}"
                copy.write_text(call["files"][argument])
                arguments[i] = f"file://{copy}"
        return aws_model.check(arguments)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)
