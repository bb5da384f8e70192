# Prints what is only in this workspace, as pairs of a name and a value, each ended by a NUL. Reads only; what it counts is
# what `keep-work.sh` keeps. $1, $2 and $3: how many files, branches and headlines are named.

maxFiles=$1
maxBranches=$2
maxHeadlines=$3
export LC_ALL=C.UTF-8 GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0 GIT_PAGER=cat GIT_NO_LAZY_FETCH=1 GIT_ALLOW_PROTOCOL=none
export GIT_CEILING_DIRECTORIES="$workspace/.."

tell() {
  printf '%s\0%s\0' "$1" "$2"
}

# Each NUL-ended value of standard input under the name $1.
tell_all() {
  swap | while IFS= read -r value; do tell "$1" "$value"; done
}

# Of files, and of what is at the remotes of the place that is looked at.
list=$(mktemp) && far=$(mktemp) || exit 1
trap 'rm -f "$list" "$far" "$list".*' EXIT

find_far() {
  list_refs "$1" "$list.remotes" >"$list.refs"
  sed -n 's/^far \([0-9a-f]*\) .*/^\1/p' "$list.refs" >"$far"
}

# How many commits no remote has; $1 directory, then what begins where.
count_own() {
  tree=$1
  shift
  inside "$tree" rev-list --count --stdin "$@" -- <"$far" 2>/dev/null
}

# $1 directory, $2 kind, $3 commits of its own
tell_place() {
  inside "$1" status --porcelain=v1 -z --no-renames --untracked-files=all --ignore-submodules=all 2>/dev/null |
    swap | sed -e '/\/$/d' -e 's/^...//' | swap >"$list"
  changed=$(count <"$list")
  if [ "$changed" = 0 ] && [ "$3" = 0 ]; then return 0; fi
  tell place "$2"
  tell path "$1"
  tell changed "$changed"
  tell ownCommits "$3"
  swap <"$list" | sed "${maxFiles}q" | swap | tell_all file
}

if [ ! -e "$workspace/.git" ] && [ ! -L "$workspace/.git" ]; then
  tell repository none
  cd "$workspace" || exit 1
  # Git says what is ignored; repositories inside are places of their own.
  store=$(mktemp -d) && git init --quiet --bare --template= "$store" || exit 1
  git --git-dir="$store" --work-tree=. ls-files -z --others --exclude-standard 2>/dev/null |
    swap | sed '/\/$/d' | swap >"$list"
  rm -rf "$store"
  changed=$(count <"$list")
  if [ "$changed" != 0 ]; then
    tell place workspace
    tell path "$workspace"
    tell changed "$changed"
    tell ownCommits 0
    swap <"$list" | sed "${maxFiles}q" | swap | tell_all file
  fi
elif ! inside "$workspace" rev-parse --git-dir >/dev/null 2>&1; then
  tell repository damaged
  exit 0
else
  tell repository there
  list_remotes "$workspace" | grep -q '^far ' && tell hasRemote 1
  find_far "$workspace"
  named=0
  inside "$workspace" for-each-ref --sort=-committerdate --format='%(refname)' refs/heads >"$list.heads"
  inside "$workspace" symbolic-ref --quiet HEAD >/dev/null || echo HEAD >>"$list.heads"
  sed -n 's/^near [0-9a-f]* //p' "$list.refs" >>"$list.heads"
  while IFS= read -r ref; do
    # What another branch has is told with that one.
    case $ref in
    refs/heads/*) commits=$(count_own "$workspace" "$ref") || continue ;;
    *) commits=$(count_own "$workspace" "$ref" --not --branches) || continue ;;
    esac
    [ "$commits" != 0 ] || continue
    named=$((named + 1))
    if [ "$named" -gt "$maxBranches" ]; then
      tell moreBranches 1
      continue
    fi
    name=${ref#refs/heads/}
    tell branch "${name#refs/remotes/}"
    tell detached "$([ "$ref" != HEAD ] || echo 1)"
    tell commits "$commits"
    inside "$workspace" log -z --format=%s --max-count="$maxHeadlines" --stdin "$ref" -- <"$far" | tell_all headline
  done <"$list.heads"
  rm -f "$list.heads"
  tell stashes "$(inside "$workspace" rev-list --walk-reflogs --count refs/stash 2>/dev/null || echo 0)"
  tell discards "$(inside "$workspace" for-each-ref --format=x refs/craftastic/discarded | wc -l | tr -d ' ')"
  tell_place "$workspace" workspace 0
  main=$(common_of "$workspace")
  list_worktrees >"$list.worktrees"
  number=0
  while take_path "$list.worktrees" $((number += 1)); do
    path=${path#* }
    [ ! -e "$path/.git" ] || tell_place "$path" worktree "$(
      inside "$path" symbolic-ref --quiet HEAD >/dev/null && echo 0 ||
        count_own "$path" HEAD --not --branches || echo 0
    )"
  done
fi

# $1 directory, $2 whether there are files
tell_inside() {
  find_far "$1"
  inside "$1" rev-parse --verify --quiet 'HEAD^{commit}' >/dev/null && head=HEAD || head=
  own=$(count_own "$1" $head --all || echo 0)
  if [ -n "$2" ]; then
    tell_place "$1" nested "$own"
  elif [ "$own" != 0 ]; then
    tell place nested
    tell path "$1"
    tell changed 0
    tell ownCommits "$own"
  fi
}

: >"$list.commons"
: >"$list.stores"
[ -z "${main:-}" ] || list_stores "$main" >"$list.stores"
list_nested >"$list.nested"
number=0
while take_path "$list.nested" $((number += 1)); do
  place=${path%/.git}
  common=$(common_of "$place" 2>/dev/null) || continue
  [ "$common" != "${main:-}" ] || continue
  encode "$common" >>"$list.commons"
  ! is_ignored "$place" "${main:-}" || continue
  list_stores "$common" >>"$list.stores"
  tell_inside "$place" 1
done
number=0
while take_path "$list.stores" $((number += 1)); do
  place=${path%/objects}
  if ! is_store "$place" || grep -qxF -- "$(encode "$place")" "$list.commons"; then continue; fi
  encode "$place" >>"$list.commons"
  tell_inside "$place" ''
done
exit 0
