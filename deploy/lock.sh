#!/bin/sh
# Pins every package with its hashes, for Python 3.11 to 3.13 on every platform.
#
#   deploy/lock.sh PYTHON
#
# The tool lives in a throw-away environment: nothing but this script needs it. No trace of the index, of the
# machine or of its configuration gets into the lock files.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip --disable-pip-version-check --quiet install uv

# With extras: where a package asks for another one's extra, pip takes a pin without it for no pin at all.
pin() {
    output=$1
    shift
    "$folder/venv/bin/uv" --quiet pip compile --universal --python-version 3.11 --generate-hashes --upgrade \
        --no-config --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-build-options \
        --no-strip-extras \
        "$@" pyproject.toml --output-file "$output"
    echo "$output: $(grep -c '==' "$output") packages"
}

pin requirements.lock --extra ai
# What runs in development is what runs in production, and more.
pin requirements-dev.lock --extra local --extra dev --constraint requirements.lock
