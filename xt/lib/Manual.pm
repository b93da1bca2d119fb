package Manual;

# The pages of the manual as the tests of it want them: entries, and blocks of code.

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(entries pages programs script text_of);

sub pages {
    return sort glob 'lib/Sys/*.pod lib/Sys/Virt/*.pod lib/Sys/Virt/*/*.pod';
}

sub text_of {
    my ($path) = @_;
    open my $file, '<:encoding(UTF-8)', $path or die "$path: $!\n";
    local $/;
    return <$file>;
}

# Paragraphs with the numbers of their lines.
sub paragraphs {
    my ($path) = @_;
    my $line = 1;
    my @paragraphs;
    for my $paragraph ( split /(\n\n+)/, text_of($path) ) {
        push @paragraphs, { line => $line, text => $paragraph } if $paragraph =~ /\S/;
        $line += $paragraph =~ tr/\n//;
    }
    return @paragraphs;
}

# The =items of the outermost lists, those that share a text as one, with that text:
# { line, items => [...], text, section }.
sub entries {
    my ($path) = @_;
    my ( @entries, $entry, $section );
    my $depth = 0;
    for my $paragraph ( paragraphs($path) ) {
        my $text = $paragraph->{text};
        if ( $text =~ /\A=over/ ) {
            $depth++;
        }
        elsif ( $text =~ /\A=back/ ) {
            undef $entry if --$depth == 0;
        }
        elsif ( $text =~ /\A=head\d\s+(.*)/s ) {
            $section = $1;
        }
        elsif ( $depth == 1 && $text =~ /\A=item\s+(.*)/s ) {
            if ( !$entry || length $entry->{text} ) {
                $entry = { line => $paragraph->{line}, text => '', section => $section };
                push @entries, $entry;
            }
            push @{ $entry->{items} }, $1;
            next;
        }
        $entry->{text} .= "$text\n\n" if $entry;
    }
    return @entries;
}

sub unindented {
    my ($code)        = @_;
    my ($indentation) = sort { length $a <=> length $b } $code =~ /^([ \t]*)(?=\S)/mg;
    $code =~ s/^$indentation//mg;
    return $code;
}

# The programs of a page, as lists of blocks, most of which are a program by themselves.
sub programs {
    my ($path) = @_;
    my @programs;
    for my $block ( blocks($path) ) {
        if ( $block->{kind} =~ /\A(?:more|compile)\z/ ) {
            @programs or die "$path:$block->{line}: no block before it\n";
            push @{ $programs[-1] }, $block;
        }
        else {
            push @programs, [$block];
        }
    }
    return @programs;
}

# A program as a script, in a scope where $conn and $dom are open. $run is whether it is to
# be run, and not only compiled: then with its tests.
sub script {
    my ( $path, $uri, $domain, $run, @blocks ) = @_;
    my $script = <<"PERL";
use strict;
use warnings;
use Sys::Virt;
use Sys::Virt::Event;
use Test::More;

my \$output = '';
open my \$printed, '>', \\\$output or die \$!;
select \$printed;

my \$conn = Sys::Virt->new(uri => '$uri');
my \$dom  = \$conn->get_domain_by_name('$domain');
my \$xml  = \$dom->get_xml_description;
my (\$net)   = eval { \$conn->list_all_networks };
my (\$pool)  = eval { \$conn->list_all_storage_pools };
my (\$iface) = eval { \$conn->list_all_interfaces };
my (\$dev)   = eval { \$conn->list_all_node_devices };
my (\$vol, \$secret, \$filter, \$port, \$snapshot, \$checkpoint, \$st);

{
PERL
    for my $block (@blocks) {
        my $code = qq{#line $block->{line} "$path"\n$block->{code}\n};
        $code = "() = sub {\n$code};\n" if $block->{kind} eq 'compile';
        $script .= $code;
        next if !$run || !defined $block->{test};
        $script .= qq{;\n#line $block->{test_line} "$path"\n$block->{test};\n}
            . "seek \$printed, 0, 0;\n\$output = '';\n";
    }
    return "$script}\ndone_testing;\n";
}

# The blocks of code: { line, section, kind, code, test }, as xt/manual.t describes them.
sub blocks {
    my ($path) = @_;
    return fenced_blocks($path) if $path =~ /\.md\z/;
    my ( @blocks, $section, $kind, $open );
    for my $paragraph ( paragraphs($path) ) {
        my $text = $paragraph->{text};
        if ( $text =~ /\A[ \t]/ ) {
            if ($open) {
                my $gap = $paragraph->{line} - $open->{end};
                $open->{code} .= "\n" x $gap . $text;
            }
            else {
                $open = {
                    line    => $paragraph->{line},
                    section => $section,
                    kind    => defined $kind ? $kind : 'perl',
                    code    => $text,
                };
                push @blocks, $open;
            }
            $open->{end} = $paragraph->{line} + ( $text =~ tr/\n// );
            next;
        }
        undef $open;
        undef $kind;
        if ( $text =~ /\A=head\d\s+(.*)/s ) {
            $section = $1;
        }
        elsif ( $text =~ /\A=for code\s+(\S+)\s*\z/ ) {
            $kind = $1;
        }
        elsif ( $text =~ /\A=for test\s+(.*)/s ) {
            my $test = $1;
            @blocks or die "$path:$paragraph->{line}: no block before =for test\n";
            $blocks[-1]{test}      = $test;
            $blocks[-1]{test_line} = $paragraph->{line};
        }
        elsif ( $text =~ /\A=for/ ) {
            die "$path:$paragraph->{line}: neither =for code nor =for test\n";
        }
    }
    $_->{code} = unindented( $_->{code} ) . "\n" for @blocks;
    return @blocks;
}

# Those of Markdown, each with the kind that its fence names.
sub fenced_blocks {
    my ($path) = @_;
    my $text = text_of($path);
    my @blocks;
    while ( $text =~ /^([ ]*)```(\w*)\n(.*?)^[ ]*```$/msg ) {
        my ( $kind, $code ) = ( $2, $3 );
        my $line = 2 + ( substr( $text, 0, $-[0] ) =~ tr/\n// );
        push @blocks, { line => $line, kind => $kind || 'text', code => unindented($code) };
    }
    return @blocks;
}

1;
