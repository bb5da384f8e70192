# First process of every environment's container, whichever image runs. The server hands it over in a variable, as it
# does the files that it installs. It checks what the environment needs, prepares the private run directory and keeps
# sshd alive. Its first line of output is read by the server:
#   craftastic ready user=<login name>        all is there, sshd accepts connections
#   craftastic missing <what> <what> …        the image lacks programs; the container ends with 78 (EX_CONFIG)
#   craftastic unusable <words>               the image lacks something else; the container ends with 78
set -u
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
run=/run/craftastic

missing=''
for program in git tmux sshd; do
  command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
if [ -n "$missing" ]; then
  echo "craftastic missing$missing"
  exit 78
fi
if ! user=$(id -un 2>/dev/null); then
  echo "craftastic unusable the image has no user with the id 1000"
  exit 78
fi
if [ ! -w /workspace ]; then
  echo "craftastic unusable the image has no directory /workspace that belongs to the user with the id 1000"
  exit 78
fi

umask 077
printf '%s\n' "$CRAFTASTIC_HOST_KEY" >"$run/host_key"
printf '%s\n' "$CRAFTASTIC_AUTHORIZED_KEYS" >"$run/authorized_keys"
printf '%s\n' "$CRAFTASTIC_SSHD_CONFIG" >"$run/sshd_config"
printf '%s\n' "$CRAFTASTIC_TMUX_CONF" >"$run/tmux.conf"
printf '%s\n' "$CRAFTASTIC_WITH_CHANNEL" >"$run/with-channel.sh"
# What people make in terminals, and git in the workspace, is as readable as everywhere.
umask 022
unset CRAFTASTIC_HOST_KEY CRAFTASTIC_AUTHORIZED_KEYS CRAFTASTIC_SSHD_CONFIG CRAFTASTIC_TMUX_CONF \
  CRAFTASTIC_WITH_CHANNEL CRAFTASTIC_START

# OpenSSH 9.8 and newer shut out an address after a few connections that end early; every connection here comes from
# the server's one address. Older versions do not know the option and would refuse it.
sshd=$(command -v sshd)
set -- -D -E "$run/sshd.log" -f "$run/sshd_config"
"$sshd" -t -f "$run/sshd_config" -o PerSourcePenalties=no 2>/dev/null && set -- "$@" -o PerSourcePenalties=no

"$sshd" "$@" &
child=$!

# A stop hangs up every program politely and gives it a few seconds before the container ends. The mark tells the server
# that sessions which vanish now were not closed by anybody.
finish() {
  trap '' TERM INT
  : >"$run/ending"
  tmux -S "$run/tmux.sock" kill-server 2>/dev/null
  kill -TERM -1 2>/dev/null
  tries=0
  # Left are the first process and this shell.
  while set -- /proc/[0-9]*; [ "$#" -gt 2 ] && [ "$tries" -lt 80 ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
  exit 0
}
trap finish TERM INT

# Ready means that a connection is accepted: port 2222 (08AE) in the state LISTEN (0A).
until grep -q ':08AE 00000000:0000 0A' /proc/net/tcp; do
  if ! kill -0 "$child" 2>/dev/null; then
    echo "craftastic unusable its sshd does not start"
    exit 78
  fi
  sleep 0.01
done
echo "craftastic ready user=$user"

while :; do
  wait "$child"
  sleep 0.2
  "$sshd" "$@" &
  child=$!
done
