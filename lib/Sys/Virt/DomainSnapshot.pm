package Sys::Virt::DomainSnapshot;

# The manual is DomainSnapshot.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ( $proto, %params ) = @_;
    my $dom   = Sys::Virt::Util::required( \%params, 'domain' );
    my $flags = $params{flags} || 0;

    my $self
        = exists $params{name} ? _lookup_by_name( $dom, $params{name} )
        : exists $params{xml}  ? _create_xml( $dom, $params{xml}, $flags )
        :                        Sys::Virt::Util::fail('name or xml parameters are required');
    return Sys::Virt::Util::object( $self, __PACKAGE__, $proto );
}

sub list_child_snapshots {
    my ($self) = @_;
    return Sys::Virt::Util::list( $self, \&list_all_children, 0, \&num_of_child_snapshots,
        \&list_child_snapshot_names, sub { _lookup_by_name( get_domain( $_[0] ), $_[1] ) },
    );
}

1;
