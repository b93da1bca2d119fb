# The same calls on a libvirtd, by this module and by the reference implementation: the test
# driver over every transport, the life of a guest under qemu, and what else a host has.
use strict;
use warnings;
use lib 'xt/lib';
use Test::More;

# libvirt would write to the terminal what goes wrong.
BEGIN { $ENV{LIBVIRT_LOG_OUTPUTS} = '1:file:/dev/null' }

use Differential;
use PrivateLibvirt;

prints_the_same( 'the life of a guest', 1000, 'qemu-lifecycle.pl' );
differences_occur('qemu-lifecycle.pl');
prints_the_same( 'storage, networks and more', 900, 'host-lifecycle.pl' );
differences_occur('host-lifecycle.pl');

my $libvirt = PrivateLibvirt->start( transports => 1, auth_tcp => 'none' );
$libvirt->join_network;
prints_the_same( "the test driver by $_", 500, 'calls.pl', $libvirt->uri( $_, driver => 'test' ) )
    for '', qw(tcp tls ssh);
differences_occur('calls.pl');

done_testing;
