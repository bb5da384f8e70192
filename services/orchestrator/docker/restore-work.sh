# Brings back what `keep-work.sh` has written, into a workspace that is a fresh clone or empty. $1: the address of the
# repository, or nothing. Branches are as they were, files that were not committed are so again, byte for byte.
#
# All of it goes into a repository beside the workspace first: only what lies in the bundle says which histories are to be
# fetched, and where one ends.
#
# Exit codes: 3 it cannot be brought back, with the reason on standard error. Prints a line for what was left out.

keep=$workspace/.craftastic-kept
bundle=$keep/work.bundle
raw=$keep/raw
manifest=$keep/manifest
url=$1
restoring=refs/craftastic/restoring
export GIT_TERMINAL_PROMPT=0 LC_ALL=C.UTF-8

refuse() {
  echo "$1" >&2
  exit 3
}

# git that writes files byte for byte, whatever attributes say.
exactly() {
  GIT_INDEX_FILE="$keep/index" git -c core.fsmonitor=false -c core.hooksPath=/dev/null -c gc.auto=0 --git-dir="$raw" "$@"
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
  exactly rev-parse --verify --quiet "refs/craftastic/places/$1" || true
}

# Takes a bundle in without asking where its histories end; fails without the commits on which it builds.
unbundle() {
  exactly bundle unbundle "$1" >"$keep/found" && sed -n '/^[0-9a-f]* refs\//p' "$keep/found" >>"$raw/packed-refs"
}

note_cuts() {
  sed -n 's/^shallow //p' "$manifest" | find_cuts exactly >"$keep/found"
  if [ -s "$keep/found" ]; then cp "$keep/found" "$raw/shallow"; else rm -f "$raw/shallow"; fi
}

# Fetches the history of the place $1 from its remotes, and takes in what builds on it.
fetch_history() {
  sed -n "s/^remote $1 //p" "$manifest" >"$keep/remotes"
  while read -r name address; do
    (
      export GIT_ALLOW_PROTOCOL=http:https:ssh:git SSH_ASKPASS_REQUIRE=never
      exactly -c http.lowSpeedLimit=1000 -c http.lowSpeedTime=60 fetch --quiet --no-tags -- "$address" \
        "+refs/heads/*:refs/remotes/$1/$name/*"
    ) </dev/null || echo "$address could not be reached."
  done <"$keep/remotes"
  exactly cat-file blob "$kept:$1.bundle" >"$keep/part" || return 1
  if [ -s "$keep/part" ]; then unbundle "$keep/part" || return 1; fi
  sed -n "s/^own $1 //p" "$manifest" | while read -r commit ref; do
    exactly rev-parse --verify --quiet "$ref" >/dev/null || ! exactly cat-file -e "$commit" 2>/dev/null ||
      echo "$commit $ref"
  done >"$keep/found"
  cat "$keep/found" >>"$raw/packed-refs"
}

if git bundle list-heads "$bundle" | grep -q ' refs/craftastic/kept/files$'; then kind=files; else kind=repository; fi
kept=refs/craftastic/kept/$kind
format=sha1
[ "$(git bundle list-heads "$bundle" | sed -n '1s/ .*//p' | wc -c)" -lt 64 ] || format=sha256
git init --quiet --bare --template= --object-format="$format" "$raw" || refuse 'There is no room in the workspace.'
mkdir -p "$raw/info" "$raw/objects/info"
echo '* -text -eol -ident -filter -working-tree-encoding' >"$raw/info/attributes"
empty=$(exactly hash-object -t tree -w /dev/null)
if [ "$kind" = repository ]; then
  if [ ! -e "$workspace/.git" ]; then
    git init --quiet --object-format="$format" "$workspace" || refuse 'There is no room in the workspace.'
    [ -z "$url" ] || inside "$workspace" remote add origin "$url"
  fi
  echo "$workspace/.git/objects" >"$raw/objects/info/alternates"
fi

unbundle "$bundle" || refuse 'The bundle does not fit the repository: commits on which it builds are not there any more.'
exactly cat-file commit "$kept" | sed '1,/^$/d' >"$manifest"
note_cuts
: >"$keep/missing"
for number in $(exactly ls-tree --name-only "$kept" | sed -n 's/\.bundle$//p'); do
  if fetch_history "$number"; then continue; fi
  echo "$number" >>"$keep/missing"
  [ "$number" != 0 ] || refuse "The history on which it builds is not there any more at $(
    sed -n 's/^remote 0 [^ ]* //p' "$manifest" | paste -sd ' '
  )."
done
note_cuts

# $1 directory, $2 the place's number
put_remotes() {
  sed -n "s/^remote $2 //p" "$manifest" | while read -r name address; do
    now=$(inside "$1" remote get-url -- "$name" 2>/dev/null) || now=
    if [ -z "$now" ]; then
      inside "$1" remote add -- "$name" "$address"
    elif [ "$now" != "$address" ]; then
      inside "$1" remote set-url -- "$name" "$address"
    fi
  done
}

