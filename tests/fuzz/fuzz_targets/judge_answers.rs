//! Arbitrary bytes as the answer of a service: `cargo fuzz run --fuzz-dir tests/fuzz judge_answers`.

#![no_main]

#[path = "../answers.rs"]
mod answers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    answers::judged(bytes);
});
