# Runs redis-server ($1: its configuration) for as long as somebody holds our standard input open. Whoever started this
# closes it to stop Redis; where he is killed the system closes it for him. Redis itself would run on.
redis-server "$1" &
server=$!
exec 3<&0
( cat <&3 >/dev/null; kill "$server" 2>/dev/null ) &
reader=$!
wait "$server"
status=$?
kill "$reader" 2>/dev/null
exit "$status"
