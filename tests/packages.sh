# Sourced by the scripts that set up a bare Debian 12.

# Installs the named Debian packages that are missing, and says so.
install_packages() {
  local package missing=()
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null || { echo "These Debian packages are needed: ${missing[*]}" >&2; exit 1; }
    root=(sudo)
  fi
  echo "Installing ${missing[*]}"
  "${root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
}

have_python_module() {
  local python
  for python in python3 /usr/bin/python3; do "$python" -c "import $1" 2> /dev/null && return 0; done
  return 1
}
