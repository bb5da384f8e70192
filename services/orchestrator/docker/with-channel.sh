# Runs a command that ends with its SSH channel. sshd leaves a command without a terminal running when its channel or
# connection goes away; it does close the command's standard input, which is what this waits for.
exec 3<&0
"$@" </dev/null &
child=$!
{
  cat <&3
  kill -TERM "$child"
} >/dev/null 2>&1 &
watcher=$!
wait "$child"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
