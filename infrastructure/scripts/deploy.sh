#!/usr/bin/env bash
# Creates or updates an environment's stack, after showing what that would change. See --help.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

help() {
  cat <<'TEXT'
Creates or updates the stack isms-ENVIRONMENT from infrastructure/templates and the environment's parameter file.

  deploy.sh --environment staging|production --bootstrap     once an account: bucket, service-linked role, and the
                                                             first pass: everything but the services
  deploy.sh --environment staging|production --pass services the second pass, when images and secrets are there
  deploy.sh --environment staging|production                 any later update

  --review               show what would change, then throw the change set away
  --yes                  do not ask before executing
  --allow-traffic-reset  execute although a listener, a listener rule or a service changes, which can send traffic
                         to the colour that is empty
  --allow-replacement    execute although a resource would be replaced or removed
  --bucket NAME          where packaged templates go (default isms-ENVIRONMENT-artifacts-ACCOUNT)
  --role-arn ARN         role that CloudFormation works with (default: your own rights)
  --timeout-minutes N    stop waiting after this long (default 60)
  --profile NAME         AWS CLI profile (default: AWS_PROFILE, else isms-ENVIRONMENT; in CI the job's credentials)
  --dry-run              print the AWS calls, make none

Images do not come this way: a running service gets them from create-codedeploy-deployment.sh.
Needs AWS CLI version 2 and jq.
TEXT
}

pass=""
bootstrap=false
review=false
yes=false
allow_traffic_reset=false
allow_replacement=false
bucket=""
role_arn=""
timeout_minutes=60
while [ $# -gt 0 ]; do
  case "$1" in
    --environment | --pass | --bucket | --role-arn | --timeout-minutes | --profile)
      [ $# -ge 2 ] || usage_error "$1 needs a value"
      case "$1" in
        --environment) environment=$2 ;;
        --pass) pass=$2 ;;
        --bucket) bucket=$2 ;;
        --role-arn) role_arn=$2 ;;
        --timeout-minutes) timeout_minutes=$2 ;;
        --profile) profile=$2 ;;
      esac
      shift 2
      ;;
    --bootstrap) bootstrap=true; shift ;;
    --review) review=true; shift ;;
    --yes) yes=true; shift ;;
    --allow-traffic-reset) allow_traffic_reset=true; shift ;;
    --allow-replacement) allow_replacement=true; shift ;;
    --dry-run) dry_run=true; shift ;;
    -h | --help) help; exit ;;
    *) usage_error "unknown argument '$1'" ;;
  esac
done
case "$pass" in
  "" | infrastructure | services) ;;
  *) usage_error "--pass is infrastructure or services" ;;
esac
if $bootstrap && [ "$pass" = services ]; then usage_error "--bootstrap is the infrastructure pass"; fi
[[ $timeout_minutes =~ ^[0-9]+$ ]] || usage_error "'$timeout_minutes' is no number of minutes"

require aws jq
choose_environment
choose_account
: "${bucket:=$stack-artifacts-$account}"
started=$SECONDS

# --- once an account --------------------------------------------------------------------------------------------

# attempt ERROR-CODE ARGUMENT...: a call for which this error means that the work was done before.
attempt() {
  local expected=$1
  shift
  if call "" "$@" >/dev/null 2>"$workdir/error"; then return 0; fi
  if grep -q "$expected" "$workdir/error"; then return 0; fi
  cat "$workdir/error" >&2
  fail "could not: $1 $2"
}

prepare_account() {
  local providers status
  attempt BucketAlreadyOwnedByYou s3api create-bucket --bucket "$bucket" \
    --create-bucket-configuration "LocationConstraint=$region"
  attempt "no error is fine here" s3api put-public-access-block --bucket "$bucket" --public-access-block-configuration \
    "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
  attempt "no error is fine here" s3api put-bucket-versioning --bucket "$bucket" --versioning-configuration Status=Enabled
  attempt "no error is fine here" s3api put-bucket-encryption --bucket "$bucket" --server-side-encryption-configuration \
    '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'
  say "bucket $bucket: private, versioned, encrypted"

  # Without it the first cluster of an account fails: "Unable to assume the service linked role".
  attempt "has been taken in this account" iam create-service-linked-role --aws-service-name ecs.amazonaws.com
  say "service-linked role of ECS: there"

  providers="$(call "" iam list-open-id-connect-providers --query 'OpenIDConnectProviderList[].Arn' --output text)" \
    || fail "could not list the OIDC providers"
  if [[ $providers == *token.actions.githubusercontent.com* ]]; then
    [ "$(parameter CreateOidcProvider)" != true ] || stack_exists \
      || fail "the account has GitHub's OIDC provider already: set CreateOidcProvider to \"false\" in $parameters_file"
  elif [ "$(parameter CreateOidcProvider)" != true ] && ! $dry_run; then
    fail "the account has no OIDC provider for GitHub: set CreateOidcProvider to \"true\" in $parameters_file"
  fi

  status="$(call ISSUED acm describe-certificate --certificate-arn "$(parameter CertificateArn)" \
    --query Certificate.Status --output text)" || fail "CertificateArn in $parameters_file is no certificate in $region"
  [ "$status" = ISSUED ] || fail "the certificate is $status: the HTTPS listener needs one that is ISSUED"
}

