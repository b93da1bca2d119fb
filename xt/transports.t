# Every way to a libvirtd, with the right credentials, wrong ones and none.
use strict;
use warnings;
use lib 'xt/lib';
use Test::More;

# libvirt would write to the terminal what it refuses.
BEGIN { $ENV{LIBVIRT_LOG_OUTPUTS} = '1:file:/dev/null' }

use PrivateLibvirt;
use Sys::Virt;

my ( $AUTH_FAILED, $SYSTEM_ERROR, $NO_CONNECT, $DENIED ) = ( 45, 38, 5, 29 );
my $PASSWORD = 'secret of alice';

sub connect_to { return Sys::Virt->new( uri => @_ ) }

# Answers for a user of SASL; what was asked goes to $asked.
sub as {
    my ( $name, $password, $asked ) = @_;
    my %answer = ( Sys::Virt::CRED_AUTHNAME, $name, Sys::Virt::CRED_PASSPHRASE, $password );
    return answered_by(
        sub {
            my ($credentials) = @_;
            push @$asked, map { $_->{type} } @$credentials;
            $_->{result} = $answer{ $_->{type} } for @$credentials;
            return 0;
        }
    );
}

sub answered_by {
    my ($callback) = @_;
    my @credlist = ( Sys::Virt::CRED_AUTHNAME, Sys::Virt::CRED_PASSPHRASE );
    return ( auth => 1, credlist => \@credlist, callback => $callback );
}

sub serves {
    my ( $name, $conn, %expected ) = @_;
    subtest $name => sub {
        isa_ok( $conn, 'Sys::Virt' );
        is( $conn->get_hostname, 'private',                 'its host' );
        is( $conn->get_type,     $expected{type} || 'QEMU', 'its driver' );
        is( $conn->is_alive,     1,                         'alive' );
        is( $conn->is_secure,    1,                         'secure' );
        is( $conn->is_encrypted, $expected{encrypted} || 0, 'encrypted' );
    };
}

sub fails {
    my ( $name, $call, $code, $message ) = @_;
    my $error = eval { $call->(); 1 } ? undef : $@;
    subtest $name => sub {
        isa_ok( $error, 'Sys::Virt::Error', 'what it dies with' ) or return diag $error;
        is( $error->code, $code, 'code' );
        like( $error->message, $message, 'message' );
        unlike( "$error", qr/$PASSWORD|wrong password/, 'which tells no password' );
    };
}

my $libvirt = PrivateLibvirt->start( transports => 1 );
$libvirt->join_network;
my $tcp = $libvirt->uri('tcp');
my $tls = $libvirt->uri('tls');

# ---- every transport

serves( 'unix',                     connect_to( $libvirt->uri ) );
serves( 'tls',                      connect_to($tls), encrypted => 1 );
serves( 'ssh',                      connect_to( $libvirt->uri('ssh') ) );
serves( "ssh, the server's netcat", connect_to( $libvirt->uri( 'ssh', proxy => 'native' ) ) );
for my $library (qw(libssh libssh2)) {
    my %option = (
        keyfile            => $libvirt->path('/etc/ssh/id'),
        known_hosts        => $libvirt->path('/etc/ssh/known_hosts'),
        known_hosts_verify => 'ignore',
        sshauth            => 'privkey',
    );
    serves( $library, connect_to( $libvirt->uri( $library, host => 'root@localhost', %option ) ) );
}
serves(
    "tcp, test driver",
    connect_to( $libvirt->uri( 'tcp', driver => 'test' ), as( 'alice', $PASSWORD ) ),
    type      => 'TEST',
    encrypted => 1
);
serves(
    "tls, test driver", connect_to( $libvirt->uri( 'tls', driver => 'test' ) ),
    type      => 'TEST',
    encrypted => 1
);
serves( "ssh, test driver", connect_to( $libvirt->uri( 'ssh', driver => 'test' ) ),
    type => 'TEST' );

my %TYPE = ( lxc => 'LXC' );
is( connect_to( $libvirt->uri( '', driver => $_ ) )->get_type, $TYPE{$_} || $_, "its driver $_" )
    for qw(lxc storage network nodedev secret nwfilter);

