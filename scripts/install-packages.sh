# Read by `lab` where something is missing in node_modules. Uses its `lab_root`, `lab_node`, `lab_cache` and functions.

# Runs `npm ci`, once for all launchers that want it at the same time, as the owner of the checkout.
# An interrupted one is no finished one: npm writes node_modules/.package-lock.json last.
install_packages() {
  take_turn
  if ! packages_are_current; then
    npm_bin=$(find_npm) || stop \
      "npm is needed once, to install lab's packages, and was not found." \
      "Install it: apt-get install --no-install-recommends npm"
    printf 'Installing lab'\''s packages with %s/npm ci …\n' "$npm_bin" >&2
    # Files that the user who builds leaves unreadable could not be read by services without root.
    (umask 022 && cd "$lab_root" && npm_ci) || exit 1
    check_installed
  fi
  exec 9<&-
}

# The lock is on the folder itself: no file is left behind, and it ends with the last process that holds it.
take_turn() {
  exec 9<"$lab_root"
  flock -n 9 2>/dev/null && return
  echo 'Waiting for another lab that is installing the packages …' >&2
  flock 9 || :
}

# A folder that has both npm and the node it needs. sudo's secure_path hides those of a version manager.
find_npm() {
  for home in '' "$(home_of "${SUDO_USER:-}")" "$(home_of "$(stat -c %u -- "$lab_root")")" "${HOME:-}"; do
    if [ -z "$home" ]; then
      places=$(printf '%s\n' "$PATH:/usr/local/bin:/usr/bin" | tr : '\n')
    else
      places=$(node_folders_in "$home")
    fi
    while IFS= read -r folder; do
      if [ -x "$folder/npm" ] && [ -x "$folder/node" ]; then
        printf '%s\n' "$folder"
        return 0
      fi
    done <<PLACES
$places
PLACES
  done
  return 1
}

home_of() {
  [ -n "$1" ] && getent passwd "$1" | cut -d: -f6
}

# Newest first. volta's own `npm` is a shim that needs its user's environment; the images behind it do not.
node_folders_in() {
  for folder in "$1"/.nvm/versions/node/*/bin "$1"/.volta/tools/image/node/*/bin \
    "$1"/.local/share/fnm/node-versions/*/installation/bin "$1"/.fnm/node-versions/*/installation/bin \
    "$1"/.asdf/installs/nodejs/*/bin "$1"/.local/share/mise/installs/node/*/bin "$1"/n/bin \
    "$1"/.nodenv/versions/*/bin "$1"/.local/bin; do
    if [ -d "$folder" ]; then printf '%s\n' "$folder"; fi
  done | sort -rV
}

# No package of lab has an install script, so none is run. Development packages come along: `make test` needs them.
npm_ci() {
  # What an earlier run as root has compiled there is not the owner's to delete.
  [ ! -O "$lab_root" ] && rm -rf node_modules/.cache
  npm_said=$(as_owner env PATH="$npm_bin:$PATH:/usr/local/bin:/usr/bin:/bin" npm ci \
    --include=dev --include=optional --ignore-scripts --no-audit --no-fund --no-progress --loglevel=error 2>&1) && return
  printf '%s\n' "$npm_said" "lab: npm ci in $lab_root failed; its own words are above." >&2
  return 1
}

# Root must not leave files in a user's checkout that the user cannot delete, nor run what npm brings as root.
as_owner() {
  owner=$(stat -c %u -- "$lab_root")
  if [ "$(id -u)" != 0 ] || [ "$owner" = 0 ]; then
    "$@"
    return
  fi
  owner_home=$(home_of "$owner")
  if [ -n "$owner_home" ]; then groups=--init-groups; else groups=--clear-groups; fi
  HOME=${owner_home:-/nonexistent} npm_config_cache=$(cache_of_npm) \
    setpriv --reuid "$owner" --regid "$(stat -c %g -- "$lab_root")" "$groups" -- "$@"
}

# An owner without a home on this machine (a container's mounted folder) gets a cache that goes with node_modules.
cache_of_npm() {
  if [ -d "$owner_home" ]; then echo "$owner_home/.npm"; else echo "$lab_root/node_modules/.npm"; fi
}

check_installed() {
  [ -x "$lab_node" ] || stop "npm ci has not brought ${lab_node#"$lab_root"/}, the Node.js that lab runs on." \
    "Is the registry complete, and 'omit' not set in npm's configuration? $(npm_config_hint)"
  # A lock file from the future would look newer than what was just installed from it.
  packages_are_current || touch -r "$lab_root/package-lock.json" "$lab_root/node_modules/.package-lock.json"
}

npm_config_hint() {
  printf 'Try again with: cd %s && npm ci --include=optional' "$lab_root"
}

# Node.js makes one folder in the cache for each user; given to the checkout's owner, he can empty it.
prepare_compile_cache() {
  (umask 022 && mkdir -p "$lab_cache" && NODE_COMPILE_CACHE=$lab_cache "$lab_node" -e 0 &&
    chown -R "$(stat -c %u:%g -- "$lab_root")" "$lab_cache" &&
    chown "$(stat -c %u:%g -- "$lab_root")" "$lab_root/node_modules/.cache") 2>/dev/null || :
}
