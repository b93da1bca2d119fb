#!/usr/bin/perl
# Makes t/data/surface.json, the names that the module must have, from a
# description of the interface (constants.json and methods.json).
use strict;
use warnings;
use Getopt::Long qw(GetOptions);
use JSON::PP     ();

my $usage = "usage: tools/surface.pl [--help] DIRECTORY > t/data/surface.json\n"
    . "DIRECTORY holds constants.json and methods.json\n";
GetOptions( 'help' => \my $help ) or die $usage;
if ($help) { print $usage; exit }
my ($directory) = @ARGV or die $usage;

sub read_json {
    my ($name) = @_;
    open my $file, '<', "$directory/$name" or die "$directory/$name: $!\n";
    local $/;
    return JSON::PP->new->utf8->decode(<$file>);
}

my %surface;
for my $constant ( @{ read_json('constants.json') } ) {

    # Some numbers are shown to Perl with the sign extended; C's are what works.
    my $value = defined $constant->{c_value} ? $constant->{c_value} : $constant->{value_text};
    $surface{ $constant->{package} }{constants}{ $constant->{name} } = "$value";
}
for my $method ( @{ read_json('methods.json') } ) {
    $surface{ $method->{package} }{subs}{ $method->{name} } = {
        impl      => $method->{impl},
        prototype => $method->{prototype},
        defined $method->{usage_args} ? ( usage => $method->{usage_args} ) : (),
    };
}
print JSON::PP->new->utf8->canonical->indent->indent_length(1)->encode( \%surface );
