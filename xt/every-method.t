# Every sub of the interface is called by some test.
use strict;
use warnings;
use Cwd qw(getcwd);
use File::Temp ();
use JSON::PP ();
use Test::More;

my $surface = do {
    open my $file, '<', 't/data/surface.json' or die "t/data/surface.json: $!";
    local $/;
    JSON::PP->new->utf8->decode(<$file>);
};
my %wanted = map {
    my $package = $_;
    map { ( "${package}::$_" => 1 ) } keys %{ $surface->{$package}{subs} };
} keys %$surface;

my $top   = getcwd;
my $calls = File::Temp->new;
local $ENV{SYS_VIRT_CALLS} = "$calls";
for my $test ( ( grep { !/surface/ } glob 't/*.t' ), 'xt/scripts/calls.pl', 'xt/objects.t' ) {
    # Its results do not matter here: under the debugger it may count values differently.
    system "$^X -I'$top/xt/lib' -d:CallTrace -Mblib '$test' >/dev/null 2>&1";
}
my %called;
while (<$calls>) {
    chomp;
    $called{$_}++;
}
# An overloaded operator is called by its method's name.
$called{'Sys::Virt::Error::(""'} = $called{'Sys::Virt::Error::stringify'};

my @never = sort grep { !$called{$_} } keys %wanted;
is_deeply( \@never, [], 'no sub is never called' ) or diag join "\n", 'never called:', @never;
note scalar( keys %called ), ' of ', scalar keys %wanted, ' subs are called';

done_testing;
