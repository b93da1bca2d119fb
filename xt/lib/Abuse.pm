package Abuse;

# What the cases of xt/abuse have at hand.

use strict;
use warnings;

use Exporter   qw(import);
use File::Temp ();
use POSIX      ();

use Sys::Virt;
use Sys::Virt::Event;

our @EXPORT
    = qw(change code connection domain error events forked guarded limit screenshot turn xml);

$| = 1;
open STDERR, '>&', \*STDOUT or die "STDERR: $!";

my @kept;

sub connection { return Sys::Virt->new( uri => 'test:///default' ) }

# The test host's one domain; its connection lasts as long as it does.
sub domain { return connection()->get_domain_by_name('test') }

# Prints what a block throws, a Sys::Virt::Error with its code.
sub error (&) {
    my ($block) = @_;
    if ( eval { $block->(); 1 } ) {
        print "no error\n";
    }
    elsif ( ref $@ eq 'Sys::Virt::Error' ) {
        print $@->code, ': ', $@->message, "\n";
    }
    else {
        print defined $@ ? $@ : 'undef', $@ =~ /\n\z/ ? '' : "\n";
    }
    return;
}

# The same, but of an error of libvirt's that has its code alone.
sub code (&) {
    my ($block) = @_;
    eval { $block->(); 1 } and return print "no error\n";
    print ref $@ eq 'Sys::Virt::Error' ? $@->code . "\n" : $@;
    return;
}

# Runs a block in a child, and prints what became of it.
sub forked (&) {
    my ($block) = @_;
    my $pid = fork;
    die "fork: $!" if !defined $pid;
    if ( !$pid ) {
        $block->();
        exit;
    }
    waitpid $pid, 0;
    print 'child: ', $? & 127 ? "signal $?" : 'exit ' . ( $? >> 8 ), "\n";
    return;
}

# The URI of a test host that asks for a name, alice, and a password, secret.
sub guarded {
    my $node = File::Temp->new( SUFFIX => '.xml' );
    push @kept, $node;
    print {$node} q{<node><auth><user password='secret'>alice</user></auth></node>};
    close $node;
    return "test://$node";
}

# Limits a resource of this process, as prlimit(1) names it.
sub limit {
    my ( $resource, $value ) = @_;
    system( 'prlimit', "--pid=$$", "--$resource=$value:" ) == 0 or die "prlimit: $?";
    return;
}

# A stream with something to receive.
sub screenshot {
    my ($conn) = @_;
    my $stream = $conn->new_stream;
    ( $conn->list_all_domains )[0]->screenshot( $stream, 0 );
    return $stream;
}

# A connection with events, its domain, and the id of the callback for what happens to that.
sub events {
    my ($callback) = @_;
    Sys::Virt::Event::register_default() if !$Sys::Virt::Event::eventimpl;
    my $conn = connection();
    my $id   = $conn->domain_event_register_any( undef, 0, $callback );
    return ( $conn, $conn->get_domain_by_name('test'), $id );
}

# Makes an event.
sub change {
    my ($dom)   = @_;
    my ($state) = $dom->get_state;
    return $state == Sys::Virt::Domain::STATE_RUNNING() ? $dom->suspend : $dom->resume;
}

# What a domain is made of.
sub xml {
    my ( $name, $more ) = @_;
    $more = '' if !defined $more;
    return "<domain type='test'><name>$name</name><memory>4096</memory>"
        . "<os><type>hvm</type></os>$more</domain>";
}

# Turns libvirt's event loop, which never has to wait.
sub turn {
    my ($times) = @_;
    for ( 1 .. $times || 3 ) {
        my $timer = Sys::Virt::Event::add_timeout( 0, sub { } );
        Sys::Virt::Event::run_default();
        Sys::Virt::Event::remove_timeout($timer);
    }
    return;
}

# An event loop in Perl, for the cases to spoil.
package Loop;

our @ISA = 'Sys::Virt::EventImpl';

sub new {
    my ($class) = @_;
    my $self    = bless { handles => {}, timers => {}, removed => [], id => 0 }, $class;
    Sys::Virt::Event::register($self);
    return $self;
}

sub add_handle {
    my ( $self, @what ) = @_;
    $self->{handles}{ ++$self->{id} } = \@what;
    return $self->{id};
}

sub add_timeout {
    my ( $self, @what ) = @_;
    $self->{timers}{ ++$self->{id} } = \@what;
    return $self->{id};
}

sub update_handle  { my ( $self, $id, $events ) = @_; $self->{handles}{$id}[1] = $events }
sub update_timeout { my ( $self, $id, $interval ) = @_; $self->{timers}{$id}[0] = $interval }
sub remove_handle  { my ( $self, $id ) = @_; $self->removed( delete $self->{handles}{$id} ) }
sub remove_timeout { my ( $self, $id ) = @_; $self->removed( delete $self->{timers}{$id} ) }

sub removed {
    my ( $self, @what ) = @_;
    push @{ $self->{removed} }, grep {defined} @what;
}

# Frees what was removed, and runs what is due.
sub run {
    my ($self) = @_;
    $self->_free_callback_opaque( @$_[ -1, -2 ] ) for splice @{ $self->{removed} };
    for my $id ( sort keys %{ $self->{handles} } ) {
        my ( $fd, $events, $callback, $opaque ) = @{ $self->{handles}{$id} || next };
        vec( my $read = '', $fd, 1 ) = $events & 1;
        select $read, undef, undef, 0;
        $self->_run_handle_callback( $id, $fd, 1, $callback, $opaque ) if vec $read, $fd, 1;
    }
    for my $id ( sort keys %{ $self->{timers} } ) {
        my ( $interval, $callback, $opaque ) = @{ $self->{timers}{$id} || next };
        $self->_run_timeout_callback( $id, $callback, $opaque ) if $interval >= 0;
    }
    return;
}

# A variable that is tied to this reads, and writes, by a sub.
package Fetch;

sub TIESCALAR { my ( $class, $code ) = @_; return bless [$code], $class }
sub FETCH     { return $_[0][0]->() }
sub STORE     { return $_[0][0]->( $_[1] ) }

# A sub that is blessed into this is called for its text, or its number.
package Text;

use overload '""' => sub { $_[0]->() }, '0+' => sub { $_[0]->() }, fallback => 1;

1;
