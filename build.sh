#!/usr/bin/env bash
# shellcheck disable=SC2317 # stages are called by name
#
# The one door to the project: ./build.sh help says what it opens.
#
# It installs what is missing, says what it does and for how long, and leaves the machine's own tools alone: Rust tools
# go to target/tools, Node packages to node_modules. Only Chromium, which has no such home, comes from apt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly wasm_target=wasm32-unknown-unknown
readonly build_dir=${CARGO_TARGET_DIR:-target}
readonly tools=$PWD/target/tools
readonly port_default=8080
# Ours first: Debian's wasm-opt is too old for these modules, and wasm-pack takes whichever is first.
export PATH="$tools/bin:$PWD/node_modules/.bin:$PATH"
export COUNTERFEIT_STARTED=${COUNTERFEIT_STARTED:-$(date +%s)}

usage() {
  cat <<'TEXT'
usage: ./build.sh COMMAND

  serve [--port N]   build the page and serve it on this machine; it opens on the CPU module while WebGPU's still builds
  build              both browser modules, and the native program at target/release/counterfeit
  pretrained [NAME...]
                     trains image presets to their last step, for the page's "Start pre-trained": those named, or all
                     whose data are here (minutes to hours each)
  test               everything: lint, native tests, wasm tests, and the page in Chromium
  lint               formatting, clippy, rustdoc, types and shell scripts, with warnings as errors
  bench [ARGS]       steps per second, native (ARGS go to `counterfeit bench`) and in Chromium
  setup              only install what the others need
  help               this

With COUNTERFEIT_DATA=DIR, MNIST's four .gz files are taken from DIR. CHROMIUM names a Chromium or Chrome to use.
TEXT
}

