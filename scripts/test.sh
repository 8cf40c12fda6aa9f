#!/usr/bin/env bash
# Installs what the tests use, builds everything once, runs every test project from the bottom up, and sums up.
# The last line is "N passed, N failed, N skipped"; the exit code is 0 only when nothing failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly configuration=Release
readonly results=$PWD/artifacts/test-results
readonly limit_unit=15m limit_end_to_end=30m limit_orleans_restore=2m

# A failure in a lower layer explains the ones above it, so it is shown first. Projects not named here run in between.
readonly first=(Orleans.Runtime.Conformance Cess.Primitives.Tests Cess.Coding.Tests Cess.Ledger.Tests)
readonly last=(Cess.EndToEnd)

export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export CESS_FIGURES=$results/figures.txt

passed=0 failed=0 skipped=0
summary=()

headline() { printf '\n== %s\n' "$*"; }

finish() {
  headline "Summary"
  printf '%s\n' "${summary[@]}"
  [[ -s $CESS_FIGURES ]] && headline "Measured on the way" && cat "$CESS_FIGURES"
  echo
  echo "$orleans"
  echo
  echo "$passed passed, $failed failed, $skipped skipped"
  [[ $failed -eq 0 ]]
  exit
}

# test_projects: the names of all test projects, in the order in which to run them.
test_projects() {
  local all named
  all=$(grep -l 'Tests.props' tests/*/*.csproj | xargs -n 1 dirname | xargs -n 1 basename)
  named=$(printf '%s\n' "${first[@]}" "${last[@]}")
  printf '%s\n' "${first[@]}"
  grep -vxF "$named" <<<"$all"
  printf '%s\n' "${last[@]}"
}

# run_tests LABEL LIMIT ARGUMENTS…: one run of `dotnet test`, added to the sums. Its output is kept beside the results.
run_tests() {
  local label=$1 limit=$2 started=$SECONDS line status p f s
  shift 2
  headline "$label"
  local log="$results/$label.log"
  timeout --kill-after=30 "$limit" \
    dotnet test "$@" -c "$configuration" --nologo --logger "console;verbosity=minimal" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  [[ $status -eq 124 || $status -eq 137 ]] && echo "$label did not end within $limit." | tee -a "$log"

  line=$(grep -E 'Failed: +[0-9]+, Passed: +[0-9]+, Skipped: +[0-9]+' "$log" | tail -n 1)
  read -r f p s < <(sed -E 's/.*Failed: +([0-9]+), Passed: +([0-9]+), Skipped: +([0-9]+).*/\1 \2 \3/' <<<"${line:-Failed: 0, Passed: 0, Skipped: 0}")
  # A run that broke off before it counted must not look like one that passed.
  [[ $status -ne 0 && $f -eq 0 ]] && f=1
  [[ $((f + p + s)) -eq 0 ]] && echo "$label has run no test." | tee -a "$log" && f=1 status=1
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  summary+=("$(printf '%-44s %5d passed %4d failed %4d skipped %5d s' "$label" "$p" "$f" "$s" $((SECONDS - started)))")
  return "$status"
}

# check_orleans: the same grains, conformance suite and upload on Microsoft's runtime, where its packages can be had.
check_orleans() {
  local conformance=tests/Orleans.Runtime.Conformance end_to_end=tests/Cess.EndToEnd
  headline "Orleans packages"
  if ! timeout "$limit_orleans_restore" dotnet restore "$conformance" -p:GrainRuntime=Orleans -v q --nologo \
    >"$results/orleans-restore.log" 2>&1; then
    orleans="Orleans build: not checked, because its packages could not be restored."
    return
  fi
  run_tests Orleans.Runtime.Conformance-on-Orleans "$limit_unit" "$conformance" -p:GrainRuntime=Orleans &&
    run_tests Cess.EndToEnd-on-Orleans "$limit_unit" "$end_to_end" -p:GrainRuntime=Orleans --filter "Category=Upload" &&
    orleans="Orleans build: checked, with the conformance suite and the end-to-end upload." ||
    orleans="Orleans build: checked, and FAILED."
}

orleans="Orleans build: not checked, because the run ended before."
rm -rf "$results" && mkdir -p "$results"

if ! command -v dotnet >/dev/null; then
  echo "Missing: the .NET SDK (the version is in global.json)."
  failed=1
  finish
fi

headline "What the tests use"
scripts/clients.sh

headline "Build"
if ! dotnet build Cess.Orleans.sln -c "$configuration" --nologo -v q 2>&1 | tee "$results/build.log"; then
  summary+=("The build failed.")
  failed=1
  finish
fi

for project in $(test_projects); do
  limit=$limit_unit
  [[ $project == Cess.EndToEnd ]] && limit=$limit_end_to_end
  run_tests "$project" "$limit" "tests/$project" --no-build || true
done
check_orleans
finish