# What the services need to start: without images they never settle, and the stack hangs until it fails.
check_ready_for_services() {
  local key
  for key in backend frontend; do
    choose_service "$key"
    find_image "$(parameter "${key^}ImageTag")" "" >/dev/null || exit 1
    say "image of the $key: there"
  done
}

# --- the stack --------------------------------------------------------------------------------------------------

stack_status=""
read_stack() {
  local answer
  if $dry_run && $bootstrap; then
    call "" cloudformation describe-stacks --stack-name "$stack" --output json
    deployed_services=false
  elif answer="$(call '{"Stacks":[{"StackStatus":"UPDATE_COMPLETE","Parameters":[{"ParameterKey":"DeployServices","ParameterValue":"true"}]}]}' \
    cloudformation describe-stacks --stack-name "$stack" --output json 2>"$workdir/error")"; then
    stack_status="$(jq -r '.Stacks[0].StackStatus' <<<"$answer")"
    deployed_services="$(jq -r '[.Stacks[0].Parameters[]? | select(.ParameterKey == "DeployServices").ParameterValue][0] // "false"' <<<"$answer")"
  elif grep -q 'does not exist' "$workdir/error"; then
    stack_status=""
    deployed_services=false
  else
    cat "$workdir/error" >&2
    fail "could not read stack $stack"
  fi
}
stack_exists() { [ -n "$stack_status" ] && [ "$stack_status" != REVIEW_IN_PROGRESS ]; }

# nested LOGICAL-ID: the id of a nested stack; nothing when there is none.
nested() {
  call "<STACK_$1>" cloudformation describe-stack-resource --stack-name "$stack" --logical-resource-id "$1" \
    --query StackResourceDetail.PhysicalResourceId --output text 2>/dev/null || true
}

# protect_traffic Deny|Allow: CodeDeploy owns where the listeners forward to. A stack update that touches one resets it,
# so the nested stacks that hold them refuse such an update, whoever starts it.
protect_traffic() {
  local id logical
  jq -n --arg effect "$1" '{Statement: (
      [{Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*"}]
      + if $effect == "Deny" then [{Effect: "Deny", Action: "Update:*", Principal: "*", Resource: "*",
          Condition: {StringEquals: {ResourceType: [
            "AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::ECS::Service"]}}}]
        else [] end)}' >"$workdir/stack-policy.json"
  for logical in Alb Ecs; do
    id="$(nested "$logical")"
    if [ -z "$id" ]; then continue; fi
    call "" cloudformation set-stack-policy --stack-name "$id" --stack-policy-body "file://$workdir/stack-policy.json" \
      || fail "could not set the stack policy of $logical"
  done
}
protect_again() { protect_traffic Deny; }

# changes CHANGE-SET STACK PREFIX: one JSON object a changed resource, nested stacks included. The CLI follows the pages.
changes() {
  local answer child address
  answer="$(call '{"Status":"CREATE_COMPLETE","Changes":[]}' cloudformation describe-change-set --change-set-name "$1" \
    ${2:+--stack-name "$2"} --output json)" || fail "could not read the change set $1"
  jq -c --arg prefix "$3" '.Changes[]?.ResourceChange | {action: .Action, replacement: (.Replacement // "-"), type: .ResourceType,
      address: ($prefix + .LogicalResourceId), physical: (.PhysicalResourceId // "")}' <<<"$answer"
  while IFS=$'\t' read -r child address; do
    if [ -n "$child" ]; then changes "$child" "" "$3$address/"; fi
  done < <(jq -r '.Changes[]?.ResourceChange | select(.ChangeSetId) | [.ChangeSetId, .LogicalResourceId] | @tsv' <<<"$answer")
}

# Where the traffic of a listener, a rule or a service goes now.
show_live() {
  case "$1" in
    AWS::ElasticLoadBalancingV2::Listener)
      call "" elbv2 describe-listeners --listener-arns "$2" --query 'Listeners[].DefaultActions[].ForwardConfig.TargetGroups' --output json
      ;;
    AWS::ElasticLoadBalancingV2::ListenerRule)
      call "" elbv2 describe-rules --rule-arns "$2" --query 'Rules[].Actions[].ForwardConfig.TargetGroups' --output json
      ;;
    AWS::ECS::Service)
      call "" ecs describe-services --cluster "$cluster" --services "${2##*/}" \
        --query 'services[].taskSets[].[status,taskDefinition,loadBalancers[0].targetGroupArn]' --output json
      ;;
  esac
}

