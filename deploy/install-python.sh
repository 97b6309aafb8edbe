#!/bin/sh
# Makes the virtual environment from the locked packages and installs Parley in it, editable.
#
#   deploy/install-python.sh PYTHON FOLDER
set -eu
python=$1
venv=$2
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "Parley needs Python 3.11 or newer, and \`$python\` is $("$python" --version 2>&1 || true)."
    say "Install one (Debian, Ubuntu: apt-get install python3 python3-venv), or name it: make PYTHON=python3.12 ..."
    exit 1
fi

# An environment that does not start was moved here or lost its Python: only a new one helps.
if ! "$venv/bin/python" -c '' 2>/dev/null; then
    say "Making the virtual environment in $venv ..."
    rm -rf "$venv"
    if ! "$python" -m venv "$venv"; then
        rm -rf "$venv"
        say ""
        say "Python could not make a virtual environment."
        say "On Debian and Ubuntu that needs a package of its own: apt-get install python3-venv"
        exit 1
    fi
fi

say "Installing the locked packages (about a minute the first time) ..."
pip() { "$venv/bin/python" -m pip --disable-pip-version-check --quiet --no-input "$@"; }
pip install --require-hashes --requirement requirements-dev.lock
# The build backend is among the locked packages, so nothing is fetched past the lock.
pip install --no-deps --no-build-isolation --editable .

# `services` and `shared` are names that others might use too: see whose they are.
"$venv/bin/python" - <<'PYTHON'
import services, shared
print(f"services from {services.__path__[0]}, shared from {shared.__path__[0]}")
PYTHON
