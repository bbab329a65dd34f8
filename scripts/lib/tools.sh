# shellcheck shell=bash
# Finds the tools that the scripts use, installs the pinned ones from npm when they are missing.
# Sourced, never run; works with the bash 3.2 of macOS.
#
#   need_node, need_rust, need_cc   check what the machine has to bring, and say what to install
#   install_tools run|all           brings scripts/node_modules up to date: only anvil, or everything
#   find_tool anvil|forge           prints the path of the pinned binary, or of one on PATH of the same major.minor
#   export_tools                    exports QUORATE_ANVIL, QUORATE_FORGE and QUORATE_SOLC for the tests

# With it, cd prints where it went.
unset CDPATH
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SCRIPTS=$ROOT/scripts

say() {
  printf '%s\n' "$*" >&2
}

die() {
  say "error: $1"
  if [ $# -gt 1 ]; then
    say "hint: $2"
  fi
  exit 1
}

# has COMMAND: succeeds when the command is on PATH.
has() {
  command -v "$1" >/dev/null 2>&1
}

# at_least FOUND WANTED: compares dotted numbers, the first two of them.
at_least() {
  local found_major=${1%%.*} wanted_major=${2%%.*} found_minor=${1#*.} wanted_minor=${2#*.}
  found_minor=${found_minor%%.*}
  wanted_minor=${wanted_minor%%.*}
  [ "$found_major" -gt "$wanted_major" ] || { [ "$found_major" -eq "$wanted_major" ] && [ "$found_minor" -ge "$wanted_minor" ]; }
}

need_node() {
  has node || die "node is not installed" "install Node.js 18 or newer, with npm: https://nodejs.org"
  has npm || die "npm is not installed" "it comes with Node.js; some distributions have it in a package of its own"
  local found
  found=$(node -p 'process.versions.node') || die "node does not run"
  at_least "$found" 18.0 || die "Node.js 18 or newer is needed, found $found" "install a newer one: https://nodejs.org"
}

need_rust() {
  local wanted found
  wanted=$(sed -n 's/^rust-version *= *"\([0-9.]*\)".*/\1/p' "$ROOT/Cargo.toml")
  [ -n "$wanted" ] || die "Cargo.toml names no rust-version"
  has cargo || die "cargo is not installed" "install Rust $wanted or newer: https://rustup.rs"
  found=$(cd "$ROOT" && rustc --version | sed 's/^rustc \([0-9.]*\).*/\1/') || die "rustc does not run"
  at_least "$found" "$wanted" || die "Rust $wanted or newer is needed, found $found" "run: rustup update stable"
}

need_cc() {
  has cc || die "no C compiler (cc), which Rust needs for linking" \
    "install gcc (Debian, Ubuntu: apt-get install gcc libc6-dev; macOS: xcode-select --install)"
}

# platform: the name that the npm packages of foundry give this machine. It is asked of node, because npm chooses the
# package by what node was built for.
platform() {
  local name
  name=$(node -p 'process.platform + "-" + ({ x64: "amd64" }[process.arch] || process.arch)')
  case $name in
    linux-amd64 | linux-arm64 | darwin-amd64 | darwin-arm64) printf '%s\n' "$name" ;;
    *) return 1 ;;
  esac
}

# pinned PACKAGE: the version that package.json asks for.
pinned() {
  node -p '{ const p = require(process.argv[1]); ({ ...p.dependencies, ...p.devDependencies })[process.argv[2]] }' \
    "$SCRIPTS/package.json" "$1"
}

# version_of BINARY: the first x.y.z that it prints for --version; nothing when it does not run.
version_of() {
  "$1" --version 2>/dev/null </dev/null | sed -n 's/^[^0-9]*\([0-9][0-9]*\.[0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1
}

find_tool() {
  local name=$1 wanted found path
  wanted=$(pinned "@foundry-rs/$name")

  # Not node_modules/.bin: that wrapper ends with 0 when the tool was killed or a forge test failed.
  if path=$SCRIPTS/node_modules/@foundry-rs/$name-$(platform)/bin/$name && [ -x "$path" ]; then
    if [ "$(version_of "$path")" = "$wanted" ]; then
      printf '%s\n' "$path"
      return 0
    fi
    say "note: $path does not run here as $name $wanted; looking on PATH"
  fi

  if path=$(command -v "$name" 2>/dev/null); then
    found=$(version_of "$path" || true)
    if [ "${found%.*}" = "${wanted%.*}" ]; then
      printf '%s\n' "$path"
      return 0
    fi
    say "note: $path is version ${found:-unknown}, not ${wanted%.*}.x; it is not used"
  fi
  return 1
}

# need_tool NAME: like find_tool, but ends the script with advice when there is none.
need_tool() {
  find_tool "$1" || die "no $1 $(pinned "@foundry-rs/$1") for $(platform || node -p 'process.platform + " on " + process.arch')" \
    "install foundry $(pinned "@foundry-rs/$1") and put $1 on PATH: https://getfoundry.sh"
}

install_tools() {
  local set=$1 groups="--include=optional" log missing="" tool tools=anvil
  need_node
  if [ "$set" = all ]; then
    tools="anvil forge"
    missing=$(node "$SCRIPTS/lib/installed.js")
  fi
  for tool in $tools; do
    find_tool "$tool" >/dev/null || missing="${missing:+$missing, }$tool $(pinned "@foundry-rs/$tool")"
  done
  [ -n "$missing" ] || return 0

  # Said aloud, because NODE_ENV or an .npmrc of the user may leave groups out. npm ci starts from an empty directory, so
  # what was installed for the tests is kept only by asking for all of it.
  if [ "$set" = run ] && [ ! -d "$SCRIPTS/node_modules/solc" ]; then
    groups="$groups --omit=dev"
  else
    groups="$groups --include=dev"
  fi

  say "Installing from npm, as pinned in scripts/package.json: $missing"
  log=$(mktemp "${TMPDIR:-/tmp}/quorate-npm.XXXXXX")
  # shellcheck disable=SC2086 # several words
  if ! (cd "$SCRIPTS" && npm ci --loglevel=error --no-progress $groups </dev/null >"$log" 2>&1); then
    cat "$log" >&2
    rm -f "$log"
    die "npm could not install the pinned tools" "look at the lines above; npm needs its registry, directly or by a proxy in .npmrc"
  fi
  rm -f "$log"
}

export_tools() {
  QUORATE_ANVIL=$(need_tool anvil)
  QUORATE_FORGE=$(need_tool forge)
  QUORATE_SOLC=$SCRIPTS/solc
  export QUORATE_ANVIL QUORATE_FORGE QUORATE_SOLC
}
