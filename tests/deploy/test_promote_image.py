"""promote-image.sh: build once, the same digest everywhere, and no build for a tag that was asked for."""

import json

import pytest

from conftest import option
from scenarios import COMMIT, NEW_DIGEST, OLD_DIGEST, not_found

SCRIPT = "promote-image.sh"
PRODUCTION = ("--environment", "production", "--service", "backend")
MISSING = not_found("ImageNotFoundException")
FROM_STAGING = ("--from-account", "956880242582", "--history-tag", "production-9")


def scenario(*digests: object) -> dict:
    return {
        "sts get-caller-identity": "641918319442",
        "ecr describe-images": list(digests),
        "ecr batch-get-image": json.dumps({"images": [{"imageManifest": "{}", "imageManifestMediaType": "x/y"}]}),
        "ecr put-image": "{}",
    }


@pytest.fixture(autouse=True)
def docker(project):
    fake = project.bin / "docker"
    fake.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>"{project.home}/docker"\n')
    fake.chmod(0o755)


def docker_calls(project) -> list[str]:
    log = project.home / "docker"
    return log.read_text().splitlines() if log.exists() else []


def test_an_image_that_is_here_is_only_tagged(project):
    run = project.run(scenario(NEW_DIGEST), SCRIPT, *PRODUCTION, "--commit", COMMIT, "--history-tag", "production-9")
    assert (run.code, run.stdout) == (0, f"digest={NEW_DIGEST}\n"), run.stderr
    assert option(run.one("ecr put-image"), "--image-tag") == "production-9"
    assert docker_calls(project) == []


def test_an_image_of_the_other_account_is_copied_by_digest(project):
    # Not here under sha-COMMIT nor COMMIT; there under sha-COMMIT; then the copy is looked at.
    run = project.run(scenario(MISSING, MISSING, NEW_DIGEST, NEW_DIGEST), SCRIPT, *PRODUCTION, "--image-tag", COMMIT, *FROM_STAGING)
    assert (run.code, run.stdout) == (0, f"digest={NEW_DIGEST}\n"), run.stderr
    assert docker_calls(project) == [
        "buildx imagetools create --prefer-index=false"
        f" --tag 641918319442.dkr.ecr.eu-west-2.amazonaws.com/isms-backend:{COMMIT}"
        f" 956880242582.dkr.ecr.eu-west-2.amazonaws.com/isms-backend@{NEW_DIGEST}"
    ]
    assert [option(c, "--registry-id") for c in run.all("ecr describe-images")][2] == "956880242582"


def test_a_moving_tag_is_not_copied_under_its_own_name(project):
    run = project.run(scenario(MISSING, NEW_DIGEST, NEW_DIGEST), SCRIPT, *PRODUCTION, "--image-tag", "staging", *FROM_STAGING)
    assert run.code == 0, run.stderr
    assert "isms-backend:production-9 " in docker_calls(project)[0]


def test_a_copy_with_another_digest_fails(project):
    run = project.run(scenario(MISSING, NEW_DIGEST, OLD_DIGEST), SCRIPT, *PRODUCTION, "--image-tag", "sha-" + COMMIT, *FROM_STAGING)
    assert run.code == 1 and "the copy has the digest" in run.stderr and run.stdout == ""


def test_a_tag_that_was_asked_for_is_never_built(project):
    run = project.run(scenario(MISSING), SCRIPT, *PRODUCTION, "--image-tag", COMMIT, *FROM_STAGING)
    assert run.code == 1 and "nothing is built" in run.stderr


def test_a_new_commit_is_to_be_built(project):
    run = project.run(scenario(MISSING), SCRIPT, *PRODUCTION, "--commit", COMMIT)
    assert (run.code, run.stdout) == (0, "digest=\n")


def test_an_error_is_not_taken_for_a_missing_image(project):
    run = project.run(scenario(not_found("AccessDeniedException")), SCRIPT, *PRODUCTION, "--commit", COMMIT)
    assert run.code == 1 and "AccessDenied" in run.stderr and run.stdout == ""
