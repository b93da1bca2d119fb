# What building and testing need, and what each distribution calls it: the one
# place that knows. The commands in dev/ source it, at the top of the tree.

RUST=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
LIBVIRT=7.0.0

needs() {
    cat <<'TABLE'
tier  need                   debian                        fedora              opensuse                arch            alpine
build make                   make                          make                make                    make            make
build cc                     gcc,libc6-dev                 gcc,glibc-devel     gcc,glibc-devel         gcc             gcc,musl-dev
build perl                   perl,libcrypt-dev             perl,perl-devel     perl,libxcrypt-devel    perl            perl-dev
build pkg-config             pkg-config                    pkgconf-pkg-config  pkgconf-pkg-config      pkgconf         pkgconf
build libvirt                libvirt-dev                   libvirt-devel       libvirt-devel           libvirt         libvirt-dev
build rust                   cargo                         cargo               cargo                   rust            cargo
build certificates           ca-certificates               ca-certificates     ca-certificates-mozilla ca-certificates ca-certificates
lint  rustfmt                rustfmt                       rustfmt             cargo                   rust            rustfmt
lint  clippy                 rust-clippy                   clippy              cargo                   rust            rust-clippy
style perltidy               perltidy                      perltidy            perl-Perl-Tidy          perl-tidy       perl-tidy
style perlcritic             libperl-critic-perl           perl-Perl-Critic    perl-Perl-Critic        perl-perl-critic perl-critic
rust  libclang               libclang-dev                  clang-devel         clang-devel             clang           clang-dev
t     prove                  perl                          perl                perl                    perl            perl-utils
t     Test::More             perl                          perl                perl                    perl            perl
t     JSON::PP               perl                          perl                perl                    perl            perl
t     nm                     binutils                      binutils            binutils                binutils        binutils
xt    prove                  perl
xt    Test::LeakTrace        libtest-leaktrace-perl
xt    Test::CPAN::Changes    libcpan-changes-perl
xt    cpanm                  cpanminus
xt    Test::Spelling         libtest-spelling-perl
xt    aspell                 aspell,aspell-en
xt    AnyEvent::Util         libanyevent-perl
xt    EV::MakeMaker          libev-perl
xt    IO::Async::Loop        libio-async-perl
xt    Mojo::IOLoop           libmojolicious-perl
xt    XML::LibXML            libxml-libxml-perl
xt    mmdebstrap             mmdebstrap
xt    valgrind               valgrind
xt    libperl.so             libperl-dev
xt    man                    man-db
xt    col                    bsdextrautils
xt    ip                     iproute2
xt    iptables               iptables
xt    dnsmasq                dnsmasq-base
xt    parted                 parted
xt    mkfs.ext4              e2fsprogs
xt    lvcreate               lvm2
xt    certtool               gnutls-bin
xt    dropbear               dropbear-bin
xt    ssh                    openssh-client
xt    saslpasswd2            sasl2-bin
xt    libdigestmd5.so        libsasl2-modules
xt    libscram.so            libsasl2-modules
xt    virsh                  libvirt-clients
xt    qemu-img               qemu-utils
xt    qemu-system-x86_64     qemu-system-x86
xt    libvirtd               libvirt-daemon
xt    libvirt_driver_qemu    libvirt-daemon-driver-qemu
xt    libvirt_driver_lxc     libvirt-daemon-driver-lxc
xt    libvirt_driver_network libvirt-daemon-driver-network
xt    libvirt_driver_storage libvirt-daemon-driver-storage
xt    libvirt_driver_secret  libvirt-daemon-driver-secret
xt    libvirt_storage_backend_iscsi-direct.so libvirt-daemon-driver-storage-iscsi-direct
xt    libvirt_driver_nodedev libvirt-daemon-driver-nodedev
xt    libvirt_driver_nwfilter libvirt-daemon-driver-nwfilter
chroot mmdebstrap            mmdebstrap
deb   dpkg-buildpackage      dpkg-dev
deb   lintian                lintian
rpm   rpmbuild               rpm                           rpm-build           rpm-build
rpm   rpmlint                rpmlint                       rpmlint             rpmlint
rpm   eu-strip               elfutils                      elfutils            elfutils
TABLE
}

