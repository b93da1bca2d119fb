package Sys::Virt::Error;

# The manual is Error.pod, beside this file.

use strict;
use warnings;


# By the method's name, so that a subclass may say it in another way. Everything
# else follows from the text; truth needs none of it.
use overload
    '""'     => 'stringify',
    'bool'   => sub { 1 },
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
