# Every event loop does the same: the ready adapters, libvirt's own and one written in Perl.
# Each runs in a process of its own, as libvirt takes one event implementation.
use strict;
use warnings;
use lib 'xt/lib';
use Test::More;

use PrivateLibvirt;

my $libvirt = PrivateLibvirt->start;
my $uri     = $libvirt->uri;

my $EXPECTED = <<'LINES';
timer 1
timer 2
timer 3
the other timer
writable 2
readable x 1
not wanted, not told
readable y 1
signal
TEST event guest 0 0 2
TEST event guest 1 0 1
TEST deregistered
TEST closed
TEST closes
QEMU keep-alive 0
QEMU event guest 0 0 1
QEMU event guest 1 0 0
QEMU deregistered
QEMU closed
QEMU closes
stream 4194304 same data
left
LINES

for my $loop (qw(AnyEvent EV IOAsync Mojo default perl)) {
    my $output = qx{$^X -Mblib xt/scripts/event-loop.pl $loop '$uri'};
    is( $?,      0,         "$loop: runs" );
    is( $output, $EXPECTED, "$loop: as all do" );
}

done_testing;
