"""deploy.sh: accounts, the two passes, the review of the change set, waiting, failing."""

import json

import pytest

from conftest import option
from scenarios import NEW_DIGEST, STAGING, not_found

SCRIPT = "deploy.sh"
ARGUMENTS = (SCRIPT, "--environment", "staging")
LISTENER = "arn:aws:elasticloadbalancing:eu-west-2:956880242582:listener/app/isms/1/2"
ECS_STACK = "arn:aws:cloudformation:eu-west-2:956880242582:stack/isms-staging-Ecs-1/x"


def stack(status: str, services: str = "true") -> str:
    return json.dumps({"Stacks": [{"StackStatus": status, "Parameters": [{"ParameterKey": "DeployServices", "ParameterValue": services}]}]})


def change(action: str, kind: str, logical: str, **more: str) -> dict:
    return {"Type": "Resource", "ResourceChange": {"Action": action, "ResourceType": kind, "LogicalResourceId": logical, **more}}


def change_set(*changes: dict) -> str:
    return json.dumps({"Status": "CREATE_COMPLETE", "Changes": list(changes)})


READY = json.dumps({"Status": "CREATE_COMPLETE"})
HARMLESS = change("Modify", "AWS::EC2::VPC", "Vpc", Replacement="False")


def update(*changes: dict, nested: tuple[str, ...] = (), final: str = "UPDATE_COMPLETE") -> dict:
    return {
        "sts get-caller-identity": STAGING,
        "cloudformation describe-stacks": [stack("UPDATE_COMPLETE"), "UPDATE_IN_PROGRESS", final],
        "s3api head-bucket": "{}",
        "cloudformation package": "",
        "cloudformation create-change-set": "arn:aws:cloudformation:eu-west-2:956880242582:changeSet/x/1",
        "cloudformation describe-change-set": [READY, change_set(*(changes or (HARMLESS,))), *nested],
        "cloudformation describe-stack-events": json.dumps({"StackEvents": []}),
        "cloudformation execute-change-set": "",
        "cloudformation delete-change-set": "",
        "cloudformation describe-stack-resource": ECS_STACK,
        "cloudformation set-stack-policy": "",
        "elbv2 describe-listeners": '[[{"TargetGroupArn": "green", "Weight": 100}]]',
    }


@pytest.fixture(autouse=True)
def package(project):
    """`package` writes its output file; the recording aws only answers, so the template is there beforehand."""
    (project.infrastructure / "templates").mkdir(exist_ok=True)
    (project.infrastructure / "templates" / "main.yaml").write_text("Resources: {}\n")
    fake = project.bin / "aws"
    text = fake.read_text()
    fake.write_text(
        text.replace(
            "exec ",
            'if [ "$1 $2" = "cloudformation package" ]; then\n'
            '  previous=""; for word in "$@"; do\n'
            '    if [ "$previous" = --output-template-file ]; then echo "Resources: {}" >"$word"; fi; previous=$word\n'
            "  done\nfi\nexec ",
        )
    )
    # `package` is the CLI's own command, not an operation with a model: its flags are checked against the CLI's table.
    original = project.check

    def check(call):
        if call["arguments"][:2] == ["cloudformation", "package"]:
            known = {"--template-file", "--s3-bucket", "--s3-prefix", "--output-template-file", "--region", "--profile"}
            flags = {a for a in call["arguments"] if a.startswith("--")}
            assert flags <= known and package_arguments() >= flags - {"--region", "--profile"}
            return []
        return original(call)

    project.check = check


def package_arguments() -> set[str]:
    from awscli.customizations.cloudformation.package import PackageCommand

    return {f"--{a['name']}" for a in PackageCommand.ARG_TABLE}


def test_an_update_sends_every_parameter_and_keeps_the_services(project):
    project.parameters("staging", {"Environment": "staging", "AwsAccountId": STAGING, "DeployServices": "false"})
    run = project.run(update(), *ARGUMENTS, "--yes")
    assert run.code == 0, run.stderr
    call = run.one("cloudformation create-change-set")
    assert option(call, "--change-set-type") == "UPDATE"
    assert "--include-nested-stacks" in call and option(call, "--capabilities") == "CAPABILITY_NAMED_IAM"
    sent = json.loads(run.files[run.operations.index("cloudformation create-change-set")][option(call, "--parameters")])
    assert {p["ParameterKey"]: p["ParameterValue"] for p in sent} == {
        "Environment": "staging",
        "AwsAccountId": STAGING,
        "DeployServices": "true",
    }


