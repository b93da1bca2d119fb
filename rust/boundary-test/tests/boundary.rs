//! Methods called from C: what they return, what they throw, and what becomes of what they own.

use std::ffi::{CStr, c_int, c_void};
use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use boundary_test::{Value, call, schema, sizes, value};
use xsub::abi::{
    XSUB_KIND_STRING, XSUB_KIND_U64, xsub_class, xsub_node, xsub_outcome, xsub_param, xsub_value,
};
use xsub::tape::{Array, Assigned, Reference, Values};
use xsub::value::Ignored;
use xsub::{Class, Exception, List, Output, Params, Tape};

/// Handles that were released, and owners that were dropped.
static FREED: AtomicUsize = AtomicUsize::new(0);
/// The tests count what is freed: one at a time.
static COUNTING: Mutex<()> = Mutex::new(());

struct Thing;

impl Class for Thing {
    const ROW: u8 = 0;
}

unsafe extern "C" fn free(_: *mut c_void) -> c_int {
    FREED.fetch_add(1, Ordering::SeqCst);
    0
}

static CLASSES: &[xsub_class] = &[xsub_class {
    package: c"Thing".as_ptr(),
    noun: c"thing".as_ptr(),
    destroy_argument: c"thing".as_ptr(),
    invalid_code: 1,
    error_domain: 2,
    ref_: None,
    free: Some(free),
}];

/// As many handles.
struct Things(usize);

impl Output for Things {
    fn write(self, tape: &mut Tape<'_>) {
        for _ in 0..self.0 {
            // SAFETY: the class's free() looks at no memory.
            unsafe { tape.handle::<Thing>(ptr::dangling_mut()) };
        }
    }
}

/// Handles, then a panic.
struct Panics;

impl Output for Panics {
    fn write(self, tape: &mut Tape<'_>) {
        Things(3).write(tape);
        panic!("on the tape");
    }
}

struct Owner(String);

impl Drop for Owner {
    fn drop(&mut self) {
        FREED.fetch_add(1, Ordering::SeqCst);
    }
}

