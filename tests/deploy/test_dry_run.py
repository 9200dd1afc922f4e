"""--dry-run prints, --help explains, and nothing is called."""

import re
import shlex

import pytest

import aws_model
from scenarios import NEW_DIGEST, deployment, revision

SCRIPTS = ["deploy.sh", "update-service.sh", "create-codedeploy-deployment.sh", "promote-image.sh", "validate-templates.sh"]
BACKEND = ("--environment", "staging", "--service", "backend")
DRY = [
    ("update-service.sh", *BACKEND, "--image-digest", NEW_DIGEST),
    ("create-codedeploy-deployment.sh", *BACKEND, "--task-definition", revision(8), "--migrate"),
    ("create-codedeploy-deployment.sh", *BACKEND, "--rollback"),
    ("create-codedeploy-deployment.sh", "--environment", "production", "--service", "all", "--rollback"),
    ("deploy.sh", "--environment", "staging", "--bootstrap"),
    ("deploy.sh", "--environment", "production", "--pass", "services"),
    ("deploy.sh", "--environment", "production"),
]


def printed(stdout: str) -> list[list[str]]:
    """The printed calls, each file:// replaced by the content that is printed below its call."""
    calls: list[list[str]] = []
    contents: dict[str, list[str]] = {}
    current: list[str] = []
    for line in stdout.splitlines():
        if line.startswith("aws "):
            calls.append(shlex.split(line)[1:])
        elif line.startswith("#   "):
            current.append(line[4:])
        elif line.startswith("# "):
            current = contents["file://" + line[2:].rstrip(":")] = []
    return [["\n".join(contents[w]) if w in contents else w for w in call] for call in calls]


def operations(calls: list[list[str]]) -> list[str]:
    return [" ".join(c[:2]) for c in calls]


@pytest.fixture(autouse=True)
def parameters(project):
    for environment, account in (("staging", "956880242582"), ("production", "641918319442")):
        project.parameters(
            environment,
            {
                "Environment": environment,
                "AwsAccountId": account,
                "CreateOidcProvider": "true",
                "CertificateArn": f"arn:aws:acm:eu-west-2:{account}:certificate/1",
                "BackendImageTag": environment,
                "FrontendImageTag": environment,
            },
        )


@pytest.mark.parametrize("command", DRY, ids=" ".join)
def test_prints_calls_that_aws_would_take_and_makes_none(project, command):
    run = project.run({}, *command, "--dry-run")
    assert run.code == 0, run.stderr
    assert run.calls == []
    calls = printed(run.stdout)
    assert calls
    for call in calls:
        if call[:2] == ["cloudformation", "package"]:
            continue
        # What only an answer would tell stands in angle brackets.
        call = [re.sub(r"<[A-Z_]+>", "placeholder-1", word) for word in call]
        aws_model.check(call)


def test_a_dry_deployment_prints_the_operations_of_a_real_one_in_order(project):
    command = DRY[1]
    dry = operations(printed(project.run({}, *command, "--dry-run").stdout))
    real = project.run(deployment("Ready", "Succeeded"), *command).operations
    once = lambda names: [n for i, n in enumerate(names) if n not in names[:i] and n != "deploy get-deployment-target"]  # noqa: E731
    assert once(dry) == once(real)


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_explains_and_calls_nothing(project, script):
    run = project.run({}, script, "--help")
    assert run.code == 0 and script in run.stdout and "--dry-run" in run.stdout and run.calls == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_strict(project, script):
    text = (project.infrastructure / "scripts" / script).read_text()
    assert text.startswith("#!/usr/bin/env bash\n") and "\nset -euo pipefail\n" in text
