"""create-codedeploy-deployment.sh: the order of a deployment, and every way in which one goes wrong."""

import json
import signal
import time

import pytest
import yaml

from conftest import option
from scenarios import NEW_DIGEST, OLD_DIGEST, deployment, not_found, revision, service_with, task

SCRIPT = "create-codedeploy-deployment.sh"
STAGING_BACKEND = ("--environment", "staging", "--service", "backend")
DEPLOY = (SCRIPT, *STAGING_BACKEND, "--task-definition", revision(8), "--migrate")


def suspended(run) -> list[bool]:
    calls = run.all("application-autoscaling register-scalable-target")
    return ["DynamicScalingInSuspended=true" in option(c, "--suspended-state") for c in calls]


def explained(status: str) -> str:
    return json.dumps({"deploymentInfo": {"status": status, "errorInformation": {"code": "HEALTH_CONSTRAINTS", "message": "tasks failed"}}})


def test_migrates_when_green_is_healthy_and_before_traffic_moves(project):
    run = project.run(deployment("Created", "InProgress", "Ready", "InProgress", "Succeeded"), *DEPLOY)
    assert run.code == 0, run.stderr
    steps = ["deploy create-deployment", "ecs run-task", "ecr put-image", "deploy continue-deployment"]
    assert [o for o in run.operations if o in steps] == steps
    looks = [i for i, o in enumerate(run.operations) if o == "deploy get-deployment"]
    assert looks[2] < run.operations.index("ecs run-task"), "the migration waits for Ready"
    assert option(run.one("deploy continue-deployment"), "--deployment-wait-type") == "READY_WAIT"
    assert "Green: 1/1 tasks, 10 % of the traffic" in run.stderr


def test_the_revision_is_an_appspec_with_arn_and_the_clusters_strategy(project):
    run = project.run(deployment("Ready", "Succeeded"), *DEPLOY)
    sent = json.loads(run.file("deploy create-deployment"))
    assert sent["revisionType"] == "AppSpecContent"
    appspec = yaml.safe_load(sent["appSpecContent"]["content"])
    assert appspec["Resources"][0]["TargetService"]["Properties"] == {
        "TaskDefinition": revision(8),
        "LoadBalancerInfo": {"ContainerName": "backend", "ContainerPort": 4000},
        "PlatformVersion": "LATEST",
        "CapacityProviderStrategy": [
            {"CapacityProvider": "FARGATE", "Base": 1, "Weight": 30},
            {"CapacityProvider": "FARGATE_SPOT", "Base": 0, "Weight": 70},
        ],
    }


def test_the_migration_runs_the_new_revision_on_demand_in_the_services_network(project):
    run = project.run(deployment("Ready", "Succeeded"), *DEPLOY)
    call = run.one("ecs run-task")
    assert option(call, "--task-definition") == revision(8)
    assert option(call, "--launch-type") == "FARGATE"
    files = run.files[run.operations.index("ecs run-task")]
    assert json.loads(files[option(call, "--overrides")]) == {
        "containerOverrides": [{"name": "backend", "command": ["npm", "run", "db:migrate:deploy"]}]
    }
    network = json.loads(files[option(call, "--network-configuration")])
    assert network["awsvpcConfiguration"]["subnets"] == ["subnet-0aa", "subnet-0bb"]


def test_autoscaling_is_suspended_first_and_resumed_last(project):
    run = project.run(deployment("Ready", "Succeeded"), *DEPLOY)
    assert suspended(run) == [True, False]
    scaling = [i for i, o in enumerate(run.operations) if o.startswith("application-autoscaling")]
    assert scaling[0] < run.operations.index("deploy create-deployment")
    assert scaling[1] == len(run.operations) - 1


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("exit code 1", {"ecs describe-tasks": task("STOPPED", 1)}),
        ("exit code none", {"ecs describe-tasks": task("STOPPED", None, "CannotPullContainerError")}),
        ("did not start", {"ecs run-task": json.dumps({"tasks": [], "failures": [{"reason": "RESOURCE:CPU"}]})}),
    ],
)
def test_a_failed_migration_stops_the_deployment_before_traffic_moves(project, what, change):
    run = project.run(deployment("Ready") | change, *DEPLOY)
    assert run.code == 1
    assert what in run.stderr and "still runs " + revision(7) in run.stderr
    assert "deploy continue-deployment" not in run.operations and "ecr put-image" not in run.operations
    assert "--auto-rollback-enabled" in run.one("deploy stop-deployment")
    assert suspended(run) == [True, False]


