# Prints what is only in this workspace, as pairs of a name and a value, each ended by a NUL. Reads only; what it counts is
# what `keep-work.sh` keeps. $1, $2 and $3: how many files, branches and headlines are named.

maxFiles=$1
maxBranches=$2
maxHeadlines=$3
workspace=/workspace
export LC_ALL=C.UTF-8 GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0 GIT_PAGER=cat GIT_NO_LAZY_FETCH=1
export GIT_CEILING_DIRECTORIES="$workspace/.."

tell() {
  printf '%s\0%s\0' "$1" "$2"
}

inside() {
  directory=$1
  shift
  git -c core.fsmonitor=false -c core.hooksPath=/dev/null -c core.quotePath=false -c log.showSignature=false \
    -C "$directory" "$@"
}

swap() {
  tr '\n\0' '\0\n'
}

# Each NUL-ended value of standard input under the name $1.
tell_all() {
  swap | while IFS= read -r value; do tell "$1" "$value"; done
}

list=$(mktemp) || exit 1
trap 'rm -f "$list"' EXIT

# $1 directory, $2 kind, $3 commits of its own
tell_place() {
  inside "$1" status --porcelain=v1 -z --no-renames --untracked-files=all --ignore-submodules=all 2>/dev/null |
    swap | sed -e '/\/$/d' -e 's/^...//' | swap >"$list"
  changed=$(tr -dc '\0' <"$list" | wc -c | tr -d ' ')
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
  changed=$(tr -dc '\0' <"$list" | wc -c | tr -d ' ')
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
  [ -z "$(inside "$workspace" remote)" ] || tell hasRemote 1
  named=0
  inside "$workspace" for-each-ref --sort=-committerdate --format='%(refname)' refs/heads >"$list.heads"
  inside "$workspace" symbolic-ref --quiet HEAD >/dev/null || echo HEAD >>"$list.heads"
  while IFS= read -r ref; do
    # What another branch has is told with that one.
    if [ "$ref" = HEAD ]; then
      commits=$(inside "$workspace" rev-list --count HEAD --not --branches --remotes 2>/dev/null) || continue
    else
      commits=$(inside "$workspace" rev-list --count "$ref" --not --remotes 2>/dev/null) || continue
    fi
    [ "$commits" != 0 ] || continue
    named=$((named + 1))
    if [ "$named" -gt "$maxBranches" ]; then
      tell moreBranches 1
      continue
    fi
    tell branch "${ref#refs/heads/}"
    tell detached "$([ "$ref" != HEAD ] || echo 1)"
    tell commits "$commits"
    inside "$workspace" log -z --format=%s --max-count="$maxHeadlines" "$ref" --not --remotes | tell_all headline
  done <"$list.heads"
  rm -f "$list.heads"
  tell stashes "$(inside "$workspace" rev-list --walk-reflogs --count refs/stash 2>/dev/null || echo 0)"
  tell discards "$(inside "$workspace" for-each-ref --format=x refs/craftastic/discarded | wc -l | tr -d ' ')"
  tell_place "$workspace" workspace 0
  main=$(cd "$workspace" && cd "$(inside . rev-parse --git-common-dir)" && pwd -P)
  inside "$workspace" worktree list --porcelain | sed -n 's/^worktree //p' | sed 1d | while IFS= read -r path; do
    [ ! -e "$path/.git" ] || tell_place "$path" worktree "$(
      inside "$path" symbolic-ref --quiet HEAD >/dev/null && echo 0 ||
        inside "$path" rev-list --count HEAD --not --branches --remotes 2>/dev/null || echo 0
    )"
  done
fi

find "$workspace" -mindepth 2 -name .git -print -prune 2>/dev/null | while IFS= read -r path; do
  place=${path%/.git}
  common=$(cd "$place" && cd "$(inside . rev-parse --git-common-dir 2>/dev/null)" 2>/dev/null && pwd -P) || continue
  [ "$common" != "${main:-}" ] || continue
  [ -z "${main:-}" ] || ! inside "$workspace" check-ignore --quiet -- "$place" || continue
  inside "$place" rev-parse --verify --quiet HEAD >/dev/null && head=HEAD || head=
  tell_place "$place" nested "$(inside "$place" rev-list --count $head --all --not --remotes 2>/dev/null || echo 0)"
done
exit 0
