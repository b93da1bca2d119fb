#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'     => \my $uri,
    'format=s'  => \( my $format = 'raw' ),
    'config'    => \my $config,
    'timeout=f' => \( my $timeout = 30 ),
    'help'      => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ( $action, $name, $target, $path ) = @ARGV;
pod2usage(2)
    if @ARGV != ( ( $action || '' ) eq 'attach' ? 4 : 3 ) || $action !~ /\A(?:at|de)tach\z/;

# A name for the device, by which it is found again.
my $alias = "ua-$target";

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    Sys::Virt::Event::register_default();    # before the connection is opened
    my $conn   = Sys::Virt->new( uri => $uri );
    my $domain = $conn->get_domain_by_name($name);
    my $flags  = Sys::Virt::Domain::DEVICE_MODIFY_LIVE;
    $flags |= Sys::Virt::Domain::DEVICE_MODIFY_CONFIG if $config;
    $action eq 'attach' ? attach( $domain, $flags ) : detach( $conn, $domain, $flags );
}

sub attach {
    my ( $domain, $flags ) = @_;
    my %escaped = ( format => $format, path => $path, target => $target, alias => $alias );
    s/([&<>'"])/'&#' . ord($1) . ';'/ge for values %escaped;
    $domain->attach_device( <<"XML", $flags );
<disk type='file' device='disk'>
  <driver name='qemu' type='$escaped{format}'/>
  <source file='$escaped{path}'/>
  <target dev='$escaped{target}' bus='virtio'/>
  <alias name='$escaped{alias}'/>
</disk>
XML
    printf "%s: %s, %d MiB\n", $target, $path, $domain->get_block_info($target)->{capacity} / 2**20;
}

# The guest has to let go of it: that it was asked to does not mean that it has.
sub detach {
    my ( $conn, $domain, $flags ) = @_;
    my $result;
    my %events = (
        Sys::Virt::Domain::EVENT_ID_DEVICE_REMOVED()        => 'gone',
        Sys::Virt::Domain::EVENT_ID_DEVICE_REMOVAL_FAILED() => 'refused',
    );
    for my $id ( keys %events ) {
        $conn->domain_event_register_any( $domain, $id,
            sub { $result = $events{$id} if $_[2] eq $alias } );
    }
    Sys::Virt::Event::add_timeout( 1000 * $timeout, sub { $result ||= 'late' } );

    $domain->detach_device_alias( $alias, $flags );
    Sys::Virt::Event::run_default() until $result;
    die "$target: the guest does not let go of it\n"             if $result eq 'refused';
    die "$target: the guest has not let go of it, but may yet\n" if $result eq 'late';
    print "$target: gone\n";
}

__END__

=head1 NAME

hotplug-disk.pl - gives a disk to a domain that runs, and takes it away

=head1 SYNOPSIS

    hotplug-disk.pl [--uri URI] [--format FORMAT] [--config] attach DOMAIN TARGET FILE
    hotplug-disk.pl [--uri URI] [--config] [--timeout SECONDS] detach DOMAIN TARGET
    hotplug-disk.pl attach guest vdb /var/lib/libvirt/images/data.img
    hotplug-disk.pl detach guest vdb

=head1 DESCRIPTION

Attaches a file on the host as the disk TARGET (vdb, ...) of a domain; or detaches such a disk,
that was attached like this, and waits until the guest has let go of it.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --format FORMAT

The format of the file: raw, which is the default, or qcow2.

=item --config

Also for the next starts of the domain.

=item --timeout SECONDS

How long to wait for the guest, 30 by default.

=item --help

This text.

=back

=cut