say() {
  local spent=$(($(date +%s) - COUNTERFEIT_STARTED))
  printf '[%2d:%02d] %s\n' $((spent / 60)) $((spent % 60)) "$*" >&2
}
fail() {
  say "error: $*"
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }
# The first version number in the arguments, such as 1.95.0.
version_in() { grep -oE '[0-9]+(\.[0-9]+)+' <<<"$*" | head -n 1; }
# Whether version $1 is at least $2.
at_least() { [[ $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }
locked_version() { awk -v name="\"$1\"" '$1 == "name" { hit = $3 == name } hit && $1 == "version" { gsub(/"/, "", $3); print $3; exit }' Cargo.lock; }

# ---- Installing -----------------------------------------------------------------------------------------------------

need_rust() {
  has cargo || fail "cargo is missing; install Rust from https://rustup.rs"
  local version wanted
  wanted=$(awk -F'"' '/^rust-version/ { print $2 }' Cargo.toml)
  # rustup, where present, installs the toolchain and target of rust-toolchain.toml here.
  version=$(version_in "$(rustc --version)")
  at_least "$version" "$wanted" || fail "Rust $wanted or later is needed, and this is $version; run: rustup update"
  [[ -d $(rustc --print target-libdir --target $wasm_target) ]] && return
  has rustup || fail "Rust's $wasm_target target is missing, and so is rustup, which would add it"
  say "adding Rust's $wasm_target target"
  rustup target add $wasm_target
}

need_node() {
  { has node && has npm; } || fail "Node.js 18 or later, with npm, is missing; see https://nodejs.org"
  local version
  version=$(version_in "$(node --version)")
  at_least "$version" 18 || fail "Node.js 18 or later is needed, and this is $version"
  # npm writes this file last, so it is newer than the lock file exactly when the installation is complete and current.
  if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
    say "installing Node packages"
    npm ci --no-fund --no-audit
    touch node_modules/.package-lock.json
  fi
  mkdir -p www/vendor/json-schema
  cp node_modules/uplot/dist/uPlot.esm.js node_modules/uplot/dist/uPlot.min.css www/vendor/
  cp node_modules/fflate/esm/browser.js www/vendor/fflate.js
  cp node_modules/fflate/esm/browser.d.ts www/vendor/fflate.d.ts
  cp node_modules/@cfworker/json-schema/dist/esm/*.js node_modules/@cfworker/json-schema/dist/esm/*.d.ts www/vendor/json-schema/
}

need_tool() { # CRATE ARGS...
  say "installing $1 into target/tools (some three minutes)"
  # Without --locked: the lock files that these crates publish do not build with every Rust.
  cargo install "$1" --root "$tools" --target-dir "$build_dir/tools-build" "${@:2}"
}

need_wasm_bindgen() {
  local version
  version=$(locked_version wasm-bindgen)
  # The program and the crate speak a private format: only equal versions understand each other.
  [[ $(version_in "$(wasm-bindgen --version 2>/dev/null)") == "$version" ]] && has wasm-bindgen-test-runner && return
  need_tool wasm-bindgen-cli --version "=$version" --force
}

need_wasm_pack() { has wasm-pack || need_tool wasm-pack; }

chromium_path() {
  local candidate
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [[ -n $candidate ]] && has "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

need_chromium() {
  if ! { chromium_path >/dev/null && has chromedriver; }; then
    # shellcheck disable=SC2015 # either is missing: fail
    has apt-get && [[ $(id -u) == 0 ]] ||
      fail "Chromium and its ChromeDriver are missing; on Debian: sudo apt-get install chromium chromium-driver"
    say "installing Chromium and ChromeDriver"
    apt-get update
    # With the Vulkan loader, through which the native tests reach Chromium's software GPU.
    DEBIAN_FRONTEND=noninteractive apt-get install -y chromium chromium-driver libvulkan1
  fi
  CHROMIUM=$(chromium_path)
  export CHROMIUM
}

need_shellcheck() {
  has shellcheck && return
  # shellcheck disable=SC2015 # either is missing: fail
  has apt-get && [[ $(id -u) == 0 ]] || fail "shellcheck is missing; on Debian: sudo apt-get install shellcheck"
  say "installing shellcheck"
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get install -y shellcheck
}

# Without it the feature `mpi` is neither checked nor tested, and both say so.
need_mpi() {
  { has mpicc && has mpirun; } && return
  if has apt-get && [[ $(id -u) == 0 ]]; then
    say "installing Open MPI, and libclang, which the bindings to it need to build"
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libopenmpi-dev openmpi-bin libclang-dev
  else
    say "there is no MPI here: what trains in several processes is left out; on Debian: sudo apt-get install libopenmpi-dev openmpi-bin libclang-dev"
  fi
}

setup() {
  need_rust
  need_node
  need_chromium
  need_wasm_bindgen
  need_wasm_pack
  say "all tools are here; to type wasm-pack yourself: export PATH=\"$tools/bin:\$PATH\""
}

# ---- Building -------------------------------------------------------------------------------------------------------

# Builds one browser module: module NAME CARGO_ARGS...
module() {
  local name=$1 out=www/pkg/$1
  say "building the $name module"
  # In a folder of its own: a cdylib's file has the same name whatever its features, so that two in one would take turns.
  cargo build --lib --profile web --target $wasm_target --target-dir "$build_dir/$name" "${@:2}"
  local input=$build_dir/$name/$wasm_target/web/counterfeit.wasm stamp
  stamp="$(cksum <"$input") $(wasm-bindgen --version) $(wasm-opt --version) $wasm_opt_flags $(declare -f module compress | cksum)"
  if [[ -f $out/stamp && $(<"$out/stamp") == "$stamp" ]]; then
    say "the $name module is up to date"
    return
  fi
  # Made beside its place and then moved there, so that a page loading meanwhile never meets half of it.
  local next=$out.next
  rm -rf "$next"
  say "the $name module: wasm-bindgen"
  wasm-bindgen --target web --no-typescript --out-dir "$next" --out-name counterfeit "$input"
  say "the $name module: wasm-opt"
  # shellcheck disable=SC2086 # the flags are words
  wasm-opt $wasm_opt_flags "$next/counterfeit_bg.wasm" -o "$next/optimised.wasm"
  mv "$next/optimised.wasm" "$next/counterfeit_bg.wasm"
  # For the page's progress: of a compressed file, a browser does not hear the length.
  echo "export const module_bytes = $(wc -c <"$next/counterfeit_bg.wasm");" >>"$next/counterfeit.js"
  say "the $name module: Brotli and gzip"
  compress "$next/counterfeit_bg.wasm" "$next/counterfeit.js"
  printf '%s' "$stamp" >"$next/stamp"
  rm -rf "$out.old"
  [[ ! -e $out ]] || mv "$out" "$out.old"
  mv "$next" "$out"
  rm -rf "$out.old"
  say "the $name module: $(du -h "$out/counterfeit_bg.wasm" | cut -f1), $(du -h "$out/counterfeit_bg.wasm.br" | cut -f1) with Brotli"
}
# FILE.br and FILE.gz beside each FILE; sirv sends them to browsers that take them.
compress() {
  # shellcheck disable=SC2016 # the script is JavaScript
  node -e '
    const { readFileSync, writeFileSync } = require("node:fs");
    const { brotliCompressSync, constants, gzipSync } = require("node:zlib");
    for (const file of process.argv.slice(1)) {
      const bytes = readFileSync(file);
      const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
      writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
      writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
    }' "$@"
}
# The features that rustc and our flags emit, named: with --all-features wasm-opt writes what Chromium rejects. And functions
# with one caller stay functions: browsers take long to optimise large ones (see the profile `web` in Cargo.toml).
readonly wasm_opt_flags='-O2 --one-caller-inline-max-function-size=20 --enable-simd --enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-mutable-globals --enable-reference-types --enable-multivalue'
cpu_module() { module cpu --no-default-features; }
webgpu_module() { module webgpu; }

# The folder with MNIST, where this machine has it.
mnist_folder() {
  local from
  for from in "${COUNTERFEIT_DATA:-}" "${XDG_CACHE_HOME:-$HOME/.cache}/counterfeit/mnist"; do
    [[ -n $from && -f $from/train-images-idx3-ubyte.gz && -f $from/train-labels-idx1-ubyte.gz ]] || continue
    printf '%s' "$from"
    return
  done
  return 1
}
# MNIST to where the page looks for it. The page draws digits without it.
mnist() {
  local file from
  if ! from=$(mnist_folder); then
    say "no MNIST found (COUNTERFEIT_DATA names a folder that has it); the page draws digits"
    return
  fi
  mkdir -p www/data/mnist
  for file in train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz; do
    cmp -s "$from/$file" "www/data/mnist/$file" || cp -f "$from/$file" "www/data/mnist/$file"
  done
  say "the page has MNIST, from $from"
}

build() {
  need_rust
  need_node
  need_wasm_bindgen
  cpu_module
  webgpu_module
  say "building the native program"
  cargo build --release
  say "built www/pkg/cpu, www/pkg/webgpu and $build_dir/release/counterfeit"
}

# ---- Pre-trained checkpoints ----------------------------------------------------------------------------------------

pretrained() { # NAME...
  local program=$build_dir/release/counterfeit runs=$build_dir/pretrained data name names=("$@")
  need_rust
  need_node
  say "building the native program"
  cargo build --release
  # The setting `data` of a preset.
  data_of() { "$program" presets --toml "$1" | awk -F'"' '/^data = / { print $2 }'; }
  for name in "${names[@]}"; do
    data=$(data_of "$name")
    [[ $data != mixture ]] || fail "the preset $name makes no images, and trains in seconds"
  done
  if ((${#names[@]} == 0)); then
    for name in $("$program" presets | awk '{ print $1 }'); do
      data=$(data_of "$name")
      case $data in
        digits) names+=("$name") ;;
        mnist) if mnist_folder >/dev/null; then names+=("$name"); fi ;;
      esac
    done
  fi
  mkdir -p www/pretrained "$runs"
  for name in "${names[@]}"; do
    say "training $name"
    rm -rf "${runs:?}/$name"
    # To the preset's own last step: with --steps it would be another experiment, which the page refuses.
    "$program" train --preset "$name" --report-every 1000 --sample-every 1000 --checkpoint-every 1000 --out "$runs/$name"
    mv "$runs/$name/checkpoint.safetensors" "www/pretrained/$name.safetensors"
    pretrained_index
    say "the page has $name pre-trained; samples of it are in $runs/$name"
  done
}
# www/pretrained/index.json, of the checkpoints there. No .br or .gz beside them: they would be 8 to 9% smaller.
pretrained_index() {
  # shellcheck disable=SC2016 # the script is JavaScript
  node -e '
    const { readFileSync, readdirSync, renameSync, writeFileSync } = require("node:fs");
    const folder = "www/pretrained/";
    const entries = readdirSync(folder).filter(file => file.endsWith(".safetensors")).map(file => {
      const bytes = readFileSync(folder + file);
      const head = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString());
      const { step } = JSON.parse(head.__metadata__.progress);
      return [file.replace(/\.safetensors$/, ""), { file, step, bytes: bytes.length }];
    });
    writeFileSync(`${folder}index.json.next`, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
    renameSync(`${folder}index.json.next`, `${folder}index.json`);'
}

# ---- Serving --------------------------------------------------------------------------------------------------------

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

serve() {
  local port=$port_default server
  while (($#)); do
    case $1 in
      --port)
        [[ ${2:-} =~ ^[0-9]+$ ]] || fail "--port takes a number, such as --port $port_default"
        port=$2
        shift 2
        ;;
      *) fail "serve takes only --port N, not $1" ;;
    esac
  done
  ! port_is_taken "$port" || fail "port $port is taken; try --port $((port + 1))"
  need_rust
  need_node
  need_wasm_bindgen
  mnist
  cpu_module
  # --dev and --etag: a browser asks again for each file, and keeps what has not changed; a reload shows what was just built.
  env -u HOST -u PORT sirv . --dev --etag --quiet --host 127.0.0.1 --port "$port" &
  server=$!
  # shellcheck disable=SC2064 # this server's id, now
  trap "kill $server 2>/dev/null || true" EXIT
  trap 'exit 130' INT TERM
  until port_is_taken "$port"; do
    kill -0 "$server" 2>/dev/null || fail "the server did not start"
    sleep 0.1
  done
  say "serving http://127.0.0.1:$port/ (the CPU module; WebGPU's is next)"
  # A process of its own, for `set -e` does not hold inside a condition.
  if bash ./build.sh stage webgpu; then
    say "serving http://127.0.0.1:$port/ with both modules; Ctrl-C stops"
  else
    say "the WebGPU module failed to build; serving http://127.0.0.1:$port/ with the CPU module"
  fi
  wait "$server"
}

# ---- Testing --------------------------------------------------------------------------------------------------------

# One function a stage; each runs as a process of its own, so that `set -e` holds within it.
stage_tools() {
  need_rust
  need_node
  need_chromium
  need_wasm_bindgen
}
stage_native() {
  local features=()
  need_rust
  need_mpi
  ! has mpirun || features=(--features mpi)
  cargo test --release "${features[@]}"
}
stage_lint() {
  local failed=0 checked=vulkan,cuda
  need_rust
  need_node
  need_shellcheck
  need_mpi
  ! has mpicc || checked+=,mpi
  # One check a line: what it is, and its command.
  lint "formatting" cargo fmt --check || failed=1
  # With DOCS_RS the feature `cuda` is checked without LLVM, which its build would download.
  lint "clippy, native" env DOCS_RS=1 cargo clippy --release --all-targets --features $checked -- --deny warnings || failed=1
  lint "clippy, wasm" cargo clippy --release --lib --test web --target $wasm_target --no-default-features -- --deny warnings || failed=1
  # With clippy's features, for which its dependencies have just been checked.
  lint "rustdoc" env DOCS_RS=1 RUSTDOCFLAGS='--deny warnings' cargo doc --release --no-deps --lib --features $checked || failed=1
  lint "types" npm run --silent check || failed=1
  lint "formatting of the page" npm run --silent format -- --check || failed=1
  lint "shell scripts" shellcheck build.sh tests/mutants/run.sh .ci/run || failed=1
  return $failed
}
# Counts as one test each: lint WHAT COMMAND...
lint() {
  if "${@:2}"; then
    echo "lint: $1: ok"
    echo 'test result: ok. 1 passed; 0 failed'
  else
    echo "lint: $1: failed ($(printf '%q ' "${@:2}"))"
    echo 'test result: FAILED. 0 passed; 1 failed'
    return 1
  fi
}
stage_page() {
  local cpu
  need_rust
  need_node
  need_wasm_bindgen
  mnist
  # Side by side: each ends on one core.
  cpu_module &
  cpu=$!
  webgpu_module
  wait "$cpu"
}
stage_wasm() { # ARGS of the tests
  need_rust
  need_chromium
  need_wasm_bindgen
  # What `wasm-pack test --headless --chrome` runs, built as the page is: from the same dependencies. Shaders in software
  # on a busy machine take longer than the 20 s that the runner waits.
  CHROMEDRIVER=$(command -v chromedriver) WASM_BINDGEN_TEST_ONLY_WEB=1 WASM_BINDGEN_TEST_TIMEOUT=1800 \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner \
    cargo test --test web --profile web --target "$wasm_target" --target-dir "$build_dir/webgpu" -- "$@"
}
stage_webgpu() { webgpu_module; }
stage_browser() {
  need_chromium
  npm run --silent e2e
}

# Adds up what cargo, wasm-bindgen and node say they ran: "test result: ok. 3 passed; 0 failed", "ℹ pass 3".
count() { # passed|failed LOG
  sed -E $'s/\x1b\\[[0-9;]*m//g' "$2" | awk -v which="$1" '
    /^test result:/ { for (i = 2; i <= NF; i++) if ($i ~ "^" which) sum += $(i - 1) }
    /^(ℹ|#) (pass|fail) [0-9]+$/ { if (index(which, $2) == 1) sum += $3 }
    END { print sum + 0 }'
}

run_tests() {
  local stage log began passed=0 failed=0 p f status summary=() logs=$build_dir/test-logs
  mkdir -p "$logs"
  for stage in tools lint native page wasm browser; do
    say "stage $stage begins"
    began=$(date +%s) log=$logs/$stage.log status=0
    bash ./build.sh stage "$stage" 2>&1 | tee "$log" || status=$?
    p=$(count passed "$log") f=$(count failed "$log")
    # What failed without a count (it did not compile, say) is one failure.
    ((status == 0 || f > 0)) || f=1
    passed=$((passed + p)) failed=$((failed + f))
    summary+=("$(printf '%-8s %5ds  %4d passed  %3d failed' "$stage" $(($(date +%s) - began)) "$p" "$f")")
    # Without its tools nothing else can say anything true.
    [[ $stage != tools || $status == 0 ]] || break
  done
  say "summary"
  printf '  %s\n' "${summary[@]}"
  echo "$passed passed, $failed failed"
  ((failed == 0))
}

# ---- Measuring ------------------------------------------------------------------------------------------------------

bench() {
  need_rust
  need_node
  need_chromium
  need_wasm_bindgen
  say "native: counterfeit bench $*"
  cargo run --release -- bench "$@"
  cpu_module
  webgpu_module
  say "in Chromium: www/bench.html"
  node tests/e2e/bench.mjs
  say "speeds drift from minute to minute on a shared machine: compare two only if measured turn about"
}

main() {
  local command=${1:-help}
  (($# == 0)) || shift
  case $command in
    serve) serve "$@" ;;
    build) build ;;
    pretrained) pretrained "$@" ;;
    test) run_tests ;;
    lint) stage_lint ;;
    stage) "stage_$1" "${@:2}" ;;
    bench) bench "$@" ;;
    setup) setup ;;
    help | -h | --help) usage ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
}

# On one line, read before it runs: the script may be edited while a long build is going on.
main "$@"; exit
