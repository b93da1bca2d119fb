package Sys::Virt::Domain;

# The manual is Domain.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ($proto, %params) = @_;
    my $con = Sys::Virt::Util::required(\%params, 'connection');
    my $flags = $params{flags} || 0;

    my $self
        = exists $params{name} ? _lookup_by_name($con, $params{name})
        : exists $params{id} ? _lookup_by_id($con, $params{id})
        : exists $params{uuid} ? Sys::Virt::Util::by_uuid(__PACKAGE__, $con, $params{uuid})
        : !exists $params{xml} ? die 'address, id or uuid parameters are required'
        : $params{nocreate} ? _define_xml($con, $params{xml}, $flags)
        : exists $params{fds} ? _create_with_files($con, $params{xml}, $params{fds}, $flags)
        :                       _create($con, $params{xml}, $flags);
    return Sys::Virt::Util::object($self, __PACKAGE__, $proto);
}

sub create_snapshot {
    my ($self, $xml, $flags) = @_;
    return Sys::Virt::DomainSnapshot::_create_xml($self, $xml, $flags || 0);
}

sub get_snapshot_by_name {
    my ($self, $name) = @_;
    return Sys::Virt::DomainSnapshot::_lookup_by_name($self, $name);
}

sub list_snapshots {
    my ($self) = @_;
    my @snapshots = Sys::Virt::Util::list(
        sub { list_all_snapshots($self) },
        sub { list_snapshot_names($self, num_of_snapshots($self)) },
        sub { Sys::Virt::DomainSnapshot::_lookup_by_name($self, $_[0]) },
    );
    return @snapshots;
}

sub create_checkpoint {
    my ($self, $xml, $flags) = @_;
    return Sys::Virt::DomainCheckpoint::_create_xml($self, $xml, $flags || 0);
}

sub get_checkpoint_by_name {
    my ($self, $name) = @_;
    return Sys::Virt::DomainCheckpoint::_lookup_by_name($self, $name);
}

# The parameters and the flags of a migration, by either form of the call: a hash
# and flags, or flags, name, URI and bandwidth.
my $migration = sub {
    my ($first, @rest) = @_;
    return ($first, $rest[0] || 0) if ref $first;
    my ($name, $uri, $bandwidth) = @rest;
    my %params;
    $params{MIGRATE_PARAM_DEST_NAME()} = $name if defined $name;
    $params{MIGRATE_PARAM_URI()} = $uri if defined $uri;
    $params{MIGRATE_PARAM_BANDWIDTH()} = $bandwidth if defined $bandwidth;
    return (\%params, $first || 0);
};

# The same with the XML for the destination in front.
my $migration_with_xml = sub {
    my ($xml, @rest) = @_;
    my ($params, $flags) = $migration->(@rest);
    $params->{MIGRATE_PARAM_DEST_XML()} = $xml if defined $xml;
    return ($params, $flags);
};

sub migrate {
    my ($self, $destcon, @rest) = @_;
    return _migrate($self, $destcon, $migration->(@rest));
}

sub migrate2 {
    my ($self, $destcon, @rest) = @_;
    return _migrate($self, $destcon, $migration_with_xml->(@rest));
}

sub migrate_to_uri {
    my ($self, $desturi, @rest) = @_;
    # The URI may be left out: a bandwidth in its place is a number.
    splice @rest, 2, 0, undef if @rest == 3 && defined $rest[2] && $rest[2] =~ /\A[0-9]+\z/;
    return _migrate_to_uri($self, $desturi, $migration->(@rest));
}

sub migrate_to_uri2 {
    my ($self, $desturi, @rest) = @_;
    return _migrate_to_uri($self, $desturi, $migration_with_xml->(@rest));
}

1;
