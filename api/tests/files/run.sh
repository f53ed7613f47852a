#!/usr/bin/env bash
# Reads the files of tables with pandas, pyarrow, pyjstat and, where it is, LibreOffice. Usage: run.sh BASE TOKEN
set -euo pipefail
cd "$(dirname "$0")/../../.."
tools=target/tools/files
if [ ! -x "$tools/bin/python" ] || ! "$tools/bin/python" -c 'import openapi_spec_validator, pandas, pyarrow, pyjstat' 2>/dev/null; then
  python3 -m venv "$tools"
  timeout 300 "$tools/bin/pip" install --quiet --disable-pip-version-check -r api/tests/files/requirements.txt
fi
"$tools/bin/python" api/tests/files/check.py "$@"
