package Failure;

use strict;
use warnings;

use Exporter qw(import);
use Test::More;
use Time::HiRes qw(sleep);

our @EXPORT = qw(fails wait_until);

# Dies with a Sys::Virt::Error of this code (or one that matches) and this text.
sub fails {
    my ( $name, $call, $code, $message ) = @_;
    my $error = eval { $call->(); 1 } ? undef : $@;
    return subtest $name => sub {
        isa_ok( $error, 'Sys::Virt::Error', 'what it dies with' ) or return diag $error;
        ref $code ? like( $error->code, $code, 'code' ) : is( $error->code, $code, 'code' );
        like( $error->message, $message, 'message' );
    };
}

# Waits for something to become true: ten minutes, as the machine may be slow and busy.
sub wait_until {
    my ( $name, $condition, $turn ) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    note "waiting: $name";
    my $end = time + 600;
    while ( !$condition->() && time < $end ) {
        $turn ? $turn->() : sleep 0.1;
    }
    return ok( $condition->(), $name );
}

1;
