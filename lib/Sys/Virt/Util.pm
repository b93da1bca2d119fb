package Sys::Virt::Util;

# What the packages of Sys::Virt share: not for programs.

use strict;
use warnings;


# The value of a parameter that a constructor needs.
sub required {
    my ($params, $name) = @_;
    exists $params->{$name} or die "$name parameter is required";
    return $params->{$name};
}

# What a constructor gives: an object of the class that it was called on.
sub object {
    my ($self, $base, $proto) = @_;
    defined $self or die "$base was not made: its parent is not a blessed SV reference";
    my $class = ref($proto) || $proto;
    return $class eq $base ? $self : bless $self, $class;
}

# Looks an object up by the 16 bytes of its UUID, or by its text.
sub by_uuid {
    my ($package, $parent, $uuid) = @_;
    my $length = defined $uuid ? length $uuid : 0;
    no strict 'refs';
    return &{"${package}::_lookup_by_uuid"}($parent, $uuid) if $length == 16;
    return &{"${package}::_lookup_by_uuid_string"}($parent, $uuid)
        if $length == 32 || $length == 36;
    die 'UUID must be either 16 unsigned bytes, or 32/36 hex characters long';
}

# Objects by the call that lists them all at once; where the driver has none, by
# their names and one lookup each. What vanishes meanwhile is left out.
sub list {
    my ($all, $names, $lookup) = @_;
    my ($objects, $error);
    {
        local $@;
        $objects = eval { [ $all->() ] };
        $error = $@;
    }
    return @$objects if $objects;
    die $error unless ref $error && $error->{code} == Sys::Virt::Error::ERR_NO_SUPPORT();
    my @names = $names->();
    local $@;
    return map {
        my $name = $_;
        eval { $lookup->($name) } || ();
    } @names;
}

1;