say() { printf 'dev/%s: %s\n' "${0##*/}" "$*" >&2; }

# ---- what is there ----------------------------------------------------------

at_least() { # VERSION FOUND
    awk -v want="$1" -v found="$2" 'BEGIN {
        split(want, w, "."); split(found, f, ".")
        for (i = 1; i <= 3; i++) if (f[i] + 0 != w[i] + 0) exit f[i] + 0 < w[i] + 0
    }'
}

version_of() { # COMMAND
    "$1" --version 2>/dev/null | awk 'NR == 1 { print $2 }'
}

has() { # NEED
    case $1 in
    cc) printf '#include <stdlib.h>\n' | ${CC:-cc} -x c -fsyntax-only - ;;
    perl)
        flags=$("${PERL:-perl}" -MConfig -MExtUtils::MakeMaker -e 'print "$Config{ccflags} -I$Config{archlibexp}/CORE"') &&
            printf '#include "EXTERN.h"
#include "perl.h"
' | ${CC:-cc} $flags -x c -fsyntax-only -
        ;;
    libvirt) pkg-config --atleast-version=$LIBVIRT libvirt ;;
    rust) at_least "$RUST" "$(version_of cargo)" && at_least "$RUST" "$(version_of rustc)" ;;
    certificates) [ -d vendor ] || cat /etc/ssl/certs/ca-certificates.crt || cat /etc/ssl/ca-bundle.pem || cat /etc/pki/tls/certs/ca-bundle.crt ;;
    rustfmt) cargo fmt --version ;;
    clippy) cargo clippy --version ;;
    # bindgen wants the library and its own <stddef.h>.
    libclang) find /usr/lib* "${LIBCLANG_PATH:-/usr/lib}" -name 'libclang[.-][s0-9]*' | grep . &&
        find /usr/lib* -path '*/clang/*/include/stddef.h' | grep . ;;
    libvirt_driver_*) find /usr/lib* -path "*/libvirt/connection-driver/$1.so" | grep . ;;
    *.so) find /usr/lib* -name "$1" | grep . ;;
    *::*) "${PERL:-perl}" -M"$1" -e 1 ;;
    *) PATH=$PATH:/usr/sbin:/sbin command -v "$1" ;;
    esac </dev/null >/dev/null 2>&1
}

# What these tiers need and don't find.
missing() { # TIER...
    needs | while read -r tier need _; do
        case " $* " in *" $tier "*) has "$need" || echo "$need" ;; esac
    done
}

found() { # COMMAND...
    version=$("$@" 2>/dev/null) && echo " (found: $version)"
}

describe() { # NEED
    case $1 in
    cc) echo "a C compiler (${CC:-cc}) and the C library's headers" ;;
    perl) echo "ExtUtils::MakeMaker, and perl's headers with those that they include" ;;
    libvirt) echo "libvirt $LIBVIRT or newer, with its headers$(found pkg-config --modversion libvirt)" ;;
    rust) echo "cargo and rustc $RUST or newer$(found rustc --version)" ;;
    certificates) echo "certificates, for cargo's downloads" ;;
    *) echo "$1" ;;
    esac
}

# ---- what it is called ------------------------------------------------------

family() {
    case " $(. /etc/os-release && echo "$ID ${ID_LIKE:-}") " in
    *" debian "* | *" ubuntu "*) echo debian ;;
    *" fedora "* | *" rhel "*) echo fedora ;;
    *suse*) echo opensuse ;;
    *" arch "*) echo arch ;;
    *" alpine "*) echo alpine ;;
    esac 2>/dev/null
}

packages() { # FAMILY NEED...
    column=$1
    shift
    needs | awk -v column="$column" -v wanted=" $* " '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) c = i; next }
        index(wanted, " " $2 " ") {
            n = split($c, names, ",")
            for (i = 1; i <= n; i++) if (!seen[names[i]]++) print names[i]
        }' | if [ "$column" = debian ]; then debian_names; else cat; fi | paste -s -d ' ' -
}

