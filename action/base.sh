#!/usr/bin/env bash
# Finds the commit to compare with and fetches it if it is not here, whatever depth the checkout had.
# Set by action.yml: BASE (what the user gave), TOKEN. The rest is GitHub's.
set -euo pipefail

there() { git rev-parse --verify --quiet "$1^{commit}" >/dev/null; }

# The token is in no argument, so that no list of processes shows it, and in no file.
fetch() {
  local credentials
  credentials="$(printf 'x-access-token:%s' "$TOKEN" | base64 | tr -d '\n')"
  echo "::add-mask::$credentials"
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader" \
    GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $credentials" \
    git fetch --quiet --no-tags --depth=1 origin "$1"
}

base="${BASE:-}"
if [ -z "$base" ] && [ -n "${GITHUB_BASE_REF:-}" ]; then
  # A pull request is checked out as it would be merged: what it is merged into is the first of two parents. The
  # commit names them also where the clone is too shallow to have them.
  parents="$(git cat-file commit HEAD | sed -n '1,/^$/s/^parent //p')"
  if [ "$(wc -l <<<"$parents")" -eq 2 ]; then
    base="$(head -n 1 <<<"$parents")"
    there "$base" || fetch "$base"
  else
    base="origin/$GITHUB_BASE_REF"
    there "$base" || fetch "+refs/heads/$GITHUB_BASE_REF:refs/remotes/origin/$GITHUB_BASE_REF"
  fi
fi
echo "base=$base" >>"$GITHUB_OUTPUT"
