"""The role of GitHub Actions may do what the scripts of the workflows do: every call that they make is looked up."""

from pathlib import Path

import pytest
import yaml

import aws_model
from scenarios import COMMIT, NEW_DIGEST, deployment, not_found, revision, service_with
from test_update_service import scenario as update_scenario

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "infrastructure" / "templates"
# Where the name of the IAM action is not that of the service's command.
PREFIX = {"deploy": "codedeploy"}
# Nobody can be denied this one.
FREE = {"sts:GetCallerIdentity"}


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags, whose contents are all that matters here."""


def _tag(loader, _suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


Loader.add_multi_constructor("!", _tag)


def statements(node: object):
    if isinstance(node, dict):
        if node.get("Effect") == "Allow":
            yield node
        for value in node.values():
            yield from statements(value)
    elif isinstance(node, list):
        for value in node:
            yield from statements(value)


def allowed() -> set[str]:
    template = yaml.load((TEMPLATES / "iam-roles.yaml").read_text(), Loader)
    policies = template["Resources"]["GitHubActionsRole"]["Properties"]["Policies"]
    actions = set()
    for statement in statements(policies):
        named = statement["Action"]
        actions |= {named} if isinstance(named, str) else set(named)
    return actions


def used(project, run) -> set[str]:
    found = set()
    for arguments, files in zip(run.calls, run.files):
        for name, _ in project.check({"arguments": arguments, "files": files}):
            found.add(f"{PREFIX.get(arguments[0], arguments[0])}:{name}")
    return found - FREE


BACKEND = ("--environment", "staging", "--service", "backend")
FAILS = deployment("Ready", "Failed") | {"ecs list-tasks": "arn:aws:ecs:eu-west-2:956880242582:task/isms-staging/1"}
BACK = deployment("Ready", "Succeeded") | {
    "deploy list-deployments": ["None", "d-1", "None"],
    "ecs describe-services": service_with(revision(8)),
    "deploy batch-get-deployments": '{"deploymentsInfo":[{"createTime":1,"revision":{"appSpecContent":{"content":"TaskDefinition: \\"%s\\""}}}]}'
    % revision(7),
}
SLOW = deployment("Ready") | {"ecs describe-tasks": '{"tasks":[{"lastStatus":"RUNNING"}]}', "ecs stop-task": "{}"}
DEPLOY = ("create-codedeploy-deployment.sh", *BACKEND, "--task-definition", revision(8), "--migrate")


@pytest.mark.parametrize(
    ("scenario", "command"),
    [
        (update_scenario(), ("update-service.sh", *BACKEND, "--image-tag", COMMIT)),
        (deployment("Ready", "Succeeded"), DEPLOY),
        (FAILS, DEPLOY),
        (SLOW, (*DEPLOY, "--migration-minutes", "0")),
        (BACK, ("create-codedeploy-deployment.sh", *BACKEND, "--rollback")),
        (deployment() | {"ecr describe-images": [not_found("ImageNotFoundException"), NEW_DIGEST]}, ("promote-image.sh", *BACKEND, "--commit", COMMIT, "--history-tag", "staging-1")),
    ],
)
def test_the_role_allows_every_call(project, scenario, command):
    run = project.run(scenario, *command)
    assert len(run.calls) > 3
    assert used(project, run) - allowed() == set()


def test_registering_with_tags_is_allowed():
    """An authorisation of its own, which no call names."""
    assert "ecs:TagResource" in allowed()


def test_both_task_definitions_have_the_logical_ids_that_update_service_asks_for():
    ecs = yaml.load((TEMPLATES / "ecs-cluster.yaml").read_text(), Loader)
    main = yaml.load((TEMPLATES / "main.yaml").read_text(), Loader)
    assert {"BackendTaskDefinition", "FrontendTaskDefinition"} <= ecs["Resources"].keys()
    assert {"Ecs", "Alb"} <= main["Resources"].keys()


def test_the_roles_session_is_as_long_as_the_workflow_asks():
    template = yaml.load((TEMPLATES / "iam-roles.yaml").read_text(), Loader)
    steps = yaml.safe_load((ROOT / ".github/workflows/deploy.yml").read_text())["jobs"]["deploy"]["steps"]
    (asked,) = [s["with"]["role-duration-seconds"] for s in steps if "role-duration-seconds" in s.get("with", {})]
    assert asked <= template["Resources"]["GitHubActionsRole"]["Properties"]["MaxSessionDuration"]


def test_the_lookup_notices_a_missing_action():
    assert "codedeploy:DeleteApplication" not in allowed()
    assert aws_model.check(["deploy", "delete-application", "--application-name", "x"])[0][0] == "DeleteApplication"
