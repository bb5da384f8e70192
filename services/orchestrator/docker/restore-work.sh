# Brings back what `keep-work.sh` has written, into a workspace that is a fresh clone or empty. $1: the address of the
# repository, or nothing. Branches are as they were, files that were not committed are so again, byte for byte.
#
# Exit codes: 3 it cannot be brought back, with the reason on standard error. Prints a line for what was left out.

workspace=/workspace
keep=$workspace/.craftastic-kept
bundle=$keep/work.bundle
raw=$keep/raw
url=$1
restoring=refs/craftastic/restoring
export GIT_TERMINAL_PROMPT=0 LC_ALL=C.UTF-8

refuse() {
  echo "$1" >&2
  exit 3
}

inside() {
  directory=$1
  shift
  git -c core.fsmonitor=false -c core.hooksPath=/dev/null -c gc.auto=0 -c core.quotePath=false -C "$directory" "$@"
}

# git that writes files byte for byte, whatever attributes say.
exactly() {
  GIT_INDEX_FILE="$keep/index" git -c core.fsmonitor=false -c gc.auto=0 --git-dir="$raw" "$@"
}

# Puts the files of a place back as they were; $1 its directory, $2 its commit or a dash, $3 and $4 files and index.
put_tree() {
  before=$empty
  [ "$2" = - ] || before=$2
  [ -n "$3" ] || return 0
  rm -f "$keep/index"
  exactly read-tree "$3" || refuse 'The files that were not committed cannot be read.'
  exactly diff-tree -r -z --name-only --no-renames --diff-filter=D "$before^{tree}" "$3^{tree}" >"$keep/gone" &&
    exactly diff-tree -r -z --name-only --no-renames --diff-filter=d "$before^{tree}" "$3^{tree}" >"$keep/there" ||
    refuse 'The files that were not committed cannot be read.'
  (cd "$1" && xargs -0 -r rm -f -- <"$keep/gone")
  exactly --work-tree="$1" -C "$1" checkout-index --force -z --stdin <"$keep/there" ||
    refuse 'The files that were not committed cannot be written. The disk may be full.'
  [ -n "$4" ] || return 0
  inside "$1" read-tree "$4^{tree}" || refuse 'What was staged cannot be read.'
  inside "$1" update-index -q --refresh >/dev/null 2>&1
  return 0
}

object() {
  inside "$workspace" rev-parse --verify --quiet "$restoring/$1" || true
}

if git bundle list-heads "$bundle" | grep -q ' refs/craftastic/kept/files$'; then kind=files; else kind=repository; fi
git init --quiet --bare --template= "$raw" || refuse 'There is no room in the workspace.'
mkdir -p "$raw/info" "$raw/objects/info"
echo '* -text -eol -ident -filter -working-tree-encoding' >"$raw/info/attributes"
empty=$(exactly hash-object -t tree -w /dev/null)

if [ "$kind" = files ]; then
  exactly fetch --quiet --no-tags "$bundle" '+refs/craftastic/places/*:refs/places/*' || refuse 'The bundle cannot be read.'
  if exactly rev-parse --verify --quiet refs/places/0/tree >/dev/null; then put_tree "$workspace" - refs/places/0/tree ''; fi
  store=$raw
else
  if [ ! -e "$workspace/.git" ]; then
    git init --quiet "$workspace" || refuse 'There is no room in the workspace.'
    [ -z "$url" ] || inside "$workspace" remote add origin "$url"
  fi
  store=$workspace/.git
  echo "$store/objects" >"$raw/objects/info/alternates"
fi
[ "$kind" = repository ] || inside() {
  directory=$1
  shift
  if [ "$directory" = "$workspace" ]; then exactly "$@"; else git -c core.hooksPath=/dev/null -c gc.auto=0 -C "$directory" "$@"; fi
}
inside "$workspace" fetch --quiet --no-tags --update-head-ok "$bundle" "+refs/*:$restoring/*" ||
  refuse 'The bundle does not fit the repository: commits on which it builds are not there any more.'
inside "$workspace" cat-file commit "$restoring/craftastic/kept/$kind" | sed '1,/^$/d' >"$keep/manifest"

