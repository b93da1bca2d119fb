package Sys::Virt::Domain;

# The manual is Domain.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ( $proto, %params ) = @_;
    my $con   = Sys::Virt::Util::required( \%params, 'connection' );
    my $flags = $params{flags} || 0;

    my $self
        = exists $params{name} ? _lookup_by_name( $con, $params{name} )
        : exists $params{id}   ? _lookup_by_id( $con, $params{id} )
        : exists $params{uuid} ? _lookup_by_uuid( $con, $params{uuid} )
        : !exists $params{xml}
        ? Sys::Virt::Util::fail('address, id or uuid parameters are required')
        : $params{nocreate}   ? _define_xml( $con, $params{xml}, $flags )
        : exists $params{fds} ? _create_with_files( $con, $params{xml}, $params{fds}, $flags )
        :                       _create( $con, $params{xml}, $flags );
    return Sys::Virt::Util::object( $self, __PACKAGE__, $proto );
}

sub list_snapshots {
    my ($self) = @_;
    return Sys::Virt::Util::list( $self, \&list_all_snapshots, 0, \&num_of_snapshots,
        \&list_snapshot_names, \&Sys::Virt::DomainSnapshot::_lookup_by_name,
    );
}

sub get_snapshot_by_name {
    my ( $self, $name ) = @_;
    return Sys::Virt::DomainSnapshot::_lookup_by_name( $self, $name )
        || Sys::Virt::Util::no_object();
}

sub get_checkpoint_by_name {
    my ( $self, $name ) = @_;
    return Sys::Virt::DomainCheckpoint::_lookup_by_name( $self, $name )
        || Sys::Virt::Util::no_object();
}

# The parameters of a migration that the older forms of the call take by position.
my $migrate_params = sub {
    my ( $name, $uri, $bandwidth, $xml ) = @_;
    my %params;
    $params{ MIGRATE_PARAM_DEST_NAME() } = $name      if defined $name;
    $params{ MIGRATE_PARAM_URI() }       = $uri       if defined $uri;
    $params{ MIGRATE_PARAM_BANDWIDTH() } = $bandwidth if defined $bandwidth;
    $params{ MIGRATE_PARAM_DEST_XML() }  = $xml       if defined $xml;
    return \%params;
};

sub migrate {
    my ( $self, $destcon, @rest ) = @_;
    my ( $params, $flags )
        = ref $rest[0] ? @rest : ( $migrate_params->( @rest[ 1 .. 3 ] ), $rest[0] );
    return _migrate( $self, $destcon, $params, $flags || 0 );
}

sub migrate2 {
    my ( $self, $destcon, $xml, $flags, @rest ) = @_;
    return _migrate( $self, $destcon, $migrate_params->( @rest[ 0 .. 2 ], $xml ), $flags || 0 );
}

sub migrate_to_uri {
    my ( $self, $desturi, @rest ) = @_;

    # The manual leaves the URI out: a number in its place is the bandwidth.
    splice @rest, 2, 0, undef if @rest == 3 && defined $rest[2] && $rest[2] =~ /\A[0-9]+\z/;
    my ( $params, $flags )
        = ref $rest[0] ? @rest : ( $migrate_params->( @rest[ 1 .. 3 ] ), $rest[0] );
    return _migrate_to_uri( $self, $desturi, $params, $flags || 0 );
}

sub migrate_to_uri2 {
    my ( $self, $desturi, $xml, $flags, @rest ) = @_;
    return _migrate_to_uri( $self, $desturi, $migrate_params->( @rest[ 0 .. 2 ], $xml ),
        $flags || 0 );
}

1;