def test_after_an_update_the_nested_stacks_refuse_to_touch_live_traffic(project):
    run = project.run(update(), *ARGUMENTS, "--yes")
    calls = run.all("cloudformation set-stack-policy")
    assert len(calls) == 2
    policy = json.loads(run.files[run.operations.index("cloudformation set-stack-policy")][option(calls[0], "--stack-policy-body")])
    (deny,) = [s for s in policy["Statement"] if s["Effect"] == "Deny"]
    assert set(deny["Condition"]["StringEquals"]["ResourceType"]) == {
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "AWS::ECS::Service",
    }


NESTED_LISTENER = (
    change("Modify", "AWS::CloudFormation::Stack", "Alb", ChangeSetId="arn:child"),
    change_set(change("Modify", "AWS::ElasticLoadBalancingV2::Listener", "HttpsListener", PhysicalResourceId=LISTENER)),
)


def test_a_listener_changed_deep_in_a_nested_stack_is_refused_and_the_live_colour_shown(project):
    run = project.run(update(NESTED_LISTENER[0], nested=NESTED_LISTENER[1:]), *ARGUMENTS, "--yes")
    assert run.code == 1
    assert "Alb/HttpsListener forwards now" in run.stderr and '"green","Weight":100' in run.stderr
    assert "--allow-traffic-reset" in run.stderr
    assert "cloudformation execute-change-set" not in run.operations
    assert "cloudformation delete-change-set" in run.operations


def test_a_traffic_reset_that_is_allowed_lifts_the_policy_and_puts_it_back(project):
    run = project.run(update(NESTED_LISTENER[0], nested=NESTED_LISTENER[1:]), *ARGUMENTS, "--yes", "--allow-traffic-reset")
    assert run.code == 0, run.stderr
    effects = [("Deny" in next(iter(f.values()))) for f, o in zip(run.files, run.operations) if o == "cloudformation set-stack-policy"]
    assert effects == [False, False, True, True]


def test_the_policy_is_put_back_when_the_update_fails(project):
    scenario = update(NESTED_LISTENER[0], nested=NESTED_LISTENER[1:], final="UPDATE_ROLLBACK_COMPLETE")
    scenario["cloudformation describe-stack-resources"] = json.dumps({"StackResources": []})
    run = project.run(scenario, *ARGUMENTS, "--yes", "--allow-traffic-reset")
    assert run.code == 1
    assert "Deny" in next(iter(run.files[-1].values()))


@pytest.mark.parametrize(
    "bad",
    [
        change("Remove", "AWS::RDS::DBCluster", "AuroraCluster"),
        change("Modify", "AWS::RDS::DBCluster", "AuroraCluster", Replacement="True"),
    ],
)
def test_replacing_or_removing_is_refused_until_allowed(project, bad):
    refused = project.run(update(bad), *ARGUMENTS, "--yes")
    assert refused.code == 1 and "AuroraCluster" in refused.stderr
    assert "cloudformation execute-change-set" not in refused.operations
    allowed = project.run(update(bad), *ARGUMENTS, "--yes", "--allow-replacement")
    assert allowed.code == 0, allowed.stderr


def test_nobody_to_ask_means_no(project):
    run = project.run(update(), *ARGUMENTS)
    assert run.code == 1 and "--yes" in run.stderr
    assert "cloudformation execute-change-set" not in run.operations


def test_review_only_looks(project):
    run = project.run(update(), *ARGUMENTS, "--review")
    assert run.code == 0
    assert "cloudformation delete-change-set" in run.operations and "cloudformation execute-change-set" not in run.operations


def test_an_empty_change_set_is_fine(project):
    scenario = update() | {
        "cloudformation describe-change-set": json.dumps(
            {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes."}
        )
    }
    run = project.run(scenario, *ARGUMENTS, "--yes")
    assert run.code == 0 and "nothing to change" in run.stderr


def test_a_failed_update_is_explained_down_to_the_nested_resource(project):
    scenario = update(final="UPDATE_ROLLBACK_COMPLETE") | {
        "cloudformation describe-stack-resources": json.dumps(
            {
                "StackResources": [
                    {"ResourceType": "AWS::CloudFormation::Stack", "ResourceStatus": "UPDATE_FAILED", "PhysicalResourceId": ECS_STACK}
                ]
            }
        ),
        "cloudformation describe-stack-events": json.dumps(
            {
                "StackEvents": [
                    {"EventId": "1", "ResourceStatus": "CREATE_FAILED", "LogicalResourceId": "BackendService", "ResourceStatusReason": "did not stabilize"}
                ]
            }
        ),
    }
    run = project.run(scenario, *ARGUMENTS, "--yes")
    assert run.code == 1 and "BackendService: did not stabilize" in run.stderr


def test_waiting_ends(project):
    run = project.run(update(final="UPDATE_IN_PROGRESS"), *ARGUMENTS, "--yes", "--timeout-minutes", "0")
    assert run.code == 1 and "still UPDATE_IN_PROGRESS after 0 min" in run.stderr


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("ROLLBACK_COMPLETE", "delete-stack"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("UPDATE_IN_PROGRESS", "busy"),
    ],
)
def test_a_stack_in_no_state_to_update_says_what_to_do(project, status, words):
    run = project.run(update() | {"cloudformation describe-stacks": stack(status)}, *ARGUMENTS, "--yes")
    assert run.code == 1 and words in run.stderr
    assert "cloudformation create-change-set" not in run.operations


