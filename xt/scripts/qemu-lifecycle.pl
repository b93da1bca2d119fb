# The life of a domain under qemu, one line for each step: what was asked and what came of it.
# xt/qemu.t looks at the lines, and compares those of two implementations.
#   qemu-lifecycle.pl URI DIRECTORY SEEN
# The daemon has its files in DIRECTORY, which this process sees as SEEN.
use strict;
use warnings;
use JSON::PP ();

use Sys::Virt;

my ( $uri, $directory, $seen ) = @ARGV;
my $json = JSON::PP->new->canonical->allow_nonref;
$| = 1;

sub step {
    my ( $name, $code ) = @_;
    my @result = eval { $code->() };
    if ($@) {
        my $error = ref $@ ? { code => $@->code, level => $@->{level}, domain => $@->domain } : "$@";
        print "$name threw ", $json->encode($error), "\n";
        return;
    }
    print "$name ", $json->encode( @result == 1 ? $result[0] : \@result ), "\n";
}

my $conn = Sys::Virt->new( uri => $uri );
step( 'type',         sub { $conn->get_type } );
step( 'alive',        sub { $conn->is_alive } );
step( 'capabilities', sub { $conn->get_capabilities =~ /<domain type='qemu'/ ? 'qemu' : 'none' } );
step( 'no domain',    sub { $conn->get_domain_by_name('guest') } );
step( 'bad XML',      sub { $conn->define_domain('<domain') } );

my $dom;
step( 'define', sub {
    $dom = $conn->define_domain(<<"XML");
<domain type='qemu'>
  <name>guest</name>
  <uuid>11111111-2222-3333-4444-555555555555</uuid>
  <memory unit='MiB'>64</memory>
  <vcpu current='1'>2</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='$directory/disk.img'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <controller type='usb' model='none'/>
  </devices>
</domain>
XML
    return $dom->get_name;
} );
step( "inactive: $_", inspect($_) ) for inspections();
step( 'create', sub { $dom->create; return } );
step( 'create again', sub { $dom->create } );
step( "running: $_", inspect($_) ) for inspections();
step( 'id', sub { $dom->get_id > 0 ? 'positive' : 'none' } );
step( 'same by id', sub { $conn->get_domain_by_id( $dom->get_id )->get_name } );
step( 'running domains', sub { map { $_->get_name } $conn->list_domains } );
step( 'memory', sub { $dom->get_info->{maxMem} } );
step( 'block info', sub { $dom->get_block_info('vda')->{capacity} } );
step( 'iotune', sub {
    $dom->set_block_iotune( 'vda', { total_bytes_sec => 10_000_000 } );
    return $dom->get_block_iotune('vda')->{total_bytes_sec};
} );
step( 'autostart', sub { $dom->set_autostart(1); return $dom->get_autostart } );
step( 'suspend', sub { $dom->suspend; return $dom->get_state } );
step( 'resume',  sub { $dom->resume;  return $dom->get_state } );
step( 'save', sub { $dom->save("$directory/guest.save"); return $dom->get_state } );
step( 'image', sub { $conn->get_save_image_xml_description("$directory/guest.save") =~ /<name>(\w+)/ } );
step( 'restore', sub { $conn->restore_domain("$directory/guest.save"); return $dom->get_state } );
step( 'save with parameters', sub {
    $dom->save( undef, undef, { file => "$directory/guest.save" } );
    return $dom->get_state;
} );
step( 'restore with XML', sub {
    my $xml = $conn->get_save_image_xml_description("$directory/guest.save");
    $conn->restore_domain( "$directory/guest.save", $xml, undef, Sys::Virt::Domain::SAVE_PAUSED() );
    return $dom->get_state;
} );
step( 'resume after that', sub { $dom->resume; return $dom->get_state } );
step( 'managed save', sub { $dom->managed_save; return ( $dom->has_managed_save_image, $dom->get_state ) } );
step( 'create from it', sub { $dom->create; return ( $dom->has_managed_save_image, $dom->get_state ) } );
step( 'core dump', sub { $dom->core_dump("$directory/core"); return -s "$seen/core" ? 'written' : 'empty' } );
step( 'reset',  sub { $dom->reset;  return $dom->get_state } );
step( 'reboot', sub { $dom->reboot; return $dom->get_state } );
step( 'undefine while it runs', sub { $dom->undefine; return ( $dom->is_persistent, $dom->is_active ) } );
step( 'destroy', sub { $dom->destroy; return } );
step( 'gone', sub { $dom->get_info } );
step( 'no domains', sub { scalar( my @all = $conn->list_all_domains ) } );

sub inspections {
    return qw(
        get_name get_uuid_string get_os_type get_state is_active is_persistent is_updated
        get_autostart get_max_memory get_max_vcpus get_vcpus get_scheduler_type
        has_managed_save_image
    );
}

sub inspect {
    my ($method) = @_;
    return sub { return $dom->$method };
}
