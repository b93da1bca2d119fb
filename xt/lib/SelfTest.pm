package SelfTest;

# Builds of the module with methods that fail on purpose: `perl Makefile.PL SELFTEST=1`
# in a copy of the tree, so that the build to be installed stays as it is.

use strict;
use warnings;

use Config;
use Cwd            ();
use File::Basename qw(dirname);
use File::Path     qw(make_path);

my $TOP = Cwd::abs_path( dirname(__FILE__) . '/../..' );

sub run {
    my (@command) = @_;
    open my $output, '-|', "@command 2>&1" or die "$command[0]: $!";
    my @lines = <$output>;
    close $output or die "@command failed:\n@lines";
    return @lines;
}

# Makes it, if anything has changed, and gives its directory.
sub make {
    my ( $name, $archive, @options ) = @_;
    my $dir = "$TOP/xt/build/$name";
    make_path("$dir/target/release");
    run("tar cf - --exclude=./xt/build --exclude=./target --exclude=./blib --exclude=./.git -C '$TOP' . | tar xf - -C '$dir'"
    );
    symlink $archive, "$dir/target/release/libsys_virt.a" if $archive;
    run("cd '$dir' && $^X Makefile.PL SELFTEST=1 && make @options");
    return $dir;
}

sub build {
    print STDERR "# building the module with its self-test methods\n";
    return make('selftest');
}

# Under AddressSanitizer and UndefinedBehaviorSanitizer, with the assertions that Rust leaves
# out of a release. Gives, too, the environment that it runs in.
sub build_sanitized {
    print STDERR "# building the module with sanitizers\n";
    my ($host) = map {/^host: (\S+)/} run('rustc -vV');
    local %ENV = (
        %ENV,
        RUSTC_BOOTSTRAP             => 1,                    # a sanitizer, of a stable Rust
        RUSTFLAGS                   => '-Zsanitizer=address -Cforce-frame-pointers',
        CARGO_BUILD_TARGET          => $host,                # so that they are for our code only
        CARGO_PROFILE_RELEASE_LTO   => 'off',
        CARGO_PROFILE_RELEASE_DEBUG => 'line-tables-only',
        CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS => 'true',
    );

    # What is undefined traps, for AddressSanitizer to report.
    my $sanitize = '-fsanitize=address,undefined -fsanitize-undefined-trap-on-error';
    my $dir      = make(
        'sanitized',
        "../$host/release/libsys_virt.a",
        "OPTIMIZE='-O1 -g $sanitize -fno-omit-frame-pointer'",
    );

    # AddressSanitizer has to come first, and to find the libraries whose functions it wraps.
    my @libraries = (
        map( { split ' ' } run("$Config{cc} -print-file-name=libasan.so") ),
        map( {/=> (\S*libvirt\.so\S*)/} run("ldd '$dir/blib/arch/auto/Sys/Virt/Virt.so'") ),
    );
    return (
        $dir,
        LD_PRELOAD   => join( ':', @libraries ),
        ASAN_OPTIONS =>
            'detect_leaks=0:handle_sigill=1:allocator_may_return_null=1:max_allocation_size_mb=2048',
    );
}

1;
