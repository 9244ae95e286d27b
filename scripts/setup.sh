# Sourced by scripts/demo, scripts/test and scripts/check: makes the two environments and says what is missing.
# Safe to run again: each part is skipped while its lock file has not changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

UV_VERSION=0.13.9
UV=.tools/bin/uv
export UV_NO_PROGRESS=1 PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() { printf 'amends: %s\n' "$*" >&2; exit 2; }
seconds() { date +%s; }

python311() {
  local candidate
  for candidate in python3.11 python3 python; do
    if "$candidate" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      command -v "$candidate"; return
    fi
  done
  fail "Python 3.11 (with venv) is needed and was not found as python3.11 or python3: install it and run this again"
}

# unchanged STAMP WHAT...: true when the stamp holds the hash of the files named; else leaves it in $fingerprint.
unchanged() {
  local stamp=$1; shift
  fingerprint=$(cat "$@" | sha256sum | cut -d' ' -f1)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$fingerprint" ]
}

setup_tools() {
  [ -x "$UV" ] && [ "$("$UV" --version | cut -d' ' -f2)" = "$UV_VERSION" ] && return
  say "uv $UV_VERSION, the installer, into .tools"
  "$(python311)" -m venv .tools
  .tools/bin/python -m pip install -q "uv==$UV_VERSION" || fail "could not install uv: is a package registry reachable?"
}

# setup_main LOCK: the main environment, exactly as the lock file says.
setup_main() {
  local lock=$1 started; started=$(seconds)
  # The development lock contains the runtime one, so a development environment also serves the demo.
  if [ "$lock" = requirements.lock ] && unchanged .venv/.amends-lock requirements-dev.lock pyproject.toml; then return; fi
  unchanged .venv/.amends-lock "$lock" pyproject.toml && return
  local wanted=$fingerprint
  say "the main environment (.venv) from $lock"
  [ -x .venv/bin/python ] || "$UV" venv -q --python "$(python311)" .venv
  "$UV" pip sync -q --require-hashes --compile-bytecode --python .venv/bin/python "$lock" || fail "could not install $lock"
  "$UV" pip install -q --no-deps --no-build-isolation --python .venv/bin/python -e . || fail "could not install Amends itself"
  echo "$wanted" > .venv/.amends-lock
  say "    done in $(($(seconds) - started)) s"
}

# Rasa 3.6 needs Python 3.10: the one .python-version leads to, or one that uv fetches where there is a network.
# Where neither is to be had it runs on 3.11 with a lock of its own, which its makers do not support and we test.
setup_rasa() {
  local started lock=requirements.lock; started=$(seconds)
  local venv=bot/rasa/.venv
  if [ ! -x $venv/bin/python ]; then
    "$UV" venv -q --no-project --python 3.10 $venv 2>/dev/null || {
      say "no Python 3.10 found or fetched: Rasa will run on 3.11, as bot/rasa/overrides-py311.txt allows"
      "$UV" venv -q --no-project --python "$(python311)" $venv || fail "could not make an environment for Rasa"
    }
  fi
  $venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' || lock=requirements-py311.lock
  unchanged $venv/.amends-lock bot/rasa/$lock && return
  local wanted=$fingerprint
  say "Rasa's own environment ($venv) from bot/rasa/$lock"
  "$UV" pip sync -q --require-hashes --compile-bytecode --python $venv/bin/python bot/rasa/$lock ||
    fail "could not install bot/rasa/$lock"
  echo "$wanted" > $venv/.amends-lock
  say "    done in $(($(seconds) - started)) s"
}
