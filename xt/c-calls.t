# Every sub calls the same functions of libvirt with the same arguments as in the reference
# implementation, and makes the same of what they return: with arguments of all kinds, and with
# functions that succeed, return nothing and fail; on a stand-in for libvirt. What differs on
# purpose is in xt/data/differences-c-calls.txt.
use strict;
use warnings;
use lib 'xt/lib';
use Test::More;

use StandIn;

my $reference = $ENV{SYS_VIRT_REFERENCE} || qx{dev/reference};
chomp $reference;
ok( -d $reference, 'the reference implementation is unpacked' ) or BAIL_OUT('dev/reference failed');

# What each call is said to do: words, of which those count that only one side has.
sub calls_with {
    my (@include) = @_;
    local @ENV{qw(STAND_IN LD_PRELOAD LC_ALL)} = ( 2, StandIn::build(), 'C' );

    # The reference complains of what perl finds wrong with its memory.
    open my $output, '-|', "$^X @include xt/scripts/stand-in-calls.pl 2>/dev/null" or die "$^X: $!";
    my ( %calls, $call );
    while (<$output>) {
        chomp;
        s/0x[0-9a-f]{6,}/ADDRESS/g;
        if (/\ASys::Virt\S*\(.* returning -?\d+\z/) { $call = $_; $calls{$call} ||= {}; next }
        next if !defined $call;    # making of objects
        $calls{$call}{$_} = 1 for /[;{]/ ? split /(?<=[;,{]) / : $_;
    }
    close $output;
    is( $?, 0, "calls with @include" );
    return \%calls;
}
my $ours   = calls_with(qw(-Iblib/lib -Iblib/arch));
my $theirs = calls_with("-I$reference");
cmp_ok( scalar keys %$ours, '>', 8000, 'thousands of calls' );

my $list = 'xt/data/differences-c-calls.txt';
open my $file, '<', $list or die "$list: $!";
my @rules;
while (<$file>) {
    chomp;
    next if /\A(?:#|\z)/;
    my ( $subs, $words, $reason ) = split /\t+/;
    push @rules,
        { subs => qr/\A(?:Sys::Virt::)(?:$subs)\z/, words => qr/$words/, line => $_, used => 0 };
}

my %unexpected;
for my $call ( sort keys %$ours ) {
    my ($sub) = $call =~ /\A([\w:]+)/;
    next if grep {/Undefined subroutine &\Q$sub\E called/} keys %{ $theirs->{$call} };    # newer
    my ( $we, $they ) = ( $ours->{$call}, $theirs->{$call} || {} );
    for my $difference (
        ( map {"+$_"} grep { !$they->{$_} } keys %$we ),
        map {"-$_"} grep { !$we->{$_} } keys %$they
        )
    {
        my ($rule) = grep { $sub =~ $_->{subs} && $difference =~ $_->{words} } @rules;
        if   ($rule) { $rule->{used}++ }
        else         { $unexpected{$sub}{"$difference in $call"} = 1 }
    }
}
is_deeply( [ sort keys %unexpected ], [], 'no other differences' )
    or diag map {
    my @what = sort keys %{ $unexpected{$_} };
    "$_\n", map {"    $_\n"} splice @what, 0, 5
    } sort keys %unexpected;
is_deeply( [ map { $_->{line} } grep { !$_->{used} } @rules ], [], 'every difference occurs' );

done_testing;
