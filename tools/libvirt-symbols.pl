#!/usr/bin/perl
# Makes xt/data/libvirt-symbols.txt, what libvirt's own documentation has: for each function
# and type of callback, and for each enum and each constant since 7.0.0, its page and version.
use strict;
use warnings;
use Getopt::Long qw(GetOptions);

my $usage = "usage: tools/libvirt-symbols.pl [--help] API > xt/data/libvirt-symbols.txt\n"
    . "API is the libvirt-api.xml of the newest libvirt (pkg-config --variable=libvirt_api libvirt)\n";
GetOptions( 'help' => \my $help ) or die $usage;
if ($help) { print $usage; exit }
my ($path) = @ARGV or die $usage;

open my $api, '<', $path or die "$path: $!\n";
my @lines;
while (<$api>) {
    my ( $kind, $name ) = /^\s*<(function|functype|typedef|enum|macro) name='(\w+)'/ or next;
    my ($file)    = /\bfile='([\w-]+)'/;
    my ($version) = /\bversion='([\d.]+)'/;
    next if !$version;
    my ($major) = split /[.]/, $version;
    next if $major < 7         && $kind =~ /\A(?:enum|macro)\z/;
    next if $kind eq 'typedef' && !/type='enum'/;
    push @lines, "$name $file $version\n";
}
print sort @lines;
