package Example;

use strict;
use warnings;

use Exporter   qw(import);
use File::Temp ();
use IO::Select ();
use Test::More;

our @EXPORT = qw(examples prints fails helps starts says tells ends run_example all_are_tested);

my %done;

# The scripts that the index has, and whether the test driver will do for them.
sub examples {
    open my $file, '<', 'examples/README.md' or die "examples/README.md: $!";
    return map { /\A\| `([^`]+)` \|.*\| (yes)? ?\|\n\z/ ? ( $1 => $2 || '' ) : () } <$file>;
}

# Starts a script with these handles, and gives its process.
sub start_example {
    my ( $in, $out, $err, $script, @arguments ) = @_;
    my $pid = fork;
    die "fork: $!" if !defined $pid;
    return $pid    if $pid;
    setpgrp;    # so that a signal can be for it alone, with what it starts
    open STDIN,  '<&', $in;
    open STDOUT, '>&', $out;
    open STDERR, '>&', $err;
    exec $^X, '-Mblib', "examples/$script", @arguments;
}

# Runs a script with this as its input, and gives its exit status, output and errors.
sub run_example {
    my ( $input, @command ) = @_;
    my ( $in,    @outputs ) = map { scalar File::Temp::tempfile( UNLINK => 1 ) } 1 .. 3;
    print {$in} $input;
    seek $in, 0, 0;
    waitpid start_example( $in, @outputs, @command ), 0;
    my $status = $? & 127 ? "signal $?" : $? >> 8;
    local $/;
    seek $_, 0, 0 for @outputs;
    return ( $status, map { scalar <$_> } @outputs );
}

# It succeeds, and its output is this.
sub prints {
    my ( $command, $expected, %option ) = @_;
    my ( $status,  $output,   $errors ) = run_example( $option{input} || '', @$command );
    $done{ $command->[0] }{prints} = 1;
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
    my ( $status,  $output, $errors ) = run_example( '', @$command );
    my $script = $command->[0];
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
        like( $output, qr/^    --uri URI\n/m,           'its options' )
            if $script ne 'many-hosts.pl';

        ( $status, $output, $errors ) = run_example( '', $script, '--nonsense' );
        is( $status, 2,  'exit status of an unknown option' );
        is( $output, '', 'no output' );
        like( $errors, qr/\AUnknown option: nonsense\nUsage:\n\s+\Q$script\E /, 'how it is used' );
    };
}

# A script that runs beside the test, which listens and talks to it.
sub starts {
    my ( $script, @arguments ) = @_;
    pipe my $in,   my $tell or die "pipe: $!";
    pipe my $said, my $out  or die "pipe: $!";
    my $pid = start_example( $in, $out, $out, $script, @arguments );
    $done{$script}{prints} = 1;
    return { script => $script, pid => $pid, tell => $tell, said => $said, text => '' };
}

# It says this sooner or later: within two minutes, as the machine may be busy.
sub says {
    my ( $running, $expected ) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $ready = IO::Select->new( $running->{said} );
    while ( $running->{text} !~ $expected && $ready->can_read(120) ) {
        sysread $running->{said}, $running->{text}, 1000, length $running->{text} or last;
    }
    return like( $running->{text}, $expected, "$running->{script}: says" );
}

sub tells {
    my ( $running, $text ) = @_;
    return syswrite $running->{tell}, $text;
}

# It succeeds, when it is sent this signal, if any.
sub ends {
    my ( $running, $signal ) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    kill $signal => -$running->{pid} if $signal;
    waitpid $running->{pid}, 0;
    return is( $?, 0, "$running->{script}: ends" );
}

# Each of these has done all of the above.
sub all_are_tested {
    my @scripts = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my %tested = map { $_ => $done{$_} } @scripts;
    my %all    = map { $_ => { prints => 1, fails => 1, helps => 1 } } @scripts;
    return is_deeply( \%tested, \%all, 'each script is run, fails and helps' );
}

1;
