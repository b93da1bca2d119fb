# A connection whose other end is gone: an error, where SIGPIPE would end the process.
use strict;
use warnings;
use POSIX qw(SIGPIPE);
use Test::More;

# In a process of its own, which loads the module: the signal that ends it, and its output.
sub run {
    my ($program) = @_;
    my $child     = open my $output, '-|';
    die "fork: $!" if !defined $child;
    if ( !$child ) {
        $| = 1;
        require Sys::Virt;
        $program->();
        POSIX::_exit(0);
    }
    my @lines = <$output>;
    close $output;
    return [ $? & 127, @lines ];
}

# The other end reads nothing and goes.
sub lose_connection {
    eval { Sys::Virt->new( uri => 'qemu+ext:///system?command=/bin/true' ) };
    print $@->code, "\n";
}

sub write_to_nobody {
    pipe my $reader, my $writer or die "pipe: $!";
    close $reader;
    syswrite $writer, 'x';
    print "alive\n";
}

is_deeply(
    run( sub { lose_connection() for 1 .. 10 } ),
    [ 0, ("38\n") x 10 ],
    'a lost connection is an error'
);
is_deeply(
    run( sub { lose_connection(); write_to_nobody() } ),
    [ SIGPIPE, "38\n" ],
    'all else that writes gets its signal'
);
is_deeply(
    run(sub {
            local $SIG{PIPE} = sub { print "signal\n" };
            lose_connection();
            write_to_nobody();
        }
    )->[-2],
    "signal\n",
    'to which the program may listen'
);
is_deeply(
    run( sub { local $SIG{PIPE} = 'IGNORE'; lose_connection(); write_to_nobody() } ),
    [ 0, "38\n", "alive\n" ],
    'or not'
);
is_deeply(
    run(sub {
            Sys::Virt::Event::register_default();
            lose_connection();
            Sys::Virt::Event::add_timeout( 0, \&write_to_nobody );
            Sys::Virt::Event::run_default() for 1 .. 10;
        }
    ),
    [ SIGPIPE, "38\n" ],
    'also in a callback'
);

done_testing;
