"""What actionlint and zizmor do not know about these workflows."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION = ROOT / "action.yml"
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def load(name: str) -> dict:
    return yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_actions_are_pinned_by_commit(path):
    uses = re.findall(r"uses: (\S+)", path.read_text())
    assert uses
    for used in uses:
        assert used.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used), used


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_rights_are_given_job_by_job(path):
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        writes = {k for k, v in job["permissions"].items() if v == "write"}
        allowed = {"comment": {"pull-requests"}, "release": {"contents", "id-token", "attestations"}}
        assert writes <= allowed.get(name, {"id-token"}), name


def test_one_deployment_of_an_environment_at_a_time_and_none_is_cancelled():
    jobs = {"deploy-staging": load("deploy-staging.yml")["jobs"]["staging"]}
    production = load("deploy-production.yml")["jobs"]
    for job, group in ((jobs["deploy-staging"], "deploy-staging"), (production["staging"], "deploy-staging"), (production["production"], "deploy-production")):
        assert job["concurrency"] == {"group": group, "cancel-in-progress": False}


def test_aws_jobs_run_in_an_environment_and_check_the_account():
    for job in load("deploy.yml")["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("aws-actions/configure-aws-credentials@"):
                assert job["environment"] == "${{ inputs.environment }}"
                assert step["with"]["allowed-account-ids"] == "${{ vars.AWS_ACCOUNT_ID }}"


def test_the_image_is_built_only_when_the_search_said_so():
    steps = load("deploy.yml")["jobs"]["images"]["steps"]
    (build,) = [s for s in steps if s.get("uses", "").startswith("docker/build-push-action@")]
    assert build["if"] == "steps.find.outputs.digest == ''"
    assert build["with"]["provenance"] is False and build["with"]["sbom"] is False


def test_the_session_of_the_role_outlives_both_deployments():
    deploy = load("deploy.yml")["jobs"]["deploy"]
    minutes = int(re.search(r"^timeout_minutes=(\d+)$", (ROOT / "infrastructure/scripts/create-codedeploy-deployment.sh").read_text(), re.M)[1])
    (role,) = [s for s in deploy["steps"] if s.get("uses", "").startswith("aws-actions/configure")]
    # The role chains nothing: up to 12 hours are possible.
    assert 2 * minutes <= deploy["timeout-minutes"] <= role["with"]["role-duration-seconds"] / 60


def test_autoscaling_comes_back_whatever_happened():
    last = load("deploy.yml")["jobs"]["deploy"]["steps"][-1]
    assert last["if"] == "always()" and "--resume-autoscaling" in last["run"]
