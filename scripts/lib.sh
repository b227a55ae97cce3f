# Shared by the scripts beside it: say what happens, find or fetch Go, install Debian packages.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD

say()  { printf '\n== %s\n' "$*"; }
run()  { printf '+ %s\n' "$*"; "$@"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }

# missing_packages prints those of its arguments that Debian's dpkg does not have.
missing_packages() {
	local p
	for p in "$@"; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$p"
	done
}

# need_packages installs Debian packages that are missing, as root or through sudo.
need_packages() {
	command -v dpkg-query >/dev/null || { say "Not Debian or Ubuntu: make sure that you have what these packages hold: $*"; return 0; }
	local missing
	missing=$(missing_packages "$@")
	[ -z "$missing" ] && return 0
	say "Installing what is missing: $missing"
	local as=()
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || fail "These packages are missing and you are not root. Run: apt-get install $missing"
		as=(sudo)
	fi
	# A list of packages that is a day old is as good as none.
	"${as[@]}" apt-get update -qq || fail "The package list could not be fetched. Check the network, then try again."
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive "${as[@]}" apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
		fail "Installing failed. Run by hand to see why: apt-get install $missing"
}

# need_npm makes sure that there is an npm, from wherever: Debian's own, or one that came with another
# Node. Only tests need it, for peers that others wrote.
need_npm() { command -v npm >/dev/null || need_packages nodejs npm; }

go_minor() { go version 2>/dev/null | sed -n 's/^go version go1\.\([0-9]*\).*/\1/p'; }

# need_go makes sure that a Go which can build this is on PATH. Any Go from 1.21 fetches the right one
# by itself; an older one, such as Debian 12's, is used once to fetch it as a module.
need_go() {
	export GOFLAGS="${GOFLAGS:--buildvcs=false}"
	[ -d /usr/local/go/bin ] && PATH=$PATH:/usr/local/go/bin
	command -v go >/dev/null || need_packages golang-go ca-certificates
	command -v go >/dev/null || fail "Go is missing. Install Go 1.21 or newer, then try again."
	local want minor
	want=$(sed -n 's/^go \(1\.[0-9.]*\)$/\1/p' go.mod)
	minor=$(go_minor)
	if [ "${minor:-0}" -lt 21 ]; then
		local tc dir
		tc="golang.org/toolchain@v0.0.1-go$want.$(go env GOOS)-$(go env GOARCH)"
		say "Go 1.$minor is too old; fetching Go $want as a module"
		dir=$(mktemp -d)
		printf 'module fetch\n' >"$dir/go.mod"
		(cd "$dir" && GOFLAGS=-mod=mod go mod download "$tc") || fail "Go $want could not be fetched. Install Go 1.21 or newer, then try again."
		rm -rf "$dir"
		dir=$(go env GOMODCACHE)/$tc
		chmod -R u+w "$dir"
		find "$dir/bin" "$dir/pkg/tool" -type f -exec chmod +x {} +
		PATH=$dir/bin:$PATH
		export GOROOT=$dir
	fi
	export PATH
	go version
}

WINDOW_BUILD="gcc libc6-dev pkg-config libgl-dev libgles-dev libegl-dev libx11-dev libxrandr-dev libxxf86vm-dev libxi-dev libxcursor-dev libxinerama-dev libwayland-dev libxkbcommon-dev"
WINDOW_TEST="libgl1-mesa-dri xvfb xdotool openbox x11-apps imagemagick dbus"
PEERS="xz-utils gnome-keyring python3-aiosmtpd dovecot-imapd python3-dkim python3-nacl postgresql openssl util-linux procps swtpm iproute2 rpm systemd wine wine64 gcc-mingw-w64-x86-64"
WINDOW_TAGS="gles,gles2,migrated_fynedo"
VERSION=$(sed -n 's/^Version = "\(.*\)"$/\1/p' FyneApp.toml)
LDFLAGS="-s -w -X github.com/seed-1feef0b2/holdfast/internal/version.Version=$VERSION"

# build_plain builds the programs without a window: pure Go. Further arguments go to go build.
build_plain() {
	mkdir -p bin
	CGO_ENABLED=0 run go build -ldflags "$LDFLAGS" "$@" -o bin/ ./cmd/holdfastctl ./cmd/holdfastd
}

# build_window builds the desktop program. Further arguments go to go build.
build_window() {
	mkdir -p bin
	CGO_ENABLED=1 run go build -ldflags "$LDFLAGS" -tags "${1:-$WINDOW_TAGS}" -o bin/holdfast ./cmd/holdfast
}
