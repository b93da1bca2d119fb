# Installed the CPAN way into a prefix of its own, the module works from anywhere: the SYNOPSIS of
# its manual runs, man finds its pages, a second make does nothing.
use strict;
use warnings;
use Cwd qw(getcwd);
use File::Path qw(make_path remove_tree);
use File::Temp ();
use Test::More;

my $top    = getcwd;
my $source = "$top/xt/build/install";
my $prefix = File::Temp->newdir;
remove_tree($source) if -d $source;
make_path($source);

sub runs {
    my ( $command, $name ) = @_;
    my $output = qx{($command) 2>&1};
    is( $?, 0, $name ) or diag $output;
    return $output;
}
diag 'building a copy of the distribution';
runs( "perl -ne 'chomp; print qq{\$_\\0}' MANIFEST | tar -c --null -T - | tar -x -C '$source'",
    'what MANIFEST lists' );
chdir $source or die "$source: $!";
runs( "$^X Makefile.PL INSTALL_BASE='$prefix'", 'perl Makefile.PL' );
runs( 'make',      'make' );
unlike( runs( 'make', 'make again' ), qr/cargo|-shared/, 'which builds nothing' );
my ($rust) = glob 'rust/sys-virt/src/lib.rs';
utime undef, undef, $rust;
like( runs( 'make', 'make after a change' ), qr/cargo build.*-shared/s, 'which builds' );
runs( 'make test',    'make test' );
runs( 'make install', 'make install' );
my $staged = File::Temp->newdir;
runs( "make install DESTDIR='$staged'", 'make install DESTDIR' );
my @installed = glob "$staged$prefix/lib/perl5/*/Sys/Virt.pm";
is( scalar @installed, 1, 'installed below DESTDIR' );

# The SYNOPSIS, from another directory, with the host that needs no server.
open my $pod, '<', "$top/lib/Sys/Virt.pod" or die $!;
my ($synopsis) = do { local $/; <$pod> } =~ /^=head1 SYNOPSIS\n(.*?)^=head1/ms;
my $script = File::Temp->new;
print {$script} $synopsis;
close $script;
chdir '/' or die $!;
my $output = do {
    local $ENV{LIBVIRT_DEFAULT_URI} = 'test:///default';
    runs( "$^X -Mlib='$prefix/lib/perl5' $script", 'the SYNOPSIS' );
};
like( $output, qr/\btest\b/, 'names the domain' );
my $manual = runs( "man -M '$prefix/man' Sys::Virt | col -b", 'man Sys::Virt' );
like( $manual, qr/Sys::Virt - /, 'the page' );
chdir $top;
remove_tree($source);

done_testing;