/// Text that the tape's owner keeps.
struct Kept(&'static str);

impl Output for Kept {
    fn write(self, tape: &mut Tape<'_>) {
        let owner = tape.keep(Box::new(Owner(self.0.to_owned())));
        // SAFETY: the tape keeps it.
        unsafe { tape.borrowed_bytes(owner.0.as_bytes()) };
    }
}

struct Fields;

impl Output for Fields {
    fn write(self, tape: &mut Tape<'_>) {
        // SAFETY: the names live for ever.
        unsafe {
            tape.field(c"size", XSUB_KIND_U64, false);
            tape.field(c"disks", XSUB_KIND_STRING, true);
        }
    }
}

xsub::xsubs! {
    package "Test";

    sub numbers(small: i32, large: u64, unsigned: u32 = 7) -> (i32, u64, u32) {
        Ok((small, large, unsigned))
    }

    sub nothing(void: Ignored) -> () {
        Ok(())
    }

    sub text(text: Option<&CStr> = undef) -> Option<Vec<u8>> {
        Ok(text.map(|text| text.to_bytes().to_vec()))
    }

    sub nested(items: List<&CStr>) -> (Array<Vec<u8>>, Reference<f64>) {
        let items = items.iter().map(|item| item.to_bytes().to_vec()).collect();
        Ok((Array(items), Reference(0.5)))
    }

    sub list(count: u32) -> Values<u32> {
        Ok(Values((0..count).collect()))
    }

    sub texts(count: u32, len: u32) -> Values<Vec<u8>> {
        let text = |index| format!("{index:0width$}", width = len as usize).into_bytes();
        Ok(Values((0..count).map(text).collect()))
    }

    sub throws(r#type: i32) -> () {
        Err(Exception::Throw { level: 2, code: r#type, domain: 10, message: b"no".to_vec() })
    }

    sub dies(void: Ignored) -> () {
        Err(Exception::die("wrong"))
    }

    sub panics(void: Ignored) -> Panics {
        Ok(Panics)
    }

    sub things(count: u32) -> Things {
        Ok(Things(count as usize))
    }

    sub kept(void: Ignored) -> Kept {
        Ok(Kept("kept by its owner"))
    }

    sub assigns(target: i32) -> (Assigned<i32>, i32) {
        Ok((Assigned(0, Some(target + 1)), target))
    }

    sub params(target: i32, params: Params, flags: u32 = 0)
        schema { Ok(Fields) }
        -> Values<Vec<u8>> {
        Ok(Values(params.iter().map(|param| format!("{:?}", param.value()).into_bytes()).collect()))
    }

    sub spelt(flags: u32 = 0) usage "flags = 0" -> () {
        Ok(())
    }
}

fn sub(name: &str) -> &'static xsub::abi::xsub {
    let full = format!("Test::{name}");
    XSUBS
        .iter()
        // SAFETY: the table's names are C strings.
        .find(|row| unsafe { CStr::from_ptr(row.name) }.to_bytes() == full.as_bytes())
        .unwrap_or_else(|| panic!("no {full}"))
}

fn run(name: &str, args: &[Value<'_>], take: usize) -> String {
    xsub::install(CLASSES, None);
    // SAFETY: each test passes what the signature says.
    unsafe { call(sub(name), args, take) }
}

/// Runs a method while nothing else counts; gives its text and how much was freed.
fn counted(name: &str, args: &[Value<'_>], take: usize) -> (String, usize) {
    let _guard = COUNTING
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let before = FREED.load(Ordering::SeqCst);
    let text = run(name, args, take);
    (text, FREED.load(Ordering::SeqCst) - before)
}

#[test]
fn c_and_rust_agree_on_sizes() {
    assert_eq!(sizes::double_size_of_value(), size_of::<xsub_value>());
    assert_eq!(sizes::double_size_of_param(), size_of::<xsub_param>());
    assert_eq!(sizes::double_size_of_node(), size_of::<xsub_node>());
    assert_eq!(sizes::double_size_of_outcome(), size_of::<xsub_outcome>());
    assert_eq!(sizes::double_size_of_sub(), size_of::<xsub::abi::xsub>());
    assert_eq!(sizes::double_size_of_class(), size_of::<xsub_class>());
}

#[test]
fn a_table_says_what_its_signatures_say() {
    let numbers = sub("numbers");
    assert_eq!((numbers.required, numbers.count), (2, 3));
    assert_eq!((sub("nothing").required, sub("nothing").count), (0, 1));
    assert_eq!((sub("text").required, sub("text").count), (0, 1));
    // SAFETY: the tables' strings are C strings, and parameters as many as `count`.
    unsafe {
        let unsigned = &*numbers.parameters.add(2);
        assert_eq!(CStr::from_ptr(unsigned.default_text), c"7");
        assert_eq!(unsigned.default_number, 7);
        assert_eq!(
            CStr::from_ptr((*sub("text").parameters).default_text),
            c"&PL_sv_undef"
        );
        assert_eq!(CStr::from_ptr((*sub("throws").parameters).name), c"type");
        assert_eq!(CStr::from_ptr(sub("spelt").usage), c"flags = 0");
    }
}

#[test]
fn numbers_arrive_and_return_whole() {
    let args = [Value::Int(-1), Value::Int(-1), Value::Int(1 << 32 | 5)];
    assert_eq!(run("numbers", &args, 0), "-1 18446744073709551615 5");
}

#[test]
fn nothing_is_an_empty_tape() {
    assert_eq!(run("nothing", &[Value::Undef], 0), "");
}

#[test]
fn undef_and_text_are_told_apart() {
    assert_eq!(run("text", &[Value::Undef], 0), "undef");
    assert_eq!(run("text", &[Value::Text(c"")], 0), "''");
}

#[test]
fn containers_nest() {
    let items = [value(&Value::Text(c"a")), value(&Value::Text(c"b"))];
    assert_eq!(run("nested", &[Value::Items(&items)], 0), "['a' 'b'] \\0.5");
}

#[test]
fn a_tape_outgrows_its_inline_nodes() {
    let expected: Vec<_> = (0..1000).map(|number| number.to_string()).collect();
    assert_eq!(run("list", &[Value::Int(1000)], 0), expected.join(" "));
}

/// Short ones are copied into the outcome itself, as long as there is room.
#[test]
fn texts_stay_what_they_are_wherever_they_are() {
    for len in [1, 22, 23, 24, 47, 300, 400] {
        for count in [1, 2, 3, 7, 8, 15, 16, 17, 100] {
            let expected: Vec<_> = (0..count)
                .map(|index| format!("'{index:0width$}'", width = len as usize))
                .collect();
            let args = [Value::Int(count), Value::Int(len)];
            assert_eq!(run("texts", &args, 0), expected.join(" "));
        }
    }
}

#[test]
fn exceptions_carry_their_numbers() {
    assert_eq!(run("throws", &[Value::Int(42)], 0), "throw 2 42 10 'no'");
    assert_eq!(run("dies", &[Value::Undef], 0), "die 'wrong'");
}

#[test]
fn a_panic_is_an_exception_and_releases_what_was_written() {
    let (text, freed) = counted("panics", &[Value::Undef], 0);
    assert!(
        text.starts_with("throw 2 1 0 'internal error: on the tape, at "),
        "{text}"
    );
    assert!(text.contains("boundary.rs:"), "{text}");
    assert_eq!(freed, 3);
}

#[test]
fn handles_that_nobody_takes_over_are_released() {
    assert_eq!(counted("things", &[Value::Int(20)], 0).1, 20);
    assert_eq!(counted("things", &[Value::Int(20)], 20).1, 0);
    assert_eq!(counted("things", &[Value::Int(20)], 7).1, 13);
}

#[test]
fn an_owner_is_dropped_once_and_after_its_tape() {
    assert_eq!(
        counted("kept", &[Value::Undef], 0),
        ("'kept by its owner'".into(), 1)
    );
}

#[test]
fn assignments_come_before_values() {
    assert_eq!(run("assigns", &[Value::Int(4)], 0), "0=5 4");
}

#[test]
fn a_schema_names_fields_and_kinds() {
    let args = [Value::Int(0), Value::Undef, Value::Int(0)];
    // SAFETY: what the signature says; the schema reads no hash.
    let text = unsafe { schema(sub("params"), &args) };
    assert_eq!(
        text,
        format!("size:{XSUB_KIND_U64} disks:{XSUB_KIND_STRING}*")
    );
    assert_eq!(run("params", &args, 0), "");
}
