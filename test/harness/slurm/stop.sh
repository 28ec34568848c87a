#!/bin/bash
# Stops what start.sh started, by the process ids that it wrote. Usage: stop.sh FOLDER
set -uo pipefail
folder=$(cd "$1" && pwd)
for file in "$folder"/spool/*.pid "$folder"/ctld/pid "$folder"/munge/pid; do
  pid=$(cat "$file" 2>/dev/null) || continue
  kill "$pid" 2>/dev/null || continue
  for ((wait = 0; wait < 40; wait++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.25
  done
done
exit 0
