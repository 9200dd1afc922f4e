"""update-service.sh: the task definition round trip, by digest."""

import json

import pytest

from conftest import option
from scenarios import COMMIT, NEW_DIGEST, OLD_DIGEST, STAGING, image, not_found, revision, service_with, task_definition

SCRIPT = "update-service.sh"
ARGUMENTS = (SCRIPT, "--environment", "staging", "--service", "backend")
STACK = f"arn:aws:cloudformation:eu-west-2:{STAGING}:stack/isms-staging-Ecs-1/x"


def scenario(stack_revision: int = 5) -> dict:
    return {
        "sts get-caller-identity": STAGING,
        "ecr describe-images": NEW_DIGEST,
        "ecs describe-services": service_with(revision(7)),
        "cloudformation describe-stack-resource": [STACK, revision(stack_revision)],
        "ecs describe-task-definition": task_definition(),
        "ecs register-task-definition": revision(8),
    }


def test_prints_the_new_revision_alone_on_stdout(project):
    run = project.run(scenario(), *ARGUMENTS, "--image-digest", NEW_DIGEST)
    assert (run.code, run.stdout) == (0, revision(8) + "\n"), run.stderr


def test_the_round_trip_changes_the_image_and_nothing_else(project):
    run = project.run(scenario(), *ARGUMENTS, "--image-digest", NEW_DIGEST)
    sent = json.loads(run.file("ecs register-task-definition"))
    before = json.loads(task_definition())
    expected = before["taskDefinition"] | {"tags": before["tags"]}
    for added in "taskDefinitionArn revision status requiresAttributes compatibilities registeredAt registeredBy".split():
        del expected[added]
    expected["containerDefinitions"][0]["image"] = image(NEW_DIGEST)
    assert sent == expected


def test_starts_from_the_revision_in_service_not_from_the_familys_latest(project):
    run = project.run(scenario(), *ARGUMENTS, "--image-digest", NEW_DIGEST)
    assert option(run.one("ecs describe-task-definition"), "--task-definition") == revision(7)


def test_starts_from_the_stacks_revision_when_that_is_newer(project):
    run = project.run(scenario(stack_revision=12), *ARGUMENTS, "--image-digest", NEW_DIGEST)
    assert option(run.one("ecs describe-task-definition"), "--task-definition") == revision(12)


def test_nothing_is_registered_when_the_image_is_there_already(project):
    run = project.run(scenario() | {"ecr describe-images": OLD_DIGEST}, *ARGUMENTS, "--image-digest", OLD_DIGEST)
    assert (run.code, run.stdout) == (0, revision(7) + "\n")
    assert "ecs register-task-definition" not in run.operations


@pytest.mark.parametrize(
    ("tag", "tried"), [(COMMIT, [f"sha-{COMMIT}", COMMIT]), (f"sha-{COMMIT}", [f"sha-{COMMIT}"]), ("staging-42", ["staging-42"])]
)
def test_a_bare_commit_finds_both_forms_and_a_missing_tag_is_never_built(project, tag, tried):
    run = project.run(scenario() | {"ecr describe-images": not_found("ImageNotFoundException")}, *ARGUMENTS, "--image-tag", tag)
    assert run.code == 1 and "nothing is built" in run.stderr
    assert [option(c, "--image-ids") for c in run.all("ecr describe-images")] == [f"imageTag={t}" for t in tried]


def test_an_error_of_ecr_is_not_taken_for_a_missing_image(project):
    run = project.run(scenario() | {"ecr describe-images": not_found("AccessDeniedException")}, *ARGUMENTS, "--image-tag", COMMIT)
    assert run.code == 1 and "AccessDeniedException" in run.stderr
    assert len(run.all("ecr describe-images")) == 1


def test_cli_version_1_is_refused(project):
    run = project.run(scenario(), *ARGUMENTS, "--image-digest", NEW_DIGEST, FAKE_AWS_VERSION="aws-cli/1.46.3 Python/3.11")
    assert run.code == 1 and "needs AWS CLI version 2, found aws-cli/1.46.3" in run.stderr


@pytest.mark.parametrize("tag", ["a b", "$(touch x)", "x" * 129, "a;b"])
def test_a_tag_that_is_none_is_refused(project, tag):
    run = project.run({}, *ARGUMENTS, "--image-tag", tag)
    assert run.code == 2 and run.calls == []
    assert not (project.home / "x").exists()


@pytest.mark.parametrize(
    ("values", "wrap", "words"),
    [
        ({"Environment": "staging", "AwsAccountId": STAGING}, False, 'must be {"Parameters"'),
        ({"Environment": "staging", "AwsAccountId": STAGING, "MinTaskCount": 1}, True, "every value a string"),
        ({"Environment": "production", "AwsAccountId": STAGING}, True, "not 'staging'"),
        ({"Environment": "staging", "AwsAccountId": "95688"}, True, "no account id"),
    ],
)
def test_a_wrong_parameter_file_stops_before_any_call(project, values, wrap, words):
    project.parameters("staging", values, wrap)
    run = project.run({}, *ARGUMENTS, "--image-digest", NEW_DIGEST)
    assert run.code == 1 and words in run.stderr and run.calls == []
