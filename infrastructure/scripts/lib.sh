# shellcheck shell=bash
# shellcheck disable=SC2034 # the choose_ functions set what the scripts read
# What the deployment scripts share: messages, the one way to call AWS, and the choice of environment and account.
# Sourced, never run. Progress and errors go to stderr, results and the calls of --dry-run to stdout.

repository_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
readonly repository_root
readonly region=eu-west-2
# Seconds between two looks at something that takes time.
readonly poll_seconds="${ISMS_POLL_SECONDS:-15}"

dry_run=false
environment=""
profile=""
aws_where=(--region "$region")

# The script's own stdout, also for what runs inside $(...).
exec 3>&1
# No pager: it would wait for a key.
export AWS_PAGER=""

say() { printf '%s\n' "$*" >&2; }
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}
usage_error() {
  printf '%s: %s (--help explains)\n' "$(basename "$0")" "$*" >&2
  exit 2
}

# --- leaving ----------------------------------------------------------------------------------------------------

workdir="$(mktemp -d)"
at_exit=()
# Runs the at_exit functions, latest first, however the script ends, and keeps its exit code.
leave() {
  local code=$? i
  trap - EXIT INT TERM HUP
  for ((i = ${#at_exit[@]} - 1; i >= 0; i--)); do
    "${at_exit[i]}" || code=1
  done
  rm -rf "$workdir"
  exit "$code"
}
trap leave EXIT
# GitHub cancels a job with INT, then TERM.
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# Sleeps so that a signal is answered at once; the sleep that is left behind holds no output open.
pause() {
  sleep "${1:-$poll_seconds}" >/dev/null 2>&1 3>&- &
  wait $!
}

# --- calling AWS ------------------------------------------------------------------------------------------------

# A word as one would type it into a shell.
shell_word() {
  if [[ $1 =~ ^[A-Za-z0-9_./:=,@%+-]+$ ]]; then printf '%s' "$1"; else printf '%s' "${1@Q}"; fi
}

# call ANSWER ARGUMENT...: aws ARGUMENT... in the chosen region and profile. A dry run prints the command instead, with
# the files that it would hand over, and goes on with ANSWER.
call() {
  local answer=$1 word
  shift
  if ! $dry_run; then
    aws "$@" "${aws_where[@]}"
    # Spelt out: in a trap, a bare `return` gives the status from before the trap.
    return $?
  fi
  {
    printf 'aws'
    for word in "$@" "${aws_where[@]}"; do
      printf ' '
      shell_word "$word"
    done
    printf '\n'
    for word in "$@"; do
      if [[ $word == file://"$workdir"/* ]]; then
        printf '# %s:\n' "${word#file://}"
        sed 's/^/#   /' "${word#file://}"
        # A file need not end its last line.
        if [ -n "$(tail -c 1 "${word#file://}")" ]; then printf '\n'; fi
      fi
    done
  } >&3
  if [ -n "$answer" ]; then printf '%s\n' "$answer"; fi
}

# require TOOL...: fails with a sentence for the first that is not there. The AWS CLI must be version 2: v1 takes the
# parameter files in another form and exits non-zero on an empty change set.
require() {
  local tool version
  for tool in "$@"; do
    command -v "$tool" >/dev/null || fail "needs '$tool' on the PATH"
  done
  if [[ " $* " == *" aws "* ]] && ! $dry_run; then
    version="$(aws --version 2>&1)" || fail "'aws --version' does not run"
    [[ $version == aws-cli/2.* ]] || fail "needs AWS CLI version 2, found ${version%% *}"
  fi
}

# --- environment and account ------------------------------------------------------------------------------------

# parameter KEY: the value in the environment's parameter file; nothing when it is not there.
parameter() {
  jq -r --arg key "$1" '.Parameters[$key] // empty' "$parameters_file"
}

# Sets parameters_file, account, stack and cluster from $environment, and refuses a file of another environment.
choose_environment() {
  case "$environment" in
    staging | production) ;;
    "") usage_error "--environment staging|production is required" ;;
    *) usage_error "no environment '$environment': staging or production" ;;
  esac
  parameters_file="$repository_root/infrastructure/parameters/$environment-params.json"
  [ -r "$parameters_file" ] || fail "no parameter file $parameters_file"
  jq -e '.Parameters | type == "object" and all(.[]; type == "string")' "$parameters_file" >/dev/null 2>&1 \
    || fail "$parameters_file must be {\"Parameters\": {\"Key\": \"string\", ...}}, every value a string"
  account="$(parameter AwsAccountId)"
  [[ $account =~ ^[0-9]{12}$ ]] || fail "AwsAccountId in $parameters_file is no account id"
  [ "$(parameter Environment)" = "$environment" ] \
    || fail "$parameters_file says Environment '$(parameter Environment)', not '$environment'"
  stack="isms-$environment"
  cluster="isms-$environment"
}

# Chooses the credentials and proves that they belong to the environment's account before anything else happens.
# By hand: the profile isms-ENVIRONMENT unless --profile or AWS_PROFILE names another. In a workflow (CI=true): what the
# OIDC step has put into the environment.
choose_account() {
  local found
  if [ -z "$profile" ] && [ -z "${AWS_PROFILE:-}" ] && [ "${CI:-}" != true ]; then profile="isms-$environment"; fi
  if [ -n "$profile" ]; then aws_where+=(--profile "$profile"); fi
  found="$(call "$account" sts get-caller-identity --query Account --output text)" \
    || fail "no valid credentials for $environment${profile:+ (profile $profile)}"
  [ "$found" = "$account" ] \
    || fail "these credentials belong to account $found, but $environment is account $account: nothing was done"
}

# --- services ---------------------------------------------------------------------------------------------------

# Sets service, application, deployment_group, family and repository from $environment and backend|frontend.
choose_service() {
  container=$1
  case "$container" in
    backend | frontend) ;;
    "") usage_error "--service backend|frontend is required" ;;
    *) usage_error "no service '$container': backend or frontend" ;;
  esac
  service="isms-$container-$environment"
  application="$service-app"
  deployment_group="$service-dg"
  repository="isms-$container"
}

# The service as ECS describes it, as JSON.
describe_service() {
  local answer
  answer="$(call "$(jq -nc --arg td "arn:aws:ecs:$region:$account:task-definition/$service:1" \
    '{services: [{status: "ACTIVE", desiredCount: 1, taskSets: [{status: "PRIMARY", taskDefinition: $td}],
      networkConfiguration: {awsvpcConfiguration: {subnets: ["subnet-00000000"], securityGroups: ["sg-00000000"], assignPublicIp: "DISABLED"}}}]}')" \
    ecs describe-services --cluster "$cluster" --services "$service" --output json)" \
    || fail "could not read service $service"
  jq -e '.services[0] | select(.status == "ACTIVE")' <<<"$answer" \
    || fail "no active service $service in cluster $cluster: $(jq -c '.failures // []' <<<"$answer")"
}

