#!/usr/bin/env bash
# Forces the faults of PostgreSQL on servers and replicas of its own, and prints what was answered meanwhile, as a table, and how
# many charges a second there are near to the database and far from it. Needs what api/tests/run.sh installs.
set -euo pipefail
cd "$(dirname "$0")/../.."
export EXCHANGE_ATTACKS=long
exec cargo test --locked -p api --test it faults:: -- --nocapture --test-threads 1
