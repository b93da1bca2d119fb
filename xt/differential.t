# The same calls on the test driver, by this module and by the reference implementation.
use strict;
use warnings;
use lib 'xt/lib';
use Test::More;

use Differential;

prints_the_same( 'the test driver', 500, 'calls.pl' );
differences_occur('calls.pl');

done_testing;
