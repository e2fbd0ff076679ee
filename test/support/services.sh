# Real services for the tests: `source test/support/services.sh` starts PostgreSQL (and a real Ollama where a start script
# is known), exports TUTTI_TEST_POSTGRES, TUTTI_TEST_OLLAMA and TUTTI_TEST_CHROMIUM, and defines `stop_services`. For bash.
#   TUTTI_OLLAMA_START   a script that is called with a port and a data folder and prints `url=… pid=…`

# Kept if they are set: a developer's own services are used as they are.
services_home=""
ollama_pid=""
postgres_bin=""

free_port() {
  node -e 'const server = require("node:net").createServer(); server.listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); })'
}

find_postgres() {
  local folder
  if command -v pg_config >/dev/null && [ -x "$(pg_config --bindir)/initdb" ]; then pg_config --bindir; return; fi
  for folder in /usr/lib/postgresql/*/bin /usr/local/opt/postgresql*/bin /opt/homebrew/opt/postgresql*/bin; do
    if [ -x "$folder/initdb" ]; then echo "$folder"; return; fi
  done
  return 1
}

# PostgreSQL refuses to run as root.
as_plain_user() {
  if [ "$(id -u)" != 0 ]; then "$@"; return; fi
  (cd "$services_home" && setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups env HOME="$services_home" "$@")
}

start_postgres() {
  local port
  postgres_bin=$(find_postgres) || { echo "no PostgreSQL programs found: install Debian's postgresql package" >&2; return 1; }
  port=$(free_port)
  as_plain_user "$postgres_bin/initdb" --pgdata="$services_home/postgres" --username=tutti --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync >"$services_home/initdb.log" 2>&1 || { cat "$services_home/initdb.log" >&2; return 1; }
  as_plain_user "$postgres_bin/pg_ctl" --pgdata="$services_home/postgres" --log="$services_home/postgres.log" --wait --timeout=60 \
    --options="-h 127.0.0.1 -p $port -k $services_home -F -c max_connections=200" start >/dev/null ||
    { cat "$services_home/postgres.log" >&2; return 1; }
  export TUTTI_TEST_POSTGRES="postgres://tutti@127.0.0.1:$port/postgres"
}

start_ollama() {
  local line
  line=$("$1" "$(free_port)" "$services_home/ollama" 2>"$services_home/ollama.log") || { cat "$services_home/ollama.log" >&2; return 1; }
  TUTTI_TEST_OLLAMA=$(sed -n 's/.*url=\([^ ]*\).*/\1/p' <<<"$line")
  ollama_pid=$(sed -n 's/.*pid=\([0-9]*\).*/\1/p' <<<"$line")
  export TUTTI_TEST_OLLAMA
}

# A browser is no service, but it is found in the same way.
find_chromium() {
  local name
  for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then command -v "$name"; return; fi
  done
  return 1
}

start_services() {
  services_home=$(mktemp -d /tmp/tutti-services.XXXXXX)
  chmod 0777 "$services_home"
  [ -n "${TUTTI_TEST_POSTGRES:-}" ] || start_postgres || return 1
  if [ -z "${TUTTI_TEST_CHROMIUM:-}" ] && find_chromium >/dev/null; then
    TUTTI_TEST_CHROMIUM=$(find_chromium)
    export TUTTI_TEST_CHROMIUM
  fi
  # Tests start servers of their own.
  if [ -z "${TUTTI_TEST_PROMETHEUS:-}" ] && command -v prometheus >/dev/null; then
    TUTTI_TEST_PROMETHEUS=$(command -v prometheus)
    export TUTTI_TEST_PROMETHEUS
  fi
  if [ -z "${TUTTI_TEST_OLLAMA:-}" ] && [ -x "${TUTTI_OLLAMA_START:-}" ]; then start_ollama "$TUTTI_OLLAMA_START" || return 1; fi
}

stop_services() {
  [ -z "$ollama_pid" ] || kill "$ollama_pid" 2>/dev/null || true
  if [ -n "$postgres_bin" ] && [ -d "$services_home/postgres" ]; then
    as_plain_user "$postgres_bin/pg_ctl" --pgdata="$services_home/postgres" --mode=immediate stop >/dev/null 2>&1 || true
  fi
  [ -z "$services_home" ] || rm -rf "$services_home"
  services_home="" ollama_pid="" postgres_bin=""
}

start_services