if [ "$kind" = repository ]; then
  head=$(inside "$workspace" rev-parse --verify --quiet 'HEAD^{commit}') &&
    inside "$workspace" update-ref --no-deref HEAD "$head"
  grep '^ref ' "$keep/manifest" | while read -r _ commit ref; do
    if inside "$workspace" cat-file -e "$commit^{commit}" 2>/dev/null; then
      inside "$workspace" update-ref "$ref" "$commit"
      name=${ref#refs/heads/}
      inside "$workspace" rev-parse --verify --quiet "refs/remotes/origin/$name" >/dev/null &&
        inside "$workspace" branch --quiet --set-upstream-to="origin/$name" "$name"
    else
      echo "The branch ${ref#refs/heads/} had no commit of its own, and the repository does not have its commit any more."
    fi
  done
  # Tags, notes and what was discarded.
  inside "$workspace" for-each-ref --format='%(objectname) %(refname)' "$restoring" |
    sed -n -e "/ refs\/craftastic\/restoring\/\(heads\|remotes\|craftastic\/places\|craftastic\/kept\)\//d" \
      -e "s# $restoring/# refs/#p" |
    while read -r commit ref; do
      inside "$workspace" rev-parse --verify --quiet "$ref" >/dev/null || inside "$workspace" update-ref "$ref" "$commit"
    done
fi

put_stashes() {
  inside "$1" for-each-ref --sort=-refname --format='%(objectname)' "$2" | while read -r commit; do
    inside "$1" stash store -m "$(inside "$1" show --no-patch --no-show-signature --format=%s "$commit")" "$commit"
  done
}

grep '^place ' "$keep/manifest" >"$keep/places"
while read -r _ number kindOfPlace ref commit origin path; do
  here=$path
  here_refs=craftastic/places/$number
  tree=$(object "$here_refs/tree")
  staged=$(object "$here_refs/index")
  case $kindOfPlace in
  files) continue ;;
  repository)
    # On a branch without commits there may be the files of a clone.
    if [ "$ref" = - ]; then inside "$here" update-ref --no-deref HEAD "$commit"; else inside "$here" symbolic-ref HEAD "$ref"; fi
    if [ "$commit" != - ]; then
      inside "$here" reset --quiet --hard || refuse 'The branch cannot be checked out.'
    else
      inside "$here" ls-files -z | (cd "$here" && xargs -0 -r rm -f --)
      inside "$here" read-tree --empty
    fi
    put_stashes "$here" "$restoring/$here_refs/stashes"
    ;;
  worktree)
    case $here in "$workspace"/*) ;; *) here=$workspace/.worktrees/$number ;; esac
    [ "$commit" != - ] && inside "$workspace" worktree add --quiet --force --detach "$here" "$commit" || {
      echo "The worktree $path was left out; its commits are there."
      continue
    }
    [ "$ref" = - ] || inside "$here" symbolic-ref HEAD "$ref"
    ;;
  nested)
    mkdir -p "$here" && git init --quiet "$here" && inside "$here" fetch --quiet --no-tags --update-head-ok "$store" \
      "+$restoring/$here_refs/refs/*:refs/*" "+$restoring/$here_refs/*:$restoring/*" || {
      echo "The repository in $path was left out."
      continue
    }
    [ "$origin" = - ] || inside "$here" remote add origin "$origin"
    if [ "$ref" != - ]; then inside "$here" symbolic-ref HEAD "$ref"; elif [ "$commit" != - ]; then inside "$here" update-ref --no-deref HEAD "$commit"; fi
    [ "$commit" = - ] || inside "$here" reset --quiet --hard || refuse "The repository in $path cannot be checked out."
    echo "$here/.git/objects" >>"$raw/objects/info/alternates"
    put_stashes "$here" "$restoring/stashes"
    inside "$here" for-each-ref --format='delete %(refname)' "$restoring" | inside "$here" update-ref --stdin
    ;;
  esac
  put_tree "$here" "$commit" "$tree" "$staged"
done <"$keep/places"

if [ "$kind" = repository ]; then
  inside "$workspace" for-each-ref --format='delete %(refname)' "$restoring" | inside "$workspace" update-ref --stdin
fi
rm -rf "$keep"
