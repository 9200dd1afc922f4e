#!/usr/bin/env bash
# Installs isms-cost: used by a release's tag, the action takes that release's static binary, once its attestation says
# that this repository's release workflow built it; used by a commit or a branch, it builds its own source.
# Set by action.yml: ACTION_PATH, ACTION_REPOSITORY, ACTION_REF, GH_TOKEN. The rest is GitHub's.
set -euo pipefail

root="$RUNNER_TEMP/isms-cost"
mkdir -p "$root/bin"

target=
case "$RUNNER_OS-$RUNNER_ARCH" in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
esac

from_release() {
  if ! [[ ${ACTION_REF:-} =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ ]] || [ -z "${ACTION_REPOSITORY:-}" ] || [ -z "$target" ]; then
    return 1
  fi
  command -v gh >/dev/null || return 1
  local archive="isms-cost-$target.tar.gz"
  if ! gh release download "$ACTION_REF" --repo "$ACTION_REPOSITORY" --pattern "$archive" --dir "$root" --clobber; then
    echo "::notice::there is no $archive in release $ACTION_REF; isms-cost is built from source"
    return 1
  fi
  # A binary that nobody vouches for ends the job: building instead would hide that somebody changed the release.
  if ! gh attestation verify "$root/$archive" --repo "$ACTION_REPOSITORY" \
    --signer-workflow "$ACTION_REPOSITORY/.github/workflows/release.yml" --source-ref "refs/tags/$ACTION_REF"; then
    echo "::error::$archive of release $ACTION_REF is not what its release workflow built"
    exit 1
  fi
  tar -xzf "$root/$archive" -C "$root/bin" isms-cost
}

from_source() {
  local rust
  rust="$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ACTION_PATH/Cargo.toml")"
  rustup toolchain install "$rust" --profile minimal --no-self-update
  cargo "+$rust" install --locked --quiet --path "$ACTION_PATH" --root "$root"
}

from_release || from_source
echo "$root/bin" >>"$GITHUB_PATH"
"$root/bin/isms-cost" --version
