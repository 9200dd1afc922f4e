"""AWS's answers as the scripts meet them."""

import json

STAGING = "956880242582"
OLD_DIGEST = "sha256:" + "a" * 64
NEW_DIGEST = "sha256:" + "b" * 64
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def revision(number: int, service: str = "backend", environment: str = "staging", account: str = STAGING) -> str:
    return f"arn:aws:ecs:eu-west-2:{account}:task-definition/isms-{service}-{environment}:{number}"


def image(digest: str, service: str = "backend") -> str:
    return f"{STAGING}.dkr.ecr.eu-west-2.amazonaws.com/isms-{service}@{digest}"


def not_found(exception: str) -> dict:
    return {"exit": 254, "stderr": f"An error occurred ({exception}) when calling the operation: no such thing"}


def service_with(primary: str) -> str:
    return json.dumps(
        {
            "services": [
                {
                    "status": "ACTIVE",
                    "taskDefinition": primary,
                    "taskSets": [
                        {"status": "ACTIVE", "taskDefinition": revision(99)},
                        {"status": "PRIMARY", "taskDefinition": primary},
                    ],
                    "networkConfiguration": {
                        "awsvpcConfiguration": {
                            "subnets": ["subnet-0aa", "subnet-0bb"],
                            "securityGroups": ["sg-0cc"],
                            "assignPublicIp": "DISABLED",
                        }
                    },
                }
            ],
            "failures": [],
        }
    )


def task_definition(digest: str = OLD_DIGEST) -> str:
    """With everything that describe adds and register refuses."""
    return json.dumps(
        {
            "taskDefinition": {
                "taskDefinitionArn": revision(7),
                "family": "isms-backend-staging",
                "revision": 7,
                "status": "ACTIVE",
                "requiresAttributes": [{"name": "com.amazonaws.ecs.capability.ecr-auth"}],
                "compatibilities": ["EC2", "FARGATE"],
                "registeredAt": "2026-11-01T10:00:00+00:00",
                "registeredBy": "arn:aws:iam::956880242582:role/x",
                "networkMode": "awsvpc",
                "requiresCompatibilities": ["FARGATE"],
                "cpu": "512",
                "memory": "1024",
                "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
                "containerDefinitions": [
                    {
                        "name": "backend",
                        "image": image(digest),
                        "portMappings": [{"containerPort": 4000}],
                        "secrets": [{"name": "JWT_SECRET", "valueFrom": "arn:aws:secretsmanager:eu-west-2:1:secret:x"}],
                    },
                    {"name": "sidecar", "image": "public.ecr.aws/x/y:1"},
                ],
            },
            "tags": [{"key": "Environment", "value": "staging"}],
        }
    )


def statuses(*names: str) -> list[str]:
    return list(names)


def task(status: str, code: int | None = None, reason: str = "Essential container in task exited") -> str:
    container = {"name": "backend", **({} if code is None else {"exitCode": code})}
    return json.dumps({"tasks": [{"lastStatus": status, "stoppedReason": reason, "containers": [container]}]})


def deployment(*deployment_statuses: str) -> dict:
    """A deployment of revision 8 in place of 7 with these states, one a look."""
    return {
        "sts get-caller-identity": STAGING,
        "deploy list-deployments": "None",
        "ecs describe-services": service_with(revision(7)),
        # The image of the new revision, then that of the one before.
        "ecs describe-task-definition": [image(NEW_DIGEST), image(OLD_DIGEST)],
        "ecr describe-images": [NEW_DIGEST, OLD_DIGEST],
        "ecs describe-clusters": json.dumps(
            [{"capacityProvider": "FARGATE", "base": 1, "weight": 30}, {"capacityProvider": "FARGATE_SPOT", "weight": 70}]
        ),
        "application-autoscaling register-scalable-target": "{}",
        "deploy create-deployment": "d-ABCDEF123",
        "deploy get-deployment": statuses(*deployment_statuses),
        "deploy get-deployment-target": json.dumps(
            {
                "deploymentTarget": {
                    "ecsTarget": {
                        "lifecycleEvents": [{"lifecycleEventName": "Install", "status": "Succeeded"}],
                        "taskSetsInfo": [
                            {"taskSetLabel": "Green", "runningCount": 1, "desiredCount": 1, "trafficWeight": 10}
                        ],
                    }
                }
            }
        ),
        "ecs run-task": json.dumps({"tasks": [{"taskArn": f"arn:aws:ecs:eu-west-2:{STAGING}:task/isms-staging/77"}]}),
        "ecs describe-tasks": [task("PENDING"), task("RUNNING"), task("STOPPED", 0)],
        "ecr batch-get-image": json.dumps(
            {"images": [{"imageManifest": '{"schemaVersion":2}', "imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json"}]}
        ),
        "ecr put-image": "{}",
        "deploy continue-deployment": "",
        "deploy stop-deployment": "{}",
        "ecs list-tasks": "None",
    }
