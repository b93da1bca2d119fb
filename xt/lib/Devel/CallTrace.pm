package Devel::CallTrace;

# perl -d:CallTrace: appends the names of the Sys::Virt subs that a program called to the
# file that $ENV{SYS_VIRT_CALLS} names.

package DB;

use strict;
use warnings;
no strict 'refs';

our ( $sub, %called );

sub DB { }

sub sub {
    $called{$sub} = 1 if !ref $sub && $sub =~ /\ASys::Virt/;
    return &$sub;
}

sub lsub : lvalue {
    $called{$sub} = 1 if !ref $sub && $sub =~ /\ASys::Virt/;
    return &$sub;
}

END {
    if ( open my $file, '>>', $ENV{SYS_VIRT_CALLS} ) {
        print {$file} map {"$_\n"} sort keys %called;
    }
}

1;
