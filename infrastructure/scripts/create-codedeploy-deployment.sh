#!/usr/bin/env bash
# Deploys a task definition revision blue/green, or goes back to the one before. See --help.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

help() {
  cat <<'TEXT'
Deploys a task definition revision blue/green and waits until it has all the traffic.

  create-codedeploy-deployment.sh --environment staging|production --service backend|frontend --task-definition ARN
                                  [--migrate]
  create-codedeploy-deployment.sh --environment staging|production --service backend|frontend|all --rollback
  create-codedeploy-deployment.sh --environment staging|production --service backend|frontend|all --resume-autoscaling

  --task-definition ARN   the revision to deploy, with its number (update-service.sh prints it)
  --migrate               when green is healthy and before traffic moves, run `npm run db:migrate:deploy` as a one-off
                          task of that revision; an exit code other than 0 stops the deployment
  --rollback              stop the deployment that is under way, back to blue; when none is, deploy the revision that
                          was deployed before the present one, all traffic at once and without migrations.
                          With --service all: the frontend first, then the backend
  --to ARN                with --rollback: this revision instead
  --resume-autoscaling    only let the service scale again (after a run that was killed)
  --timeout-minutes N     stop and roll back when the deployment takes longer (default 90)
  --migration-minutes N   stop the migration task after this long (default 15)
  --profile NAME          AWS CLI profile (default: AWS_PROFILE, else isms-ENVIRONMENT; in CI the job's credentials)
  --dry-run               print the AWS calls, make none

Autoscaling is suspended from before the deployment until this script ends, however it ends. The tag ENVIRONMENT moves
onto the new image before traffic does, so that the lifecycle policy never expires what is in service.
Needs AWS CLI version 2 and jq.
TEXT
}

chosen=""
task_definition=""
migrate=false
rollback=false
resume_only=false
rollback_to=""
timeout_minutes=90
migration_minutes=15
while [ $# -gt 0 ]; do
  case "$1" in
    --environment | --service | --task-definition | --to | --timeout-minutes | --migration-minutes | --profile)
      [ $# -ge 2 ] || usage_error "$1 needs a value"
      case "$1" in
        --environment) environment=$2 ;;
        --service) chosen=$2 ;;
        --task-definition) task_definition=$2 ;;
        --to) rollback_to=$2 ;;
        --timeout-minutes) timeout_minutes=$2 ;;
        --migration-minutes) migration_minutes=$2 ;;
        --profile) profile=$2 ;;
      esac
      shift 2
      ;;
    --migrate) migrate=true; shift ;;
    --rollback) rollback=true; shift ;;
    --resume-autoscaling) resume_only=true; shift ;;
    --dry-run) dry_run=true; shift ;;
    -h | --help) help; exit ;;
    *) usage_error "unknown argument '$1'" ;;
  esac
done
for number in "$timeout_minutes" "$migration_minutes"; do
  [[ $number =~ ^[0-9]+$ ]] || usage_error "'$number' is no number of minutes"
done
if $rollback && [ -n "$task_definition" ]; then usage_error "--rollback takes --to, not --task-definition"; fi
if ! $rollback && [ -n "$rollback_to" ]; then usage_error "--to goes with --rollback"; fi
if $migrate && [ "$chosen" != backend ]; then usage_error "--migrate goes with --service backend"; fi
if [ "$chosen" = all ] && ! $rollback && ! $resume_only; then
  usage_error "one service a deployment: both forward to the same listener"
fi

require aws jq
choose_environment
if [ "$chosen" = all ]; then
  [ -z "$rollback_to" ] || usage_error "--to names one service's revision"
else
  choose_service "$chosen"
  for arn in "$task_definition" "$rollback_to"; do
    if [ -n "$arn" ] && ! [[ $arn =~ ^arn:aws:ecs:$region:$account:task-definition/$service:[0-9]+$ || ($dry_run == true && $arn == "<TASK_DEFINITION_ARN>") ]]; then
      usage_error "'$arn' is no revision of $service in account $account"
    fi
  done
fi
if ! $rollback && ! $resume_only && [ -z "$task_definition" ]; then usage_error "--task-definition is required"; fi
choose_account

# --- autoscaling ------------------------------------------------------------------------------------------------

# A scaling event in the middle of a shift fails the deployment or leaves an unexpected number of tasks.
set_autoscaling_suspended() {
  call "" application-autoscaling register-scalable-target --service-namespace ecs \
    --resource-id "service/$cluster/$service" --scalable-dimension ecs:service:DesiredCount \
    --suspended-state "DynamicScalingInSuspended=$1,DynamicScalingOutSuspended=$1,ScheduledScalingSuspended=$1" >/dev/null
}
resume_autoscaling() {
  if set_autoscaling_suspended false; then
    say "autoscaling of $service is on"
  else
    say "AUTOSCALING OF $service IS STILL SUSPENDED: run $0 --environment $environment --service $container --resume-autoscaling"
    return 1
  fi
}

