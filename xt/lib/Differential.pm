package Differential;

# Runs a script with this module and with the reference implementation, each in a process of
# its own: what they print is the same, but for what xt/data/differences.txt gives a reason for.

use strict;
use warnings;

use Exporter qw(import);
use Test::More;

our @EXPORT = qw(differences_occur prints_the_same);

my $DIFFERENCES = 'xt/data/differences.txt';

my $reference = $ENV{SYS_VIRT_REFERENCE} || qx{dev/reference};
chomp $reference;
-d $reference or BAIL_OUT('dev/reference has not unpacked the reference implementation');

# By script: where a call's line begins, and the reason for its difference.
my %reason;
open my $file, '<', $DIFFERENCES or die "$DIFFERENCES: $!";
while (<$file>) {
    next if /\A#|\A$/;
    chomp;
    my ( $script, $call, $reason ) = split /\t/;
    $reason{$script}{$call} = $reason or die "$DIFFERENCES: line $. has no reason";
}
my %used;

sub lines_of {
    my ( $implementation, $include, $script, @arguments ) = @_;
    note "$script, by $implementation";
    open my $output, '-|', $^X, @$include, "xt/scripts/$script", @arguments or die "$^X: $!";
    my @lines = <$output>;
    close $output;
    return @lines;
}

sub prints_the_same {
    my ( $name, $minimum, $script, @arguments ) = @_;
    return subtest $name => sub {
        my @ours = lines_of( 'this module', [ '-Iblib/lib', '-Iblib/arch' ], $script, @arguments );
        is( $?, 0, 'it runs to its end' ) or diag @ours[ -5 .. -1 ];

        # As far as it prints: SIGPIPE may end this one, when it closes its connection.
        my @theirs = lines_of( 'the reference', ["-I$reference"], $script, @arguments );
        cmp_ok( scalar @ours, '>=', $minimum, 'so many calls' );
        is( scalar @ours, scalar @theirs, 'as many lines' );
        my @others;
        while ( my ( $index, $ours ) = each @ours ) {
            my $theirs = $theirs[$index];
            next if defined $theirs && $ours eq $theirs;
            my ($call) = grep { $ours =~ /\A(?:scalar )?\Q$_/ } keys %{ $reason{$script} };
            if ( defined $call ) { $used{$script}{$call} = 1 }
            else                 { push @others, $index }
        }
        is( scalar @others, 0,      'no difference without a reason' ) or note 'the first of them:';
        is( $ours[$_], $theirs[$_], 'line ' . ( $_ + 1 ) ) for grep {defined} @others[ 0 .. 4 ];
    };
}

sub differences_occur {
    my ($script) = @_;
    return is_deeply(
        [ sort keys %{ $used{$script} } ],
        [ sort keys %{ $reason{$script} } ],
        "$script: every difference that has a reason occurs"
    );
}

1;
