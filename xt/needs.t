# perl Makefile.PL says what is missing or too old, and which package has it, before it does
# anything.
use strict;
use warnings;
use Config;
use File::Temp ();
use Test::More;

# A directory with every command but those; others are written anew.
sub commands {
    my ( $without, %written ) = @_;
    my $directory = File::Temp->newdir;
    for my $path ( map { glob "$_/*" } reverse split /:/, $ENV{PATH} ) {
        my ($name) = $path =~ m{([^/]+)\z};
        unlink "$directory/$name";
        symlink $path, "$directory/$name" if $name !~ /\A(?:$without)\z/;
    }
    for my $name ( keys %written ) {
        unlink "$directory/$name";
        open my $file, '>', "$directory/$name" or die "$name: $!";
        print {$file} "#!/bin/sh\n$written{$name}\n";
        chmod 0755, $file;
    }
    return $directory;
}

# A directory in which pkg-config finds a libvirt of this version.
sub libvirt {
    my ($version) = @_;
    my $directory = File::Temp->newdir;
    open my $file, '>', "$directory/libvirt.pc" or die "libvirt.pc: $!";
    print {$file} "Name: libvirt\nDescription: libvirt\nVersion: $version\n";
    return $directory;
}

sub refuses {
    my ( $name, $environment, @patterns ) = @_;
    subtest $name => sub {
        local @ENV{ keys %$environment } = values %$environment;
        my $before = ( stat 'Makefile' )[9];
        my $said   = qx{$^X Makefile.PL 2>&1};
        is( $? >> 8, $ENV{AUTOMATED_TESTING} ? 0 : 1, 'exit status' );
        like( $said, $_, 'what it says' ) for @patterns;
        is( ( stat 'Makefile' )[9], $before, 'and no Makefile' );
    };
}

my $rust = qr/^    cargo and rustc 1\.85 or newer/m;
my $cc   = quotemeta $Config{cc};
refuses( 'no cargo', { PATH => commands('cargo') }, $rust,
    qr/^to install: apt-get install cargo/m );
refuses(
    'an old Rust',
    { PATH => commands( '', rustc => 'echo rustc 1.63.0' ) },
    qr/$rust \(found: rustc 1\.63\.0\)/
);
refuses(
    'no C compiler',
    { PATH => commands($cc) },
    qr/^    a C compiler \($cc\) and the C library's headers/m,
    qr/apt-get install gcc libc6-dev/
);
refuses( 'no pkg-config', { PATH => commands('pkg-config|pkgconf') }, qr/^    pkg-config$/m );
my $libvirt = qr/^    libvirt 7\.0\.0 or newer, with its headers/m;
refuses( 'no libvirt', { PKG_CONFIG_LIBDIR => '/nowhere' },
    qr/$libvirt$/m, qr/apt-get install libvirt-dev$/m );
refuses(
    'an old libvirt',
    { PKG_CONFIG_LIBDIR => libvirt('6.10.0') },
    qr/$libvirt \(found: 6\.10\.0\)/
);
refuses(
    'two things',
    { PATH => commands('make|cargo') },
    qr/^    make$/m,
    $rust, qr/apt-get install make cargo/
);
refuses( 'to testers of CPAN, no failure',
    { PATH => commands('cargo'), AUTOMATED_TESTING => 1 }, $rust );

done_testing;
