package Sys::Virt::Error;

# The manual is Error.pod, beside this file.

use strict;
use warnings;

# As with $!: its text where a string is asked for, its code where a number is, so
# that eq compares texts and == compares codes. True whatever they are. By the names
# of the methods, so that a subclass may say it in another way.
use overload
    '""'     => 'stringify',
    '0+'     => 'code',
    'bool'   => sub {1},
    fallback => 1;

sub stringify {
    my ($self) = @_;
    my $text = "libvirt error code: $self->{code}, message: $self->{message}";
    return $text =~ /\n\z/ ? $text : "$text\n";
}

sub level { return $_[0]{level} }

sub code { return $_[0]{code} }

sub domain { return $_[0]{domain} }

sub message { return $_[0]{message} }

1;
