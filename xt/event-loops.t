# Each ready adapter, in a process of its own: libvirt takes one event implementation.
use strict;
use warnings;
use File::Temp ();
use Test::More;

my %LOOPS = (
    AnyEvent => 'use AnyEvent; our $done = AnyEvent->condvar; sub run { $done->recv } sub stop { $done->send }',
    EV       => 'use EV; sub run { EV::run() } sub stop { EV::break(EV::BREAK_ALL()) }',
    IOAsync  => 'use IO::Async::Loop; our $loop = IO::Async::Loop->new; sub run { $loop->run } sub stop { $loop->stop }',
    Mojo     => 'use Mojo::IOLoop; sub run { Mojo::IOLoop->start } sub stop { Mojo::IOLoop->stop }',
);

for my $loop ( sort keys %LOOPS ) {
    my $program = <<"PERL";
use strict;
use warnings;
alarm 30;
use Sys::Virt;
use Sys::Virt::Event::$loop;
$LOOPS{$loop}
my \$impl = Sys::Virt::Event::$loop->register;
my \$conn = Sys::Virt->new(uri => 'test:///default');
my (\$dom) = \$conn->list_domains;
my \@log;
\$conn->domain_event_register_any(undef, 0, sub { push \@log, "event \$_[2]"; stop() if \@log >= 4 });
pipe my \$reader, my \$writer or die;
my \$watch = Sys::Virt::Event::add_handle(fileno \$reader, 1, sub {
    sysread \$reader, my \$byte, 1;
    push \@log, "handle \$byte";
    \$dom->suspend;
});
my \$ticks = 0;
my \$timer = Sys::Virt::Event::add_timeout(20, sub {
    return if ++\$ticks != 3;
    push \@log, 'timer';
    Sys::Virt::Event::remove_timeout(\$_[0]);
    syswrite \$writer, 'x';
});
my \$resume = Sys::Virt::Event::add_timeout(200, sub { Sys::Virt::Event::update_timeout(\$_[0], -1); \$dom->resume });
run();
print join(', ', \@log), "\\n";
Sys::Virt::Event::remove_handle(\$watch);
Sys::Virt::Event::remove_timeout(\$resume);
undef \$conn;
my \$closing = Sys::Virt::Event::add_timeout(50, sub { stop() });
eval { run() } for 1;
Sys::Virt::Event::remove_timeout(\$closing);
print scalar(keys %{ \$impl->{handles} }), " handles\\n";
PERL
    my $file = File::Temp->new;
    print {$file} $program;
    close $file;
    my @output = qx{$^X -Mblib $file 2>&1};
    is( $?, 0, "$loop: runs" );
    is_deeply( \@output, [ "timer, handle x, event 3, event 4\n", "0 handles\n" ],
        "$loop: timers, handles and events, in their order" ) or diag @output;
}

done_testing;
