#!/usr/bin/env bash
# Installs the real S3 clients that the end-to-end tests drive, the PostgreSQL server that tests start to keep blocks in, and
# the library that the coding benchmark is measured against, and the compiler of the failing disk in Cess.RealFaults. Where it cannot, it names what is missing and goes on: tests that need it are skipped, or fail when CI=true.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# What must be there, and the Debian package that brings it.
packages=(aws:awscli rclone:rclone s3cmd:s3cmd node:nodejs npm:npm libisal.so.2:libisal2 initdb:postgresql cc:gcc)

is_there() {
  case $1 in
    # Debian keeps the server's programs off the path, a folder a version.
    initdb) [[ -n $(compgen -G '/usr/lib/postgresql/*/bin/initdb') ]] || command -v initdb >/dev/null ;;
    lib*) PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q "$1" ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

list_missing() {
  missing=()
  for entry in "${packages[@]}"; do
    is_there "${entry%%:*}" || missing+=("${entry#*:}")
  done
}

install_missing() {
  command -v apt-get >/dev/null || return
  local as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || return
    as_root=(sudo)
    # Without a terminal nobody can type a password.
    [[ -t 0 ]] || as_root=(sudo -n)
  fi
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends)
  echo "Installing: ${missing[*]}"
  "${as_root[@]}" apt-get update -q >/dev/null || echo "The lists of packages could not be brought up to date."
  "${install[@]}" "${missing[@]}" >/dev/null && return
  # One package that this distribution lacks must not keep the others away.
  for package in "${missing[@]}"; do
    "${install[@]}" "$package" >/dev/null || echo "Could not install $package."
  done
}

install_node_modules() {
  command -v npm >/dev/null || return
  [[ tests/clients/node_modules/.package-lock.json -nt tests/clients/package-lock.json ]] && return
  npm ci --prefix tests/clients --no-audit --no-fund --loglevel=error || echo "Could not install tests/clients."
}

list_missing
if [[ ${#missing[@]} -gt 0 ]]; then
  install_missing
  list_missing
fi
install_node_modules

[[ -d tests/clients/node_modules ]] || missing+=("tests/clients/node_modules (npm ci --prefix tests/clients)")
if [[ ${#missing[@]} -eq 0 ]]; then
  echo "Clients: aws, rclone, s3cmd, the JavaScript SDK, PostgreSQL and a C compiler are there."
else
  printf 'Missing: %s\n' "${missing[@]}"
fi
