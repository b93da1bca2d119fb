package StandIn;

# The stand-in for libvirt that xt/lib/stand-in makes, and tests that run on it.

use strict;
use warnings;

use Config;
use File::Path qw(make_path);
use File::Temp ();

my $DIR = 'xt/build/stand-in';

# Builds it and gives its file, for LD_PRELOAD.
sub build {
    make_path($DIR);
    my $source = qx{$^X xt/lib/stand-in};
    die "xt/lib/stand-in fails\n" if $?;
    open my $file, '>', "$DIR/stand-in.c" or die "$DIR/stand-in.c: $!";
    print {$file} $source;
    close $file or die "$DIR/stand-in.c: $!";
    system( $Config{cc}, qw(-Wall -Wextra -Werror -O -shared -fPIC -Ixt/lib -o),
        "$DIR/stand-in.so", "$DIR/stand-in.c" ) == 0
        or die "the stand-in for libvirt does not compile\n";
    return "./$DIR/stand-in.so";
}

# Runs a test once more, on the stand-in: true there. What asks for more memory than 8 GB gets none,
# whatever the machine has.
sub entered {
    return 1 if $ENV{STAND_IN};
    local $ENV{STAND_IN}   = 2;
    local $ENV{LD_PRELOAD} = build();
    exec 'sh', '-c', 'ulimit -v 8000000; exec "$@"', 'sh', $^X, '-Mblib', $0 or die "sh: $!";
}

# What the stand-in is called with while the code runs, a line for each call.
sub calls_of {
    my ($code) = @_;
    my $log = File::Temp->new;
    {
        local $ENV{STAND_IN_LOG} = fileno $log;
        $code->();
    }
    open my $file, '<', $log or die "$log: $!";
    chomp( my @calls = <$file> );
    return @calls;
}

1;
