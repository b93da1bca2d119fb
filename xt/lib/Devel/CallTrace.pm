package Devel::CallTrace;

# perl -d:CallTrace: appends to the file that $ENV{SYS_VIRT_CALLS} names which subs of
# Sys::Virt a program calls, a line each: the sub, the driver and the transport of its
# connection, and "returned" or what it threw.

package DB;

use strict;
use warnings;
no strict 'refs';

use Scalar::Util qw(blessed refaddr);

our $sub;
my ( %noted, %where );

sub DB { }

sub sub {
    return &$sub if ref $sub || $sub !~ /\ASys::Virt/;
    my $name  = $sub;
    my $where = blessed $_[0] && $where{ refaddr $_[0] } || '';
    my $list  = wantarray;
    my ( @result, $error );
    {
        local $@;
        eval {
            if    ($list)           { @result = &$name }
            elsif ( defined $list ) { $result[0] = &$name }
            else                    {&$name}
            1;
        } or $error = $@;
    }
    $where = $where{ refaddr $result[0] } = where( $result[0] )
        if $name eq 'Sys::Virt::new' && !$error;
    note_objects( $where, @result ) if $where;
    my $outcome = $error ? "$error" : 'returned';
    $outcome =~ s/\s+/ /g;
    note_call( $name, $where || "-\t-", $outcome );
    die $error if defined $error;
    return $list ? @result : $result[0];
}

sub lsub : lvalue {
    note_call( $sub, "-\t-", 'returned' ) if !ref $sub && $sub =~ /\ASys::Virt/;
    return &$sub;
}

# The driver and the transport of a connection.
sub where {
    my ($conn) = @_;
    my ( $driver, $transport, $rest ) = Sys::Virt::get_uri($conn) =~ m{\A(\w+)(?:\+(\w+))?://(.*)};
    return join "\t", $driver, $transport || ( $driver eq 'test' ? 'none' : 'unix' );
}

# Objects that a call has given belong to the same connection.
sub note_objects {
    my ( $where, @values ) = @_;
    for my $value (@values) {
        if    ( blessed $value )        { $where{ refaddr $value } = $where }
        elsif ( ref $value eq 'ARRAY' ) { note_objects( $where, @$value ) }
        elsif ( ref $value eq 'HASH' )  { note_objects( $where, values %$value ) }
    }
    return;
}

# At once: a program may end in any way.
sub note_call {
    my $line = join "\t", @_;
    return if $noted{$line}++;
    open my $file, '>>', $ENV{SYS_VIRT_CALLS} or die "$ENV{SYS_VIRT_CALLS}: $!";
    print {$file} "$line\n";
    close $file;
    return;
}

1;