# primary_task_definition SERVICE-JSON: the revision that takes the traffic. The family's latest may come from a
# deployment that failed.
primary_task_definition() {
  jq -er '([.taskSets[]? | select(.status == "PRIMARY")][0].taskDefinition) // .taskDefinition' <<<"$1" \
    || fail "service $service has no primary task set"
}

# --- images -----------------------------------------------------------------------------------------------------

# image_digest_of REGISTRY-ACCOUNT JSON-IMAGE-ID: the digest; fails quietly when there is no such image, loudly on any
# other error.
image_digest_of() {
  local answer
  if answer="$(call "sha256:$(printf '0%.0s' {1..64})" ecr describe-images --registry-id "$1" \
    --repository-name "$repository" --image-ids "$2" --query 'imageDetails[0].imageDigest' --output text 2>"$workdir/ecr-error")"; then
    printf '%s\n' "$answer"
  elif grep -q ImageNotFoundException "$workdir/ecr-error"; then
    return 1
  else
    cat "$workdir/ecr-error" >&2
    fail "could not look into the repository $repository of account $1"
  fi
}

# tag_candidates TAG: the tags that TAG may stand for. A bare commit SHA names the image that CI tagged sha-COMMIT.
tag_candidates() {
  if [[ $1 =~ ^[0-9a-f]{40}$ ]]; then printf 'sha-%s\n' "$1"; fi
  printf '%s\n' "$1"
}

# find_image TAG DIGEST: the digest of the image in this account, by either.
find_image() {
  local candidate
  if [ -n "$2" ]; then
    image_digest_of "$account" "imageDigest=$2" && return
    fail "no image $2 in $repository of account $account (expired?)"
  fi
  for candidate in $(tag_candidates "$1"); do
    if image_digest_of "$account" "imageTag=$candidate"; then return; fi
  done
  fail "no image tagged '$1' in $repository of account $account; nothing is built for a tag that was asked for"
}

# put_tag DIGEST TAG: puts the tag onto the image of this account; fine when it is there already.
put_tag() {
  local answer manifest
  answer="$(call '{"images":[{"imageManifest":"<MANIFEST>","imageManifestMediaType":"application/vnd.oci.image.manifest.v1+json"}]}' \
    ecr batch-get-image --repository-name "$repository" --image-ids "imageDigest=$1" --output json)" \
    || fail "could not read the manifest of $1"
  manifest="$(jq -er '.images[0].imageManifest' <<<"$answer")" || fail "no image $1 in $repository"
  printf '%s' "$manifest" >"$workdir/manifest.json"
  if call "" ecr put-image --repository-name "$repository" --image-tag "$2" --image-digest "$1" \
    --image-manifest "file://$workdir/manifest.json" \
    --image-manifest-media-type "$(jq -r '.images[0].imageManifestMediaType' <<<"$answer")" >/dev/null 2>"$workdir/put-error"; then
    say "tag $2 of $repository is on $1"
  elif ! grep -q ImageAlreadyExistsException "$workdir/put-error"; then
    cat "$workdir/put-error" >&2
    fail "could not move the tag $2 onto $1"
  fi
}

# --- waiting ----------------------------------------------------------------------------------------------------

# m:ss of so many seconds.
clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }
