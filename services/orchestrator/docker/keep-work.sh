# Gathers what is only in this workspace as refs of a repository of its own beside it, and writes that as a bundle.
#
#   keep-work.sh prepare MAX_BYTES FULL_BYTES BUNDLE_BYTES URL   gathers, and says what there is
#   keep-work.sh write                                           the bundle, on standard output
#   keep-work.sh clear                                           removes what was gathered
#
# Reads no settings but those that say what a repository is, where its remotes are and what is ignored: files are taken byte
# for byte by plumbing, with an index and attributes of our own. The objects of the workspace's repositories are read where
# they are. A history of more than FULL_BYTES together is left to its hosts, that of the workspace's repository to the one
# at URL, which a restore clones. docs/architecture.md says what becomes of the bundle.
#
# Exit codes: 3 it cannot be kept, with the reason on standard error; 4 it is more than MAX_BYTES.

umask 077
keep=$workspace/.craftastic-kept
repository=$keep/repository
mode=$1
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
usersHome=$HOME
usersSettings=${XDG_CONFIG_HOME:-$HOME/.config}
export HOME="$keep" XDG_CONFIG_HOME="$keep" TMPDIR="$keep" LC_ALL=C
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0
# Git before 2.45 fetches what a partial clone lacks all the same, with programs that the repository names.
export GIT_NO_REPLACE_OBJECTS=1 GIT_NO_LAZY_FETCH=1 GIT_ALLOW_PROTOCOL=none GIT_CEILING_DIRECTORIES="$workspace/.."
export GIT_AUTHOR_NAME=Craftastic GIT_AUTHOR_EMAIL=craftastic@localhost
export GIT_COMMITTER_NAME=Craftastic GIT_COMMITTER_EMAIL=craftastic@localhost

refuse() {
  echo "$1" >&2
  exit 3
}

# git in the repository that gathers.
kept() {
  git -c core.fsmonitor=false -c core.hooksPath=/dev/null -c gc.auto=0 --git-dir="$repository" "$@"
}

# The same over the files of the place that is looked at.
over() {
  GIT_INDEX_FILE="$keep/index" kept -c core.excludesFile="$excludes" --work-tree="$place" -C "$place" "$@"
}

if [ "$mode" = clear ]; then
  rm -rf "$keep"
  exit
fi

if [ "$mode" = write ]; then
  set -f
  # shellcheck disable=SC2046
  kept bundle create -q - $(cat "$keep/written")
  exit
fi

maxBytes=$2
fullBytes=$3
bundleBytes=$4
repositoryUrl=$5
bytes=0
files=0
stashes=0
places=0

rm -rf "$keep" && mkdir "$keep" || refuse 'There is no room in the workspace to gather what is to be kept.'
echo '*' >"$keep/.gitignore"
: >"$keep/manifest"
: >"$keep/cuts"
: >"$keep/commons"
: >"$keep/stores"
: >"$keep/bundles"

