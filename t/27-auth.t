# Authentication, which the test driver has when its file of definitions asks for it.
use strict;
use warnings;
use File::Temp ();
use Test::More;

use Sys::Virt;

my $node = File::Temp->new( SUFFIX => '.xml' );
print {$node} <<'XML';
<node>
  <auth><user password='secret'>alice</user></auth>
  <domain type='test'><name>guarded</name><memory>1</memory><os><type>hvm</type></os></domain>
</node>
XML
close $node;
my $URI   = "test://$node";
my @KINDS = ( Sys::Virt::CRED_AUTHNAME, Sys::Virt::CRED_PASSPHRASE );

sub open_with {
    my ($callback) = @_;
    my $conn = eval {
        Sys::Virt->new( uri => $URI, auth => 1, credlist => \@KINDS, callback => $callback );
    };
    return $conn || $@;
}

my %ANSWERS = ( Sys::Virt::CRED_AUTHNAME, 'alice', Sys::Virt::CRED_PASSPHRASE, 'secret' );
my @asked;
my $conn = open_with(
    sub {
        my ($credentials) = @_;
        for my $credential (@$credentials) {
            push @asked, {%$credential};
            $credential->{result} = $ANSWERS{ $credential->{type} };
        }
        return 0;
    }
);
isa_ok( $conn, 'Sys::Virt', 'with the right answers' ) or diag $conn;
is( ( $conn->list_domains )[0]->get_name, 'guarded', 'which works' );
is_deeply( [ map { $_->{type} } @asked ], \@KINDS, 'it asked for name and password' );
like( $asked[0]{prompt}, qr/\S/, 'with a prompt' );
is_deeply( [ sort keys %{ $asked[0] } ], [qw(challenge prompt result type)], 'and these keys' );

sub refused {
    my ( $name, $callback, $text ) = @_;
    my $result = open_with($callback);
    ok( !eval { $result->isa('Sys::Virt') }, "$name: no connection" );
    like( $result, $text, "$name: says why" );
}
my $AUTH = qr/\Alibvirt error code: 45, message: authentication failed/;
my $NONE
    = qr/\Alibvirt error code: \d+, message: (?:authentication failed|An error occurred|invalid)/;
refused( 'a wrong password', sub { $_->{result} = 'alice' for @{ $_[0] }; return 0 }, $AUTH );
refused( 'no answers',       sub { return 0 },                                        $NONE );
refused( 'nothing returned', sub {return},                                            $NONE );
refused( 'refusal', sub { $_->{result} = $ANSWERS{ $_->{type} } for @{ $_[0] }; return -1 },
    $NONE );
refused( 'undef as answer', sub { $_->{result} = undef for @{ $_[0] }; return 0 }, $NONE );
refused( 'elements replaced by something else: row 43',
    sub { $_ = 'x' for @{ $_[0] }; return 0 }, $NONE );
refused( 'elements removed', sub { @{ $_[0] } = (); return 0 }, $NONE );
refused(
    'an answer that dies',
    sub { $_->{result} = bless [], 'Dies' for @{ $_[0] }; return 0 },
    qr/\Afrom stringification\n\z/
);
refused( 'die', sub { die "from callback\n" }, qr/\Afrom callback\n\z/ );
{

    package Dies;
    use overload '""' => sub { die "from stringification\n" };
}
isa_ok(
    open_with(
        sub {
            my ($credentials) = @_;
            $_ = { result => $ANSWERS{ $_->{type} } } for @$credentials;
            return 1;
        }
    ),
    'Sys::Virt',
    'elements replaced by hashes with answers'
);
{
    our $by_name = sub { $_->{result} = $ANSWERS{ $_->{type} } for @{ $_[0] }; return 0 };
    sub answer { goto &$by_name }
    isa_ok( open_with('main::answer'), 'Sys::Virt', 'a callback by name' );
}
like(
    eval {
        Sys::Virt->new( uri => $URI, auth => 1, credlist => 'x', callback => sub { } );
    }
        || $@,
    qr/\ASys::Virt::_open_auth: creds is not an ARRAY reference at /,
    'credlist must be a list: row 7'
);
like(
    eval {
        Sys::Virt->new( uri => $URI, callback => sub {die} );
    }
        || $@,
    qr/Missing authentication credentials|authentication failed/,
    'without auth the callback is not used'
);

done_testing;