def test_the_wrong_account_does_nothing(project):
    run = project.run(update() | {"sts get-caller-identity": "111111111111"}, *ARGUMENTS, "--yes")
    assert run.code == 1 and run.operations == ["sts get-caller-identity"]


# --- bootstrap --------------------------------------------------------------------------------------------------

CERTIFICATE = "arn:aws:acm:eu-west-2:956880242582:certificate/1"


def first(**change: object) -> dict:
    return (
        update()
        | {
            "cloudformation describe-stacks": [
                {"exit": 254, "stderr": "An error occurred (ValidationError): Stack with id isms-staging does not exist"},
                "CREATE_IN_PROGRESS",
                "CREATE_COMPLETE",
            ],
            "s3api create-bucket": not_found("BucketAlreadyOwnedByYou"),
            "s3api put-public-access-block": "",
            "s3api put-bucket-versioning": "",
            "s3api put-bucket-encryption": "",
            "iam create-service-linked-role": {
                "exit": 254,
                "stderr": "\nAn error occurred (InvalidInput): Service role name AWSServiceRoleForECS has been taken in this account",
            },
            "iam list-open-id-connect-providers": "None",
            "acm describe-certificate": "ISSUED",
        }
        | change
    )


@pytest.fixture
def bootstrap(project):
    project.parameters(
        "staging",
        {
            "Environment": "staging",
            "AwsAccountId": STAGING,
            "CreateOidcProvider": "true",
            "CertificateArn": CERTIFICATE,
            "DeployServices": "true",
            "BackendImageTag": "staging",
            "FrontendImageTag": "staging",
        },
    )
    return project


def test_the_first_pass_prepares_the_account_and_leaves_the_services_out(bootstrap):
    run = bootstrap.run(first(), *ARGUMENTS, "--bootstrap", "--yes")
    assert run.code == 0, run.stderr
    call = run.one("cloudformation create-change-set")
    assert option(call, "--change-set-type") == "CREATE"
    sent = run.files[run.operations.index("cloudformation create-change-set")][option(call, "--parameters")]
    assert {"ParameterKey": "DeployServices", "ParameterValue": "false"} in json.loads(sent)
    assert "--pass services" in run.stderr


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"acm describe-certificate": "PENDING_VALIDATION"}, "PENDING_VALIDATION"),
        ({"iam list-open-id-connect-providers": "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"}, 'CreateOidcProvider to "false"'),
        ({"s3api put-public-access-block": {"exit": 254, "stderr": "\nAn error occurred (AccessDenied)"}}, "AccessDenied"),
        ({"iam create-service-linked-role": not_found("AccessDenied")}, "AccessDenied"),
    ],
)
def test_bootstrap_stops_at_what_would_fail_later(bootstrap, change, words):
    run = bootstrap.run(first(**change), *ARGUMENTS, "--bootstrap", "--yes")
    assert run.code == 1 and words in run.stderr
    assert "cloudformation create-change-set" not in run.operations


def test_the_second_pass_needs_the_images(bootstrap):
    scenario = update() | {"cloudformation describe-stacks": [stack("CREATE_COMPLETE", "false"), "UPDATE_COMPLETE"]}
    missing = bootstrap.run(scenario | {"ecr describe-images": not_found("ImageNotFoundException")}, *ARGUMENTS, "--pass", "services", "--yes")
    assert missing.code == 1 and "isms-backend" in missing.stderr
    assert "cloudformation create-change-set" not in missing.operations
    there = bootstrap.run(scenario | {"ecr describe-images": NEW_DIGEST}, *ARGUMENTS, "--pass", "services", "--yes")
    assert there.code == 0, there.stderr


def test_the_first_pass_never_takes_running_services_away(bootstrap):
    run = bootstrap.run(update() | first() | {"cloudformation describe-stacks": stack("UPDATE_COMPLETE", "true")}, *ARGUMENTS, "--bootstrap", "--yes")
    assert run.code == 1 and "would delete them" in run.stderr
