# The manual is complete and true: every page is well-formed, every method and constant has
# its entry and every entry its method or constant; signatures are those of the code, versions
# and links those of libvirt.
use strict;
use warnings;
use lib 'xt/lib';
use JSON::PP     ();
use Manual       qw(entries pages text_of);
use Pod::Checker ();
use Test::More;

use Sys::Virt;
use Sys::Virt::Event;

# What the main package alone does not load.
my @ADAPTERS = map {"Sys::Virt::Event::$_"} qw(AnyEvent EV IOAsync Loop Mojo);

# Methods without a function of libvirt's.
my $OF_PERL = qr/\ASys::Virt::(?:Error::(?:message|stringify)|Event::\w+::\w+)\z/;

# Fields that are older than the constants which name them.
my $OLDER_FIELD         = qr/\ASys::Virt::Domain::(?:STATS|GUEST_INFO)_/;
my $CONSTANTS_OF_FIELDS = '11.2.0';

# libvirt.org's pages, those of its functions aside.
my %SITE = map { $_ => 1 } qw(
    auth.html docs.html format.html formatbackup.html formatcheckpoint.html formatdomain.html
    formatnetwork.html formatnetworkport.html formatnode.html formatnwfilter.html
    formatsecret.html formatsnapshot.html formatstorage.html html/index.html logging.html
    remote.html uri.html
);

my $OLDEST = '7.0.0';

sub newer {
    my ( $version, $other ) = @_;
    return version->parse("v$version") > version->parse("v$other");
}

# ---- what the entries are held against

my $surface = JSON::PP->new->utf8->decode( text_of('t/data/surface.json') );

my ( %page_of, %since );    # of libvirt's symbols
for ( split /\n/, text_of('xt/data/libvirt-symbols.txt') ) {
    my ( $symbol, $file, $version ) = split;
    $page_of{$symbol} = "libvirt-$file.html";
    $since{$symbol}   = $version if newer( $version, $OLDEST );
}