# --- images -----------------------------------------------------------------------------------------------------

# image_of_revision ARN: the digest its container runs.
image_of_revision() {
  local image
  image="$(call "$account.dkr.ecr.$region.amazonaws.com/$repository@sha256:$(printf '0%.0s' {1..64})" \
    ecs describe-task-definition --task-definition "$1" \
    --query "taskDefinition.containerDefinitions[?name=='$container'] | [0].image" --output text)" || fail "could not read $1"
  case "$image" in
    *@sha256:*) find_image "" "${image##*@}" ;;
    *:*) find_image "${image##*:}" "" ;;
    *) fail "$1 runs the image '$image', which has neither a digest nor a tag" ;;
  esac
}

move_environment_tag() { put_tag "$1" "$environment"; }

# --- one-off tasks ----------------------------------------------------------------------------------------------

# run_once WHAT TASK-DEFINITION COMMAND-WORD...: runs the container with another command, in the service's subnets and security
# groups, on demand and not on Spot, and fails unless it exits with 0. Its output goes to the log group, never here:
# it may hold what must not be in a build log.
run_once() {
  local what=$1 revision=$2 answer task status="" seen="" exit_code deadline
  shift 2
  jq -nc --arg name "$container" '{containerOverrides: [{name: $name, command: $ARGS.positional}]}' --args -- "$@" >"$workdir/overrides.json"
  jq -c '{awsvpcConfiguration: .networkConfiguration.awsvpcConfiguration}' <<<"$description" >"$workdir/network.json"
  answer="$(call '{"tasks": [{"taskArn": "<TASK_ARN>"}]}' ecs run-task --cluster "$cluster" --task-definition "$revision" \
    --launch-type FARGATE --count 1 --network-configuration "file://$workdir/network.json" \
    --overrides "file://$workdir/overrides.json" --started-by "$what-$container" --output json)" || return 1
  if ! task="$(jq -er '.tasks[0].taskArn' <<<"$answer")"; then
    say "the $what task did not start: $(jq -c '.failures // []' <<<"$answer")"
    return 1
  fi
  say "$what: task ${task##*/}; its log: aws logs tail /ecs/$service --since 1h --region $region"
  deadline=$((SECONDS + migration_minutes * 60))
  while :; do
    answer="$(call '{"tasks": [{"lastStatus": "STOPPED", "containers": [{"name": "'"$container"'", "exitCode": 0}]}]}' \
      ecs describe-tasks --cluster "$cluster" --tasks "$task" --output json)" || return 1
    status="$(jq -r '.tasks[0].lastStatus // "MISSING"' <<<"$answer")"
    if [ "$status" != "$seen" ]; then say "$what: $status"; fi
    seen=$status
    case "$status" in
      STOPPED) break ;;
      MISSING) say "the $what task is gone"; return 1 ;;
    esac
    if [ $SECONDS -ge $deadline ]; then
      say "the $what task runs longer than $migration_minutes min: stopping it"
      call "" ecs stop-task --cluster "$cluster" --task "$task" --reason "$what took too long" >/dev/null || true
      return 1
    fi
    pause
  done
  exit_code="$(jq -r --arg name "$container" '[.tasks[0].containers[] | select(.name == $name)][0].exitCode // "none"' <<<"$answer")"
  if [ "$exit_code" != 0 ]; then
    say "the $what task ended with exit code $exit_code: $(jq -r '[.tasks[0].stoppedReason, (.tasks[0].containers[]?.reason)] | map(values) | join("; ")' <<<"$answer")"
    return 1
  fi
}

# --- deployments ------------------------------------------------------------------------------------------------

active_deployment() {
  call "" deploy list-deployments --application-name "$application" --deployment-group-name "$deployment_group" \
    --include-only-statuses Created Queued InProgress Baking Ready --query 'deployments[0]' --output text | sed 's/^None$//'
}

# show_progress ID: the lifecycle events and the task sets, when they have changed.
progress_shown=""
show_progress() {
  local now
  now="$(call "" deploy get-deployment-target --deployment-id "$1" --target-id "$cluster:$service" --output json 2>/dev/null \
    | jq -r '.deploymentTarget.ecsTarget
        | ([.lifecycleEvents[]? | "\(.lifecycleEventName) \(.status)"] | join(", ")),
          (.taskSetsInfo[]? | "  \(.taskSetLabel // .status): \(.runningCount)/\(.desiredCount) tasks, \(.trafficWeight) % of the traffic")' 2>/dev/null)" || true
  if [ -n "$now" ] && [ "$now" != "$progress_shown" ]; then say "$now"; fi
  progress_shown=$now
}

# What a failed deployment says about itself, and why its tasks stopped.
explain_failure() {
  local tasks
  call "" deploy get-deployment --deployment-id "$1" --output json | jq -r '.deploymentInfo
      | "  \(.errorInformation.code // "no error code"): \(.errorInformation.message // "no message")",
        (.rollbackInfo // {} | .rollbackMessage // empty | "  rollback: \(.)")' >&2 || true
  tasks="$(call "" ecs list-tasks --cluster "$cluster" --service-name "$service" --desired-status STOPPED --max-items 5 \
    --query 'taskArns' --output text)" || return 0
  if [ -n "$tasks" ] && [ "$tasks" != None ]; then
    # shellcheck disable=SC2086 # one word a task
    call "" ecs describe-tasks --cluster "$cluster" --tasks $tasks \
      --query 'tasks[].[taskDefinitionArn, stoppedReason]' --output text | sed 's/^/  stopped task: /' >&2 || true
  fi
}

# wait_for ID WANTED...: until the deployment has one of these states. Fails when it fails, is stopped, or takes too long.
wait_for() {
  local id=$1 status seen="" last_word=$SECONDS
  shift
  while :; do
    status="$(call "$1" deploy get-deployment --deployment-id "$id" --query deploymentInfo.status --output text)" || return 1
    if [ "$status" != "$seen" ] || [ $((SECONDS - last_word)) -ge 60 ]; then
      say "$(clock $((SECONDS - started)))  $id: $status"
      last_word=$SECONDS
    fi
    seen=$status
    if $dry_run; then return; fi
    show_progress "$id"
    if [[ " $* " == *" $status "* ]]; then return; fi
    case "$status" in
      Failed | Stopped | Succeeded)
        say "deployment $id is $status, expected $*"
        explain_failure "$id"
        return 1
        ;;
    esac
    if [ $((SECONDS - started)) -ge $((timeout_minutes * 60)) ]; then
      say "deployment $id is still $status after $timeout_minutes min"
      return 1
    fi
    pause
  done
}

# abandon ID DIGEST WHY: stops the deployment, gives the traffic back to blue and the tag back to its image.
abandon() {
  say "$3: stopping deployment $1, the traffic stays with or returns to blue"
  call "" deploy stop-deployment --deployment-id "$1" --auto-rollback-enabled >/dev/null \
    || say "deployment $1 could not be stopped (it may have ended already)"
  if [ -n "$2" ]; then move_environment_tag "$2"; fi
  fail "$3; $service still runs $before"
}

# deploy_revision ARN [CONFIG]: blue/green to this revision, by the group's configuration or this one.
deploy_revision() {
  local revision=$1 config=${2:-} active strategy id digest old_digest
  started=$SECONDS
  progress_shown=""
  active="$(active_deployment)" || fail "could not list the deployments of $deployment_group"
  [ -z "$active" ] || fail "deployment $active of $service is under way: wait for it, or --rollback"
  description="$(describe_service)" || exit 1
  before="$(primary_task_definition "$description")" || exit 1
  if [ "$before" = "$revision" ] && ! $dry_run; then
    say "$service already runs $revision"
    return
  fi
  digest="$(image_of_revision "$revision")" || exit 1
  old_digest="$(image_of_revision "$before")" || old_digest=""

  strategy="$(call '[{"capacityProvider":"FARGATE","base":1,"weight":1}]' ecs describe-clusters --clusters "$cluster" \
    --query 'clusters[0].defaultCapacityProviderStrategy' --output json)" || fail "could not read cluster $cluster"
  strategy="$(jq -ce 'select(length > 0) | map({CapacityProvider: .capacityProvider, Base: (.base // 0), Weight: (.weight // 0)})' <<<"$strategy")" \
    || fail "cluster $cluster has no default capacity provider strategy"
  jq -Rrs --arg revision "$revision" --arg strategy "$strategy" '
      def put($placeholder; $value): split("\"<\($placeholder)>\"") | join($value);
      put("TASK_DEFINITION"; $revision | tojson) | put("CAPACITY_PROVIDER_STRATEGY"; $strategy)' \
    "$repository_root/infrastructure/appspecs/$container-appspec.yaml" >"$workdir/appspec.yaml"
  jq -n --rawfile content "$workdir/appspec.yaml" \
    '{revisionType: "AppSpecContent", appSpecContent: {content: $content}}' >"$workdir/revision.json"

  at_exit+=(resume_autoscaling)
  set_autoscaling_suspended true || fail "could not suspend the autoscaling of $service"
  say "autoscaling of $service is suspended"

  id="$(call "<DEPLOYMENT_ID>" deploy create-deployment --application-name "$application" \
    --deployment-group-name "$deployment_group" --revision "file://$workdir/revision.json" \
    --description "${revision##*/} in place of ${before##*/}" ${config:+--deployment-config-name "$config"} \
    --query deploymentId --output text)" || fail "could not create the deployment"
  say "deployment $id of ${revision##*/}"

  # Ready: the green tasks are healthy behind the test listener, and no traffic has moved.
  wait_for "$id" Ready || abandon "$id" "" "green did not become healthy"
  if $migrate; then
    run_once migration "$revision" npm run db:migrate:deploy || abandon "$id" "" "the migration failed"
    say "migration: done"
  fi
  move_environment_tag "$digest"
  call "" deploy continue-deployment --deployment-id "$id" --deployment-wait-type READY_WAIT \
    || abandon "$id" "$old_digest" "the traffic shift could not be started"
  wait_for "$id" Succeeded || abandon "$id" "$old_digest" "the traffic shift failed"
  say "$service runs ${revision##*/}"
}

