"""Both parameter files through the parser of both AWS CLI versions, in the form that each takes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "infrastructure" / "parameters").glob("*-params.json"))
DUMMY = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-west-2", "AWS_MAX_ATTEMPTS": "1"}
V1 = [str(Path(sys.executable).with_name("aws"))]
REFUSALS = ("must be of format", "must be one of the formats", "Invalid type for parameter")


def deploy(cli: list[str], folder: Path, overrides: str) -> str:
    """What the CLI says to these overrides. Port 9 answers nobody: past the parser it ends with a connection error."""
    template = folder / "template.json"
    parameters = json.loads(FILES[0].read_text())["Parameters"]
    template.write_text(
        json.dumps({"Parameters": {k: {"Type": "String"} for k in parameters}, "Resources": {"T": {"Type": "AWS::SNS::Topic"}}})
    )
    run = subprocess.run(
        [*cli, "--endpoint-url", "http://127.0.0.1:9", "cloudformation", "deploy", "--stack-name", "x"]
        + ["--template-file", str(template), "--parameter-overrides", overrides],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **DUMMY},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return run.stdout + run.stderr


def v2() -> list[str]:
    cli = os.environ.get("ISMS_AWS_V2") or "/usr/bin/aws"
    version = subprocess.run([cli, "--version"], capture_output=True, text=True).stdout
    assert version.startswith("aws-cli/2."), f"{cli} is not the AWS CLI v2: {version}"
    return [cli]


def taken(words: str) -> bool:
    assert ("Could not connect" in words) != any(r in words for r in REFUSALS), words
    return "Could not connect" in words


def key_value(path: Path, folder: Path) -> str:
    copy = folder / "overrides.json"
    copy.write_text(json.dumps([f"{k}={v}" for k, v in json.loads(path.read_text())["Parameters"].items()]))
    return f"file://{copy}"


def test_there_are_two_files():
    assert [f.name for f in FILES] == ["production-params.json", "staging-params.json"]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_version_2_takes_the_file_as_it_is(tmp_path, path):
    assert taken(deploy(v2(), tmp_path, f"file://{path}"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_version_1_refuses_the_file_and_takes_key_value(tmp_path, path):
    assert not taken(deploy(V1, tmp_path, f"file://{path}"))
    assert taken(deploy(V1, tmp_path, key_value(path, tmp_path)))
    assert taken(deploy(v2(), tmp_path, key_value(path, tmp_path)))


def test_both_refuse_the_flat_object_of_the_specification(tmp_path):
    flat = tmp_path / "flat.json"
    flat.write_text('{"Environment": "staging"}')
    assert not taken(deploy(V1, tmp_path, f"file://{flat}"))
    assert not taken(deploy(v2(), tmp_path, f"file://{flat}"))