def test_a_migration_that_never_ends_is_stopped(project):
    run = project.run(deployment("Ready") | {"ecs describe-tasks": task("RUNNING"), "ecs stop-task": "{}"}, *DEPLOY, "--migration-minutes", "0")
    assert run.code == 1 and "ecs stop-task" in run.operations and "deploy continue-deployment" not in run.operations


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_green_that_never_gets_healthy_is_explained(project, status):
    scenario = deployment("InProgress", status, explained(status)) | {
        "ecs list-tasks": "arn:aws:ecs:eu-west-2:956880242582:task/isms-staging/1",
        "ecs describe-tasks": "isms-backend-staging:8\tTask failed ELB health checks",
    }
    run = project.run(scenario, *DEPLOY)
    assert run.code == 1
    assert "HEALTH_CONSTRAINTS: tasks failed" in run.stderr and "Task failed ELB health checks" in run.stderr
    assert "ecs run-task" not in run.operations
    assert suspended(run) == [True, False]


def test_a_deployment_that_takes_too_long_is_stopped_and_rolled_back(project):
    run = project.run(deployment("InProgress"), *DEPLOY, "--timeout-minutes", "0")
    assert run.code == 1 and "still InProgress after 0 min" in run.stderr
    assert "--auto-rollback-enabled" in run.one("deploy stop-deployment")
    assert suspended(run) == [True, False]


def test_a_failed_shift_gives_the_environments_tag_back(project):
    run = project.run(deployment("Ready", "InProgress", "Failed", explained("Failed")), *DEPLOY)
    assert run.code == 1
    assert [option(c, "--image-digest") for c in run.all("ecr put-image")] == [NEW_DIGEST, OLD_DIGEST]
    assert {option(c, "--image-tag") for c in run.all("ecr put-image")} == {"staging"}


def test_a_tag_that_is_there_already_is_fine(project):
    run = project.run(deployment("Ready", "Succeeded") | {"ecr put-image": not_found("ImageAlreadyExistsException")}, *DEPLOY)
    assert run.code == 0, run.stderr


def test_autoscaling_is_resumed_when_the_run_is_cancelled(project):
    process = project.start(deployment("InProgress"), *DEPLOY, ISMS_POLL_SECONDS="30")
    calls = project.home / "calls.jsonl"
    deadline = time.monotonic() + 20
    while "get-deployment-target" not in calls.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    run = project.finish(process)
    assert run.code == 143
    assert suspended(run) == [True, False]


def test_autoscaling_that_cannot_be_resumed_is_said_and_fails(project):
    scenario = deployment("Ready", "Succeeded") | {"application-autoscaling register-scalable-target": ["{}", not_found("ThrottlingException")]}
    run = project.run(scenario, *DEPLOY)
    assert run.code != 0 and "--resume-autoscaling" in run.stderr


def test_one_deployment_at_a_time(project):
    run = project.run(deployment("Ready") | {"deploy list-deployments": "d-OTHER0001"}, *DEPLOY)
    assert run.code == 1 and "d-OTHER0001" in run.stderr
    assert "deploy create-deployment" not in run.operations


def test_another_accounts_credentials_do_nothing(project):
    run = project.run({"sts get-caller-identity": "641918319442"}, *DEPLOY)
    assert run.code == 1 and "account 641918319442, but staging is account 956880242582" in run.stderr
    assert run.operations == ["sts get-caller-identity"]


