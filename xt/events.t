# A hundred thousand events, and ten thousand registrations, leave nothing behind.
use strict;
use warnings;
use Test::LeakTrace qw(leaked_count);
use Test::More;

use Sys::Virt;

sub rss {
    open my $file, '<', '/proc/self/statm' or die "/proc/self/statm: $!";
    return 4 * ( split ' ', <$file> )[1];
}

Sys::Virt::Event::register_default();
my $conn  = Sys::Virt->new( uri => 'test:///default' );
my ($dom) = $conn->list_domains;
my $count = 0;
my $id    = $conn->domain_event_register_any( undef, 0, sub { $count++ } );
my $timer = Sys::Virt::Event::add_timeout( 0, sub { } );

sub deliver {
    my ($events) = @_;
    while ( $events > 0 ) {
        for ( 1 .. 50 ) { $dom->suspend; $dom->resume }
        $events -= 100;
        Sys::Virt::Event::run_default() for 1 .. 3;
    }
}
deliver(10_000);
my $before = rss();
deliver(100_000);
cmp_ok( $count,          '>=', 110_000, 'a hundred thousand events' );
cmp_ok( rss() - $before, '<',  500,     'leave no memory (KiB) behind' );
$conn->domain_event_deregister_any($id);

# libvirt 9.0 itself keeps some 300 bytes of each registration, as any binding's process shows:
# what is counted here is ours.
{
    my $freed = 0;
    {

        package Guard;
        sub new     { return bless [], shift }
        sub DESTROY { $freed++ }
    }
    for my $number ( 1 .. 10_000 ) {
        my $guard = Guard->new;
        my $id    = $conn->domain_event_register_any( undef, 0, sub { return ( $guard, $conn ) } );
        $conn->domain_event_deregister_any($id);
    }
    is( $freed, 10_000, 'ten thousand registrations free their callbacks' );
    my $cycle = sub {
        my $id = $conn->domain_event_register_any( undef, 0, sub {$conn} );
        $conn->domain_event_deregister_any($id);
    };
    $cycle->();
    is( leaked_count { $cycle->() for 1 .. 100 }, 0, 'and all other values' );
}

done_testing;
