# Every sub and every constant that there must be, with prototypes, usage texts and values.
use strict;
use warnings;
use JSON::PP ();
use Test::More;

use Sys::Virt;
use Sys::Virt::Event;
use Sys::Virt::EventImpl;

my $surface = do {
    open my $file, '<', 't/data/surface.json' or die "t/data/surface.json: $!";
    local $/;
    JSON::PP->new->utf8->decode(<$file>);
};

# Where we take more than earlier implementations did: an optional flags argument.
my %wider = map { $_ => 1 } qw(
    Sys::Virt::StoragePool::_create_xml
    Sys::Virt::StoragePool::create
);

# What we have beyond the interface.
my %additional = map { $_ => 1 } qw(
    Sys::Virt::Domain::get_connection
    Sys::Virt::DomainCheckpoint::get_connection
    Sys::Virt::DomainCheckpoint::get_domain
    Sys::Virt::DomainSnapshot::get_connection
    Sys::Virt::DomainSnapshot::get_domain
    Sys::Virt::Interface::get_connection
    Sys::Virt::Network::get_connection
    Sys::Virt::NetworkPort::get_network
    Sys::Virt::Secret::get_connection
    Sys::Virt::StoragePool::get_connection
    Sys::Virt::StorageVol::get_connection
    Sys::Virt::bootstrap
    ), 'Sys::Virt::Error::((', 'Sys::Virt::Error::()', 'Sys::Virt::Error::(bool',
    'Sys::Virt::Error::(0+';

sub symbol { no strict 'refs'; return \&{ $_[0] } }

# A compiled sub says how it is to be used when it gets too many arguments.
sub usage_of {
    my ($name) = @_;
    eval { symbol($name)->( (undef) x 20 ) };
    return $@ =~ /\AUsage: \Q$name\E\((.*)\) at / ? $1 : "no usage: $@";
}

my ( $subs, $constants ) = ( 0, 0 );
for my $package ( sort keys %$surface ) {
    subtest $package => sub {
        my $expected = $surface->{$package};
        for my $name ( sort keys %{ $expected->{constants} } ) {
            my $full = "${package}::$name";
            is( eval { symbol($full)->() }, $expected->{constants}{$name}, $full );
            is( prototype( symbol($full) ), '', "$full has an empty prototype" );
            $constants++;
        }
        for my $name ( sort keys %{ $expected->{subs} } ) {
            my ( $full, $sub ) = ( "${package}::$name", $expected->{subs}{$name} );
            no strict 'refs';
            ok( defined &$full, $full ) or next;
            $subs++;
            next if $wider{$full};
            is( prototype( \&$full ), $sub->{prototype}, "$full: prototype" );
            is( usage_of($full),      $sub->{usage},     "$full: usage" ) if defined $sub->{usage};
        }
        no strict 'refs';
        my @unexpected = grep {
                   defined &{"${package}::$_"}
                && !$expected->{constants}{$_}
                && !$expected->{subs}{$_}
                && !$additional{"${package}::$_"}
        } grep { !/::\z/ && !defined $expected->{constants}{$_} } keys %{"${package}::"};
        is_deeply( [ sort @unexpected ], [], 'nothing else' );
    };
}
is( $constants, 1457, 'constants' );
is( $subs,      533,  'subs' );

is( Sys::Virt::Domain->STATE_RUNNING,  1, 'a constant is a class method, too' );
is( &Sys::Virt::Domain::STATE_RUNNING, 1, 'and may be called with an ampersand' );
is( Sys::Virt::CONNECT_RO | 2,         3, 'and stands in an expression' );
ok( Sys::Virt::Domain->can($_), "can $_" ) for qw(create_snapshot get_name STATE_RUNNING);

done_testing;
