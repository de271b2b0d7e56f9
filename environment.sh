#!/bin/sh
# Makes the environment .venv from a hash-pinned lock and installs newslake into it, editable.
#
#     sh environment.sh requirements.lock        what newslake runs with
#     sh environment.sh requirements-dev.lock    that and the tools of `make test`
#     sh environment.sh requirements.lock ray,s3,postgres    what newslake runs with, and these extras of pyproject.toml
#
# Extras come in the versions of requirements-dev.lock, so that all machines of a cluster have the same; pip cannot hold
# these against hashes, as it resolves them.
# It needs Python >= 3.11 with venv, and takes uv where it is on the PATH, else pip. PYTHON names another interpreter.
# Nothing outside the checkout is needed but the two caches, and where the home folder cannot be written (or there is
# none) these too move into the checkout's .cache. What is there and up to date is left alone: a stamp in .venv holds
# the checksum of the lock, of pyproject.toml, of what is compiled and of the checkout's place.
set -eu
cd "$(dirname "$0")"
lock=${1:?usage: sh environment.sh LOCK [EXTRAS]}
extras=${2:-}
venv=.venv

say() { printf '%s\n' "$*"; }
fail() {
    printf 'newslake cannot be set up: %s\n' "$*" >&2
    exit 1
}

stamp_of() { { pwd && cat "$1" pyproject.toml hatch_build.py transforms/compiled/*.pyx; } | cksum; }
is_current() { [ -x $venv/bin/newslake ] && [ "$(cat "$venv/.from-$1" 2>/dev/null)" = "$(stamp_of "$1")" ]; }
is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

has_extras() { [ -z "$extras" ] || [ "$(cat $venv/.from-extras 2>/dev/null)" = "$extras $(stamp_of requirements-dev.lock)" ]; }

# The development lock holds everything that the other one does, extras too, so it serves both.
if { is_current "$lock" && has_extras; } || is_current requirements-dev.lock; then
    exit 0
fi
[ -w . ] || fail "$(pwd) cannot be written by $(id -un 2>/dev/null || id -u). Clone the repository as this user."

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_new_enough "$PYTHON" || fail "PYTHON=$PYTHON is not a working Python 3.11 or newer."
        say "$PYTHON"
        return
    fi
    # Each candidate is started: a pyenv shim is on the PATH also for a version that is not switched on.
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if is_new_enough "$candidate"; then
            say "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed, and python3 is $(python3 -V 2>/dev/null || say 'missing')." \
        "Install one, or name it: make PYTHON=/path/to/python3.12 demo"
}

# A cache in the home folder is used where it can be written, else one in the checkout.
cache_for() {
    folder=${XDG_CACHE_HOME:-${HOME:-}/.cache}/$1
    if [ -n "${HOME:-}" ] && [ -w "$HOME" ] && mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ]; then
        say "$folder"
    else
        say "$(pwd)/.cache/$1"
    fi
}
case $(uname -s) in
    Darwin) [ -w "${HOME:-/nonexistent}" ] || PIP_CACHE_DIR=${PIP_CACHE_DIR:-$(cache_for pip)} ;;
    *) PIP_CACHE_DIR=${PIP_CACHE_DIR:-$(cache_for pip)} ;;
esac
UV_CACHE_DIR=${UV_CACHE_DIR:-$(cache_for uv)}
[ -z "${PIP_CACHE_DIR:-}" ] || export PIP_CACHE_DIR
export UV_CACHE_DIR

# A moved or copied checkout has an environment whose scripts still point to the old place.
if [ -f $venv/.checkout ] && [ "$(cat $venv/.checkout)" != "$(pwd)" ]; then
    say "$venv was made for $(cat $venv/.checkout): it is made anew."
    rm -rf $venv
fi
if [ -e $venv ] && ! is_new_enough $venv/bin/python; then
    say "$venv has no working Python 3.11 or newer: it is made anew."
    rm -rf $venv
fi
rm -f $venv/.from-*

# The locks are complete, so neither tool may add to them. pip must not even try: it would look for a hash of
# "sqlalchemy[asyncio]", which as an extra has none, and refuse the whole lock.
with_uv() {
    if [ ! -e $venv ]; then
        uv venv --quiet --python "$python" $venv || return 1
    fi
    uv pip install --quiet --compile-bytecode --python $venv/bin/python --no-deps --require-hashes -r "$lock" || return 1
    [ -n "$extras" ] || uv pip install --quiet --python $venv/bin/python --no-deps --no-build-isolation --editable .
}

with_pip() {
    if ! $venv/bin/python -m pip --version >/dev/null 2>&1; then
        rm -rf $venv
        "$python" -c 'import ensurepip, venv' 2>/dev/null ||
            fail "the venv module of $("$python" -V) is incomplete. On Debian and Ubuntu: apt install python3-venv." \
                "Elsewhere install uv, or name another Python: make PYTHON=/path/to/python3.12 demo"
        "$python" -m venv $venv || fail "$python -m venv $venv failed; what it said stands above."
    fi
    pip="$venv/bin/python -m pip --disable-pip-version-check --no-input install -qq --no-deps"
    $pip --no-compile --require-hashes -r "$lock" || fail "pip could not install $lock; what it said stands above. Run it again: it resumes from its cache."
    [ -n "$extras" ] || $pip --no-build-isolation --editable . || fail "pip could not install newslake itself; what it said stands above."
    # On all cores, where pip would take one, and without the packages' own tests, a fifth of all. A template among the
    # packages that is no Python may fail: no matter.
    $venv/bin/python -m compileall -q -j 0 -x '/tests?/' $venv/lib >/dev/null 2>&1 || true
}

# newslake itself comes with them, not before them, so that its loops are compiled once.
with_extras() {
    versions=$venv/extras-versions
    sed -n 's/^\([a-z0-9][a-z0-9._-]*\)\(\[[^]]*\]\)\{0,1\}\(==[^\\]*\).*/\1\3/p' requirements-dev.lock >"$versions"
    say "Adding the extras $extras."
    if $venv/bin/python -m pip --version >/dev/null 2>&1; then
        $venv/bin/python -m pip --disable-pip-version-check --no-input install -qq --no-build-isolation \
            -c "$versions" --editable ".[$extras]"
    else
        uv pip install --quiet --python $venv/bin/python --no-build-isolation -c "$versions" --editable ".[$extras]"
    fi || fail "the extras $extras could not be installed; what was said stands above."
}

python=$(find_python)
count=$(grep -c '^[a-z].*==' "$lock")
began=$(date +%s)
if command -v uv >/dev/null 2>&1; then
    say "Setting up $venv: up to $count packages from $lock with uv and $("$python" -V)."
    with_uv || {
        say "uv could not do it; what it said stands above. pip takes over."
        with_pip
    }
else
    say "Setting up $venv: up to $count packages from $lock with pip and $("$python" -V). The first time takes a minute or two."
    with_pip
fi
[ -z "$extras" ] || with_extras
# Where PYTHONDONTWRITEBYTECODE is set, as in many containers, each start would compile newslake anew: 0.1 s.
$venv/bin/python -m compileall -q transforms expectations warehouse flows >/dev/null 2>&1 || true
$venv/bin/python -c "import sys; from transforms.compiled import loops; sys.exit(loops() != 'compiled')" ||
    say "The reader's loops were not compiled: newslake works as it should, but a page takes twice as long. Most often" \
        "there is no C compiler, or no headers of Python (on Debian and Ubuntu: apt install gcc python3-dev). This compiles" \
        "them, or says what is in the way: $venv/bin/python -c 'import pathlib, hatch_build; hatch_build.compiled(pathlib.Path())'"
pwd >$venv/.checkout
[ "$lock" = requirements-dev.lock ] && stamp_of requirements.lock >$venv/.from-requirements.lock
stamp_of "$lock" >"$venv/.from-$lock"
[ -z "$extras" ] || say "$extras $(stamp_of requirements-dev.lock)" >$venv/.from-extras
say "$venv is ready after $(($(date +%s) - began)) s."
