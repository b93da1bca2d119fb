# Sys::Virt::Error alone: what it holds, how it reads, how it compares.
use strict;
use warnings;
use Test::More;

use Sys::Virt::Error;

sub error {
    my (%with) = @_;
    return bless { level => 2, code => 42, domain => 12, message => 'Domain not found', %with },
        'Sys::Virt::Error';
}

my $error = error();
is( $error->level,   2,                  'level: row 28 of the hazards' );
is( $error->code,    42,                 'code' );
is( $error->domain,  12,                 'domain' );
is( $error->message, 'Domain not found', 'message' );

my $TEXT = "libvirt error code: 42, message: Domain not found\n";
is( $error->stringify, $TEXT, 'stringify' );
is( "$error",          $TEXT, 'interpolated' );
is( 'E: ' . $error, "E: $TEXT", 'concatenated' );
is( error( message => "ends\n" )->stringify, "libvirt error code: 42, message: ends\n",
    'one newline, not two' );
is( error( message => '' )->stringify, "libvirt error code: 42, message: \n", 'also of nothing' );

# Earlier implementations died of these: row 29.
ok( $error, 'true' );
ok( $error eq $TEXT, 'eq' );
ok( $error ne 'other', 'ne' );
is( $error cmp $TEXT, 0, 'cmp' );
is( join( '', sort { $a cmp $b } $error, error( code => 1 ) ),
    "libvirt error code: 1, message: Domain not found\n$TEXT", 'sort' );
like( $error, qr/message: Domain/, 'matched' );
{
    no warnings 'numeric';
    ok( !( $error == 1 ), '==' );
}

{
    package My::Error;
    our @ISA = 'Sys::Virt::Error';
    sub stringify { return 'mine' }
}
is( '' . bless( {}, 'My::Error' ), 'mine', 'a subclass says it in its way' );
ok( !eval { die $error; 1 }, 'thrown' );
is( $@, $error, 'it arrives' );

done_testing;