# ---- SASL

my @asked;
serves(
    'tcp with DIGEST-MD5',
    connect_to( $tcp, as( 'alice', $PASSWORD, \@asked ) ),
    encrypted => 1
);
is_deeply( \@asked, [ Sys::Virt::CRED_AUTHNAME, Sys::Virt::CRED_PASSPHRASE ], 'name and password' );

my $NO_RESULT = qr/\Aauthentication failed: Failed to (?:start|step) SASL negotiation: -7/;

sub refuses {
    my ( $how, $uri ) = @_;
    my $REFUSED = qr/\Aauthentication failed: authentication failed\z/;
    fails(
        "$how: wrong password",
        sub { connect_to( $uri, as( 'alice', 'wrong password' ) ) },
        $AUTH_FAILED, $REFUSED
    );
    fails(
        "$how: unknown user",
        sub { connect_to( $uri, as( 'mallory', $PASSWORD ) ) },
        $AUTH_FAILED, $REFUSED
    );
    fails(
        "$how: no credentials",
        sub { connect_to($uri) },
        $AUTH_FAILED,
        qr/No worthy mechs found/
    );
    fails(
        "$how: callback returns -1",
        sub {
            connect_to( $uri, answered_by( sub {-1} ) );
        },
        $AUTH_FAILED,
        qr/Failed to collect auth credentials/
    );
    fails(
        "$how: no results",
        sub {
            connect_to( $uri, answered_by( sub {0} ) );
        },
        $AUTH_FAILED,
        $NO_RESULT
    );
    fails(
        "$how: undefined results",
        sub { connect_to( $uri, as( undef, undef ) ) },
        $AUTH_FAILED, $NO_RESULT
    );
    fails(
        "$how: elements replaced",
        sub {
            connect_to( $uri, answered_by( sub { @{ $_[0] } = (1) x 9; 0 } ) );
        },
        $AUTH_FAILED,
        $NO_RESULT
    );
    my $died = bless {}, 'Gone';
    ok( !eval {
            connect_to( $uri, answered_by( sub { die $died } ) );
        },
        "$how: callback dies"
    );
    is( $@, $died, "$how: with the same exception" );
    ok( !eval {
            connect_to( $uri, answered_by( sub { connect_to( $uri, as( 'mallory', 1 ) ) } ) );
        },
        "$how: callback connects, and fails"
    );
    is( $@->code, $AUTH_FAILED, "$how: with that error" );
}
refuses( 'tcp', $tcp );

my $ssf = connect_to( $tcp, as( 'alice', $PASSWORD ) );
is( scalar( my @domains = $ssf->list_all_domains ),
    0, 'a connection beside those that failed works' );

# ---- certificates

my $UNVERIFIED = qr/\Aauthentication failed: Failed to verify peer's certificate\z/;
fails(
    "tls: another host's name",
    sub { connect_to( $libvirt->uri( 'tls', host => '127.0.0.1' ) ) },
    $AUTH_FAILED, $UNVERIFIED
);
serves(
    'tls: not verified',
    connect_to( $libvirt->uri( 'tls', host => '127.0.0.1', no_verify => 1 ) ),
    encrypted => 1
);
fails(
    'tls: an expired certificate',
    sub { connect_to( $libvirt->uri( 'tls', certificate => 'expired' ) ) },
    $SYSTEM_ERROR, qr/clientcert\.pem has expired\z/
);
fails(
    'tls: an unknown authority',
    sub { connect_to( $libvirt->uri( 'tls', certificate => 'stranger' ) ) },
    $AUTH_FAILED, $UNVERIFIED
);
fails(
    'tls: no certificates',
    sub { connect_to('qemu+tls://localhost/system?pkipath=/nowhere') },
    $SYSTEM_ERROR,
    qr{\ACannot read CA certificate '/nowhere/cacert\.pem': No such file or directory\z}
);
fails(
    'tls: the server refuses a certificate',
    sub {
        connect_to( $libvirt->uri( 'tls', certificate => 'stranger', no_verify => 1 ) )
            ->get_hostname;
    },
    $SYSTEM_ERROR,
    qr/\A(?:Cannot|Unable to) |End of file/
);

