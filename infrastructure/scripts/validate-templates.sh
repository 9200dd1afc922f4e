#!/usr/bin/env bash
# Checks templates and parameter files before they go anywhere. See --help.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

help() {
  cat <<'TEXT'
Checks the templates and parameter files. Offline, unless --online is given.

  validate-templates.sh                                             sizes, parameter files, cfn-lint, isms-cost check
  validate-templates.sh --online --environment staging|production   also AWS's own validate-template

  --profile NAME   AWS CLI profile for --online (default: AWS_PROFILE, else isms-ENVIRONMENT)
  --dry-run        print the AWS calls of --online, make none

cfn-lint and isms-cost are needed; CFN_LINT and ISMS_COST name them when they are not on the PATH.
TEXT
}

online=false
while [ $# -gt 0 ]; do
  case "$1" in
    --environment | --profile)
      [ $# -ge 2 ] || usage_error "$1 needs a value"
      if [ "$1" = --profile ]; then profile=$2; else environment=$2; fi
      shift 2
      ;;
    --online) online=true; shift ;;
    --dry-run) dry_run=true; shift ;;
    -h | --help) help; exit ;;
    *) usage_error "unknown argument '$1'" ;;
  esac
done
require jq

cd "$repository_root"
templates=(infrastructure/templates/*.yaml)
[ -e "${templates[0]}" ] || fail "no templates in $repository_root/infrastructure/templates"
bad=0
complain() {
  say "FAILED: $*"
  bad=$((bad + 1))
}

# An inline body may have 51,200 bytes; a template in S3, as `package` puts the nested ones, 1 MB.
for template in "${templates[@]}"; do
  bytes="$(wc -c <"$template")"
  if [ "$bytes" -gt 51200 ]; then complain "$template has $bytes bytes, more than the 51,200 of an inline body"; fi
done
say "sizes: ${#templates[@]} templates"

for environment_name in ${environment:-staging production}; do
  (environment=$environment_name && choose_environment) || complain "parameter file of $environment_name"
done

run_tool() {
  local name=$1 tool=$2
  shift 2
  if ! command -v "$tool" >/dev/null; then
    complain "$name is not there: $tool"
  elif "$tool" "$@" >&2; then
    say "$name: nothing found"
  else
    complain "$name"
  fi
}
run_tool cfn-lint "${CFN_LINT:-cfn-lint}" --regions "$region" -- "${templates[@]}"
run_tool isms-cost "${ISMS_COST:-isms-cost}" check --fail-on high

if $online; then
  require aws
  choose_environment
  choose_account
  for template in "${templates[@]}"; do
    call "" cloudformation validate-template --template-body "file://$template" --output json >/dev/null \
      || complain "AWS refuses $template"
  done
fi

[ "$bad" = 0 ] || fail "$bad of the checks failed"
say "all good"