# The newest successful deployment's revision that is not the present one.
previous_revision() {
  local present=$1 ids answer
  ids="$(call "<DEPLOYMENT_ID>" deploy list-deployments --application-name "$application" \
    --deployment-group-name "$deployment_group" --include-only-statuses Succeeded --max-items 25 \
    --query 'deployments' --output text)" || fail "could not list the deployments of $deployment_group"
  ids="$(grep -v '^None$' <<<"$ids")" || fail "$service has no deployment to go back to; name a revision with --to"
  # shellcheck disable=SC2086 # one word a deployment
  answer="$(call '{"deploymentsInfo":[{"createTime":1,"revision":{"appSpecContent":{"content":"TaskDefinition: \"<PREVIOUS_TASK_DEFINITION_ARN>\""}}}]}' \
    deploy batch-get-deployments --deployment-ids $ids --output json)" || fail "could not read the deployments"
  jq -er --arg present "$present" '[.deploymentsInfo | sort_by(.createTime) | reverse | .[]
      | (.revision.appSpecContent.content // .revision.string.content // "")
      | capture("TaskDefinition: *\"?(?<arn>[^\"\\s]+)").arn | select(. != $present)][0] // empty' <<<"$answer" \
    || fail "no earlier revision than $present was deployed; name one with --to"
}

roll_back() {
  local active present target rollback_id digest
  active="$(active_deployment)" || fail "could not list the deployments of $deployment_group"
  if [ -n "$active" ]; then
    started=$SECONDS
    progress_shown=""
    at_exit+=(resume_autoscaling)
    say "deployment $active is under way: stopping it, the traffic returns to blue"
    call "" deploy stop-deployment --deployment-id "$active" --auto-rollback-enabled >/dev/null \
      || fail "could not stop deployment $active"
    wait_for "$active" Stopped Failed || fail "deployment $active did not stop"
    rollback_id="$(call None deploy get-deployment --deployment-id "$active" \
      --query deploymentInfo.rollbackInfo.rollbackDeploymentId --output text)" || fail "could not read deployment $active"
    if [ "$rollback_id" != None ]; then wait_for "$rollback_id" Succeeded || fail "the rollback $rollback_id did not succeed"; fi
    description="$(describe_service)" || exit 1
    present="$(primary_task_definition "$description")" || exit 1
    digest="$(image_of_revision "$present")" || exit 1
    move_environment_tag "$digest"
    say "$service runs ${present##*/}"
    return
  fi
  description="$(describe_service)" || exit 1
  present="$(primary_task_definition "$description")" || exit 1
  target=$rollback_to
  if [ -z "$target" ]; then target="$(previous_revision "$present")" || exit 1; fi
  say "going back from ${present##*/} to ${target##*/}"
  deploy_revision "$target" CodeDeployDefault.ECSAllAtOnce
}

# --- what was asked for -----------------------------------------------------------------------------------------

if [ "$chosen" = all ]; then services=(frontend backend); else services=("$chosen"); fi
for one in "${services[@]}"; do
  choose_service "$one"
  if $resume_only; then
    resume_autoscaling
  elif $rollback; then
    roll_back
  else
    deploy_revision "$task_definition"
  fi
  # Before the next service: its own suspension is its own affair.
  if [ ${#at_exit[@]} -gt 0 ]; then
    at_exit=()
    resume_autoscaling
  fi
done
