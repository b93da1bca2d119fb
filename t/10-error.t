# Sys::Virt::Error alone: what it holds, how it reads, how it compares.
use strict;
use warnings;
use Test::More;

use Sys::Virt::Error;

ok( !$INC{'Sys/Virt.pm'}, 'it loads without libvirt' );

my @warnings;
local $SIG{__WARN__} = sub { push @warnings, @_ };

sub error {
    my (%with) = @_;
    return bless { level => 2, code => 42, domain => 12, message => 'Domain not found', %with },
        'Sys::Virt::Error';
}

# ---- what it holds

my $error = error();
is( $error->level,   2,                  'level: row 28 of the hazards' );
is( $error->code,    42,                 'code' );
is( $error->domain,  12,                 'domain' );
is( $error->message, 'Domain not found', 'message' );
ok( Sys::Virt::Error->can($_), "can $_" ) for qw(level code domain message stringify);
ok( !eval { die $error; 1 },   'thrown' );
is( ref $@, 'Sys::Virt::Error', 'it arrives' );

# ---- how it reads

my $TEXT = "libvirt error code: 42, message: Domain not found\n";
is( $error->stringify, $TEXT,      'stringify' );
is( "$error",          $TEXT,      'interpolated' );
is( 'E: ' . $error,    "E: $TEXT", 'concatenated' );
like( $error, qr/message: Domain not found$/, 'matched' );
for my $case (
    [ '',         "\n",         'a newline even of nothing' ],
    [ '0',        "0\n",        'of a false message' ],
    [ "ends\n",   "ends\n",     'one newline, not two' ],
    [ "ends\n\n", "ends\n\n",   'but two of its own' ],
    [ "a\nb",     "a\nb\n",     'after the last line' ],
    [ "a\n ",     "a\n \n",     'after blanks' ],
    [ "\xc3\xa9", "\xc3\xa9\n", 'bytes stay bytes' ],
    )
{
    my ( $message, $ending, $name ) = @$case;
    is( error( message => $message )->stringify, "libvirt error code: 42, message: $ending",
        $name );
}

# ---- how it compares: earlier implementations died of this, row 29

ok( $error eq $TEXT,        'eq its text' );
ok( $error eq error(),      'eq another of the same text' );
ok( !( $error eq 'other' ), 'not eq another text' );
ok( $error ne 'other',      'ne' );
ok( !( $error ne $TEXT ),   'not ne its text' );
is( $error cmp $TEXT, 0,  'cmp' );
is( 'a' cmp $error,   -1, 'cmp the other way round' );
ok( $error lt 'm', 'lt' );

ok( $error == 42,                            '== its code' );
ok( $error == error( message => 'another' ), '== another of the same code' );
ok( !( $error == 38 ),                       'not == another code' );
ok( $error != 38,                            '!=' );
is( $error <=> 38, 1,  '<=>' );
is( 0 + $error,    42, 'its number is its code' );

my @errors = map { error( code => $_, message => "m$_" ) } 9, 42, 38;
is_deeply( [ map { $_->code } sort { $a <=> $b } @errors ], [ 9,  38, 42 ], 'sorted by code' );
is_deeply( [ map { $_->code } sort @errors ],               [ 38, 42, 9 ],  'sorted by text' );
is( { $error => 'found' }->{$TEXT}, 'found', 'the key of a hash' );

ok( $error,                            'true' );
ok( error( code => 0, message => '' ), 'true without a code' );
is( !$error, '', 'not false' );

is_deeply( \@warnings, [], 'all without a warning' );

# ---- a subclass says it in its own way

{

    package My::Error;
    our @ISA = 'Sys::Virt::Error';
    sub stringify { return '' }
    sub code      { return 7 }
}
my $mine = bless { code => 42, message => 'x' }, 'My::Error';
is( "$mine", '', 'its text' );
ok( $mine == 7, 'its number' );
ok( $mine,      'and it is as true' );

done_testing;