@pytest.mark.parametrize("profile", [(), ("--profile", "mine")])
def test_the_profile_is_the_environments_unless_another_is_named(project, profile):
    run = project.run(deployment("Ready", "Succeeded"), *DEPLOY, *profile)
    assert {option(c, "--profile") for c in run.calls} == {profile[1] if profile else "isms-staging"}


def test_in_ci_the_jobs_credentials_are_used(project):
    run = project.run(deployment("Ready", "Succeeded"), *DEPLOY, CI="true")
    assert run.code == 0 and all("--profile" not in c for c in run.calls)


def test_rollback_stops_the_deployment_under_way(project):
    scenario = deployment("InProgress", "Stopped", "d-BACK00001", "Succeeded") | {"deploy list-deployments": "d-ABCDEF123"}
    scenario["ecs describe-task-definition"] = image_of_seven = scenario["ecs describe-task-definition"][1]
    scenario["ecr describe-images"] = OLD_DIGEST
    run = project.run(scenario, SCRIPT, *STAGING_BACKEND, "--rollback")
    assert image_of_seven and run.code == 0, run.stderr
    assert "--auto-rollback-enabled" in run.one("deploy stop-deployment")
    assert "deploy create-deployment" not in run.operations
    assert option(run.one("ecr put-image"), "--image-digest") == OLD_DIGEST


def deployed(number: int, when: str) -> dict:
    return {"createTime": when, "revision": {"appSpecContent": {"content": f'TaskDefinition: "{revision(number)}"\n'}}}


def test_rollback_deploys_the_revision_before_without_migrations(project):
    scenario = deployment("Ready", "Succeeded") | {
        "deploy list-deployments": ["None", "d-1\td-2\td-3", "None"],
        "ecs describe-services": service_with(revision(8)),
        "deploy batch-get-deployments": json.dumps(
            {"deploymentsInfo": [deployed(6, "2026-11-01T10:00:00Z"), deployed(8, "2026-11-03T10:00:00Z"), deployed(7, "2026-11-02T10:00:00Z")]}
        ),
    }
    run = project.run(scenario, SCRIPT, *STAGING_BACKEND, "--rollback")
    assert run.code == 0, run.stderr
    assert revision(7) in run.file("deploy create-deployment")
    assert option(run.one("deploy create-deployment"), "--deployment-config-name") == "CodeDeployDefault.ECSAllAtOnce"
    assert "ecs run-task" not in run.operations
    assert "ecr put-image" in run.operations


def test_rollback_to_an_image_that_has_expired_is_refused(project):
    scenario = deployment("Ready") | {"ecr describe-images": not_found("ImageNotFoundException")}
    run = project.run(scenario, SCRIPT, *STAGING_BACKEND, "--rollback", "--to", revision(3))
    assert run.code == 1 and "expired?" in run.stderr
    assert "deploy create-deployment" not in run.operations


def test_resuming_autoscaling_alone(project):
    run = project.run(deployment(), SCRIPT, "--environment", "staging", "--service", "all", "--resume-autoscaling")
    assert run.code == 0 and suspended(run) == [False, False]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--environment", "staging"),
        ("--environment", "test", "--service", "backend"),
        ("--environment", "staging", "--service", "backend"),
        ("--environment", "staging", "--service", "all", "--task-definition", revision(8)),
        ("--environment", "staging", "--service", "frontend", "--task-definition", revision(8)),
        ("--environment", "staging", "--service", "backend", "--task-definition", "isms-backend-staging"),
        ("--environment", "production", "--service", "backend", "--task-definition", revision(8)),
        (*STAGING_BACKEND, "--task-definition", revision(8), "--timeout-minutes", "soon"),
        (*STAGING_BACKEND, "--task-definition"),
        (*STAGING_BACKEND, "--nonsense"),
    ],
)
def test_wrong_arguments_call_nothing(project, arguments):
    run = project.run({}, SCRIPT, *arguments)
    assert run.code == 2 and run.calls == [] and "--help" in run.stderr