# Prints the changes and says whether they may be executed.
review_changes() {
  local refused=false traffic replaced type physical
  jq -r '[.action, .replacement, .type, .address] | @tsv' "$workdir/changes.jsonl" \
    | awk -F '\t' '{printf "  %-7s replaces: %-12s %-45s %s\n", $1, $2, $3, $4}' >&2
  traffic="$(jq -rc 'select(.action != "Add") | select(.type | IN(
      "AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::ECS::Service"))
      | [.type, .physical, .address] | @tsv' "$workdir/changes.jsonl")"
  replaced="$(jq -r 'select(.action == "Remove" or .replacement == "True") | .address' "$workdir/changes.jsonl")"
  if [ -n "$traffic" ]; then
    say "this touches what CodeDeploy owns; executing it can send all traffic to the empty colour:"
    while IFS=$'\t' read -r type physical address; do
      say "  $address forwards now: $(show_live "$type" "$physical" | jq -c . 2>/dev/null)"
    done <<<"$traffic"
    if ! $allow_traffic_reset; then
      say "refused without --allow-traffic-reset (infrastructure/README.md, runbook)"
      refused=true
    fi
  fi
  if [ -n "$replaced" ] && ! $allow_replacement; then
    say "refused without --allow-replacement: removes or replaces ${replaced//$'\n'/, }"
    refused=true
  fi
  if $refused; then return 1; fi
}

delete_change_set() {
  call "" cloudformation delete-change-set --change-set-name "$change_set" --stack-name "$stack" || true
}

# Prints the events of a stack since the start that were not printed yet.
touch "$workdir/events-seen"
show_events() {
  local answer line
  answer="$(call '{"StackEvents":[]}' cloudformation describe-stack-events --stack-name "$1" --max-items 100 --output json)" || return 0
  while IFS=$'\t' read -r id line; do
    if [ -z "$id" ] || grep -qxF "$id" "$workdir/events-seen"; then continue; fi
    printf '%s\n' "$id" >>"$workdir/events-seen"
    if [ "$2" = show ]; then say "$(clock $((SECONDS - started)))  $line"; fi
  done < <(jq -r '.StackEvents | reverse | .[] | [.EventId, "\(.ResourceStatus)  \(.LogicalResourceId)  \(.ResourceStatusReason // "")"] | @tsv' <<<"$answer")
}

# The first reasons of a failure, those of nested stacks included: the root only says that a nested one failed.
explain_failure() {
  local id
  {
    printf '%s\n' "$stack"
    call "" cloudformation describe-stack-resources --stack-name "$stack" --output json \
      | jq -r '.StackResources[]? | select(.ResourceType == "AWS::CloudFormation::Stack" and (.ResourceStatus | endswith("FAILED") or contains("ROLLBACK"))).PhysicalResourceId'
  } | while read -r id; do
    call "" cloudformation describe-stack-events --stack-name "$id" --max-items 200 --output json \
      | jq -r '.StackEvents | reverse | .[] | select(.ResourceStatus | endswith("_FAILED"))
          | select((.ResourceStatusReason // "") | contains("cancelled") | not) | "  \(.LogicalResourceId): \(.ResourceStatusReason)"' \
      | head -n 5 >&2
  done || true
}

# --- the work ---------------------------------------------------------------------------------------------------

read_stack
case "$stack_status" in
  "" | REVIEW_IN_PROGRESS) kind=CREATE ;;
  ROLLBACK_COMPLETE) fail "the first creation of $stack failed; delete it before another try: aws cloudformation delete-stack --stack-name $stack" ;;
  UPDATE_ROLLBACK_FAILED) fail "$stack is stuck in UPDATE_ROLLBACK_FAILED: aws cloudformation continue-update-rollback --stack-name $stack, then again" ;;
  *_IN_PROGRESS) fail "$stack is busy: $stack_status" ;;
  *) kind=UPDATE ;;
esac

# Which pass: the one asked for; else what the stack has, never the file's word, which could remove running services.
if $bootstrap; then pass=infrastructure; fi
case "$pass" in
  infrastructure) deploy_services=false ;;
  services) deploy_services=true ;;
  *) deploy_services=$deployed_services ;;
esac
if [ "$kind" = CREATE ] && [ "$deploy_services" = true ]; then
  fail "$stack does not exist: start with --bootstrap"
fi
if [ "$kind" = UPDATE ] && [ "$deployed_services" = true ] && [ "$deploy_services" = false ] && ! $dry_run; then
  fail "$stack has its services; the infrastructure pass would delete them"
fi
say "$kind of $stack in account $account, services: $deploy_services"

