package Sys::Virt::DomainSnapshot;

# The manual is DomainSnapshot.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ($proto, %params) = @_;
    my $dom = Sys::Virt::Util::required(\%params, 'domain');
    my $flags = $params{flags} || 0;

    my $self
        = exists $params{name} ? _lookup_by_name($dom, $params{name})
        : exists $params{xml}  ? _create_xml($dom, $params{xml}, $flags)
        :                        die 'name or xml parameters are required';
    return Sys::Virt::Util::object($self, __PACKAGE__, $proto);
}

sub list_child_snapshots {
    my ($self) = @_;
    my @children = Sys::Virt::Util::list(
        sub { list_all_children($self) },
        sub { list_child_snapshot_names($self, num_of_child_snapshots($self)) },
        sub { _lookup_by_name(get_domain($self), $_[0]) },
    );
    return @children;
}

1;
