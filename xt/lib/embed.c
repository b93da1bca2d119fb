/* A program with several interpreters, as servers have them: one after the other, side by
 * side, and clones that run on threads of their own. */
#include <EXTERN.h>
#include <perl.h>
#include <pthread.h>

#define CLONES 4

EXTERN_C void boot_DynaLoader(pTHX_ CV *cv);

static void xs_init(pTHX)
{
    newXS("DynaLoader::boot_DynaLoader", boot_DynaLoader, __FILE__);
}

static PerlInterpreter *start(const char *code)
{
    char *argv[] = { "embed", "-Mblib", "-MSys::Virt", "-MSys::Virt::Event", "-e", (char *)code, NULL };
    PerlInterpreter *my_perl = perl_alloc();

    PERL_SET_CONTEXT(my_perl);
    perl_construct(my_perl);
    PL_exit_flags |= PERL_EXIT_DESTRUCT_END;
    if (perl_parse(my_perl, xs_init, 6, argv, NULL) || perl_run(my_perl))
        exit(2);
    return my_perl;
}

static void say(PerlInterpreter *my_perl, const char *code)
{
    SV *said;

    PERL_SET_CONTEXT(my_perl);
    said = eval_pv(code, TRUE);
    printf("%s\n", SvPV_nolen(said));
    fflush(stdout);
}

static void end(PerlInterpreter *my_perl)
{
    PERL_SET_CONTEXT(my_perl);
    PL_perl_destruct_level = 2;
    perl_destruct(my_perl);
    perl_free(my_perl);
}

static const char OPEN[] =
    "our $conn = Sys::Virt->new( uri => 'test:///default' );"
    "our $dom = $conn->get_domain_by_name('test');";
static const char EVENTS[] =
    "Sys::Virt::Event::register_default();"
    "our $seen = 0;"
    "$conn->domain_event_register_any( undef, 0, sub { $seen++ } );"
    "$conn->register_close_callback( sub { } );"
    "$dom->suspend; $dom->resume;"
    "my $timer = Sys::Virt::Event::add_timeout( 0, sub { } );"
    "Sys::Virt::Event::run_default() for 1 .. 3;"
    "$seen";

static void *use_clone(void *clone)
{
    PerlInterpreter *my_perl = clone;
    int i;

    PERL_SET_CONTEXT(my_perl);
    for (i = 0; i < 200; i++)
        eval_pv("$dom->get_name eq 'test' or die; eval { $conn->get_domain_by_name('none') };"
                "$@->code == 42 or die; Sys::Virt->new( uri => 'test:///default' )->list_all_domains", TRUE);
    end(my_perl);
    return NULL;
}

int main(int argc, char **argv, char **env)
{
    PerlInterpreter *one, *two, *clones[CLONES];
    pthread_t threads[CLONES];
    int i;

    PERL_SYS_INIT3(&argc, &argv, &env);
    for (i = 0; i < 3; i++) {
        one = start(OPEN);
        say(one, EVENTS);
        end(one);
    }
    one = start(OPEN);
    two = start(OPEN);
    say(one, EVENTS);
    say(two, "$dom->get_name");
    end(one);
    say(two, EVENTS);
    for (i = 0; i < CLONES; i++) {
        PERL_SET_CONTEXT(two);
        clones[i] = perl_clone(two, CLONEf_KEEP_PTR_TABLE);
        {
            dTHXa(clones[i]);

            PERL_SET_CONTEXT(clones[i]);
            ptr_table_free(PL_ptr_table);
            PL_ptr_table = NULL;
        }
    }
    for (i = 0; i < CLONES; i++)
        pthread_create(&threads[i], NULL, use_clone, clones[i]);
    for (i = 0; i < CLONES; i++)
        pthread_join(threads[i], NULL);
    say(two, "$dom->get_name");
    end(two);
    PERL_SYS_TERM();
    printf("end\n");
    return 0;
}
