#!/bin/sh
# Writes what a build is made from, for the jar to carry: the commit of a tree, and whether a file outside results/ that git
# does not ignore differs from it, new ones too. Where git does not tell, the reason is printed and written instead.
#
# source.sh TREE FILE
set -eu

# a build that a git hook runs is told of the hook's repository, which may hold this tree as a submodule
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX GIT_COMMON_DIR GIT_OBJECT_DIRECTORY

cd -- "$1"
file=$2

commit=
dirty=
reason=
if ! command -v git >/dev/null 2>&1; then
    reason='git is not on the PATH'
# asked for a file, not for HEAD alone: a tree unpacked inside another repository is not of that one's commit
elif said=$(git cat-file -e HEAD:./pom.xml 2>&1); then
    # failing, it ends the build: what it would say is not known
    changes=$(git --no-optional-locks status --porcelain --untracked-files=normal -- . ':!results')
    commit=$(git rev-parse HEAD)
    if [ -n "$changes" ]; then dirty=true; else dirty=false; fi
else
    reason=$said
fi
# git goes on with advice, and Java reads a backslash as the start of an escape
reason=$(printf '%s\n' "$reason" | head -n 1 | tr '\\' '/')

mkdir -p -- "$(dirname -- "$file")"
printf 'commit=%s\ndirty=%s\nreason=%s\n' "$commit" "$dirty" "$reason" >"$file"
[ -z "$reason" ] || printf 'results of this build will carry no commit: %s\n' "$reason" >&2
