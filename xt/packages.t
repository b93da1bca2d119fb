# The packages of packaging/, made by dev/package in a trixie with its own Rust. The one for
# Debian is installed there, in the place of libsys-virt-perl for what depends on that, is used,
# and goes without a trace. The one for RPM has what it should.
use strict;
use warnings;
use Test::More;

my $OURS = 'libsys-virt-rust-perl';
my $APT  = 'DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends';

sub trixie {
    my ( $name, $command ) = @_;
    diag $name;
    open my $output, '-|', 'dev/chroot', 'trixie', 'sh', '-euc', "exec 2>&1; $command"
        or die "dev/chroot: $!";
    my @lines = <$output>;
    close $output;
    is( $?, 0, $name ) or diag @lines;
    return join '', @lines;
}

my $made = trixie( 'dev/package deb', 'dev/package deb' );
like( $made, qr{/\Q$OURS\E_12\.8\.0-1_\w+\.deb$}m, 'a package' );

trixie( 'installed', "$APT install --reinstall ./target/packages/deb/${OURS}_*.deb" );
my $loads = q{cd / && perl -MSys::Virt -e 'print qq{<$INC{"Sys/Virt.pm"} $Sys::Virt::VERSION>}'};
like(
    trixie( 'it loads', $loads ),
    qr{</usr/lib/[\w-]+/perl5/[\d.]+/Sys/Virt\.pm 12\.8\.0>},
    'from where distributions install'
);
like( trixie( 'its files', "dpkg -L $OURS" ), qr{/man3/Sys::Virt\.3pm}, 'with the manual' );

# libguestfs takes libvirt's pointer out of a domain of the module.
trixie( 'libguestfs-perl, which depends on libsys-virt-perl', "$APT install libguestfs-perl" );
my $status = trixie( 'which of them', "dpkg-query -W -f '\${Package} \${Status}\\n' '*sys-virt*'" );
like( $status, qr/^\Q$OURS\E install ok installed$/m, 'ours is still there' );
unlike( $status, qr/^libsys-virt-perl install/m, 'and the other is not' );
my $guestfs = <<'PERL';
my $domain = Sys::Virt->new( uri => "test:///default" )->get_domain_by_name("test");
print "<", eval { Sys::Guestfs->new->add_libvirt_dom($domain) } // $@, ">";
PERL
like(
    trixie( 'libguestfs is given a domain', "perl -MSys::Virt -MSys::Guestfs -e '$guestfs'" ),
    qr/domain is a live virtual machine/,
    'and reads its state'
);

trixie( 'removed', "$APT purge $OURS libguestfs-perl" );
is( trixie( 'what is left', q{find /usr -path '*Sys/Virt*' -o -path '*Sys::Virt*'} ),
    '', 'nothing' );

$made = trixie( 'dev/package rpm', 'dev/package rpm' );
my ($rpm) = $made =~ m{(target/packages/rpm/perl-Sys-Virt-Rust-12\.8\.0-1\.(?!src)\w+\.rpm)$}m;
ok( $rpm, 'a package' );
my $contents = trixie( 'what is in it', "rpm -qp --provides --requires --conflicts --list $rpm" );

# Debian's rpm doesn't look into Perl, so that perl(Sys::Virt) isn't among them.
like( $contents, qr/^$_$/m, $_ )
    for 'perl-Sys-Virt = 12.8.0-1', 'perl-Sys-Virt', '/\S+/Sys/Virt\.pm',
    '/\S+/auto/Sys/Virt/Virt\.so', '/\S+/man3/Sys::Virt::Domain\.3\S*', 'libvirt\.so\.0.*';
my %locked = do {
    open my $lock, '<', 'Cargo.lock' or die "Cargo.lock: $!";
    local $/;
    <$lock> =~ /^name = "(.+)"\nversion = "(.+)"/mg;
};
like( $contents, qr/^bundled\(crate\(\Q$_\E\)\) = \Q$locked{$_}\E$/m, "the crate $_" )
    for qw(libc uuid virt virt-sys);

done_testing;
