# The benchmark runs, every row has all its figures; and what can be repeated exactly, the
# instructions of single calls, keeps to the row's limit. Times are not looked at here.
use strict;
use warnings;
use File::Temp ();
use JSON::PP   ();
use Test::More;

my $dir   = File::Temp->newdir;
my @names = split /\n/, qx{bench/run --quick --list};
is( $?, 0, 'bench/run --quick --list' );
cmp_ok( scalar @names, '>', 40, 'dozens of rows' );

is( system("bench/run --quick --json $dir/json --markdown $dir/markdown >$dir/table"),
    0, 'bench/run --quick' )
    or BAIL_OUT('no figures');

sub content {
    my ($file) = @_;
    open my $handle, '<', "$dir/$file" or die "$dir/$file: $!";
    local $/;
    return scalar <$handle>;
}
my $rows = JSON::PP::decode_json( content('json') );
is_deeply( [ map { $_->{name} } @$rows ], \@names, 'all rows are there' );
for my $row (@$rows) {
    is( scalar( grep { defined && /\A-?[0-9]/ } @$row{qw(c reference ours overhead)} ),
        4, "$row->{name}: all figures" );
    cmp_ok( $row->{ours}, '<=', 1, "$row->{name}: one round trip" ) if $row->{unit} eq 'messages';
    next                                                            if !defined $row->{limit};
    cmp_ok( $row->{overhead}, '<=', $row->{limit}, "$row->{name}: no dearer than it was" )
        or diag "C $row->{c}, reference $row->{reference}, ours $row->{ours}";
}
my @grown = grep { $_->{growth} } @$rows;
is( scalar @grown, 2, 'lists and statistics of many' );
cmp_ok( $_->{growth}{ours}, '<=', 1.2, "$_->{name}: linear" ) for @grown;
for my $row ( grep { $_->{name} =~ /\Astream/ } @$rows ) {
    cmp_ok( $row->{virsh}, '>', 0, "$row->{name}: virsh, too" );
}
for my $table ( content('table'), content('markdown') ) {
    is( scalar( grep { index( $table, $_ ) >= 0 } @names ), @names, 'the table has all rows' );
}

isnt( system("bench/run --only nonsense 2>$dir/error"), 0, 'a row that is not there' );
like( content('error'), qr/no row's name begins with nonsense/, 'is an error' );

done_testing;
