#!/usr/bin/env bash
# Registers a task definition revision with a new image. See --help.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

help() {
  cat <<'TEXT'
Registers the task definition revision that a deployment needs, and prints its ARN (alone on stdout).

  update-service.sh --environment staging|production --service backend|frontend --image-tag TAG
  update-service.sh --environment staging|production --service backend|frontend --image-digest sha256:...

  --image-tag TAG        an image in this account's ECR; a bare commit SHA also finds sha-COMMIT
  --image-digest DIGEST  the same, by digest
  --profile NAME         AWS CLI profile (default: AWS_PROFILE, else isms-ENVIRONMENT; in CI the job's credentials)
  --dry-run              print the AWS calls, make none

The image is referenced by digest. The revision starts from the one that takes the traffic now, or from the stack's if
a stack update registered a newer one. Nothing is deployed: hand the ARN to create-codedeploy-deployment.sh.
Needs AWS CLI version 2 and jq.
TEXT
}

image_tag=""
image_digest=""
chosen=""
while [ $# -gt 0 ]; do
  case "$1" in
    --environment | --service | --image-tag | --image-digest | --profile)
      [ $# -ge 2 ] || usage_error "$1 needs a value"
      case "$1" in
        --environment) environment=$2 ;;
        --service) chosen=$2 ;;
        --image-tag) image_tag=$2 ;;
        --image-digest) image_digest=$2 ;;
        --profile) profile=$2 ;;
      esac
      shift 2
      ;;
    --dry-run) dry_run=true; shift ;;
    -h | --help) help; exit ;;
    *) usage_error "unknown argument '$1'" ;;
  esac
done
if [ -n "$image_tag" ] && [ -n "$image_digest" ]; then usage_error "--image-tag or --image-digest, not both"; fi
if [ -z "$image_tag$image_digest" ]; then usage_error "--image-tag or --image-digest is required"; fi
if [ -n "$image_tag" ]; then
  [[ $image_tag =~ ^[A-Za-z0-9_.-]{1,128}$ ]] || usage_error "'$image_tag' is no image tag"
else
  [[ $image_digest =~ ^sha256:[0-9a-f]{64}$ ]] || usage_error "'$image_digest' is no image digest"
fi

require aws jq
choose_environment
choose_service "$chosen"
choose_account

digest="$(find_image "$image_tag" "$image_digest")" || exit 1
image="$account.dkr.ecr.$region.amazonaws.com/$repository@$digest"

description="$(describe_service)" || exit 1
base="$(primary_task_definition "$description")" || exit 1

# A stack update that changes the task definition only registers a revision; it reaches the service with the next
# deployment, so that one has to start from it.
ecs_stack="$(call "arn:aws:cloudformation:$region:$account:stack/$stack-Ecs/id" cloudformation describe-stack-resource \
  --stack-name "$stack" --logical-resource-id Ecs --query StackResourceDetail.PhysicalResourceId --output text)" \
  || fail "stack $stack has no nested stack Ecs"
stack_revision="$(call "$base" cloudformation describe-stack-resource --stack-name "$ecs_stack" \
  --logical-resource-id "${container^}TaskDefinition" --query StackResourceDetail.PhysicalResourceId --output text)" \
  || fail "stack $ecs_stack has no ${container^}TaskDefinition"
if [ "${stack_revision##*:}" -gt "${base##*:}" ]; then
  say "the stack registered revision ${stack_revision##*:} after the running ${base##*:}: starting from it"
  base=$stack_revision
else
  say "starting from the running revision ${base##*:}"
fi

current="$(call "$(jq -nc --arg family "$service" --arg name "$container" \
  '{taskDefinition: {family: $family, containerDefinitions: [{name: $name, image: "CURRENT-IMAGE"}]}, tags: []}')" \
  ecs describe-task-definition --task-definition "$base" --include TAGS --output json)" || fail "could not read $base"
jq -e --arg name "$container" '.taskDefinition.containerDefinitions | any(.name == $name)' <<<"$current" >/dev/null \
  || fail "$base has no container '$container'"
if jq -e --arg name "$container" --arg image "$image" \
  '.taskDefinition.containerDefinitions[] | select(.name == $name).image == $image' <<<"$current" >/dev/null; then
  say "revision ${base##*:} already has $image"
  printf '%s\n' "$base"
  exit
fi

# What describe-task-definition adds and register-task-definition refuses.
jq --arg name "$container" --arg image "$image" '
  (.tags // []) as $tags | .taskDefinition
  | del(.taskDefinitionArn, .revision, .status, .requiresAttributes, .compatibilities, .registeredAt, .registeredBy, .deregisteredAt)
  | (.containerDefinitions[] | select(.name == $name)).image = $image
  | if ($tags | length) > 0 then .tags = $tags else . end' <<<"$current" >"$workdir/task-definition.json"
arn="$(call "<TASK_DEFINITION_ARN>" ecs register-task-definition --cli-input-json "file://$workdir/task-definition.json" \
  --query taskDefinition.taskDefinitionArn --output text)" || fail "could not register the task definition"
say "registered $arn with $image"
if ! $dry_run; then printf '%s\n' "$arn"; fi