# The symbols of libvirt's behind our names, by the tables.
my ( %symbol_of, %symbols_of, %functions_of, %calls );
for my $path ( glob 'rust/sys-virt/src/*.rs rust/sys-virt/src/*/*.rs' ) {
    my $package;
    my $method = '';
    for ( split /\n/, text_of($path) ) {
        $package = $1 if /"(Sys::Virt[\w:]*)"/;
        $method  = $1 if /^    sub (?:r#)?(\w+)\(/;
        if (/^\s+(\w+) = (VIR_\w+),/) {
            $symbol_of{"${package}::$1"} = $2;
            push @{ $symbols_of{$1} }, $2;
        }
        for my $function (/\b(vir[A-Z]\w+)\(/g) {
            $functions_of{"${package}::$method"}{$function} = 1 if $package;
        }
        $calls{$2} = $1 if /vir!\("([\d.]+)": (vir\w+)/;
    }
}

# The list is libvirt's: the installed one agrees where it knows the names.
{
    chomp( my $path = qx{pkg-config --variable=libvirt_api libvirt} );
    my ( $known, @wrong ) = 0;
    for ( split /\n/, text_of($path) ) {
        my ($name) = /^\s*<(?:function|functype|typedef|enum|macro) name='(\w+)'/ or next;
        my ($file) = /\bfile='([\w-]+)'/;
        next if !$page_of{$name};
        $known++;
        push @wrong, $name if $page_of{$name} ne "libvirt-$file.html";
        my ($version) = /\bversion='([\d.]+)'/;
        push @wrong, $name if $version && newer( $version, $OLDEST ) && $since{$name} ne $version;
    }
    cmp_ok( $known, '>', 500, 'names of the installed libvirt' );
    is_deeply( \@wrong, [], 'are where and since when the list says' );
}
my %newer = map { $_ => $since{$_} } grep { $since{$_} } map { keys %$_ } values %functions_of;
is_deeply( \%calls, \%newer, 'vir! has the version of each function that is newer than 7.0.0' );

# ---- every page

my %page = map { $_ => 1 } pages();
my @bare
    = grep { !$page{s/\.pm\z/.pod/r} } glob 'lib/Sys/*.pm lib/Sys/Virt/*.pm lib/Sys/Virt/*/*.pm';
is_deeply( \@bare, ['lib/Sys/Virt/Util.pm'], 'every module but the internal one has a page' );

my %heads;
for my $path ( pages() ) {
    my $checker = Pod::Checker->new( -quiet => 0, -warnings => 1 );
    my $said    = '';
    open my $output, '>', \$said or die $!;
    $checker->parse_from_file( $path, $output );
    is( $checker->num_errors + $checker->num_warnings, 0, "$path: podchecker" ) or diag $said;

    my @heads = text_of($path) =~ /^=head\d\s+(.*(?:\n.+)*)/mg;
    $heads{$path} = { map { join( ' ', split ) => 1 } @heads };
    my @wanted = grep { $path !~ m{/Manual/} || $_ ne 'SYNOPSIS' } qw(NAME SYNOPSIS DESCRIPTION),
        'SEE ALSO', 'LICENSE';
    is_deeply( [ grep { !$heads{$path}{$_} } @wanted ], [], "$path: the usual sections" );
}

# ---- links

sub page_path {
    my ($name) = @_;
    $name =~ s{::}{/}g;
    return "lib/$name.pod";
}

for my $path ( pages() ) {
    my $text = text_of($path);
    my @wrong;
    while ( $text =~ /L<(?:<+ )?(.*?)(?: >+)?>(?!>)/sg ) {
        my $link = join ' ', split ' ', $1;
        my ( $shown, $target ) = $link =~ /\A(?:([^|]*)[|])?(.*)\z/s;
        if ( $target =~ m{\Ahttps?://(.*)} ) {
            my ( $host, $page, $anchor ) = $1 =~ m{\A([^/]+)/([^#]*)(?:#(.*))?\z};
            if    ( $host ne 'libvirt.org' ) { push @wrong, $link }
            elsif ( $page =~ m{\Ahtml/(libvirt-.*)} && defined $anchor ) {
                my $file = $1;
                push @wrong, $link
                    if !$page_of{$anchor}
                    || $page_of{$anchor} ne $file
                    || ( $shown || '' ) ne $anchor;
            }
            elsif ( $page =~ m{\Ahtml/(libvirt-.*)} ) {
                push @wrong, $link if !grep { $_ eq $1 } values %page_of;
            }
            elsif ( $page ne '' && !$SITE{$page} ) { push @wrong, $link }
            next;
        }
        my ( $name, $section ) = $target =~ m{\A([\w:]*)(?:/"?(.*?)"?)?\z} or next;
        my $page = $name eq '' ? $path : page_path($name);
        next if $name !~ /\A(?:Sys::Virt|\z)/;    # somebody else's
        push @wrong, $link
            if !$heads{$page} || ( defined $section && !$heads{$page}{$section} );
    }
    push @wrong, grep { m{\A\w+/} && !-e } $text =~ /F<([^>]+)>/g;
    is_deeply( \@wrong, [], "$path: links" );
}

# ---- entries

# Our names in an item: "my $x = $dom->name(...)", "Sys::Virt::Domain::NAME", "name, name".
sub names_in {
    my ( $package, $item ) = @_;
    return $item =~ /,/ ? split /,\s*/, $item : $item if $item =~ /\A[a-z_]+(?:,\s*[a-z_]+)*\z/;
    return $item !~ /\AL</ && $item =~ /(?:->|\Q$package\E::)(\w+)/ ? $1 : ();
}

# The numbers of arguments that an item allows, the invocant included; none if it has no list.
sub arity_of {
    my ($item) = @_;
    my ( $call, $list ) = $item =~ /((?:->|::)\w+)\((.*)\)/s or return;
    $list =~ s/\[.*\]/ARRAY/s;
    my @arguments = split /\s*,\s*/, $list;
    my $invocant  = $call =~ /\A->/ ? 1 : 0;
    return ( $invocant + ( grep { !/=/ } @arguments ), $invocant + @arguments );
}

# What an entry says.
sub claims_of {
    my ($entry) = @_;
    my $text    = join ' ', split ' ', $entry->{text};
    return {
        text      => $text,
        functions => [ $text =~ /L<(vir\w+)\|/g ],
        constants => [ $text =~ /C<(?:[\w:]+::)?([A-Z][A-Z0-9_]+)>/g ],
        versions  => [ $text =~ /[Ss]ince libvirt ([\d.]+[0-9])/g ],
    };
}

# The rules that the entry of a constant breaks.
sub constant_breaks {
    my ( $full, $value, $claims ) = @_;
    my @broken;
    push @broken, 'names of fields'
        if $value !~ /\A-?[0-9]+\z/ && $claims->{text} !~ /\AC<(?:< )?\Q$value\E(?: >)?>/;
    my $version = $since{ $symbol_of{$full} || die "$full is in no table" } || '';
    my $claimed = "@{ $claims->{versions} }";
    my $older   = $version eq $CONSTANTS_OF_FIELDS && $full =~ $OLDER_FIELD;
    push @broken, 'since when' if $claimed ne $version && !( $older && $claimed eq '' );
    return @broken;
}

# The rules that the entry of a method breaks.
sub method_breaks {
    my ( $full, $item, $claims ) = @_;
    my @broken;
    my @linked    = @{ $claims->{functions} };
    my $functions = $functions_of{$full};
    push @broken, 'links'
        if $functions ? !grep { $functions->{$_} } @linked : !( @linked || $full =~ $OF_PERL );

    my %claimed = map { $_ => 1 } @{ $claims->{versions} };
    my @needed  = map { $since{$_} || () } @linked;
    my %reason  = map { $_ => 1 } @needed,
        map { $since{$_} || () } map { @{ $symbols_of{$_} || [] } } @{ $claims->{constants} };
    push @broken, 'since when'
        if grep( { !$claimed{$_} } @needed ) || grep { !$reason{$_} } keys %claimed;

    my $prototype = prototype $full;
    if ( $item =~ /\Amy ([@(])/ ) {
        my $scalar = $1 eq '(' ? '' : defined $prototype ? 'the last' : 'their number';
        push @broken, 'both contexts' if $claims->{text} !~ /scalar context, (?:only )?$scalar/;
    }
    if ( defined $prototype && ( my ( $least, $most ) = arity_of($item) ) ) {
        my ( $required, $optional ) = map {tr/$//} split( /;/, $prototype ), '';
        push @broken, 'arguments'
            if $least < $required || $most > $required + ( $optional || 0 );
    }
    return @broken;
}

for my $package ( sort( keys %$surface, @ADAPTERS ) ) {
    my $path = page_path($package);
    eval "require $package" or eval 'require Sys::Virt' or die $@;
    my %constants = %{ $surface->{$package}{constants} || {} };
    my ( %documented, %broken );

    for my $entry ( grep { $_->{section} ne 'METHODS OF A SUBCLASS' } entries($path) ) {
        my $claims = claims_of($entry);
        for my $item ( @{ $entry->{items} } ) {
            for my $name ( names_in( $package, $item ) ) {
                my $full = "${package}::$name";
                $documented{$name} = 1;
                push @{ $broken{$_} },
                    "$full ($path:$entry->{line})"
                    for !$package->can($name) ? 'every entry'
                    : exists $constants{$name}
                    ? constant_breaks( $full, $constants{$name}, $claims )
                    : method_breaks( $full, $item, $claims );
            }
        }
    }

    # What there is, less constants and what is meant for libvirt or perl.
    my @defined = do {
        no strict 'refs';
        grep { defined &{"${package}::$_"} && !/\A(?:_|\(|[A-Z_]+\z|bootstrap\z)/ }
            keys %{"${package}::"};
    };
    is_deeply( [ sort grep { !$documented{$_} } @defined ],        [], "$package: every method" );
    is_deeply( [ sort grep { !$documented{$_} } keys %constants ], [], "$package: every constant" );
    is_deeply( $broken{$_} || [],                                  [], "$package: $_" )
        for 'every entry', 'names of fields', 'links', 'since when', 'both contexts', 'arguments';
}

done_testing;