# Debian 12 has a newer Rust as cargo-web and rust-web-clippy, Ubuntu as cargo-1.85;
# and what one release has in a package of its own, another has in libvirt-daemon.
debian_names() {
    if ! ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1; then
        cat
        return
    fi
    while read -r name; do
        case $name in
        cargo | rustfmt | rust-clippy)
            for other in $(apt-cache search --names-only "^($name|rust-web-${name#rust-})(-web|-[0-9.]+)?\$" | cut -d ' ' -f 1 | sort); do
                version=$(apt-cache show --no-all-versions "$other" | sed -n 's/^Version: \([0-9.]*\).*/\1/p')
                if at_least "$RUST" "$version"; then
                    echo "$other"
                    break
                fi
            done
            ;;
        *) if apt-cache show "$name" >/dev/null 2>&1; then echo "$name"; fi ;;
        esac
    done
}

tell() { # NEED...
    echo "missing:"
    for need; do
        echo "    $(describe "$need")"
    done
    case $(family) in
    debian) echo "to install: apt-get install $(packages debian "$@")" ;;
    fedora) echo "to install: dnf install $(packages fedora "$@")" ;;
    opensuse) echo "to install: zypper install $(packages opensuse "$@")" ;;
    arch) echo "to install: pacman -S $(packages arch "$@")" ;;
    alpine) echo "to install: apk add $(packages alpine "$@")" ;;
    *)
        echo "to install:"
        echo "    Debian, Ubuntu  apt-get install $(packages debian "$@")"
        echo "    Fedora          dnf install $(packages fedora "$@")"
        echo "    openSUSE        zypper install $(packages opensuse "$@")"
        echo "    Arch Linux      pacman -S $(packages arch "$@")"
        echo "    Alpine Linux    apk add $(packages alpine "$@")"
        ;;
    esac
    case " $* " in
    *" rust "*) echo "where that is older than $RUST: cargo-web on Debian 12, elsewhere https://rustup.rs" ;;
    esac
}

# ---- setting up -------------------------------------------------------------

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# A Rust that is installed without being on PATH: rustup's, or one of Ubuntu's.
find_rust() {
    for dir in "$HOME/.cargo/bin" /usr/lib/rust-*/bin; do
        if has rust; then return; fi
        if [ -x "$dir/cargo" ]; then PATH=$dir:$PATH; fi
    done
}

# Installs what is missing, as far as apt-get has it.
install() { # TIER...
    find_rust
    set -- $(missing "$@")
    if [ $# = 0 ] || [ "$(family)" != debian ] || [ -z "$(packages debian "$@")" ]; then return; fi
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then return; fi
    # From Debian 13 on, libvirt-daemon starts a service: not ours to decide on
    # a machine that somebody works with.
    case " $* " in
    *" libvirtd "*) if [ -d /run/systemd/system ] && [ -z "${CI:-}" ]; then return; fi ;;
    esac
    say "looking for packages (apt-get update)"
    as_root apt-get -qq update
    names=$(packages debian "$@")
    say "installing $names"
    # A fresh machine may be busy with upgrades of its own.
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -o DPkg::Lock::Timeout=600 install -y --no-install-recommends $names >/dev/null
    find_rust
}

# Installs what is missing, or tells what it is and stops.
setup() { # TIER...
    install "$@"
    install "$@" # once more: a package may have pushed out an older or a newer one
    set -- $(missing "$@")
    if [ $# = 0 ]; then return; fi
    say "$(tell "$@")"
    exit 1
}

# Builds in the tree, if something changed.
build() {
    if ! make -q Makefile >/dev/null 2>&1 || [ -n "$(find lib -type d -newer Makefile)" ]; then
        say "perl Makefile.PL"
        "${PERL:-perl}" Makefile.PL >&2
    fi
    if ! make -q pm_to_blib blib/arch/auto/Sys/Virt/Virt.so >/dev/null 2>&1; then
        say "make"
        make >&2
    fi
}

# The Perl in the tree: by its name, or by its first line.
perl_files() {
    sed 's/[[:space:]].*//' MANIFEST | while read -r file; do
        case $file in
        *.pl | *.pm | *.t | Makefile.PL) echo "$file" ;;
        *.*) ;;
        *) if head -n 1 "$file" | grep -q '^#!.*perl'; then echo "$file"; fi ;;
        esac
    done
}

module_version() {
    sed -n "s/^our \$VERSION = '\(.*\)';/\1/p" lib/Sys/Virt.pm
}