if $bootstrap; then prepare_account; fi
if [ "$pass" = services ]; then check_ready_for_services; fi

call "" s3api head-bucket --bucket "$bucket" >/dev/null || fail "no bucket $bucket: deploy.sh --environment $environment --bootstrap makes it"
call "" cloudformation package --template-file "$repository_root/infrastructure/templates/main.yaml" \
  --s3-bucket "$bucket" --s3-prefix templates --output-template-file "$workdir/packaged.yaml" >/dev/null \
  || fail "could not package the templates"
if $dry_run; then printf '{}\n' >"$workdir/packaged.yaml"; fi
[ "$(wc -c <"$workdir/packaged.yaml")" -le 51200 ] || fail "the packaged main.yaml is larger than the 51,200 bytes of an inline body"

# Unknown keys would be refused here, by create-change-set; `deploy --parameter-overrides` drops them in silence. All
# values are sent, so that none stays what it was because a default changed.
jq --arg services "$deploy_services" '.Parameters + {DeployServices: $services} | to_entries
  | map({ParameterKey: .key, ParameterValue: .value})' "$parameters_file" >"$workdir/parameters.json"
change_set="$stack-$(date -u +%Y%m%d-%H%M%S)"
# Without IAM names there would be no need of the capability; no macro is used.
call "<CHANGE_SET_ARN>" cloudformation create-change-set --stack-name "$stack" --change-set-name "$change_set" \
  --change-set-type "$kind" --template-body "file://$workdir/packaged.yaml" --parameters "file://$workdir/parameters.json" \
  --capabilities CAPABILITY_NAMED_IAM --include-nested-stacks ${role_arn:+--role-arn "$role_arn"} \
  --tags "Key=Environment,Value=$environment" --query Id --output text >/dev/null \
  || fail "could not create the change set"

while :; do
  answer="$(call '{"Status":"CREATE_COMPLETE"}' cloudformation describe-change-set --change-set-name "$change_set" \
    --stack-name "$stack" --query '{Status: Status, StatusReason: StatusReason}' --output json)" || fail "could not read the change set"
  case "$(jq -r .Status <<<"$answer")" in
    CREATE_COMPLETE) break ;;
    FAILED)
      reason="$(jq -r '.StatusReason // "no reason given"' <<<"$answer")"
      delete_change_set
      if [[ $reason == *"didn't contain changes"* || $reason == *"No updates are to be performed"* ]]; then
        say "nothing to change"
        exit
      fi
      fail "the change set failed: $reason"
      ;;
  esac
  if [ $((SECONDS - started)) -ge $((timeout_minutes * 60)) ]; then fail "the change set is not ready after $timeout_minutes min"; fi
  say "$(clock $((SECONDS - started)))  change set: $(jq -r .Status <<<"$answer")"
  pause
done

changes "$change_set" "$stack" "" >"$workdir/changes.jsonl"
say "changes: $(wc -l <"$workdir/changes.jsonl")"
if ! review_changes; then
  delete_change_set
  fail "the change set was not executed"
fi
if $review; then
  delete_change_set
  exit
fi
if ! $yes && ! $dry_run; then
  if ! [ -t 0 ]; then
    delete_change_set
    fail "nobody to ask here: pass --yes, or --review to only look"
  fi
  read -r -p "execute in account $account? [y/N] " reply
  if [[ $reply != [yY]* ]]; then
    delete_change_set
    fail "not executed"
  fi
fi

if stack_exists; then
  show_events "$stack" skip
  if $allow_traffic_reset; then
    at_exit+=(protect_again)
    protect_traffic Allow
  fi
fi
call "" cloudformation execute-change-set --change-set-name "$change_set" --stack-name "$stack" || fail "could not execute the change set"
# The status is the old one for a moment.
if ! $dry_run; then pause; fi
while :; do
  status="$(call UPDATE_COMPLETE cloudformation describe-stacks --stack-name "$stack" --query 'Stacks[0].StackStatus' --output text)" \
    || fail "could not read stack $stack"
  show_events "$stack" show
  case "$status" in
    CREATE_COMPLETE | UPDATE_COMPLETE) break ;;
    *_IN_PROGRESS) ;;
    *)
      say "$stack is $status:"
      explain_failure
      fail "the stack was not brought up to date"
      ;;
  esac
  if [ $((SECONDS - started)) -ge $((timeout_minutes * 60)) ]; then
    fail "$stack is still $status after $timeout_minutes min; it goes on without this script"
  fi
  pause
done
if ! $allow_traffic_reset || [ "$kind" = CREATE ]; then protect_traffic Deny; fi
say "$stack is up to date"
if [ "$deploy_services" = false ]; then
  say "next: put the values into Secrets Manager, push the first images, then deploy.sh --environment $environment --pass services"
fi
