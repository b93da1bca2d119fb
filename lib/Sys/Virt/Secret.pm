package Sys::Virt::Secret;

# The manual is Secret.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ( $proto, %params ) = @_;
    my $con   = Sys::Virt::Util::required( \%params, 'connection' );
    my $flags = $params{flags} || 0;

    if ( exists $params{usageType} || exists $params{usageID} ) {
        Sys::Virt::Util::required( \%params, $_ ) for qw(usageType usageID);
    }
    my $self
        = exists $params{usageID} ? _lookup_by_usage( $con, $params{usageType}, $params{usageID} )
        : exists $params{uuid}    ? _lookup_by_uuid( $con, $params{uuid} )
        : exists $params{xml}     ? _define_xml( $con, $params{xml}, $flags )
        :   Sys::Virt::Util::fail('usageID, xml or uuid parameters are required');
    return Sys::Virt::Util::object( $self, __PACKAGE__, $proto );
}

1;
