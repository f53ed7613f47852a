#!/usr/bin/env bash
# Forces the faults of both databases, on servers, disks and replicas of its own, and prints what was answered meanwhile, as tables; kills
# processes at 50 moments each; and prints how many charges a second there are near to the database and far from it. As root,
# for the rows about a disk. Needs what api/tests/run.sh installs.
set -euo pipefail
cd "$(dirname "$0")/../.."
export EXCHANGE_ATTACKS=long
exec cargo test --locked -p api --test it faults:: -- --include-ignored --nocapture --test-threads 1
