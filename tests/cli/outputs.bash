# Runs whose two outputs are looked at apart.

# expect STATUS COMMAND...: runs and leaves the outputs in "out" and "err".
expect() {
    local want=$1 status=0
    shift
    timeout 60 "$@" >out 2>err || status=$?
    [ "$status" -eq "$want" ] || {
        echo "exit $status instead of $want: $*"
        cat out err
        return 1
    }
}

# says FILE TEXT: the text stands somewhere in the file.
says() {
    grep -qF -- "$2" "$1" || {
        echo "\"$2\" is not in $1:"
        cat "$1"
        return 1
    }
}
