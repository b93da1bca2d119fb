# Functions that libvirt 7.0.0, the oldest, lacks: where they are missing, an error says which
# version has them; where they are there, they are called.
use strict;
use warnings;
use File::Find qw(find);
use Test::More;

use Sys::Virt;

my $conn   = Sys::Virt->new( uri => 'test:///default' );
my ($dom)  = $conn->list_domains;
my ($net)  = $conn->list_networks;
my $device = $conn->get_node_device_by_name('computer');

my %CALLS = (
    virDomainGetMessages        => [ '7.1.0', sub { $dom->get_messages } ],
    virDomainStartDirtyRateCalc => [ '7.2.0', sub { $dom->start_dirty_rate_calc(1) } ],
    virNodeDeviceCreate         => [ '7.3.0', sub { $device->create } ],
    virNodeDeviceDefineXML      => [ '7.3.0', sub { $conn->define_node_device('<device/>') } ],
    virNodeDeviceUndefine       => [ '7.3.0', sub { $device->undefine } ],
    virNWFilterDefineXMLFlags   => [ '7.7.0', sub { $conn->define_nwfilter( '<filter/>', 1 ) } ],
    virNetworkDefineXMLFlags    => [ '7.7.0', sub { $conn->define_network( '<network/>', 1 ) } ],
    virNetworkCreateXMLFlags    => [ '7.8.0', sub { $conn->create_network( '<network/>', 1 ) } ],
    virNodeDeviceGetAutostart   => [ '7.8.0', sub { $device->get_autostart } ],
    virNodeDeviceIsActive       => [ '7.8.0', sub { $device->is_active } ],
    virNodeDeviceIsPersistent   => [ '7.8.0', sub { $device->is_persistent } ],
    virNodeDeviceSetAutostart   => [ '7.8.0', sub { $device->set_autostart(0) } ],
    virDomainSetLaunchSecurityState => [ '8.0.0', sub { $dom->set_launch_security_state( {} ) } ],
    virDomainRestoreParams     => [ '8.4.0',  sub { $conn->restore_domain( '/no', undef, {} ) } ],
    virDomainSaveParams        => [ '8.4.0',  sub { $dom->save( '/no/no', undef, {} ) } ],
    virDomainAbortJobFlags     => [ '8.5.0',  sub { $dom->abort_job(1) } ],
    virDomainFDAssociate       => [ '9.0.0',  sub { $dom->fd_associate( 'x', [] ) } ],
    virNetworkGetMetadata      => [ '9.7.0',  sub { $net->get_metadata(0) } ],
    virNetworkSetMetadata      => [ '9.7.0',  sub { $net->set_metadata( 0, 'x' ) } ],
    virNodeDeviceUpdate        => [ '10.1.0', sub { $device->update('<x/>') } ],
    virDomainGraphicsReload    => [ '10.2.0', sub { $dom->graphics_reload(0) } ],
    virDomainDelThrottleGroup  => [ '11.2.0', sub { $dom->del_throttle_group('x') } ],
    virDomainGetAutostartOnce  => [ '11.2.0', sub { $dom->get_autostart_once } ],
    virDomainSetAutostartOnce  => [ '11.2.0', sub { $dom->set_autostart_once(1) } ],
    virDomainSetThrottleGroup  => [ '11.2.0', sub { $dom->set_throttle_group( 'x', {} ) } ],
    virDomainAnnounceInterface => [ '12.5.0', sub { $dom->announce_interface( undef, {} ) } ],
);

my $version = Sys::Virt::get_version();
my $text    = join '.', int( $version / 1_000_000 ), $version / 1000 % 1000, $version % 1000;
for my $function ( sort keys %CALLS ) {
    my ( $since, $call ) = @{ $CALLS{$function} };
    my ( $major, $minor, $micro ) = split /\./, $since;
    my $error = eval { $call->(); 1 } ? '' : $@;
    if ( $version < $major * 1_000_000 + $minor * 1_000 + $micro ) {
        is( $error,
            "libvirt error code: 3, message: $function needs libvirt $since; this is libvirt $text\n",
            $function
        );
    }
    else {
        unlike( $error, qr/needs libvirt/, "$function is there" );
        ok( !$error || ref $error eq 'Sys::Virt::Error', 'and called' ) or diag $error;
    }
}

# Those that the tables of methods say are newer.
my %newer;
find(
    sub {
        return if !/\.rs\z/;
        open my $file, '<', $_ or die "$_: $!";
        while (<$file>) { $newer{$2} = $1 while /"(\d+\.\d+\.\d+)":\s*(vir\w+)/g }
    },
    'rust/sys-virt/src'
);
is_deeply( { map { $_ => $CALLS{$_}[0] } keys %CALLS }, \%newer, 'these are all' );

done_testing;