if [ "$kind" = files ]; then
  put_tree "$workspace" - "$(object 0/tree)" ''
else
  set -- "+refs/*:$restoring/*"
  for number in $(sed -n 's/^place \([0-9]*\) \(nested\|store\) .*/\1/p' "$manifest"); do
    set -- "$@" "^refs/craftastic/places/$number/*" "^refs/remotes/$number/*"
  done
  inside "$workspace" fetch --quiet --no-tags --update-head-ok --update-shallow "$raw" "$@" ||
    refuse 'The bundle cannot be read.'
  head=$(inside "$workspace" rev-parse --verify --quiet 'HEAD^{commit}') &&
    inside "$workspace" update-ref --no-deref HEAD "$head"
  put_remotes "$workspace" 0
  # What was last seen at remotes that are no part of a fresh clone.
  inside "$workspace" for-each-ref --format='update %(refname) %(objectname)' "$restoring/remotes/0" \
    "$restoring/craftastic/places/0/refs/remotes" |
    sed "s# $restoring/\(remotes/0\|craftastic/places/0/refs/remotes\)/# refs/remotes/#" |
    inside "$workspace" update-ref --stdin
  # Tags, notes and what was discarded.
  inside "$workspace" for-each-ref --format='%(objectname) %(refname)' "$restoring" |
    sed -n -e "/ refs\/craftastic\/restoring\/\(heads\|remotes\|craftastic\/places\|craftastic\/kept\)\//d" \
      -e "s# $restoring/# refs/#p" |
    while read -r commit ref; do
      inside "$workspace" rev-parse --verify --quiet "$ref" >/dev/null || inside "$workspace" update-ref "$ref" "$commit"
    done
  grep '^ref ' "$manifest" | while read -r _ commit ref; do
    if inside "$workspace" cat-file -e "$commit^{commit}" 2>/dev/null; then
      inside "$workspace" update-ref "$ref" "$commit"
      name=${ref#refs/heads/}
      inside "$workspace" rev-parse --verify --quiet "refs/remotes/origin/$name" >/dev/null &&
        inside "$workspace" branch --quiet --set-upstream-to="origin/$name" "$name" 2>/dev/null
    else
      echo "The branch ${ref#refs/heads/} had no commit of its own, and the repository does not have its commit any more."
    fi
  done
fi

put_stashes() {
  inside "$1" for-each-ref --sort=-refname --format='%(objectname)' "$2" | while read -r commit; do
    inside "$1" stash store -m "$(inside "$1" show --no-patch --no-show-signature --format=%s "$commit")" "$commit"
  done
}

# Puts what a repository inside has into a new one; $1 its number, $2 its directory.
take_inside() {
  ! grep -qx "$1" "$keep/missing" && inside "$2" fetch --quiet --no-tags --update-head-ok --update-shallow "$raw" \
    "+refs/craftastic/places/$1/refs/*:refs/*" "+refs/remotes/$1/*:refs/remotes/*" \
    "+refs/craftastic/places/$1/*:$restoring/*"
}

grep '^place ' "$manifest" >"$keep/places"
# As when a session makes one: the workspace's status does not show them.
if grep -q '^place [0-9]* worktree ' "$keep/places"; then
  exclude=$(cd "$workspace" && git rev-parse --path-format=absolute --git-path info/exclude)
  mkdir -p "${exclude%/*}"
  grep -qxF /.worktrees/ "$exclude" 2>/dev/null || printf '\n/.worktrees/\n' >>"$exclude"
fi
while read -r _ number kindOfPlace ref commit origin path; do
  here=$(printf '%b.' "$path")
  here=${here%.}
  tree=$(object "$number/tree")
  staged=$(object "$number/index")
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
    put_stashes "$here" "$restoring/craftastic/places/0/stashes"
    ;;
  worktree)
    case $here in "$workspace"/*) ;; *) here=$workspace/.worktrees/$number ;; esac
    [ "$commit" != - ] && inside "$workspace" worktree add --quiet --force --detach "$here" "$commit" || {
      echo "The worktree $path was left out; its commits are there."
      continue
    }
    [ "$ref" = - ] || inside "$here" symbolic-ref HEAD "$ref"
    ;;
  nested | store)
    bare=
    [ "$kindOfPlace" = nested ] || bare=--bare
    mkdir -p "$here" && git init --quiet $bare --object-format="$format" "$here" && take_inside "$number" "$here" || {
      echo "The repository in $path was left out. What was kept still has it."
      continue
    }
    # A submodule has its working tree elsewhere.
    [ -z "$bare" ] || git -C "$here" config core.bare false
    [ "$origin" = - ] || inside "$here" remote add origin "$origin"
    put_remotes "$here" "$number"
    if [ "$ref" != - ]; then inside "$here" symbolic-ref HEAD "$ref"; elif [ "$commit" != - ]; then inside "$here" update-ref --no-deref HEAD "$commit"; fi
    if [ "$commit" != - ] && [ -z "$bare" ]; then
      inside "$here" reset --quiet --hard || refuse "The repository in $path cannot be checked out."
    fi
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
