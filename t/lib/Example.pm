package Example;

use strict;
use warnings;

use Exporter   qw(import);
use File::Temp ();
use Test::More;

our @EXPORT = qw(examples run_example prints fails helps all_are_tested);

my %done;

# The scripts that the index has, and whether the test driver will do for them.
sub examples {
    open my $file, '<', 'examples/README.md' or die "examples/README.md: $!";
    return map { /\A\| `([^`]+)` \|.*\| (yes)? ?\|\n\z/ ? ( $1 => $2 || '' ) : () } <$file>;
}

# Runs a script, and gives its exit status, output and errors.
sub run_example {
    my ( $input, $script, @arguments ) = @_;
    my ( $in,    $out,    $err )       = map { File::Temp->new } 1 .. 3;
    print {$in} $input;
    close $in;
    my $pid = fork;
    die "fork: $!" if !defined $pid;
    if ( !$pid ) {
        open STDIN,  '<', $in->filename;
        open STDOUT, '>', $out->filename;
        open STDERR, '>', $err->filename;
        exec $^X, '-Mblib', "examples/$script", @arguments;
    }
    waitpid $pid, 0;
    return (
        $? & 127 ? "signal $?" : $? >> 8,
        map {
            scalar do { local $/; <$_> }
              // ''
        } $out,
        $err
    );
}

# It succeeds, and its output is this.
sub prints {
    my ( $command, $expected, %option ) = @_;
    my ( $script, @arguments )          = @$command;
    my ( $status, $output, $errors )    = run_example( $option{input} || '', @$command );
    $done{$script}{prints} = 1;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return subtest "@$command" => sub {
        is( $status, 0, 'exit status' );
        ref $expected ? like( $output, $expected, 'output' ) : is( $output, $expected, 'output' );
        my $said = $option{errors} || '';
        ref $said ? like( $errors, $said, 'errors' ) : is( $errors, $said, 'errors' );
    };
}

# It fails, and says why in one line, the last one.
sub fails {
    my ( $command, $reason, %option ) = @_;
    my ( $script, @arguments )        = @$command;
    my ( $status, $output, $errors )  = run_example( '', @$command );
    $done{$script}{fails} = 1;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return subtest "@$command" => sub {
        is( $status, 1, 'exit status' );
        my $line = ( split /(?<=\n)/, $errors )[-1];
        like( $line,   qr{\Aexamples/\Q$script\E: $reason\n\z}, 'the reason' ) or diag $errors;
        like( $output, $option{output},                         'output' ) if $option{output};
        unlike( $errors, qr/ at \S+ line [0-9]+/, 'no place in the code' );
    };
}

# --help prints its manual, and an unknown option how it is used.
sub helps {
    my ($script) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $done{$script}{helps} = 1;
    return subtest "$script --help" => sub {
        my ( $status, $output, $errors ) = run_example( '', $script, '--help' );
        is( $status, 0,  'exit status' );
        is( $errors, '', 'no errors' );
        like( $output, qr/\ANAME\n    \Q$script\E - /,  'its name' );
        like( $output, qr/^SYNOPSIS\n\s+\Q$script\E /m, 'how it is used' );
        like( $output, qr/^    --uri URI\n/m, 'its options' ) if $script ne 'many-hosts.pl';

        ( $status, $output, $errors ) = run_example( '', $script, '--nonsense' );
        is( $status, 2,  'exit status of an unknown option' );
        is( $output, '', 'no output' );
        like( $errors, qr/\AUnknown option: nonsense\nUsage:\n\s+\Q$script\E /, 'how it is used' );
    };
}

# Each of these has done all of the above.
sub all_are_tested {
    my @scripts = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my %all = map { $_ => { prints => 1, fails => 1, helps => 1 } } @scripts;
    return is_deeply( \%done, \%all, 'each script is run, fails and helps' );
}

1;
