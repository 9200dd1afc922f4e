#!/usr/bin/env bash
# Finds the image of a deployment, or copies it from the other account by digest. See --help.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

help() {
  cat <<'TEXT'
Prints digest=sha256:... of the image to deploy, or digest= when it has to be built first. Never builds.

  promote-image.sh --environment staging|production --service backend|frontend
                   (--image-tag TAG | --commit SHA) [--from-account ID] [--history-tag TAG]

  --image-tag TAG     this image and no other; when it is nowhere, that is an error
  --commit SHA        the image tagged sha-SHA; when it is nowhere, prints digest= (build it)
  --from-account ID   look there too when this account has none, and copy it here with its digest unchanged
                      (docker must be logged in to both registries)
  --history-tag TAG   put this tag onto the image too, for example staging-42
  --profile NAME      AWS CLI profile
  --dry-run           print the AWS and docker calls, make none

Needs AWS CLI version 2, jq, and docker buildx for a copy.
TEXT
}

chosen=""
image_tag=""
commit=""
from_account=""
history_tag=""
while [ $# -gt 0 ]; do
  case "$1" in
    --environment | --service | --image-tag | --commit | --from-account | --history-tag | --profile)
      [ $# -ge 2 ] || usage_error "$1 needs a value"
      case "$1" in
        --environment) environment=$2 ;;
        --service) chosen=$2 ;;
        --image-tag) image_tag=$2 ;;
        --commit) commit=$2 ;;
        --from-account) from_account=$2 ;;
        --history-tag) history_tag=$2 ;;
        --profile) profile=$2 ;;
      esac
      shift 2
      ;;
    --dry-run) dry_run=true; shift ;;
    -h | --help) help; exit ;;
    *) usage_error "unknown argument '$1'" ;;
  esac
done
if [ -n "$image_tag" ] && [ -n "$commit" ] || [ -z "$image_tag$commit" ]; then usage_error "--image-tag or --commit, one of them"; fi
for tag in "$image_tag" "$history_tag"; do
  [[ $tag =~ ^[A-Za-z0-9_.-]{0,128}$ ]] || usage_error "'$tag' is no image tag"
done
[[ $commit =~ ^([0-9a-f]{40})?$ ]] || usage_error "'$commit' is no commit SHA"
[[ $from_account =~ ^([0-9]{12})?$ ]] || usage_error "'$from_account' is no account id"

require aws jq
choose_environment
choose_service "$chosen"
choose_account

# look ACCOUNT: the digest of the wanted image there; nothing when there is none.
look() {
  local candidate digest code
  for candidate in $(tag_candidates "${image_tag:-$commit}"); do
    if digest="$(image_digest_of "$1" "imageTag=$candidate")"; then
      printf '%s' "$digest"
      return 0
    else
      code=$?
      # 1 with an error that is not "no such image" has been told by image_digest_of.
      grep -q ImageNotFoundException "$workdir/ecr-error" || return $code
    fi
  done
}

digest="$(look "$account")" || exit 1
if [ -z "$digest" ] && [ -n "$from_account" ] && [ "$from_account" != "$account" ]; then
  digest="$(look "$from_account")" || exit 1
  if [ -n "$digest" ]; then
    source_image="$from_account.dkr.ecr.$region.amazonaws.com/$repository@$digest"
    # The tag that is unique to the image. Without --prefer-index=false a single-platform image gets an index around it,
    # and another digest (docker buildx imagetools create).
    target_tag="${image_tag:-sha-$commit}"
    if [[ $target_tag =~ ^(staging|production|latest)$ ]]; then target_tag="$history_tag"; fi
    [ -n "$target_tag" ] || fail "a moving tag is copied only with --history-tag"
    copy=(docker buildx imagetools create --prefer-index=false
      --tag "$account.dkr.ecr.$region.amazonaws.com/$repository:$target_tag" "$source_image")
    if $dry_run; then
      printf '%s\n' "${copy[*]}" >&3
    else
      require docker
      "${copy[@]}" >&2 || fail "could not copy $source_image"
    fi
    copied="$(image_digest_of "$account" "imageTag=$target_tag")" || fail "the copy of $digest is not there"
    [ "$copied" = "$digest" ] || fail "the copy has the digest $copied, not $digest"
    say "copied $repository@$digest from account $from_account"
  fi
fi
if [ -z "$digest" ]; then
  [ -z "$image_tag" ] || fail "no image tagged '$image_tag' in $repository${from_account:+, nor in account $from_account}; nothing is built for a tag that was asked for"
  say "no image of commit $commit yet: build it"
elif [ -n "$history_tag" ]; then
  put_tag "$digest" "$history_tag"
fi
if ! $dry_run; then printf 'digest=%s\n' "$digest"; fi
