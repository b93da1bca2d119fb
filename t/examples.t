# The scripts in examples/ that run on the test driver. xt/examples.t has the others.
use strict;
use warnings;
use lib 't/lib';
use File::Basename   qw(basename);
use File::Temp       ();
use IO::Socket::UNIX ();
use Test::More;

use Example;

alarm 600;
my @HOST = qw(--uri test:///default);
my $TEMP = File::Temp->newdir;

my %examples = examples();
is_deeply(
    [ sort keys %examples ],
    [ sort map { basename $_ } glob 'examples/*.pl' ],
    'the index has each script'
);
my @scripts = sort grep { $examples{$_} } keys %examples;
helps($_) for @scripts;

my $NO_TRANSPORT = qr/.*transport in URL not recognised.*/;
my $NO_DOMAIN    = qr/Domain not found.*/;

# ---- hosts

prints( [ 'list-domains.pl', @HOST ], <<'TEXT' );
  id  name  state          memory/MiB  vCPUs
   1  test  running              2048      2
TEXT
fails( [ 'list-domains.pl', qw(--uri test+nowhere:///default) ], $NO_TRANSPORT );

{
    # Its kernel accepts, and nobody ever answers.
    my $silent = IO::Socket::UNIX->new( Listen => 5, Local => "$TEMP/silent" ) or die $!;
    my $uri    = "test+unix:///default?socket=$TEMP/silent";
    prints( [ 'many-hosts.pl', 'test:///default' ], <<'TEXT' );
host             running  defined  memory/MiB
test:///default        1        0  2048 of 3072
TEXT
    fails(
        [ 'many-hosts.pl', qw(--timeout 5), $uri, qw(test:///default test+nowhere:///default) ],
        '2 of 3 hosts have not answered',
        output => qr{\Ahost +running  defined  memory/MiB
\Q$uri\E +no answer within 5 s
test:///default +1        0  2048 of 3072
test\+nowhere:///default +$NO_TRANSPORT
\z}
    );
}

{
    open my $node, '>', "$TEMP/node.xml" or die $!;
    print {$node} <<'XML';
<node>
  <auth><user password='secret'>alice</user></auth>
  <domain type='test'><name>guarded</name><memory>1</memory><os><type>hvm</type></os></domain>
</node>
XML
    close $node;
    my @command = ( 'authenticate.pl', '--uri', "test://$TEMP/node.xml" );
    my $answer  = qr/\Aconnected to \S+; domains that run: 1\n\z/;
    my $name    = qr/[^\n]+: \n/;
    prints( \@command, $answer, input => "alice\nsecret\n", errors => qr/\A$name$name\z/ );
    prints( [ @command, qw(--user alice) ], $answer, input => "secret\n", errors => qr/\A$name\z/ );
    fails( [ @command, qw(--user alice) ], qr/.*authentication.*/ );
}

prints(
    [ 'node-info.pl', @HOST ], qr{\Ahost:        \S+
hypervisor:  TEST 0\.0\.2
libvirt:     [0-9]+\.[0-9]+\.[0-9]+
CPU model:   i686
CPUs:        16
frequency:   1400 MHz
NUMA cells:  2
sockets:     2 in each cell
cores:       2 in each socket
threads:     2 in each core
memory:      3072 MiB, [0-9]+ MiB of it free
\z}
);
fails( [ 'node-info.pl', qw(--uri test+nowhere:///default) ], $NO_TRANSPORT );

prints( [ 'node-cpu-map.pl', @HOST ], <<'TEXT' );
3 of 8 CPUs are online
   0  online
   1  offline
   2  online
   3  offline
   4  online
   5  offline
   6  offline
   7  offline
TEXT
fails( [ 'node-cpu-map.pl', qw(--uri test+nowhere:///default) ], $NO_TRANSPORT );

prints( [ 'node-devices.pl', @HOST ], <<'TEXT' );
computer (system)
  scsi_host1 (scsi_host)
    scsi_host11 (scsi_host)
  scsi_host2 (scsi_host)
TEXT
prints( [ 'node-devices.pl', @HOST, qw(--capability system) ], "computer (system)\n" );
fails( [ 'node-devices.pl', qw(--uri test+nowhere:///default) ], $NO_TRANSPORT );

prints( [ 'huge-pages.pl', @HOST ],
    qr/\A(?:cell [01]: [0-9]+ pages of 2048 KiB are free, [0-9]+ MiB\n){2}\z/ );
prints(
    [ 'huge-pages.pl', @HOST, qw(--size 4 --cell 1) ],
    qr/\Acell 1: [0-9]+ pages of 4 KiB are free, [0-9]+ MiB\n\z/
);
fails( [ 'huge-pages.pl', @HOST, qw(--add 1) ], qr/.*virNodeAllocPages/ );

# ---- domains

prints(
    [ 'domain-info.pl', @HOST, 'test' ], qr{\Aname:        test
UUID:        6695eb01-f6a4-8304-79aa-97f2502e193f
id:          1
type:        linux
state:       running
vCPUs:       2
CPU time:    [0-9]+\.[0-9] s
memory:      2048 MiB of 8192 MiB
persistent:  yes
autostart:   no
saved:       no
snapshots:   0
\z}
);
fails( [ 'domain-info.pl', @HOST, 'nobody' ], $NO_DOMAIN );

prints( [ 'domain-xml.pl', @HOST, 'test' ],
    qr{\A<domain type='test' id='1'>\n  <name>test</name>\n.*</domain>\n\z}s );
prints( [ 'domain-xml.pl', @HOST, qw(--inactive --secure test) ], qr{\A<domain type='test'>\n}s );
fails( [ 'domain-xml.pl', @HOST, 'nobody' ], $NO_DOMAIN );

prints(
    [ 'domain-interfaces.pl', @HOST, 'test' ], qr{\Aname +MAC +addresses
testnet0     aa:bb:cc:dd:ee:ff  192\.168\.[0-9]+\.[0-9]+/24
\z}
);
fails( [ 'domain-interfaces.pl', @HOST, 'nobody' ], $NO_DOMAIN );
{
    my ( $status, $output, $errors )
        = run_example( '', 'domain-interfaces.pl', qw(--source hearsay test) );
    is( $status, 2, 'a source that there is not' );
    like( $errors, qr/\Aexamples\/domain-interfaces\.pl: no such source: hearsay\nUsage:/,
        'which' );
}

prints( [ 'domain-filesystems.pl', @HOST, 'test' ], <<'TEXT' );
mounted at           type     device     disks
/                    ext4     vda1       vda
/boot                ext4     vda2       vda
TEXT
fails( [ 'domain-filesystems.pl', @HOST, 'nobody' ], $NO_DOMAIN );

my @freeze = ( 'freeze-filesystems.pl', @HOST );
my $thawed = "frozen\nthawed\n";
prints( [ @freeze, qw(test echo now) ],            "now\n", errors => $thawed );
prints( [ @freeze, qw(--mountpoint / test true) ], '',      errors => $thawed );
fails( [ @freeze, qw(nobody true) ], $NO_DOMAIN );
fails( [ @freeze, 'test', "$TEMP/missing" ], qr/\S+: No such file or directory/ );
fails( [ @freeze, qw(test sh -c), 'exit 3' ],  'sh: failed with exit status 3' );
fails( [ @freeze, qw(test sh -c), 'kill $$' ], 'sh: ended by signal 15' );
like( ( run_example( '', @freeze, qw(test false) ) )[2], qr/\A$thawed/, 'it is always thawed' );

prints(
    [ 'vcpu-info.pl', @HOST, 'test' ], qr{\AvCPU  state     CPU     time/s  may run on
   0  running   +[0-9]+ +[0-9.]+  0-15
   1  running   +[0-9]+ +[0-9.]+  0-15
\z}
);
fails( [ 'vcpu-info.pl', @HOST, 'nobody' ], $NO_DOMAIN );

my @pin = ( 'pin-cpus.pl', @HOST );
prints( [ @pin, qw(--vcpu 1 test), '0-3,8,10-11' ], "vCPU 1: 0-3,8,10-11\n" );
fails( [ @pin, qw(--vcpu 1 nobody 0) ], $NO_DOMAIN );
fails( [ @pin, qw(--vcpu 1 test), '0-3,x' ], 'not a list of CPUs, as in 0-3,8: 0-3,x' );
is( ( run_example( '', @pin, qw(test 0) ) )[0], 2, 'which virtual CPU?' );

prints( [ 'send-keys.pl', @HOST, qw(test ctrl+alt+delete f10 A enter) ], <<'TEXT' );
sent ctrl+alt+delete (29 56 111)
sent f10 (68)
sent A (30)
sent enter (28)
TEXT
fails( [ 'send-keys.pl', @HOST, qw(nobody a) ],      $NO_DOMAIN );
fails( [ 'send-keys.pl', @HOST, qw(test ctrl+any) ], 'no such key: any' );

prints( [ 'save-restore.pl', @HOST, 'test', "$TEMP/saved" ],
    qr{\Atest is in \Q$TEMP\E/saved \([0-9.]+ s\)\ntest is back \([0-9.]+ s\)\n\z} );
ok( -s "$TEMP/saved", 'the file stays' );
fails( [ 'save-restore.pl', @HOST, 'nobody', "$TEMP/nobody" ],  $NO_DOMAIN );
fails( [ 'save-restore.pl', @HOST, 'test',   "$TEMP/no/file" ], qr/.*No such file or directory/ );

my @snapshot = ( 'snapshot-revert.pl', @HOST );
prints( [ @snapshot, qw(test echo done) ], qr/\Asnapshot: before-[0-9]{8}-[0-9]{6}\ndone\n\z/ );
fails( [ @snapshot, qw(nobody true) ], $NO_DOMAIN );
fails( [ @snapshot, qw(test false) ],  'false: failed with exit status 1' );
like( ( run_example( '', @snapshot, qw(--keep test false) ) )[1],
    qr/^test is as it was\n\z/m, 'reverted' );

all_are_tested(@scripts);

done_testing;
