# The manual: every page is well-formed, every method and constant has its entry, every entry
# its method or constant, and the code in it compiles.
use strict;
use warnings;
use File::Temp ();
use JSON::PP ();
use Test::More;
use Test::Pod;

my $surface = do {
    open my $file, '<', 't/data/surface.json' or die "t/data/surface.json: $!";
    local $/;
    JSON::PP->new->utf8->decode(<$file>);
};

# What is there for libvirt, or for the packages themselves.
my $INTERNAL = qr/\A(?:_|DESTROY\z|\(|bootstrap\z)/;

my @pages = glob 'lib/Sys/*.pod lib/Sys/Virt/*.pod lib/Sys/Virt/Event/*.pod';
pod_file_ok($_) for @pages;

sub text_of {
    my ($path) = @_;
    open my $file, '<', $path or return undef;
    local $/;
    return <$file>;
}

for my $package ( sort keys %$surface ) {
    my $path = $package;
    $path =~ s{::}{/}g;
    my $text = text_of("lib/$path.pod");
    ok( defined $text, "$package has a page" ) or next;
    my @items = $text =~ /^=item\s+(.+)$/mg;
    my %documented;
    for my $item (@items) {
        $documented{$_} = 1 for $item =~ /(\w+)/g;
    }
    my $expected = $surface->{$package};
    my @methods = grep { $_ !~ $INTERNAL } keys %{ $expected->{subs} };
    is_deeply( [ sort grep { !$documented{$_} } @methods ], [], "$package: every method" );
    is_deeply( [ sort grep { !$documented{$_} } keys %{ $expected->{constants} } ],
        [], "$package: every constant" );
    eval "require $package" or eval 'require Sys::Virt';
    my @unknown = grep {
        my ($name) = /(?:->|\Q$package\E::)(\w+)/;
        defined $name && !$package->can($name);
    } grep { !/\AL</ && !/\bSys::Virt::(?!\Q@{[ $package =~ s{\ASys::Virt(?:::)?}{}r ]}\E::)\w+::/ } @items;
    is_deeply( \@unknown, [], "$package: every entry" );
}

# Code is what is indented.
for my $path (@pages) {
    my $number = 0;
    for my $block ( text_of($path) =~ /((?:^(?:[ \t]+\S.*)?\n)+)/mg ) {
        next unless $block =~ /^\s+(?:my|use|print|for|while|if|eval|\$\w+->)/m && $block =~ /;/;
        my ($indentation) = sort { length $a <=> length $b } $block =~ /^([ \t]+)(?=\S)/mg;
        $block =~ s/^$indentation//mg;
        my $file = File::Temp->new;
        print {$file} "no strict; no warnings;\n$block";
        close $file;
        my $output = qx{$^X -Mblib -c $file 2>&1};
        like( $output, qr/syntax OK/, "$path: code block " . ++$number ) or diag $block;
    }
}

done_testing;
