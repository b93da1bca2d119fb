# Nothing leaks, whichever sub is called, whether it works or fails: no value, no memory, no
# descriptor. xt/build/leaks.txt has the table: what was called on libvirt's test driver, and on a
# stand-in for libvirt (xt/lib/stand-in) that does whatever it is told. Each detector first has
# to find a fault that is there.
use strict;
use warnings;
use lib 'xt/lib';
use JSON::PP ();
use Test::More;

use SelfTest;
use StandIn;

my $TABLE = 'xt/build/leaks.txt';
my $BYTES = 16;                     # a call: less than the least that malloc() gives
my $KIB   = 64;                     # what a few calls may take all the same

# What does not work, on neither: why.
my %WHY = (
    secret_event_register_any => 'the test driver has no secrets, and the stand-in keeps callbacks',
    secret_event_deregister_any =>
        'the test driver has no secrets, and the stand-in keeps callbacks',
    'Stream::send_hole' => 'the test driver has no stream for it, and the stand-in opens none',
    map( { ( "EventImpl::$_" => 'abstract' ) }
        qw(add_handle update_handle remove_handle add_timeout update_timeout remove_timeout) ),
);

my $count = 0;

# Runs xt/scripts/leaks.pl in so many processes, and gives the rows that they print.
sub rows_of {
    my (@runs) = @_;
    my @processes = map {
        my ( $on, $perl, $pattern, %environment ) = @$_;
        local %ENV = ( %ENV, %environment );
        my $file = "xt/build/leaks-$on-" . $count++;
        my $pid  = fork;
        die "fork: $!" if !defined $pid;
        if ( !$pid ) {
            open STDOUT, '>', $file          or die "$file: $!";
            open STDERR, '>', "$file.errors" or die "$file.errors: $!";
            exec @$perl, 'xt/scripts/leaks.pl', $on, $pattern or die "exec: $!";
        }
        [ $on, $pid, $file ];
    } @runs;
    my @rows;
    for my $process (@processes) {
        my ( $on, $pid, $file ) = @$process;
        waitpid $pid, 0;
        is( $?, 0, "$file is complete" ) or diag "see $file.errors";
        open my $lines, '<', $file or die "$file: $!";
        while ( my $line = <$lines> ) {
            chomp $line;
            my %row = ( on => $on );
            @row{qw(sub way outcome calls values memory descriptors)} = split /\t/, $line;
            push @rows, \%row;
        }
    }
    return @rows;
}

sub leaks_memory {
    my ($row) = @_;
    return $row->{memory} > $KIB && $row->{memory} * 1024 > $row->{calls} * $BYTES;
}

my $dir     = SelfTest::build();
my %control = map { ( $_->{sub} => $_ ) }
    rows_of( [ 'controls', [ $^X, "-I$dir/blib/lib", "-I$dir/blib/arch" ], '' ] );
ok( leaks_memory( $control{memory} ), 'control: 24 bytes a call show' );
is( $control{values}{values}, 1, 'control: a value shows' );
cmp_ok( $control{descriptors}{descriptors}, '>', 10, 'control: descriptors show' );

my @perl     = ( $^X, qw(-Mblib -Ixt/lib) );
my $DOMAIN   = '^Sys::Virt::Domain';
my $OTHERS   = '^Sys::Virt::(?!Domain)';
my %stand_in = ( STAND_IN => 2, LD_PRELOAD => StandIn::build() );
my @rows     = (
    rows_of( [ 'test', \@perl, $DOMAIN ],                           [ 'test', \@perl, $OTHERS ] ),
    rows_of( map { [ 'stand-in', \@perl, $_, %stand_in ] } $DOMAIN, $OTHERS ),
    rows_of( [ 'loop', \@perl, '' ] ),
);

for my $row (@rows) {
    my $name = "$row->{sub} $row->{way} on $row->{on}: $row->{outcome}";
    fail($name) if $row->{values} || leaks_memory($row) || $row->{descriptors};
}

# ---- the table

my $surface = do {
    open my $file, '<', 't/data/surface.json' or die "t/data/surface.json: $!";
    local $/;
    JSON::PP->new->utf8->decode(<$file>);
};
my %rows;
push @{ $rows{ $_->{sub} } }, $_ for @rows;
open my $table, '>', $TABLE or die "$TABLE: $!";
printf {$table} "%-55s %-8s %-8s %6s %6s %6s %6s  %s\n", 'sub', 'way', 'on', 'calls', 'values',
    'KiB', 'fds', 'outcome';
my ( $subs, $working, $failing ) = ( 0, 0, 0 );
for my $class ( sort keys %$surface ) {
    for my $name ( sort keys %{ $surface->{$class}{subs} } ) {
        my $sub   = "${class}::$name";
        my @ways  = @{ $rows{$sub} || [] };
        my ($new) = map { $_->{outcome} =~ /(needs libvirt [0-9.]+)/ } @ways;
        my $why   = $WHY{ $sub =~ s/\ASys::Virt:://r } || $new;
        $subs++;
        printf {$table} "%-55s %-8s %-8s %6d %6d %6d %6d  %s\n",
            @$_{qw(sub way on calls values memory descriptors outcome)}
            for @ways;
        printf {$table} "%-55s %-8s %s\n", $sub, 'works', "not here: $why" if $why;
        my $works = grep { $_->{way} eq 'works' } @ways;
        $working += $works                                  ? 1 : 0;
        $failing += ( grep { $_->{way} ne 'works' } @ways ) ? 1 : 0;
        ok( $works || $why, "$sub is seen to work" );
    }
}
my $summary = "$subs subs, $working seen to work and $failing to fail, " . @rows . ' ways';
print {$table} "$summary\n";
close $table or die "$TABLE: $!";
note "$summary: $TABLE";
is( scalar( grep { $_->{values} || leaks_memory($_) || $_->{descriptors} } @rows ),
    0, 'nothing leaks' );

done_testing;
