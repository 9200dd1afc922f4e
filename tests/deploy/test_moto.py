"""The templates that moto can create, created with the real AWS CLI; and a deployment's arguments sent to its CodeDeploy.

moto lacks several resource types, skips these in silence, and cannot hand a nested stack's outputs on: main.yaml, the
database, the secrets, the roles, the services and CodeDeploy's resources are beyond it.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
TEMPLATES = ROOT / "infrastructure" / "templates"
KEY = "arn:aws:kms:eu-west-2:956880242582:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def endpoint():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [BIN / "moto_server", "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(150):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, "moto_server ended"
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def aws(endpoint):
    def call(*arguments: str) -> dict:
        run = subprocess.run(
            [BIN / "aws", "--endpoint-url", endpoint, *arguments, "--output", "json"],
            env={**os.environ, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-west-2"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout) if run.stdout.strip() else {}

    return call


def create(aws, name: str, **parameters: str) -> dict[str, str]:
    """The outputs of the stack made from this template. moto does not know Fn::Cidr: its results are put in beforehand."""
    text = (TEMPLATES / f"{name}.yaml").read_text()
    text = re.sub(r"!Select \[(\d), !Cidr \[[^]]*\]\]", r"10.0.\1.0/24", text)
    aws(
        *("cloudformation", "create-stack", "--stack-name", name, "--template-body", text),
        *("--parameters", json.dumps([{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()])),
    )
    (stack,) = aws("cloudformation", "describe-stacks", "--stack-name", name)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    return {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}


def test_network_groups_and_load_balancer(aws):
    vpc = create(aws, "vpc", Environment="staging", VpcCidr="10.0.0.0/16", NatGatewayPerZone="false", LogRetentionDays="30", KmsKeyArn=KEY)
    subnets = aws("ec2", "describe-subnets", "--filters", f"Name=vpc-id,Values={vpc['VpcId']}")["Subnets"]
    assert len(subnets) == 4, "two public and two private"
    assert len({s["AvailabilityZone"] for s in subnets}) == 2

    groups = create(
        aws, "security-groups", Environment="staging", VpcId=vpc["VpcId"], VpcCidr="10.0.0.0/16", TestListenerCidr="10.0.0.0/16"
    )
    (alb,) = aws("ec2", "describe-security-groups", "--group-ids", groups["AlbSecurityGroupId"])["SecurityGroups"]
    assert {p["FromPort"] for p in alb["IpPermissions"]} == {80, 443, 8443}

    certificate = aws("acm", "request-certificate", "--domain-name", "trust.demo.paythru.com")["CertificateArn"]
    create(
        aws,
        "alb",
        Environment="staging",
        DomainName="trust.demo.paythru.com",
        VpcId=vpc["VpcId"],
        PublicSubnetIds=vpc["PublicSubnetIds"],
        SecurityGroupId=groups["AlbSecurityGroupId"],
        CertificateArn=certificate,
        HostedZoneId="",
        EnableWaf="false",
    )
    (made,) = aws("elbv2", "describe-load-balancers")["LoadBalancers"]
    listeners = aws("elbv2", "describe-listeners", "--load-balancer-arn", made["LoadBalancerArn"])["Listeners"]
    by_port = {listener["Port"]: listener["ListenerArn"] for listener in listeners}
    assert set(by_port) == {80, 443, 8443}
    rules = aws("elbv2", "describe-rules", "--listener-arn", by_port[443])["Rules"]
    (backend,) = [r for r in rules if not r["IsDefault"]]
    assert backend["Conditions"][0]["PathPatternConfig"]["Values"] == ["/api/*"]
    groups_by_name = {g["TargetGroupName"]: g for g in aws("elbv2", "describe-target-groups")["TargetGroups"]}
    assert set(groups_by_name) == {f"isms-{s}-staging-{c}" for s in ("backend", "frontend") for c in ("blue", "green")}
    assert groups_by_name["isms-backend-staging-green"]["HealthCheckPath"] == "/api/health"


def test_registries(aws):
    create(aws, "ecr", Environment="staging", KmsKeyArn=KEY, PromoteToAccountId="641918319442")
    names = {r["repositoryName"] for r in aws("ecr", "describe-repositories")["repositories"]}
    assert names == {"isms-backend", "isms-frontend"}


def test_codedeploy_takes_the_revision_as_the_script_writes_it(aws, project):
    from scenarios import deployment
    from test_create_deployment import DEPLOY

    run = project.run(deployment("Ready", "Succeeded"), *DEPLOY)
    aws("deploy", "create-application", "--application-name", "isms-backend-staging-app", "--compute-platform", "ECS")
    aws(
        *("deploy", "create-deployment-group", "--application-name", "isms-backend-staging-app"),
        *("--deployment-group-name", "isms-backend-staging-dg", "--service-role-arn", "arn:aws:iam::956880242582:role/x"),
    )
    revision = project.home / "sent.json"
    revision.write_text(run.file("deploy create-deployment"))
    arguments = [f"file://{revision}" if a.startswith("file://") else a for a in run.one("deploy create-deployment")]
    for flag in ("--profile", "--query", "--output"):
        if flag in arguments:
            at = arguments.index(flag)
            del arguments[at : at + 2]
    assert aws(*arguments)["deploymentId"]
