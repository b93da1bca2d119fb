# The code in the manual and in README.md and its like: all of it compiles, and what can
# run on libvirt's test host does run there, with the outcome that the text promises.
#
# In POD a block is Perl. What this test has to know stands beside it, unseen by readers:
#
#   =for test STATEMENTS    after a block: it is run, and these statements after it, in its
#                           scope, with Test::More. $output is what was printed since
#                           the last ones.
#   =for code KIND          before a block:
#       more        it goes on where the block before it has ended
#       compile     likewise, but needs a real host: it is compiled, not run
#       qemu        it is run by xt/cookbook.t, with QEMU
#       sh, text    it is not Perl
#
# prove -b xt/manual.t :: PAGE... tests only these.
use strict;
use warnings;

use lib 'xt/lib';
use File::Temp qw(tempdir);
use Manual     qw(pages programs script text_of);
use Test::More;

my $directory = tempdir( CLEANUP => 1 );
my $number    = 0;

sub perl_ok {
    my ( $path, @blocks ) = @_;
    my $run    = $blocks[0]{kind} ne 'qemu' && grep { defined $_->{test} } @blocks;
    my $script = "$directory/" . ++$number . '.pl';
    open my $file, '>:encoding(UTF-8)', $script or die "$script: $!";
    print {$file} script( $path, 'test:///default', 'test', $run, @blocks );
    close $file or die "$script: $!";
    my $option = $run ? '' : '-c';
    my $said   = qx{cd $directory && $^X $option $script 2>&1 </dev/null};

    # Warnings count.
    ok( $? == 0 && $said !~ / at \Q$path\E line /,
        "$path:$blocks[0]{line}: " . ( $run ? 'runs' : 'compiles' ) )
        or diag $said;
}

# Each command that is ours exists.
sub shell_ok {
    my ( $path, $block ) = @_;
    open my $shell, '|-', 'sh', '-n' or die "sh: $!";
    print {$shell} $block->{code};
    ok( close $shell, "$path:$block->{line}: sh -n" ) or diag $block->{code};
    for my $command ( $block->{code} =~ m{^((?:dev|examples|tools)/\S+)}mg ) {
        ok( -x $command || ( -f $command && $command =~ /\.pl\z/ ), "$path: there is $command" );
    }
}

# An excerpt of the sources.
my $sources = join ' ', map { text_of($_) } glob 'rust/*/src/*.rs rust/*/src/*/*.rs';
$sources =~ s/\s+/ /g;

sub rust_ok {
    my ( $path, $block ) = @_;
    my $excerpt = join ' ', split ' ', $block->{code};
    ok( index( $sources, $excerpt ) >= 0, "$path:$block->{line}: as in rust/" )
        or diag $block->{code};
}

for my $path ( @ARGV ? @ARGV : ( pages(), glob '*.md */*.md' ) ) {
    for my $program ( programs($path) ) {
        my $kind = $program->[0]{kind};
        if    ( $kind eq 'perl' || $kind eq 'qemu' ) { perl_ok( $path, @$program ) }
        elsif ( $kind eq 'sh' )                      { shell_ok( $path, @$program ) }
        elsif ( $kind eq 'rust' )                    { rust_ok( $path, @$program ) }
        elsif ( $kind ne 'text' ) { fail("$path:$program->[0]{line}: no such kind of code: $kind") }
    }
}

done_testing;
