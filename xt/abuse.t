# Nothing that Perl code does may crash, hang, or corrupt: each case of xt/abuse/ is a script
# that runs in a process of its own. What it prints, and how it ends, is compared with what
# stands below it:
#
#   === name
#   code, with Abuse.pm
#   --- exit status, if it is not 0
#   output: that of warnings, too
#
# $ABUSE, a regular expression, picks some of them; $ABUSE_PERL is what runs them instead of
# perl; with $ABUSE_FORKS they run in forks of this process, if that is slow to start.
use strict;
use warnings;
use Config;
use File::Temp ();
use Test::More;
use Time::HiRes qw(sleep);

# Here, where it sees none of what follows.
sub run_here {
    $. = 0;    # messages name the handle that was read last
    eval shift;
    die $@ if $@;
    exit;
}

my $AT_A_TIME = 2;
my $SECONDS   = $ENV{ABUSE_FORKS} ? 600 : 120;
my $KILOBYTES = 4 * 1024 * 1024;
my @PERL      = split ' ', $ENV{ABUSE_PERL} || '';
@PERL = ( '/bin/sh', '-c', "ulimit -v $KILOBYTES && exec \"\$@\"", 'sh', $^X ) if !@PERL;

$ENV{LC_ALL}              = 'C';
$ENV{LIBVIRT_DEFAULT_URI} = 'test:///default';

# What these look at, memory and addresses, is another's under valgrind or a sanitizer.
my $OF_THE_PROCESS = qr{
    a\ huge\ size\ of\ a\ list
    | lists\ of\ which\ nothing\ is\ left\ behind
    | identifiers\ that\ are\ none
    | too\ little\ memory\ for\ a\ list
    | the\ library\ unloaded
}x;

sub cases_of {
    my ($file) = @_;
    open my $handle, '<', $file or die "$file: $!";
    my ( @cases, $part );
    while ( my $line = <$handle> ) {
        if ( $line =~ /\A=== (.+)/ ) {
            push @cases, { name => $1, file => $file, code => '', output => '', status => 0 };
            $part = 'code';
        }
        elsif ( $line =~ /\A--- ?([0-9]*)$/ ) {
            $cases[-1]{status} = $1 || 0;
            $part = 'output';
        }
        elsif ($part) {
            $cases[-1]{$part} .= $line;
        }
    }
    $_->{output} =~ s/(\A|\n)\n*\z/$1/ for @cases;
    return @cases;
}

# Starts a case as the leader of a group of processes.
sub start {
    my ($case) = @_;
    $case->{said}  = File::Temp->new;
    $case->{until} = time + $SECONDS;
    my $code = "#line 1 \"case\"\n$case->{code}";
    my $pid  = fork;
    die "fork: $!" if !defined $pid;
    if ( !$pid ) {
        setpgrp;
        open STDIN,  '<',  '/dev/null';
        open STDOUT, '>&', $case->{said};
        open STDERR, '>&', $case->{said};
        run_here($code) if $ENV{ABUSE_FORKS};
        exec @PERL, qw(-Mblib -Ixt/lib -Mstrict -Mwarnings -MAbuse -e), $code;
        die "exec: $!";
    }
    $case->{pid} = $pid;
    note "process $pid: $case->{name}" if $ENV{ABUSE_FORKS};
    return;
}

sub ended {
    my ($case) = @_;
    my $late = time > $case->{until};
    kill KILL => -$case->{pid} if $late;
    return 0 if waitpid( $case->{pid}, $late ? 0 : 1 ) != $case->{pid};
    my $status = $?;
    kill KILL => -$case->{pid};    # what it left behind
    seek $case->{said}, 0, 0;
    my $said = do { local $/; readline $case->{said} };
    $said = '' if !defined $said;
    $said =~ s{ at \S*(?:blib/|xt/)lib/(\S+) line [0-9]+}{ at $1}g;
    $case->{got}
        = $late         ? "not ended after $SECONDS s\n"
        : $status & 127 ? 'signal ' . ( $status & 127 ) . "\n"
        :                 '';
    $case->{got} .= $said;
    $case->{got_status} = $status >> 8;

    # die ends with errno, if there is one, otherwise with 255.
    $case->{got_status} = 255 if $case->{got_status} && $case->{status} == 255;
    return 1;
}

my @cases = map { cases_of($_) } glob 'xt/abuse/*.cases';
@cases = grep { $_->{code}              !~ /\bthreads\b/ } @cases   if !$Config{useithreads};
@cases = grep { $_->{name}              !~ $OF_THE_PROCESS } @cases if $ENV{ABUSE_FORKS};
@cases = grep { "$_->{file} $_->{name}" =~ /$ENV{ABUSE}/ } @cases   if $ENV{ABUSE};
cmp_ok( scalar @cases, '>=', 250, 'as many cases as there have to be' ) if !$ENV{ABUSE};

if ( $ENV{ABUSE_FORKS} ) {
    require Abuse;
    Abuse->import;

    # What valgrind translates here, it need not in each of them.
    my $dom = domain();
    $dom->get_info;
    eval { $dom->rename("\0") };
}
my @waiting = @cases;
my ( @running, %count );
while ( @waiting || @running ) {
    while ( @waiting && @running < $AT_A_TIME ) {
        my $case = shift @waiting;
        start($case);
        push @running, $case;
    }
    @running = grep { !ended($_) } @running;
    sleep 0.01 if @running == $AT_A_TIME || !@waiting;
}
for my $case (@cases) {
    my ($class) = $case->{file} =~ m{([^/]+)\.cases\z};
    $count{$class}++;
    my $name = "$class: $case->{name}";
    is( $case->{got},        $case->{output}, $name );
    is( $case->{got_status}, $case->{status}, "$name: status" );
}
note sprintf '%-12s %4d cases', $_, $count{$_} for sort keys %count;

done_testing;
