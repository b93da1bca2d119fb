# The distribution: complete, described as CPAN wants it, with the crates that it needs. Without
# network it builds, installs into a prefix of its own and works from anywhere: the SYNOPSIS of
# its manual runs, man finds its pages, a second make does nothing. So does cpanm.
use strict;
use warnings;
use CPAN::Meta         ();
use Cwd                qw(getcwd);
use Digest::SHA        ();
use ExtUtils::Manifest qw(manicopy maniread);
use File::Path         qw(make_path remove_tree);
use File::Temp         ();
use JSON::PP           ();
use Test::CPAN::Changes;
use Test::More;

my $NAME = 'Sys-Virt-12.8.0';

my $top    = getcwd;
my $source = "$top/xt/build/distribution";
remove_tree($source) if -d $source;
make_path($source);

sub runs {
    my ( $command, $name ) = @_;
    my $output = qx{($command) 2>&1};
    is( $?, 0, $name ) or diag $output;
    return $output;
}

sub contents {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "$path: $!";
    local $/;
    return scalar <$file>;
}

diag 'making the distribution';
manicopy( maniread(), $source, 'cp' );
chdir $source or die "$source: $!";
runs( "$^X Makefile.PL", 'perl Makefile.PL' );
unlike( runs( 'make dist', 'make dist' ), qr/not in MANIFEST/i, 'which misses nothing' );
runs( "tar -xf $NAME.tar.gz", 'unpacked' );
chdir $NAME or die "$NAME: $!";

# What is in it.
my @files  = map {s{\A\./}{}r} split /\n/, qx{find . -type f};
my $listed = maniread();
is_deeply( [ sort keys %$listed ], [ sort @files ], 'MANIFEST lists exactly its files' );
my %crates = map { m{\Avendor/([^/]+)/} ? ( $1 => 1 ) : () } @files;
is_deeply( [ sort keys %crates ], [qw(libc pkg-config uuid virt virt-sys)], 'the crates' );
for my $crate ( sort keys %crates ) {
    my $sums    = JSON::PP->new->decode( contents("vendor/$crate/.cargo-checksum.json") )->{files};
    my @changed = grep { Digest::SHA::sha256_hex( contents("vendor/$crate/$_") ) ne $sums->{$_} }
        sort keys %$sums;
    is_deeply( \@changed, [], "$crate: as it was published" );
    next if $crate eq 'virt-sys';    # of the same authors and licence as virt, which has it
    ok( scalar( grep {m{\Avendor/\Q$crate\E/(?:LICENSE|COPYING)}} @files ), "$crate: its licence" );
}

# What it says of itself.
for my $file (qw(META.json META.yml)) {
    my $meta = CPAN::Meta->load_file( $file, { lazy_validation => 0 } );
    is( $meta->version, 'v12.8.0', "$file: the version" );
    is_deeply( [ $meta->licenses ], ['perl_5'], "$file: the licence" );
    my $prereqs = $meta->effective_prereqs;
    ok( $prereqs->requirements_for( 'configure', 'requires' )
            ->requirements_for_module('ExtUtils::MakeMaker'),
        "$file: configuring needs MakeMaker"
    );
    is( $prereqs->requirements_for( 'runtime', 'requires' )->requirements_for_module('perl'),
        '5.016', "$file: perl" );
}
my $meta = CPAN::Meta->load_file( 'META.json', { lazy_validation => 0 } );
is( $meta->meta_spec_version, 2, 'META.json: version 2 of the specification' );
is_deeply(
    [ sort keys %{ $meta->prereqs } ],
    [qw(build configure develop runtime test)],
    'META.json: what each phase needs'
);
changes_file_ok( 'Changes', { version => '12.8.0' } );

chdir $source or die "$source: $!";
diag 'make disttest';
runs( 'make disttest', 'make disttest' );
chdir $NAME or die "$NAME: $!";

# From here on without network, and without what cargo has downloaded before.
my $home    = File::Temp->newdir;
my $offline = "unshare --net env CARGO_HOME='$home/cargo' PERL_CPANM_HOME='$home/cpanm'";
my $prefix  = File::Temp->newdir;
runs( "$offline $^X Makefile.PL INSTALL_BASE='$prefix'", 'perl Makefile.PL INSTALL_BASE' );
runs( "$offline make",                                   'make' );
unlike( runs( "$offline make", 'make again' ), qr/cargo|-shared/, 'which builds nothing' );
utime undef, undef, 'rust/sys-virt/src/lib.rs';
like( runs( "$offline make", 'make after a change' ), qr/cargo build.*-shared/s, 'which builds' );
runs( 'make install', 'make install' );
my $staged = File::Temp->newdir;
runs( "make install DESTDIR='$staged'", 'make install DESTDIR' );
my @installed = glob "$staged$prefix/lib/perl5/*/Sys/Virt.pm";
is( scalar @installed, 1, 'installed below DESTDIR' );

# The SYNOPSIS, from another directory, with the host that needs no server.
my ($synopsis) = contents('lib/Sys/Virt.pod') =~ /^=head1 SYNOPSIS\n(.*?)^=head1/ms;
my $script = File::Temp->new;
print {$script} $synopsis;
close $script;
chdir '/' or die $!;
my $output = do {
    local $ENV{LIBVIRT_DEFAULT_URI} = 'test:///default';
    runs( "$^X -Mlib='$prefix/lib/perl5' $script", 'the SYNOPSIS' );
};
like( $output, qr/\btest\b/, 'names the domain' );
for my $page (qw(Sys::Virt Sys::Virt::Manual::Tutorial)) {
    my $manual = runs( "man -M '$prefix/man' $page | col -b", "man $page" );
    like( $manual, qr/^ +$page - /m, 'the page' );
}

my $cpanm = File::Temp->newdir;
diag 'cpanm without network';
runs( "$offline cpanm --verbose --local-lib-contained '$cpanm' '$source/$NAME.tar.gz'", 'cpanm' );
is( runs( "$^X -Mlib='$cpanm/lib/perl5' -MSys::Virt -e 'print \$INC{q{Sys/Virt.pm}}'", 'loads' ),
    ( glob "$cpanm/lib/perl5/*/Sys/Virt.pm" )[0],
    'what cpanm installed'
);
my ($object) = glob "$cpanm/lib/perl5/*/auto/Sys/Virt/Virt.so";
diag sprintf '%s: %.1f KiB', @$_
    for [ "$NAME.tar.gz", ( -s "$source/$NAME.tar.gz" ) / 1024 ],
    [ 'Virt.so', ( -s $object ) / 1024 ];

chdir $top or die "$top: $!";
remove_tree($source);

done_testing;
