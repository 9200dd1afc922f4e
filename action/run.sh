#!/usr/bin/env bash
# Comments, puts the verdict into the job's summary, and fails if the gate says no.
# Set by action.yml: BASE, COMMENT, THRESHOLD, KEY, FAIL_ON, COUNT, DENY_UNKNOWN, DENY_UNPRICED, FAIL, GITHUB_TOKEN.
set -euo pipefail

# Empty lists are written so that the bash 3.2 of macOS takes them too.
rules=()
if [ -n "${BASE:-}" ]; then rules+=(--base "$BASE"); fi
if [ -n "${FAIL_ON:-}" ]; then rules+=(--fail-on "$FAIL_ON"); fi
if [ -n "${COUNT:-}" ]; then rules+=(--count "$COUNT"); fi
if [ "${DENY_UNKNOWN:-}" = true ]; then rules+=(--deny-unknown); fi
if [ "${DENY_UNPRICED:-}" = true ]; then rules+=(--deny-unpriced); fi

if [ "${COMMENT:-}" = true ] && [ -n "${BASE:-}" ]; then
  how=()
  if [ -n "${THRESHOLD:-}" ]; then how+=(--threshold "$THRESHOLD"); fi
  if [ -n "${KEY:-}" ]; then how+=(--key "$KEY"); fi
  # The verdict below counts, whether or not the comment could be posted.
  isms-cost comment ${rules[@]+"${rules[@]}"} ${how[@]+"${how[@]}"} || echo "::warning::isms-cost could not comment on the pull request"
fi

code=0
isms-cost gate ${rules[@]+"${rules[@]}"} || code=$?
# 2: it could not be judged; that is never a yes.
if [ "$code" -gt 1 ]; then exit "$code"; fi
isms-cost gate ${rules[@]+"${rules[@]}"} --format markdown >>"$GITHUB_STEP_SUMMARY" 2>/dev/null || true
if [ "$code" = 0 ]; then echo "passes=true" >>"$GITHUB_OUTPUT"; else echo "passes=false" >>"$GITHUB_OUTPUT"; fi
if [ "${FAIL:-}" = false ]; then exit 0; fi
exit "$code"
