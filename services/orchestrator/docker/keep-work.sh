# Gathers what is only in this workspace as refs of a repository of its own beside it, and writes that as a bundle.
#
#   keep-work.sh prepare MAX_BYTES FULL_BYTES   gathers, and says what there is
#   keep-work.sh write                          the bundle, on standard output
#   keep-work.sh clear                          removes what was gathered
#
# Runs no hook, filter, file system monitor or signing program, and reads no settings but those that say what a
# repository is: files are taken byte for byte by plumbing, with an index and attributes of our own. The objects of the
# workspace's repositories are read where they are. docs/architecture.md says what becomes of the bundle.
#
# Exit codes: 3 it cannot be kept, with the reason on standard error; 4 it is more than MAX_BYTES.

umask 077
workspace=/workspace
keep=$workspace/.craftastic-kept
repository=$keep/repository
mode=$1
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export HOME="$keep" XDG_CONFIG_HOME="$keep" TMPDIR="$keep" LC_ALL=C
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0
export GIT_NO_REPLACE_OBJECTS=1 GIT_NO_LAZY_FETCH=1 GIT_CEILING_DIRECTORIES="$workspace/.."
export GIT_AUTHOR_NAME=Craftastic GIT_AUTHOR_EMAIL=craftastic@localhost
export GIT_COMMITTER_NAME=Craftastic GIT_COMMITTER_EMAIL=craftastic@localhost

refuse() {
  echo "$1" >&2
  exit 3
}

# git in a directory of the workspace, only to read its refs.
inside() {
  directory=$1
  shift
  git -c core.fsmonitor=false -c core.hooksPath=/dev/null -c gc.auto=0 -C "$directory" "$@"
}

# git in the repository that gathers.
kept() {
  git -c core.fsmonitor=false -c core.hooksPath=/dev/null -c gc.auto=0 --git-dir="$repository" "$@"
}

# The same over the files of the place that is looked at.
over() {
  GIT_INDEX_FILE="$keep/index" kept --work-tree="$place" -C "$place" "$@"
}

# Lists of paths end with NULs, which the tools for lines do not know.
swap() {
  tr '\n\0' '\0\n'
}

count() {
  tr -dc '\0' | wc -c | tr -d ' '
}

if [ "$mode" = clear ]; then
  rm -rf "$keep"
  exit
fi

if [ "$mode" = write ]; then
  set -- --exclude='refs/remotes/*' --all
  [ -e "$keep/full" ] || set -- "$@" --not --glob='refs/remotes/main/*'
  kept bundle create -q - "$@"
  exit
fi

maxBytes=$2
fullBytes=$3
bytes=0
files=0
stashes=0
places=0

rm -rf "$keep" && mkdir "$keep" || refuse 'There is no room in the workspace to gather what is to be kept.'
echo '*' >"$keep/.gitignore"
: >"$keep/refs"
: >"$keep/manifest"

# Adds lines "OBJECT REF" for what a repository has; $1 the place's number, $2 its kind.
take_refs() {
  inside "$place" for-each-ref --format='%(objectname) %(refname)' >"$keep/found" || refuse 'The refs cannot be read.'
  if [ "$2" = repository ]; then
    sed -e '/ refs\/stash$/d' -e '/ refs\/craftastic\/\(places\|kept\)\//d' \
      -e 's# refs/remotes/# refs/remotes/main/#' "$keep/found" >>"$keep/refs"
    sed -n 's/^\([0-9a-f]*\) \(refs\/heads\/\)/ref \1 \2/p' "$keep/found" >>"$keep/manifest"
  else
    sed -e '/ refs\/stash$/d' -e "s# refs/# refs/craftastic/places/$1/refs/#" "$keep/found" >>"$keep/refs"
  fi
  inside "$place" rev-parse --verify --quiet refs/stash >/dev/null || return 0
  inside "$place" rev-list --walk-reflogs --max-count=1000 refs/stash >"$keep/found" 2>/dev/null
  [ -s "$keep/found" ] || inside "$place" rev-parse refs/stash >"$keep/found"
  stashes=$((stashes + $(wc -l <"$keep/found")))
  awk -v place="$1" '{ printf "%s refs/craftastic/places/%s/stashes/%06d\n", $1, place, NR }' "$keep/found" >>"$keep/refs"
}

# Flags that hide changes from git are taken back, where the file is there.
show_hidden() {
  over ls-files -v -z | swap | sed -n 's/^[a-z] //p' | swap |
    over update-index --no-assume-unchanged -z --stdin || refuse 'The index cannot be read.'
  over ls-files -t -z | swap | sed -n 's/^S //p' | while IFS= read -r path; do
    if [ -e "$place/$path" ] || [ -L "$place/$path" ]; then printf '%s\0' "$path"; fi
  done | over update-index --no-skip-worktree -z --stdin || refuse 'The index cannot be read.'
}

