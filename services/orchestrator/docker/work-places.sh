# What the scripts that look for work, keep it and restore it must agree on; the server puts it in front of each of them.
# Runs no hook, filter, file system monitor or signing program of a repository. Paths may have any byte.

workspace=/workspace

# git in a directory of the workspace. The store of a submodule names a working tree that may be gone.
inside() {
  directory=$1
  shift
  ! is_store "$directory" || set -- --git-dir=. --work-tree=. "$@"
  git -c core.fsmonitor=false -c core.hooksPath=/dev/null -c gc.auto=0 -c core.quotePath=false \
    -c log.showSignature=false -C "$directory" "$@"
}

is_store() {
  [ ! -e "$1/.git" ] && [ -f "$1/HEAD" ] && [ -d "$1/objects" ] && [ -d "$1/refs" ]
}

# Lists of paths end with NULs, which the tools for lines do not know.
swap() {
  tr '\n\0' '\0\n'
}

count() {
  tr -dc '\0' | wc -c | tr -d ' '
}

# Sets `path` to the entry $2 of a list in the file $1; fails behind the last one.
take_path() {
  [ "$2" -le "$(count <"$1")" ] || return 1
  path=$(swap <"$1" | sed -n "$2p" | tr '\0' '\n' && echo .)
  path=${path%??}
}

# A path in one word, which `printf %b` reads.
encode() {
  line=$(printf '%s/' "$1" | sed -e 's/\\/\\\\/g' -e 's/ /\\0040/g' -e 's/	/\\0011/g' -e '$!s/$/\\0012/' | tr -d '\n')
  echo "${line%/}"
}

common_of() {
  common=$(inside "$1" rev-parse --git-common-dir && echo .) || return 1
  (cd "$1" && cd "${common%??}" && pwd -P)
}

# What is at a path goes with the container.
is_far() {
  case $1 in
  -* | *[[:space:]]*) return 1 ;;
  http://* | https://* | ssh://* | git://* | git+ssh://* | ssh+git://*) return 0 ;;
  *::* | *://*) return 1 ;;
  esac
  case ${1%%/*} in ?*:*) return 0 ;; *) return 1 ;; esac
}

# The remotes of a repository: "far" or "near", the name, and the address without what it may hold of a sign-in.
list_remotes() {
  inside "$1" remote | while IFS= read -r name; do
    case $name in '' | -* | *[[:space:]]*) continue ;; esac
    kind=near
    address=$(inside "$1" remote get-url -- "$name" 2>/dev/null | sed 's#//[^/@]*@#//#')
    if is_far "$address"; then
      kind=$({ inside "$1" remote get-url --all -- "$name"; inside "$1" remote get-url --push --all -- "$name"; } |
        while IFS= read -r each; do is_far "$each" || echo near; done)
    else
      address=-
    fi
    echo "${kind:-far} $name $address"
  done
}

# Every ref of a repository, as "KIND OBJECT REF": "far" for what was last seen at a remote that is elsewhere, "near" for what
# was seen at another one, or at none that is known, "own" for all that is no remote's.
list_refs() {
  list_remotes "$1" | while read -r kind name _; do
    echo "$kind refs/remotes/$name"
    inside "$1" config --get-all "remote.$name.fetch" |
      sed -n "s#^[^:]*:\(refs/remotes/[^*[:space:]]*[^*/[:space:]]\)/*\**\$#$kind \1#p"
  done >"$2"
  inside "$1" for-each-ref --format='ref %(objectname) %(refname)' >"$2.refs" || return 1
  awk '
    $1 != "ref" { if (kind[$2] != "near") kind[$2] = $1; next }
    $3 !~ /^refs\/remotes\// { print "own", $2, $3; next }
    { name = $3; while (!(name in kind) && sub(/\/[^\/]*$/, "", name)); print (name in kind ? kind[name] : "near"), $2, $3 }
  ' "$2" "$2.refs"
  rm -f "$2" "$2.refs"
}

# The worktrees of the workspace's repository but itself: a list of "COMMIT PATH".
list_worktrees() {
  inside "$workspace" worktree list --porcelain -z | swap |
    sed -n -e '/^worktree /{s///;h;}' -e '/^HEAD /{s///;G;s/\n/ /p;}' | sed "\\#^[0-9a-f]* $workspace\$#d" | swap
}

# Repositories inside, each by its `.git`.
list_nested() {
  find "$workspace" -mindepth 2 -path "$workspace/.craftastic-kept" -prune -o -name .git -print0 -prune 2>/dev/null
}

# What submodules have of a repository, whether or not there is a working tree of it: each by its objects. $1 the common
# directory of the workspace's repository.
list_stores() {
  find "$1/modules" "$1"/worktrees/*/modules -type d -name objects -print0 -prune 2>/dev/null
}

# Whether git ignores what is at $1, by the rules of the working tree in which it is, or by those around that one. What has the
# common directory $2 is the workspace's own, wherever it is.
is_ignored() {
  inner=$1
  while [ "$inner" != "$workspace" ]; do
    outer=${inner%/*}
    while [ "$outer" != "$workspace" ] && [ ! -e "$outer/.git" ]; do outer=${outer%/*}; done
    if inside "$outer" check-ignore --quiet -- "$inner" 2>/dev/null; then return 0; fi
    [ "$(common_of "$outer" 2>/dev/null)" != "$2" ] || return 1
    inner=$outer
  done
  return 1
}

# Of the commits on standard input, those whose history ends there because it was cut. The arguments are git where they are.
find_cuts() {
  while read -r commit; do
    "$@" cat-file -e "$commit" 2>/dev/null || continue
    for parent in $("$@" cat-file commit "$commit" | sed -n -e '/^$/q' -e 's/^parent //p'); do
      if ! "$@" cat-file -e "$parent" 2>/dev/null; then
        echo "$commit"
        break
      fi
    done
  done
}
