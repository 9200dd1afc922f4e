"""The checker itself: what it must refuse, or no other test here proves anything."""

import pytest

import aws_model

GOOD = ["deploy", "continue-deployment", "--deployment-id", "d-1", "--deployment-wait-type", "READY_WAIT"]


def test_says_what_would_be_sent():
    assert aws_model.check(GOOD) == [("ContinueDeployment", {"deploymentId": "d-1", "deploymentWaitType": "READY_WAIT"})]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["deploy", "continue-deploymnt", "--deployment-id", "d-1"], "nvalid choice"),
        ([*GOOD, "--bogus"], "Unknown options"),
        (["deploy", "create-deployment", "--application-name", "a", "--revision", 'appSpecContent={"version":0.0}'], "Error parsing|Unknown parameter|Expected"),
        (["deploy", "create-deployment", "--application-name", "a", "--revision", '{"appSpecContent":"x"}'], "Invalid type"),
        (["ecs", "register-task-definition", "--cli-input-json", '{"family":"f","containerDefinitions":[],"revision":1}'], "Unknown parameter"),
        (["ecs", "describe-services"], "required"),
    ],
)
def test_refuses_misspelt_flags_and_wrong_shapes(arguments, words):
    with pytest.raises(aws_model.Refused, match=words):
        aws_model.check(arguments)


def test_a_scripts_wrong_call_fails_its_test(project):
    """End to end: break one flag in a script, and the run's own check refuses it."""
    script = project.infrastructure / "scripts" / "update-service.sh"
    script.write_text(script.read_text().replace("--cli-input-json", "--cli-input-jsn"))
    from test_update_service import ARGUMENTS, NEW_DIGEST, scenario

    with pytest.raises(aws_model.Refused, match="cli-input-jsn"):
        project.run(scenario(), *ARGUMENTS, "--image-digest", NEW_DIGEST)
