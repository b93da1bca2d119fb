#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'    => \my $uri,
    'device=s' => \my $device,
    'force'    => \my $force,
    'help'     => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ($name) = @ARGV;
pod2usage(2) if @ARGV != 1;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    Sys::Virt::Event::register_default();    # before the connection is opened
    my $conn   = Sys::Virt->new( uri => $uri );
    my $domain = $conn->get_domain_by_name($name);
    my $stream = $conn->new_stream(Sys::Virt::Stream::NONBLOCK);
    $domain->open_console( $stream, $device, $force ? Sys::Virt::Domain::OPEN_CONSOLE_FORCE : 0 );
    print {*STDERR} "connected to $name; to leave, press ctrl+]\n";

    # The guest takes care of everything that is typed, ctrl+C too.
    my $saved = -t STDIN ? qx{stty -g} : undef;
    system qw(stty raw -echo) if defined $saved;
    local $SIG{TERM} = sub { die "ended\n" };
    my $done  = eval { talk($stream); 1 };
    my $error = $@;
    if ( defined $saved ) {
        chomp $saved;
        system 'stty', $saved;
        print {*STDERR} "\n";
    }
    die $error if !$done;
}

sub talk {
    my ($stream) = @_;
    my ( $typed, $leave, $gone ) = ( '', 0, 0 );
    my $wanted = sub {
        my $events = Sys::Virt::Stream::EVENT_READABLE;
        $events |= Sys::Virt::Stream::EVENT_WRITABLE if length $typed;
        return $events;
    };

    $stream->add_callback(
        $wanted->(),
        sub {
            my ( undef, $events ) = @_;
            if ( $events & Sys::Virt::Stream::EVENT_WRITABLE && length $typed ) {
                my $sent = $stream->send( $typed, length $typed );
                substr $typed, 0, $sent, '' if $sent > 0;
                $stream->update_callback( $wanted->() );
            }
            if ( $events & ~Sys::Virt::Stream::EVENT_WRITABLE ) {
                my $count = $stream->recv( my $data, 4096 );
                syswrite STDOUT, $data if $count > 0;
                $gone = 1 if $count == 0;
            }
        }
    );
    my $keyboard;
    $keyboard = Sys::Virt::Event::add_handle(
        fileno STDIN,
        Sys::Virt::Event::HANDLE_READABLE | Sys::Virt::Event::HANDLE_HANGUP,
        sub {
            my $read = sysread STDIN, $typed, 4096, length $typed;
            if ( !$read || $typed =~ s/\x1d.*//s ) {    # the end, or ctrl+]
                $leave = 1;
                Sys::Virt::Event::remove_handle($keyboard);
            }
            $stream->update_callback( $wanted->() );
        }
    );
    Sys::Virt::Event::run_default() until $gone || $leave && !length $typed;

    $stream->remove_callback;
    $gone ? $stream->finish : $stream->abort;
}

__END__

=head1 NAME

console.pl - the console of a domain

=head1 SYNOPSIS

    console.pl [--uri URI] [--device ALIAS] [--force] DOMAIN

=head1 DESCRIPTION

Connects the terminal to the console of a domain, until the domain stops or ctrl+] is pressed.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --device ALIAS

Which console, by its alias in the domain's XML, such as C<serial0>. By default, the first.

=item --force

If somebody else is connected to it, disconnects that one.

=item --help

This text.

=back

=cut
