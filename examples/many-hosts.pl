#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use IO::Select   ();
use JSON::PP     qw(decode_json encode_json);
use POSIX        ();
use Sys::Virt;
use Time::HiRes qw(time);

GetOptions(
    'timeout=f' => \( my $timeout = 10 ),
    'help'      => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my @uris = @ARGV or pod2usage(2);

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my %answer  = ask_all(@uris);
    my ($width) = sort { $b <=> $a } 4, map {length} @uris;
    my $format  = "%-${width}s  %7s  %7s  %s\n";
    printf $format, qw(host running defined), 'memory/MiB';
    for my $uri (@uris) {
        my $answer = $answer{$uri};
        if ( defined $answer->{error} ) {
            printf "%-${width}s  %s\n", $uri, $answer->{error};
            next;
        }
        printf $format, $uri, @$answer{qw(running defined)}, "$answer->{used} of $answer->{memory}";
    }
    my $silent = grep { defined $_->{error} } values %answer;
    die "$silent of " . @uris . " hosts have not answered\n" if $silent;
}

# A process for each host: one that does not answer delays no other, and can be ended. Each
# opens its own connection; a connection is never shared with a child.
sub ask_all {
    my ( %uri, %pid, %said, %answer );
    my $select = IO::Select->new;
    for my $uri (@_) {
        pipe my $read, my $write or die "pipe: $!\n";
        my $pid = fork;
        die "fork: $!\n" if !defined $pid;
        if ( !$pid ) {
            print {$write} encode_json( ask($uri) );
            close $write;
            POSIX::_exit(0);
        }
        ( $uri{$read}, $pid{$read} ) = ( $uri, $pid );
        $select->add($read);
    }

    my $end = time + $timeout;
    while ( $select->count && time < $end ) {
        for my $read ( $select->can_read( $end - time ) ) {
            next if sysread $read, $said{$read}, 65536, length( $said{$read} || '' );
            $select->remove($read);
            $answer{ $uri{$read} }
                = eval { decode_json( $said{$read} ) } || { error => 'no answer' };
            waitpid $pid{$read}, 0;
        }
    }
    for my $read ( $select->handles ) {
        kill KILL => $pid{$read};
        waitpid $pid{$read}, 0;
        $answer{ $uri{$read} } = { error => "no answer within $timeout s" };
    }
    return %answer;
}

sub ask {
    my ($uri) = @_;
    my $answer = eval {
        my $conn = Sys::Virt->new( uri => $uri, readonly => 1 );
        my $used = 0;
        $used += $_->get_info->{memory} for $conn->list_domains;
        +{  running => $conn->num_of_domains,
            defined => $conn->num_of_defined_domains,
            used    => int $used / 1024,
            memory  => int $conn->get_node_info->{memory} / 1024,
        };
    };
    return $answer || { error => ref $@ ? $@->message : "$@" };
}

__END__

=head1 NAME

many-hosts.pl - asks many hosts at the same time

=head1 SYNOPSIS

    many-hosts.pl [--timeout SECONDS] URI...
    many-hosts.pl qemu+ssh://one/system qemu+ssh://two/system
    many-hosts.pl test:///default

=head1 DESCRIPTION

Asks all these hosts at once how many domains run, how many are defined and do not run, and how
much of their memory those that run have. Each host has the same time to answer; the exit status
is 1 if one has not answered.

=head1 OPTIONS

=over

=item --timeout SECONDS

How long to wait for answers, 10 by default.

=item --help

This text.

=back

=cut