# Takes the files of a place as they are, if they are not those of its commit. Answers in `isDirty`; $1 its number.
take_tree() {
  isDirty=
  head=
  staged=
  rm -f "$keep/index"
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
  over add --update && over update-index --add -z --stdin <"$keep/others" ||
    refuse 'Some files cannot be read, or there is no room to gather them.'
  tree=$(over write-tree --missing-ok) || refuse 'The files cannot be gathered.'
  before=$empty
  [ -z "$head" ] || before=$(kept rev-parse "$head^{tree}") || refuse 'The commit that is checked out cannot be read.'
  [ -z "$head" ] || echo "$head refs/craftastic/places/$1/head" >>"$keep/refs"
  if [ "$tree" = "$before" ] && [ "${staged:-$before}" = "$before" ]; then return 0; fi
  isDirty=1
  commit=$(kept commit-tree ${head:+-p "$head"} -m 'What was not committed' "$tree") || refuse 'The files cannot be gathered.'
  echo "$commit refs/craftastic/places/$1/tree" >>"$keep/refs"
  files=$((files + $(kept diff-tree -r -z --name-only --no-renames "$before" "$tree" | count)))
  [ -n "$staged" ] || return 0
  commit=$(kept commit-tree ${head:+-p "$head"} -m 'What was staged' "$staged") || refuse 'The index cannot be gathered.'
  echo "$commit refs/craftastic/places/$1/index" >>"$keep/refs"
}

# "place NUMBER KIND REF COMMIT URL PATH", without what a URL may hold of a sign-in; a dash for what is not there.
note_place() {
  ref=$(inside "$place" symbolic-ref --quiet HEAD 2>/dev/null) || ref=-
  url=$(inside "$place" config --local --get remote.origin.url 2>/dev/null | sed -e 's#//[^/@]*@#//#' -e 's/[[:space:]]//g')
  echo "place $1 $2 $ref ${head:--} ${url:--} $place" >>"$keep/manifest"
}

common_of() {
  (cd "$1" && cd "$(inside . rev-parse --git-common-dir)" && pwd -P)
}

# What the repository does not show by a file of its own stays out of sight here too.
ignore_as() {
  { echo /.craftastic-kept/ && cat "$1/info/exclude" 2>/dev/null; } >"$repository/info/exclude"
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
isFull=1
if [ "$kind" = repository ]; then
  main=$(common_of "$workspace") || refuse 'The repository in /workspace is damaged.'
  echo "$main/objects" >>"$repository/objects/info/alternates"
  ignore_as "$main"
  # A history that ends somewhere cannot stand alone.
  if [ -e "$main/shallow" ]; then
    cp "$main/shallow" "$repository/shallow"
    isFull=
  fi
  kilobytes=$(inside "$workspace" count-objects -v | awk '/^size(-pack)?:/ { sum += $2 } END { printf "%.0f", sum }')
  [ "$((${kilobytes:-0} * 1024))" -le "$fullBytes" ] || isFull=
  take_refs 0 repository
else
  echo /.craftastic-kept/ >"$repository/info/exclude"
fi
take_tree 0
if [ "$kind" = repository ]; then
  note_place 0 repository
  if [ "$ref" = - ]; then echo "$head" >"$repository/HEAD"; else kept symbolic-ref HEAD "$ref"; fi
else
  echo "place 0 files - - - $workspace" >>"$keep/manifest"
fi

if [ "$kind" = repository ]; then
  inside "$workspace" worktree list --porcelain >"$keep/worktrees" || refuse 'The worktrees cannot be listed.'
  awk '/^worktree / { path = substr($0, 10) } /^HEAD / { print $2, path }' "$keep/worktrees" | sed 1d >"$keep/found-worktrees"
  while read -r commit place; do
    places=$((places + 1))
    if [ -e "$place/.git" ]; then
      take_tree "$places"
      note_place "$places" worktree
    # Its files are gone, its commits may still be there.
    elif [ -n "$(echo "$commit" | tr -d 0)" ]; then
      echo "$commit refs/craftastic/worktrees/$places" >>"$keep/refs"
    fi
  done <"$keep/found-worktrees"
fi

# Repositories inside: those that git ignores stay out, as all that it ignores does.
find "$workspace" -mindepth 2 -path "$keep" -prune -o -name .git -print -prune 2>/dev/null >"$keep/nested"
while IFS= read -r path; do
  place=${path%/.git}
  common=$(common_of "$place" 2>/dev/null) || continue
  [ "$common" != "$main" ] || continue
  [ "$kind" = files ] || ! inside "$workspace" check-ignore --quiet -- "$place" || continue
  places=$((places + 1))
  cp "$keep/refs" "$keep/refs.before"
  echo "$common/objects" >>"$repository/objects/info/alternates"
  ignore_as "$common"
  take_tree "$places"
  own=$(inside "$place" rev-list --count ${head:+HEAD} --all --not --remotes) || refuse "The repository in $place is damaged."
  if [ "$own" = 0 ] && [ -z "$isDirty" ]; then
    mv "$keep/refs.before" "$keep/refs"
    continue
  fi
  take_refs "$places" nested
  note_place "$places" nested
done <"$keep/nested"

grep -q ' refs/remotes/main/' "$keep/refs" || isFull=1
[ -z "$isFull" ] || : >"$keep/full"
manifest=$(kept commit-tree -F "$keep/manifest" "$empty") || refuse 'What is to be kept cannot be written down.'
cp "$keep/refs" "$repository/packed-refs"
found=$(kept rev-list --max-count=1 --exclude='refs/remotes/*' --all --not --remotes) ||
  refuse 'The repository is damaged: some of its objects are missing.'
if [ -z "$found" ]; then
  echo nothing
  exit
fi
commits=$(kept rev-list --count --exclude='refs/remotes/*' --exclude='refs/craftastic/*' --all --not --remotes)
echo "$manifest refs/craftastic/kept/$kind" >>"$repository/packed-refs"
branch=$(kept symbolic-ref --quiet --short HEAD) || branch=
[ "$kind" = repository ] || branch=
echo "kept ${isFull:-0} $commits $files $stashes $branch"
sed -n 's#^\([0-9a-f]* refs/heads/\)#head \1#p' "$keep/refs" | head -n 100
