# Every word of the manual is in the dictionary, or in our own list, or a name of libvirt's.
use strict;
use warnings;
use Test::More;
use Test::Spelling;

sub words_of {
    my ($path) = @_;
    open my $file, '<:encoding(UTF-8)', $path or die "$path: $!";
    return map { ( split ' ' )[0] } <$file>;
}

set_spell_cmd('aspell list --lang=en_GB-ize --encoding=utf-8');
add_stopwords( words_of('xt/data/words.txt') );

# The checker does not see digits.
add_stopwords( map {tr/0-9//dr} words_of('xt/data/libvirt-symbols.txt') );
all_pod_files_spelling_ok('lib');

done_testing;
