//! The features themselves: they can be read, every step is known, every rule of the documentation has its
//! place.

use linkspec::spec::Library;

#[test]
fn every_feature_can_be_read() {
    if let Err(mistakes) = linkspec::suite::read(&Library::embedded()) {
        let list: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        panic!("{}", list.join("\n"));
    }
}