# ---- who isn't there

fails(
    'a closed port',
    sub { connect_to('qemu+tcp://localhost:1/system') },
    $SYSTEM_ERROR, qr/\Aunable to connect to server at 'localhost:1': Connection refused\z/
);
fails(
    'an unknown host',
    sub { connect_to('qemu+tcp://host.invalid/system') },
    $SYSTEM_ERROR, qr/\AUnable to resolve address 'host\.invalid'/i
);
fails( 'no socket', sub { connect_to('qemu+unix:///system?socket=/nowhere') },
    $SYSTEM_ERROR, qr{\AFailed to connect socket to '/nowhere': No such file or directory\z} );
fails(
    'ssh: another key',
    sub { connect_to( $libvirt->uri( 'ssh', keyfile => '/nowhere' ) ) },
    $SYSTEM_ERROR, qr/\ACannot recv data: /
);

# ---- read-only

for my $uri ( $libvirt->uri, $tls, $libvirt->uri('ssh') ) {
    my $reader = Sys::Virt->new( uri => $uri, readonly => 1 );
    my ($transport) = $uri =~ /\+(\w+)/;
    is( $reader->get_type, 'QEMU', "$transport: may look" );
    fails(
        "$transport: but not $_",
        sub { $reader->$_('<xml/>') },
        $DENIED, qr/\Aoperation forbidden: read only access prevents vir\w+XML\z/
    ) for qw(define_domain create_domain define_network define_secret define_storage_pool);
}

# ---- identity

my $conn = connect_to( $libvirt->uri );
$conn->set_identity(
    {   Sys::Virt::IDENTITY_USER_NAME,       'alice',
        Sys::Virt::IDENTITY_UNIX_USER_ID,    1000,
        Sys::Virt::IDENTITY_PROCESS_ID,      $$,
        Sys::Virt::IDENTITY_SELINUX_CONTEXT, 'none'
    }
);
is( $conn->get_hostname, 'private', 'an administrator may be somebody else' );
undef $conn;

# ---- SCRAM, on tls and unix

$libvirt = PrivateLibvirt->start(
    transports   => 1,
    mechanism    => 'SCRAM-SHA-256',
    auth_tls     => 'sasl',
    auth_unix_rw => 'sasl',
);
$libvirt->join_network;
@asked = ();

# To libvirt, a connection with SASL is encrypted.
serves(
    'unix with SCRAM',
    connect_to( $libvirt->uri, as( 'alice', $PASSWORD, \@asked ) ),
    encrypted => 1
);
is_deeply( \@asked, [ Sys::Virt::CRED_AUTHNAME, Sys::Virt::CRED_PASSPHRASE ], 'name and password' );
serves(
    'tls with SCRAM',
    connect_to( $libvirt->uri('tls'), as( 'alice', $PASSWORD ) ),
    encrypted => 1
);
refuses( 'unix with SCRAM', $libvirt->uri );
refuses( 'tls with SCRAM',  $libvirt->uri('tls') );
fails(
    'tcp: SCRAM has no encryption',
    sub { connect_to( $libvirt->uri('tcp'), as( 'alice', $PASSWORD ) ) },
    $AUTH_FAILED, qr/authentication failed/
);

# ---- a file with credentials

{
    local $ENV{LIBVIRT_AUTH_FILE} = my $file = $libvirt->path('/run/auth.conf');
    open my $conf, '>', $file or die "$file: $!";
    print {$conf} "[credentials-alice]\nauthname=alice\npassword=$PASSWORD\n"
        . "[auth-libvirt-default]\ncredentials=alice\n";
    close $conf or die "$file: $!";
    open STDIN, '<', '/dev/null' or die "/dev/null: $!";
    serves(
        'a file of credentials, without a callback',
        connect_to( $libvirt->uri, auth => 1 ),
        encrypted => 1
    );
    my $calls = 0;
    serves(
        'with one',
        connect_to( $libvirt->uri, answered_by( sub { $calls++; -1 } ) ),
        encrypted => 1
    );
    is( $calls, 0, 'which is not needed' );
}

done_testing;
