# What must not leak and not crash, each a closure; run by xt/soundness.t under its detectors.
#   soundness.pl [--leak] REPETITIONS
use strict;
use warnings;

use Sys::Virt;

{

    package Dies;
    use overload
        '""' => sub { die "from stringification\n" },
        '0+' => sub { die "from numification\n" };

    package Tied;
    sub TIESCALAR { return bless \my $value, $_[0] }
    sub FETCH     { die "from FETCH\n" }
    sub STORE     { die "from STORE\n" }
}

Sys::Virt::Event::register_default();
my $conn   = Sys::Virt->new( uri => 'test:///default' );
my ($dom)  = $conn->list_all_domains;
my $dies   = bless [], 'Dies';
my $forged = bless \( my $integer = 1 ), 'Sys::Virt::Domain';
my $nic    = ( $dom->get_xml_description =~ /<mac address='([^']+)'/ )[0];
tie my $tied, 'Tied';

our %CASES = (
    'an argument whose stringification dies' => sub { $conn->get_domain_by_name($dies) },
    'a number whose conversion dies'         => sub { $dom->set_memory($dies) },
    'a later argument that dies'             => sub { $dom->save( 'x' x 100, $dies ) },
    'a tied argument that dies'              => sub { $conn->get_domain_by_name($tied) },
    'a list element that dies' => sub { Sys::Virt::SelfTest::strings( [ 'a' x 100, $tied ] ) },
    'a hash value that dies'   => sub { $dom->set_memory_parameters( { hard_limit => $tied } ) },
    'a string in a hash that dies' =>
        sub { $dom->set_block_iotune( 'vda', { total_bytes_sec => 1, group_name => $dies } ) },
    'a panic'                        => sub { Sys::Virt::SelfTest::panic( $conn, 'on purpose' ) },
    'an exception of a method'       => sub { Sys::Virt::SelfTest::throw( $conn, 'on purpose' ) },
    'a croak while a result is made' =>
        sub { my @domains = Sys::Virt::SelfTest::assign( $tied, $conn ) },
    'an error of libvirt'        => sub { $conn->get_domain_by_name('nope') },
    'a forged handle'            => sub { Sys::Virt::Domain::get_name($forged) },
    'too many arguments'         => sub { $dom->get_info(1) },
    'a function that is too new' => sub { $dom->get_autostart_once; die "too new\n" },
);

our %WORKS = (
    'get_name'             => sub { $dom->get_name },
    'a long string'        => sub { $dom->get_xml_description },
    'a hash'               => sub { $dom->get_info },
    'a list of hashes'     => sub { my @vcpus   = $dom->get_vcpu_info },
    'a list of objects'    => sub { my @domains = $conn->list_all_domains },
    'its last'             => sub { my $domain  = $conn->list_all_domains },
    'two of them'          => sub { my ( $state, $reason ) = $dom->get_state },
    'typed parameters out' => sub { $dom->get_memory_parameters },
    'typed parameters in'  =>
        sub { $dom->set_interface_parameters( $nic, { 'inbound.average' => 7 } ) },
    'a list of strings' => sub { my @strings = Sys::Virt::SelfTest::strings( [ 'a', 'b' ] ) },
    'an assignment'     => sub { my @domains = Sys::Virt::SelfTest::assign( my $target, $conn ) },
    'a connection'      => sub { Sys::Virt->new( uri => 'test:///default' ) },
    'a callback'        => sub {
        my $id = Sys::Virt::Event::add_timeout( -1, sub {$dom} );
        Sys::Virt::Event::remove_timeout($id);
        Sys::Virt::Event::run_default();    # where libvirt frees it
    },
);

return 1 if caller;

my $leak        = @ARGV && $ARGV[0] eq '--leak' ? shift : 0;
my $repetitions = shift;
for my $cases ( \%CASES, \%WORKS ) {
    for my $name ( sort keys %$cases ) {
        eval { $cases->{$name}->() } for 1 .. $repetitions;
    }
}
Sys::Virt::SelfTest::leak(1000) if $leak;
