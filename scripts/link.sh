# link.sh install|uninstall LAUNCHER LINK: makes or removes the link through which `lab` is on the PATH.
# Only a link to this very launcher is ever replaced or removed.
set -eu
action=$1 launcher=$2 link=$3

if [ -L "$link" ] && [ "$(readlink -- "$link")" = "$launcher" ]; then
  is_ours=yes
elif [ -e "$link" ] || [ -L "$link" ]; then
  printf '%s is not a link to %s; it stays as it is.\n' "$link" "$launcher" >&2
  exit 1
else
  is_ours=no
fi

case $action-$is_ours in
install-yes) printf '%s is installed already.\n' "$link" ;;
install-no)
  mkdir -p -- "${link%/*}"
  ln -s -- "$launcher" "$link"
  printf '%s now starts %s.\n' "$link" "$launcher"
  ;;
uninstall-yes)
  rm -- "$link"
  printf '%s is removed.\n' "$link"
  ;;
uninstall-no) printf 'There is no %s.\n' "$link" ;;
esac