# Adds lines "OBJECT REF" for what a repository has to `refs`; $1 the place's number.
take_refs() {
  list_refs "$place" "$keep/remotes" >"$keep/found-refs" || refuse 'The refs cannot be read.'
  elsewhere=refs/craftastic/places/$1/
  own=$elsewhere
  if [ "$1" = 0 ]; then
    own=
    sed -n 's/^own \([0-9a-f]*\) \(refs\/heads\/\)/ref \1 \2/p' "$keep/found-refs" >>"$keep/manifest"
  fi
  awk -v number="$1" -v own="$own" -v elsewhere="$elsewhere" '
    $3 == "refs/stash" || $3 ~ /^refs\/craftastic\/(places|kept|restoring)\// { next }
    $1 == "far" && $3 ~ /\/HEAD$/ { next }
    $1 == "far" { sub(/^refs\/remotes\//, "refs/remotes/" number "/", $3); print $2, $3; next }
    { print $2, ($1 == "near" ? elsewhere : own) $3 }' "$keep/found-refs" >>"$refs"
  inside "$place" rev-parse --verify --quiet refs/stash >/dev/null || return 0
  inside "$place" rev-list --walk-reflogs --max-count=1000 refs/stash >"$keep/found" 2>/dev/null
  [ -s "$keep/found" ] || inside "$place" rev-parse refs/stash >"$keep/found"
  stashes=$((stashes + $(wc -l <"$keep/found")))
  awk -v place="$1" '{ printf "%s refs/craftastic/places/%s/stashes/%06d\n", $1, place, NR }' "$keep/found" >>"$refs"
}

# Flags that hide changes from git are taken back, where the file is there.
show_hidden() {
  over ls-files -v -z | swap | sed -n 's/^[a-z] //p' | swap |
    over update-index --no-assume-unchanged -z --stdin || refuse 'The index cannot be read.'
  over ls-files -t -z | swap | sed -n 's/^S //p' | while IFS= read -r path; do
    if [ -e "$place/$path" ] || [ -L "$place/$path" ]; then printf '%s\0' "$path"; fi
  done | over update-index --no-skip-worktree -z --stdin || refuse 'The index cannot be read.'
}

# What the repository does not show by a file of its own, or its user by one, stays out of sight here too.
ignore_as() {
  { echo /.craftastic-kept/ && cat "$1/info/exclude" 2>/dev/null; } >"$repository/info/exclude"
}
find_excludes() {
  excludes=$(
    unset GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL
    export HOME="$usersHome" XDG_CONFIG_HOME="$usersSettings"
    cd "$place" && git config --type=path --get core.excludesFile 2>/dev/null
  ) || excludes=$usersSettings/git/ignore
  case $excludes in /*) ;; *) excludes=$place/$excludes ;; esac
  [ -f "$excludes" ] || excludes=/dev/null
}

# Takes the files of a place as they are, if they are not those of its commit. Answers in `isDirty`; $1 its number.
take_tree() {
  isDirty=
  head=
  staged=
  rm -f "$keep/index"
  find_excludes
  if [ -e "$place/.git" ]; then
    head=$(inside "$place" rev-parse --verify --quiet 'HEAD^{commit}') || head=
    own=$(cd "$place" && inside . rev-parse --git-path index) || refuse 'The index cannot be found.'
    case $own in /*) ;; *) own=$place/$own ;; esac
    # With its times, by which git knows what may have changed since.
    [ ! -e "$own" ] || cp -p "$own" "$keep/index" || refuse 'There is no room to copy the index.'
    if ! over ls-files >/dev/null 2>&1 || [ ! -e "$own" ]; then
      rm -f "$keep/index"
      [ -z "$head" ] || over read-tree "$head" || refuse 'The commit that is checked out cannot be read.'
    fi
    show_hidden
    staged=$(over write-tree --missing-ok 2>/dev/null) || staged=
  fi
  over update-index -q --refresh >/dev/null 2>&1
  over ls-files -z --others --exclude-standard >"$keep/found" || refuse 'The files cannot be listed.'
  # Those that end with a slash are repositories of their own.
  swap <"$keep/found" | sed '/\/$/d' | swap >"$keep/others"
  over diff-files -z --name-only --diff-filter=d --ignore-submodules=all >"$keep/changed" ||
    refuse 'The changes cannot be listed.'
  added=$(cd "$place" && cat "$keep/changed" "$keep/others" | xargs -0 -r stat -c %s -- 2>/dev/null |
    awk '{ sum += $1 } END { printf "%.0f", sum }')
  bytes=$((bytes + ${added:-0}))
  [ "$bytes" -le "$maxBytes" ] || exit 4
  over add --update && over update-index --add --remove -z --stdin <"$keep/others" ||
    refuse 'Some files cannot be read, or there is no room to gather them.'
  tree=$(over write-tree --missing-ok) || refuse 'The files cannot be gathered.'
  before=$empty
  [ -z "$head" ] || before=$(kept rev-parse "$head^{tree}") || refuse 'The commit that is checked out cannot be read.'
  [ -z "$head" ] || echo "$head refs/craftastic/places/$1/head" >>"$refs"
  if [ "$tree" = "$before" ] && [ "${staged:-$before}" = "$before" ]; then return 0; fi
  isDirty=1
  commit=$(kept commit-tree ${head:+-p "$head"} -m 'What was not committed' "$tree") || refuse 'The files cannot be gathered.'
  echo "$commit refs/craftastic/places/$1/tree" >>"$refs"
  # A submodule at another commit is no file: what is in it is a place of its own.
  files=$((files + $(kept diff-tree -r -z --name-only --no-renames --ignore-submodules=all "$before" "$tree" | count)))
  [ -n "$staged" ] || return 0
  commit=$(kept commit-tree ${head:+-p "$head"} -m 'What was staged' "$staged") || refuse 'The index cannot be gathered.'
  echo "$commit refs/craftastic/places/$1/index" >>"$refs"
}

# "place NUMBER KIND REF COMMIT PATH", with a dash for what is not there.
note_place() {
  ref=$(inside "$place" symbolic-ref --quiet HEAD 2>/dev/null) || ref=-
  at=$place
  # A repository that is brought back has all that git keeps of it in the workspace.
  [ -z "$main" ] || case $at in "$main"/*) at=$workspace/.git${at#"$main"} ;; esac
  echo "place $1 $2 $ref ${head:--} - $(encode "$at")" >>"$keep/manifest"
}

# The list of alternates has lines; a link has none of the bytes that a path may have.
add_objects() {
  ln -s "$1" "$keep/link-$places" || refuse 'There is no room in the workspace to gather what is to be kept.'
  echo "$keep/link-$places/objects" >>"$repository/objects/info/alternates"
  cat "$1/shallow" 2>/dev/null >>"$keep/cuts"
}

# Decides where the history of a repository is to come from; $1 the place's number, $2 its common directory. Answers in
# `history`: "all", "url" for the one that a restore clones, "far" for all of its remotes.
choose_history() {
  kilobytes=$(inside "$place" count-objects -v | awk '/^size(-pack)?:/ { sum += $2 } END { printf "%.0f", sum }')
  size=$((${kilobytes:-0} * 1024))
  list_remotes "$place" | sed -n "s/^far /remote $1 /p" >"$keep/remotes"
  hasUrl=
  if [ "$1" = 0 ] && grep -q ' refs/remotes/0/origin/' "$refs" && is_same "$repositoryUrl" \
    "$(sed -n 's/^remote 0 origin //p' "$keep/remotes")"; then hasUrl=1; fi
  cat "$keep/remotes" >>"$keep/manifest"
  history=all
  isPartial=
  for pack in "$2"/objects/pack/*.promisor; do [ ! -e "$pack" ] || isPartial=1; done
  if [ -z "$isPartial" ] && [ "$size" -le "$fullBytes" ]; then
    fullBytes=$((fullBytes - size))
  elif ! grep -q " refs/remotes/$1/" "$refs"; then
    :
  elif [ -z "$isPartial" ] && [ -n "$hasUrl" ]; then
    history=url
  # Nobody says that a restore will reach the remotes that somebody has added.
  elif [ -n "$isPartial" ] || [ "$1" != 0 ] || [ "$size" -gt "$((bundleBytes / 2))" ]; then
    history=far
  fi
}

is_same() {
  [ -n "$1" ] && [ "$(echo "$1" | sed -e 's#//[^/@]*@#//#' -e 's#/*$##' -e 's#\.git$##')" = \
    "$(echo "$2" | sed -e 's#/*$##' -e 's#\.git$##')" ]
}

format=
kind=files
if [ -e "$workspace/.git" ] || [ -L "$workspace/.git" ]; then
  format=$(inside "$workspace" rev-parse --show-object-format) || refuse 'The repository in /workspace is damaged.'
  kind=repository
fi
git init --quiet --bare --template= ${format:+--object-format="$format"} "$repository" ||
  refuse 'There is no room in the workspace to gather what is to be kept.'
mkdir -p "$repository/info" "$repository/objects/info"
echo '* -text -eol -ident -filter -working-tree-encoding' >"$repository/info/attributes"
# Memory is the environment's own, and short.
printf '[pack]\n\tthreads = 1\n\twindowMemory = 32m\n\tdeltaCacheSize = 16m\n[core]\n\tbigFileThreshold = 8m\n\tlooseCompression = 1\n' \
  >>"$repository/config"
empty=$(kept hash-object -t tree -w /dev/null) || refuse 'There is no room in the workspace to gather what is to be kept.'

place=$workspace
main=
history=all
hasUrl=
refs=$keep/refs.0
: >"$refs"
if [ "$kind" = repository ]; then
  main=$(common_of "$workspace") || refuse 'The repository in /workspace is damaged.'
  add_objects "$main"
  ignore_as "$main"
  take_refs 0
  choose_history 0 "$main"
else
  echo /.craftastic-kept/ >"$repository/info/exclude"
fi
mainHistory=$history
mainHasUrl=$hasUrl
take_tree 0
note_place 0 "$kind"
mainRef=$ref
mainHead=$head

if [ "$kind" = repository ]; then
  list_worktrees >"$keep/worktrees"
  while take_path "$keep/worktrees" $((places + 1)); do
    places=$((places + 1))
    commit=${path%% *}
    place=${path#* }
    if [ -e "$place/.git" ]; then
      take_tree "$places"
      note_place "$places" worktree
    # Its files are gone, its commits may still be there.
    elif [ -n "$(echo "$commit" | tr -d 0)" ]; then
      echo "$commit refs/craftastic/worktrees/$places" >>"$refs"
    fi
  done
fi
[ "$mainHistory" != far ] || echo 0 >>"$keep/bundles"

# Takes a repository inside, unless all that it has is elsewhere; $1 its kind, $2 its common directory.
take_inside() {
  places=$((places + 1))
  refs=$keep/refs.$places
  : >"$refs"
  add_objects "$2"
  isDirty=
  if [ "$1" = nested ]; then
    ignore_as "$2"
    take_tree "$places"
  else
    head=$(inside "$place" rev-parse --verify --quiet 'HEAD^{commit}') && echo "$head refs/craftastic/places/$places/head" >>"$refs"
  fi
  take_refs "$places"
  sed -n 's/^far \([0-9a-f]*\) .*/^\1/p' "$keep/found-refs" >"$keep/found"
  own=$(inside "$place" rev-list --count --stdin ${head:+HEAD} --all -- <"$keep/found") ||
    refuse "The repository in $place is damaged."
  if [ "$own" = 0 ] && [ -z "$isDirty" ]; then
    rm "$refs"
    return
  fi
  choose_history "$places" "$2"
  [ "$history" = all ] || echo "$places" >>"$keep/bundles"
  note_place "$places" "$1"
}

# Those that git ignores stay out, as all that it ignores does.
[ -z "$main" ] || list_stores "$main" >"$keep/stores"
list_nested >"$keep/nested"
number=0
while take_path "$keep/nested" $((number += 1)); do
  place=${path%/.git}
  common=$(common_of "$place" 2>/dev/null) || continue
  [ "$common" != "$main" ] || continue
  encode "$common" >>"$keep/commons"
  ! is_ignored "$place" "$main" || continue
  list_stores "$common" >>"$keep/stores"
  take_inside nested "$common"
done

# Submodules whose working tree is gone (`git submodule deinit`).
number=0
while take_path "$keep/stores" $((number += 1)); do
  place=${path%/objects}
  if ! is_store "$place" || grep -qxF -- "$(encode "$place")" "$keep/commons"; then continue; fi
  encode "$place" >>"$keep/commons"
  take_inside store "$place"
done

# A history that ends somewhere is read only by who knows where.
sort -u "$keep/cuts" | find_cuts kept >"$keep/found"
[ ! -s "$keep/found" ] || cp "$keep/found" "$repository/shallow"
sed 's/^/shallow /' "$keep/found" >>"$keep/manifest"

cat "$keep"/refs.[0-9]* >"$repository/packed-refs"
if [ "$kind" = repository ] && [ "$mainRef" = - ]; then echo "$mainHead" >"$repository/HEAD"; fi
found=$(kept rev-list --max-count=1 --exclude='refs/remotes/*' --all --not --remotes) ||
  refuse 'The repository is damaged: some of its objects are missing.'
if [ -z "$found" ]; then
  echo nothing
  exit
fi
commits=$(kept rev-list --count --exclude='refs/remotes/*' --exclude='refs/craftastic/*' --all --not --remotes)

# What builds on a history that is fetched again is a bundle of its own, which can wait for that.
: >"$keep/tree"
for number in $(cat "$keep/bundles"); do
  cp "$keep/refs.$number" "$repository/packed-refs"
  sed -n -e '/ refs\/remotes\//d' -e "s/^/own $number /p" "$keep/refs.$number" >>"$keep/manifest"
  set -- --exclude='refs/remotes/*' --glob='refs/*' --not --remotes
  : >"$keep/bundle"
  [ -z "$(kept rev-list --max-count=1 "$@")" ] || kept bundle create -q "$keep/bundle" "$@" ||
    refuse 'A history cannot be read without its remote.'
  blob=$(kept hash-object -w --no-filters "$keep/bundle") ||
    refuse 'There is no room in the workspace to gather what is to be kept.'
  printf '100644 blob %s\t%s.bundle\n' "$blob" "$number" >>"$keep/tree"
  mv "$keep/refs.$number" "$keep/apart.$number"
done
tree=$(kept mktree <"$keep/tree") && manifest=$(kept commit-tree -F "$keep/manifest" "$tree") ||
  refuse 'What is to be kept cannot be written down.'
cat "$keep"/refs.* /dev/null 2>/dev/null >"$repository/packed-refs"
echo "$manifest refs/craftastic/kept/$kind" >>"$repository/packed-refs"

isFull=1
if [ "$mainHistory" != all ] || [ -s "$main/shallow" ]; then isFull=0; fi
branch=
if [ "$kind" = repository ] && [ "$mainRef" != - ]; then
  branch=${mainRef#refs/heads/}
  kept symbolic-ref HEAD "$mainRef"
elif [ "$mainHistory" = far ]; then
  kept symbolic-ref HEAD refs/heads/nothing
fi
{
  [ -z "$mainHasUrl" ] || echo '--exclude=refs/remotes/0/*'
  echo --all
  [ "$mainHistory" != url ] || echo '--not --glob=refs/remotes/0/origin/*'
} >"$keep/written"
echo "kept $isFull $commits $files $stashes $branch"
sed -n 's#^\([0-9a-f]* refs/heads/\)#head \1#p' "$keep"/*.0 | head -n 100
