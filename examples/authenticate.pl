#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'  => \my $uri,
    'user=s' => \my $user,
    'help'   => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
pod2usage(2) if @ARGV;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my $conn = Sys::Virt->new(
        uri      => $uri,
        auth     => 1,
        credlist => [
            Sys::Virt::CRED_AUTHNAME,     Sys::Virt::CRED_ECHOPROMPT,
            Sys::Virt::CRED_NOECHOPROMPT, Sys::Virt::CRED_PASSPHRASE,
        ],
        callback => \&answer,
    );
    printf "connected to %s; domains that run: %d\n", $conn->get_hostname, $conn->num_of_domains;
}

# Gets what libvirt wants to know, and puts the answers in. A number below 0 gives up.
sub answer {
    my ($credentials) = @_;
    for my $credential (@$credentials) {
        my $type = $credential->{type};
        if ( $type == Sys::Virt::CRED_AUTHNAME && defined $user ) {
            $credential->{result} = $user;
            next;
        }
        my $secret = $type == Sys::Virt::CRED_NOECHOPROMPT || $type == Sys::Virt::CRED_PASSPHRASE;
        my $answer = ask( $credential->{prompt}, $secret );
        return -1 if !defined $answer;
        $credential->{result} = $answer;
    }
    return 0;
}

sub ask {
    my ( $prompt, $secret ) = @_;
    $prompt =~ s/[\s:]*\z/: /;
    print {*STDERR} $prompt;
    my $terminal = -t STDIN;
    system qw(stty -echo) if $terminal && $secret;
    my $answer = eval {
        local $SIG{INT} = sub { die "interrupted\n" };
        <STDIN>;
    };
    my $error = $@;
    system qw(stty echo) if $terminal && $secret;
    print {*STDERR} "\n" if !$terminal || $secret;
    die $error           if $error;
    chomp $answer        if defined $answer;
    return $answer;
}

__END__

=head1 NAME

authenticate.pl - connects to a host that wants a name and a password

=head1 SYNOPSIS

    authenticate.pl [--uri URI] [--user NAME]
    authenticate.pl --uri qemu+tcp://host/system --user alice

=head1 DESCRIPTION

Asks for what the host wants to know, on the terminal, without showing passwords, or reads one
answer a line if the input is something else. Then it says what it has connected to.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --user NAME

The name; it is not asked for then.

=item --help

This text.

=back

=cut
