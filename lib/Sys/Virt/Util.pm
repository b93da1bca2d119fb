package Sys::Virt::Util;

# What the packages of Sys::Virt share: not for programs.

use strict;
use warnings;

# " at FILE line N." of the call from outside, where a message is of use.
sub place {
    my ( $file, $line );
    for ( my $depth = 0; my @frame = caller $depth; $depth++ ) {
        ( undef, $file, $line ) = @frame;
        last if $frame[0] !~ /\ASys::Virt\b/;
    }
    return " at $file line $line.\n";
}

sub fail {
    my ($text) = @_;
    die $text, place();
}

# The value of a parameter that a constructor needs.
sub required {
    my ( $params, $name ) = @_;
    exists $params->{$name} or fail("$name parameter is required");
    return $params->{$name};
}

# What a constructor gives: an object of the class that it was called on. There is none
# where the compiled sub warned that an argument is not an object.
sub object {
    my ( $self, $base, $proto ) = @_;
    $self or fail("$base was not made: an argument is not a blessed SV reference");
    my $class = ref($proto) || $proto;
    return $class eq $base ? $self : bless $self, $class;
}

# The same for a method that makes objects of the base class.
sub no_object {
    fail( ( caller 1 )[3] . ': an argument is not a blessed SV reference' );
}

# Objects by the one call that lists them all; where the driver has none, by their
# names (or ids) and one lookup each. The order is the same.
sub list {
    my ( $parent, $all, $flags, $number, $names, $lookup ) = @_;
    my ( @objects, $error );
    {
        local ( $@, $SIG{__DIE__} );

        # undef: the parent is not an object, of which there was a warning.
        eval {
            @objects = grep {defined} $all->( $parent, $flags );
            1;
        } and return @objects;
        $error = $@;
    }
    die $error
        if ref $error ne 'Sys::Virt::Error'
        || $error->{code} != Sys::Virt::Error::ERR_NO_SUPPORT();
    return by_name( $parent, $lookup, $names->( $parent, $number->($parent) ) );
}

# The objects of these names, less those that vanished meanwhile.
sub by_name {
    my ( $parent, $lookup, @names ) = @_;
    local ( $@, $SIG{__DIE__} );
    return map {
        eval { $lookup->( $parent, $_ ) }
            || ()
    } @names;
}

1;
