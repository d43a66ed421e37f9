#!/usr/bin/env bash
# Puts one fault at a time into a copy of the project and runs the native tests on it. A mutant that survives is a fault that no
# test sees.
#
#   tests/mutants/run.sh [NAME...]     all mutants, or those named: tests/mutants/NAME.patch
#
# Each takes a minute or so: its tests are built anew, and run until one fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD copy=$PWD/target/mutants
# One folder of built dependencies serves both; the project itself is quicker to build than to make fast.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target} CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_INCREMENTAL=true

# From the quickest to the slowest; the first that fails ends a mutant.
stages=(
  '--test operations'
  '--test oracle -- alone'
  '--lib'
  '--test oracle --no-fail-fast'
  '--test cli'
)

fresh_copy() {
  rm -rf "$copy"
  mkdir -p "$copy"
  git ls-files -z --cached --others --exclude-standard | xargs -0 tar -c -- 2>/dev/null | tar -xm -C "$copy"
}

# Prints what became of the mutant in $1; fails when it survived, or could not be tried.
try() {
  local stage log=$copy/test.log
  if ! patch --directory "$copy" --strip 1 --quiet --forward --no-backup-if-mismatch <"$root/tests/mutants/$1.patch" >"$log" 2>&1; then
    echo "does not apply any more"
    return 1
  fi
  for stage in "${stages[@]}"; do
    # shellcheck disable=SC2086 # the stage is words
    if ! (cd "$copy" && cargo test --release $stage) >"$log" 2>&1; then
      if grep -qE '^test .* FAILED$' "$log"; then
        echo "fails $(grep -E '^test .* FAILED$' "$log" | cut -d ' ' -f 2 | sort | paste -sd ' ')"
        return
      fi
      echo "does not compile: $(grep -m 1 -E '^error' "$log")"
      return 1
    fi
  done
  echo "SURVIVED"
  return 1
}

names=("$@")
if ((${#names[@]} == 0)); then
  names=(tests/mutants/*.patch)
  names=("${names[@]##*/}")
  names=("${names[@]%.patch}")
fi
survivors=() at=0
fresh_copy
for name in "${names[@]}"; do
  at=$((at + 1))
  [[ -f tests/mutants/$name.patch ]] || { echo "there is no tests/mutants/$name.patch" >&2; exit 2; }
  file=$(sed -n 's|^+++ b/||p' "tests/mutants/$name.patch")
  cp "$copy/$file" "$copy/unpatched"
  fate=$(try "$name") || survivors+=("$name")
  printf '%3d/%d  %-45s %s\n' "$at" "${#names[@]}" "$name" "$fate"
  cp "$copy/unpatched" "$copy/$file"
done
echo "$((${#names[@]} - ${#survivors[@]})) of ${#names[@]} mutants fail a test${survivors[*]:+; not: ${survivors[*]}}"
((${#survivors[@]} == 0))
