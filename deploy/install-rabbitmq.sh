#!/bin/sh
# Sees to it that RabbitMQ's programs are there. Parley starts a node of its own from them; the system's stays off.
#
#   deploy/install-rabbitmq.sh [VARIABLE]      nothing to do where that variable names a server
set -eu

variable=${1:-PARLEY_AMQP_URL}
eval "given=\${$variable:-}"
if [ -n "$given" ]; then
    exit 0
fi

say() { printf '%s\n' "$*" >&2; }

has_rabbitmq() {
    # Beside the real start script lies rabbitmq-env; what is on the PATH may be a wrapper of the distribution.
    for folder in /usr/lib/rabbitmq/bin /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin /opt/rabbitmq/sbin \
        /opt/homebrew/opt/rabbitmq/sbin /usr/local/opt/rabbitmq/sbin; do
        if [ -e "$folder/rabbitmq-server" ] && [ -e "$folder/rabbitmq-env" ]; then return 0; fi
    done
    program=$(command -v rabbitmq-server) || return 1
    [ -e "$(dirname "$(readlink -f "$program")")/rabbitmq-env" ]
}

give_up() {
    say ""
    say "$1"
    say "Do one of these and try again:"
    say "  - install RabbitMQ 3.10 or newer (Debian, Ubuntu: apt-get install rabbitmq-server; macOS: brew install rabbitmq)"
    say "  - name a server that runs already: export $variable=amqp://user:password@host:5672/vhost"
    exit 1
}

if has_rabbitmq; then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    give_up "RabbitMQ is missing, and there is no apt-get here to install it with."
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root="sudo"
else
    give_up "RabbitMQ is missing, and installing it needs root or sudo."
fi

say "RabbitMQ is missing: installing the package rabbitmq-server with ${as_root:+$as_root }apt-get (about half a minute)."
say "Only its programs are used: the system's own RabbitMQ service is neither started nor enabled."

# Debian starts a service as soon as it is installed, unless this file says no. One that is there is left alone.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '$as_root rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
fi
had_erlang=$(dpkg-query -W -f '${Status}' erlang-base 2>/dev/null || true)

log=$(mktemp)
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -qq "$@" </dev/null >>"$log" 2>&1; }
apt update || say "The package lists could not be refreshed; trying with those that are there."
if ! apt install --no-install-recommends rabbitmq-server; then
    tail -n 15 "$log" >&2
    give_up "apt-get could not install rabbitmq-server (all of its output: $log)."
fi
rm -f "$log"

if command -v systemctl >/dev/null; then
    $as_root systemctl disable --quiet rabbitmq-server 2>/dev/null || true
    case $had_erlang in
        *installed*) ;;
        *) $as_root systemctl disable --quiet epmd.service epmd.socket 2>/dev/null || true ;;
    esac
fi
has_rabbitmq || give_up "The package is installed, but its start script is not where it was looked for."
say "RabbitMQ is installed."
