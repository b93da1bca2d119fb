# A connection whose other end is gone: an error, where SIGPIPE would end the process.
use strict;
use warnings;
use POSIX qw(SIGPIPE);
use Test::More;

# The other end reads nothing and goes.
my $CONNECT = 'eval { Sys::Virt->new( uri => q(qemu+ext:///system?command=/bin/true) ) };'
    . ' print $@->code, qq(\n);';
my $WRITE = 'pipe my $reader, my $writer; close $reader; syswrite $writer, 1; print qq(alive\n);';

sub run {
    my ($program) = @_;
    open my $output, '-|', $^X, qw(-Mblib -MSys::Virt -e), "\$| = 1; $program" or die "perl: $!";
    my @lines = <$output>;
    close $output;
    return [ $? & 127, @lines ];
}

is_deeply( run( $CONNECT x 10 ), [ 0, ("38\n") x 10 ], 'a lost connection is an error' );
is_deeply( run("$CONNECT $WRITE"), [ SIGPIPE, "38\n" ], 'all else that writes gets its signal' );
is_deeply(
    run("\$SIG{PIPE} = sub { print qq(signal\n) }; $WRITE"),
    [ 0, "signal\n", "alive\n" ],
    'to which the program may listen'
);
is_deeply(
    run("\$SIG{PIPE} = q(IGNORE); $CONNECT $WRITE"),
    [ 0, "38\n", "alive\n" ],
    'or not'
);

my $CALLBACK = 'eval { Sys::Virt::Event::register_default();'
    . " Sys::Virt::Event::add_timeout( 0, sub { $WRITE } );"
    . ' Sys::Virt::Event::run_default() };';
is_deeply( run($CALLBACK), [SIGPIPE], 'a callback too' );

done_testing;
